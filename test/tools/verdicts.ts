import type { CellResult, Simulation } from '../../src/model/simulation';
import { faults } from './expected';

/** Per point the verdicts in the order of the faults; `-` where a fault can't strike. */
export function verdictsByPoint({ cells }: Simulation): Record<string, string> {
  const points = [...new Set(cells.map(pointOf))];
  return Object.fromEntries(
    points.map((point) => [
      point,
      faults.map((fault) => word(cells.find((cell) => pointOf(cell) === point && cell.fault === fault))).join(' '),
    ]),
  );
}

function pointOf({ id }: CellResult): string {
  return id.slice(id.indexOf('@') + 1);
}

function word(cell: CellResult | undefined): string {
  if (cell === undefined || cell.status === 'impossible') return '-';
  return cell.verdict ?? `${cell.status}: ${cell.why}`;
}
