import type { Migration } from '../model/migration';
import { SimulationFailure } from './failure';
import { runInHarness } from './harness';
import type { Laboratory } from './laboratory';
import { runPlainly } from './run';
import { isHarnessed, type RunnableFramework, type Subject } from './subject';

/**
 * A database to which the earlier migrations have been applied, and no rows generated. It moves on with each migration, so that a
 * folder is replayed once, however many of its migrations are simulated.
 */
export class Groundwork {
  private applied = 0;

  private constructor(
    private readonly laboratory: Laboratory,
    private readonly subject: Subject,
    readonly database: string,
  ) {}

  static async lay(laboratory: Laboratory, subject: Subject): Promise<Groundwork> {
    const groundwork = new Groundwork(laboratory, subject, await laboratory.create());
    await groundwork.setUp(subject.framework);
    if (subject.groundwork !== undefined) {
      const { framework, folder, migrations } = subject.groundwork;
      if (framework !== subject.framework) await groundwork.setUp(framework);
      for (const migration of migrations) await groundwork.apply(framework, folder, migration, 'given as the state before');
      // The state before was given: the earlier migrations of the folder are not run on top of it.
      groundwork.applied = subject.targets[0] ?? 0;
    }
    return groundwork;
  }

  /** Applies the migrations before this position that have not been applied yet. */
  async advanceTo(position: number): Promise<void> {
    for (; this.applied < position; this.applied++) {
      const migration = this.subject.migrations[this.applied];
      if (migration !== undefined) await this.apply(this.subject.framework, this.subject.folder, migration, 'an earlier migration');
    }
  }

  private async setUp(framework: RunnableFramework): Promise<void> {
    if (isHarnessed(framework)) return;
    const { engine, sandbox, signal } = this.laboratory;
    const { setup } = framework.run(this.subject.engine);
    const outcome = await engine.executeSteps(sandbox.address(this.database), setup, signal);
    if (!outcome.ok)
      throw new SimulationFailure(`The history table of ${framework.displayName} could not be made: ${outcome.error.message}`);
  }

  private async apply(framework: RunnableFramework, folder: string, migration: Migration, role: string): Promise<void> {
    const outcome = isHarnessed(framework)
      ? await runInHarness(this.laboratory, this.database, { framework, folder, migration })
      : await runPlainly(this.laboratory, this.database, this.laboratory.builtInCarrier(migration, framework.run(migration.engine)));
    if (outcome.result === 'success' || outcome.result === 'skipped') return;
    const place = isHarnessed(framework) ? 'fails' : `fails at statement ${outcome.statements.length + 1}`;
    throw new SimulationFailure(
      `${migration.title}, ${role}, ${place}: ${outcome.error?.message ?? outcome.result}. ` +
        'The state before the migration can be given with --before FILE.',
      outcome.error?.code,
    );
  }
}
