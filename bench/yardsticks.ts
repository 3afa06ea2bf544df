/** What a cell is compared with: a plain run of the migration, and the naive way, a fresh server for every cell. */
import type { Sandbox } from '../src/model/sandbox';
import type { SimulationRequest } from '../src/protocol/simulation';
import { Groundwork } from '../src/runner/groundwork';
import { Laboratory } from '../src/runner/laboratory';
import { runPlainly } from '../src/runner/run';
import { isHarnessed, readSubject, type Subject } from '../src/runner/subject';
import { sandboxProviders } from '../src/sandbox/providers';

const neverAborted = new AbortController().signal;

/** Measures by turns: some before what is compared with them, some after it, so that a machine that is busier for a while is so for both. */
export class Yardsticks {
  private readonly plainRuns: number[] = [];
  private readonly freshServers: number[] = [];

  private constructor(
    private readonly request: SimulationRequest,
    private readonly subject: Subject,
    private readonly sandbox: Sandbox,
    private readonly laboratory: Laboratory,
    private readonly database: string,
  ) {}

  static async prepare(request: SimulationRequest): Promise<Yardsticks> {
    const subject = await readSubject(request);
    const sandbox = await startSandbox(request, subject);
    const { laboratory, database } = await layGroundwork(sandbox, subject, request);
    return new Yardsticks(request, subject, sandbox, laboratory, database);
  }

  async measure(rounds: { readonly plain: number; readonly fresh: number }): Promise<void> {
    for (let round = 0; round < rounds.plain; round++) this.plainRuns.push(await timed(() => this.plainRun()));
    for (let round = 0; round < rounds.fresh; round++) this.freshServers.push(await timed(() => this.freshServer()));
  }

  /** Median milliseconds of clone, statements, drop. */
  get plainRunMs(): number {
    return median(this.plainRuns);
  }

  /** Median milliseconds of a new server with schema and rows, the migration, and its removal. */
  get freshServerMs(): number {
    return median(this.freshServers);
  }

  dispose(): Promise<void> {
    return this.sandbox.dispose();
  }

  private plainRun(): Promise<void> {
    return this.laboratory.withClone(this.database, (clone) => runTarget(this.laboratory, clone, this.subject));
  }

  private async freshServer(): Promise<void> {
    const sandbox = await startSandbox(this.request, this.subject);
    try {
      const { laboratory, database } = await layGroundwork(sandbox, this.subject, this.request);
      await runTarget(laboratory, database, this.subject);
    } finally {
      await sandbox.dispose();
    }
  }
}

async function startSandbox(request: SimulationRequest, subject: Subject): Promise<Sandbox> {
  const started = await sandboxProviders[request.sandbox].start({
    engine: subject.engine,
    onProgress: () => undefined,
    signal: neverAborted,
  });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}

/** The state before, with its rows, in a database of `sandbox`. */
async function layGroundwork(
  sandbox: Sandbox,
  subject: Subject,
  { rows, seed }: SimulationRequest,
): Promise<{ laboratory: Laboratory; database: string }> {
  const laboratory = new Laboratory(sandbox, neverAborted);
  const groundwork = await Groundwork.lay(laboratory, subject);
  await groundwork.advanceTo(subject.targets[0] ?? 0);
  await laboratory.engine.generateRows(sandbox.address(groundwork.database), { rows, seed, excludeTables: [] });
  return { laboratory, database: groundwork.database };
}

async function runTarget(laboratory: Laboratory, database: string, subject: Subject): Promise<void> {
  const migration = subject.migrations[subject.targets[0] ?? 0];
  if (migration === undefined) throw new Error('No migration.');
  if (isHarnessed(subject.framework)) throw new Error('Code is run by a process of its own.');
  const outcome = await runPlainly(laboratory, database, laboratory.builtInCarrier(migration, subject.framework.run(subject.engine)));
  if (outcome.result !== 'success') throw new Error(outcome.error?.message ?? outcome.result);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(durations: readonly number[]): number {
  return [...durations].sort((a, b) => a - b)[Math.floor(durations.length / 2)] ?? 0;
}
