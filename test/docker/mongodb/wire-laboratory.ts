import { MongoClient, type MongoClientOptions, MongoServerError } from 'mongodb';
import type { Ending, Execution, ExecutionOutcome } from '../../../src/engines/carrier';
import type { Driver } from '../../../src/engines/execution/driver';
import { startDriven } from '../../../src/engines/execution/execution';
import { Script } from '../../../src/engines/execution/script';
import { mongodbDialect } from '../../../src/engines/mongodb/execution/dialect';
import type { MongodbWire } from '../../../src/engines/mongodb/execution/types';
import type { FaultName, Point } from '../../../src/model/fault';
import type { RunStep } from '../../../src/model/run-protocol';
import type { DatabaseAddress } from '../../../src/model/sandbox';
import { readStatements } from '../../../src/parse/read';

/** What a migration of code does, with a driver that knows nothing of the proxy. */
export type Work = (client: MongoClient) => Promise<void>;

/** One command that counts: a statement of the migration, a commit, the row of the changelog. */
export type StepKind = 'statement' | 'commit' | 'record';

const counted: ReadonlySet<string> = new Set([
  'insert',
  'update',
  'delete',
  'findAndModify',
  'createIndexes',
  'create',
  'drop',
  'aggregate',
  'commitTransaction',
]);

/** Runs code with the real driver through the proxy, as a tool would in a process of its own. */
class CodeDriver implements Driver<MongodbWire> {
  private client: MongoClient | undefined;
  private count = 0;
  private isDead = false;
  private readonly dead: Promise<Ending>;
  private setDead: (ending: Ending) => void = () => undefined;

  constructor(
    private readonly work: Work,
    private readonly options: MongoClientOptions,
  ) {
    this.dead = new Promise((resolve) => {
      this.setDead = resolve;
    });
  }

  async run({ host, port }: DatabaseAddress): Promise<Ending> {
    this.client = new MongoClient(`mongodb://faultline.test:${port}/?serverSelectionTimeoutMS=3000`, {
      ...this.options,
      // The code lives on in this process when its tool is said to have died: it gets nowhere any more.
      lookup: (_name, _options, found) => (this.isDead ? found(new Error('dead'), '', 4) : found(null, [{ address: host, family: 4 }])),
    });
    const working = this.work(this.client)
      .then((): Ending => ({ result: 'success' }))
      .catch((error: Error): Ending => {
        // A bulk tells a lost connection as an error of its own, without a code.
        const isServers = error instanceof MongoServerError && typeof error.code === 'number';
        return {
          result: isServers ? 'error' : 'connection lost',
          error: { code: isServers ? String(error.code) : '', message: error.message },
        };
      });
    const ending = await Promise.race([working, this.dead]);
    if (!this.isDead) await this.client.close().catch(() => undefined);
    return ending;
  }

  stepOf({ name }: MongodbWire['request']): number | undefined {
    if (!counted.has(name)) return undefined;
    this.count += 1;
    return this.count;
  }

  completed(): void {}
  farewell(): void {}
  copied(): void {}
  reached(): void {}

  struck(): void {}

  async die(): Promise<void> {
    this.isDead = true;
    this.setDead({ result: 'connection lost', error: { code: '', message: 'killed' } });
  }

  async leave(): Promise<void> {}

  async close(): Promise<void> {
    await this.client?.close().catch(() => undefined);
  }
}

export interface Course {
  readonly steps: readonly StepKind[];
  readonly work: Work;
  readonly options?: MongoClientOptions;
}

export function start(
  { steps, work, options = {} }: Course,
  address: DatabaseAddress,
  struck: { fault?: FaultName; point?: Point } = {},
): Execution {
  const count = steps.filter((kind) => kind === 'statement').length;
  const text = 'db.a.drop();\n'.repeat(count);
  const statements = readStatements(text, { start: 0, end: text.length }, { engine: { name: 'mongodb', major: 8 } });
  let number = 0;
  const runSteps = steps.map((kind): RunStep => {
    if (kind !== 'statement') return { kind, text: kind };
    number += 1;
    return { kind: 'statements', statements: [number], text: '' };
  });
  const script = new Script({ up: { statements } }, runSteps);
  return startDriven(mongodbDialect, { address, signal: new AbortController().signal, ...struck }, script, new CodeDriver(work, options));
}

/** Holds at the point, strikes, and waits until the server has come to rest. The caller closes the execution. */
export async function strike(
  course: Course,
  address: DatabaseAddress,
  fault: FaultName,
  point: Point,
  crash?: () => Promise<unknown>,
): Promise<{ readonly execution: Execution; readonly outcome: ExecutionOutcome }> {
  const execution = start(course, address, { fault, point });
  try {
    const held = await execution.held;
    if (held === 'finished') {
      const outcome = await execution.outcome;
      throw new Error(`It ended before the point: ${JSON.stringify(outcome)}`);
    }
    if (fault === 'crash') await crash?.();
    await execution.strike();
    return { execution, outcome: await execution.outcome };
  } catch (error) {
    await execution.close();
    throw error;
  }
}
