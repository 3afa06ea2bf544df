import type { SimulationEvent } from '../protocol/simulation';
import type { Progress } from './progress';

/** Turns what the runner says into one line. */
export class ProgressOfSimulation {
  private migration = '';
  private cells = 0;
  private done = 0;
  /** What the runner said at the end: that something was left out, and why. */
  remark = '';

  constructor(private readonly progress: Progress) {}

  tell(event: SimulationEvent): void {
    switch (event.kind) {
      case 'phase':
        if (event.phase === 'done') this.remark = event.detail;
        this.progress.show([event.phase, event.detail].filter((part) => part !== '').join(': '));
        break;
      case 'planned':
        this.migration = event.migration.path ?? event.migration.id;
        this.cells = event.cells.length;
        this.done = 0;
        break;
      case 'cell':
        this.done += 1;
        this.progress.show(`${this.migration}: ${this.done} of ${this.cells} cells`);
        break;
      default:
        break;
    }
  }
}
