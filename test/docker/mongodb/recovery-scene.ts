import { MongoClient } from 'mongodb';
import { askAll } from '../../../src/engines/mongodb/ask';
import { captureBaseline, captureState } from '../../../src/engines/mongodb/snapshot/snapshot';
import { executeSteps } from '../../../src/engines/mongodb/steps';
import type { Engine } from '../../../src/model/engine';
import type { Migration } from '../../../src/model/migration';
import type { RunProtocol } from '../../../src/model/run-protocol';
import type { Sandbox } from '../../../src/model/sandbox';
import type { RecoveryMode, RecoveryStep } from '../../../src/model/simulation';
import type { State, VolatileColumns } from '../../../src/model/state';
import { isExecuted } from '../../../src/model/steps';
import { readText } from '../../../src/parse/read';
import { planProgram } from '../../../src/plan/plan';
import { type DraftPlan, planRecovery, type RecoverySituation, recoveryProbes } from '../../../src/recovery/plan';
import { probeKey } from '../../../src/recovery/probe';
import { asWritten } from '../../../src/recovery/situation';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { maskLost } from '../../../src/state/loss';
import { urlOf } from './servers';

const engine: Engine = { name: 'mongodb', major: 8 };
const signal = new AbortController().signal;

/** A migration that stopped, and what the plans out of it must be able to do. */
export interface RecoveryCase {
  readonly name: string;
  /** A mode that must be found, among others. */
  readonly mode?: string;
  readonly base: string;
  readonly migration: string;
  /** Statements that are done. */
  readonly completed: number;
  /** What else is done in the partial database: the half of the next statement. */
  readonly interrupt?: string;
  readonly volatile?: VolatileColumns;
  /** What is said to be lost, by way; absent where the way is verified whole. */
  readonly loses?: { readonly back?: RegExp; readonly forward?: RegExp };
  /** Why there is no verified way on. */
  readonly impossible?: RegExp;
  /** What the executed steps must say, by way. */
  readonly says?: { readonly back?: RegExp; readonly forward?: RegExp };
}

export interface Outcome {
  readonly draft: DraftPlan;
  readonly verified: boolean;
  readonly exceptLoss: boolean;
  readonly problem: string;
  readonly failedChecks: readonly string[];
  readonly checks: number;
}

const history = 'changelog';
const record: RecoveryStep = {
  title: 'Record it',
  why: '',
  text: `db.${history}.updateOne({ _id: "m" }, { $set: { _id: "m" } }, { upsert: true });`,
  language: 'mongosh',
  concerns: 'history',
};
const protocol: RunProtocol = {
  bookkeepingTables: [history, 'changelog_lock'],
  setup: [],
  steps: () => [],
  onError: () => [],
  markApplied: () => [record],
  markNotApplied: () => [{ ...record, title: 'Unrecord it', text: `db.${history}.deleteMany({ _id: "m" });` }],
  release: () => [{ ...record, title: 'Release the lock', text: 'db.changelog_lock.deleteMany({});' }],
  recorded: () => 'none',
};

let databases = 0;

/** One partial state on a server, with what leads to it: plans are executed in clones of it. */
export class Scene {
  private constructor(
    private readonly sandbox: Sandbox,
    readonly situation: RecoverySituation,
    readonly partial: string,
    private readonly capture: (database: string) => Promise<State>,
    private readonly names: readonly string[],
  ) {}

  static async open(sandbox: Sandbox, subject: Omit<RecoveryCase, 'name'>): Promise<Scene> {
    const names = ['before', 'after', 'partial'].map((name) => `r${++databases}_${name}`);
    const [before = '', after = '', partial = ''] = names;
    const migration = migrationOf(subject.migration);
    await run(sandbox, before, [subject.base]);
    const options = { bookkeepingTables: [history, 'changelog_lock'], volatile: subject.volatile ?? {}, columnHashes: true };
    const baseline = await captureBaseline(sandbox.address(before), options);
    const capture = (database: string) => captureState(sandbox.address(database), { ...options, baseline });
    await sandbox.cloneDatabase(before, after);
    await run(sandbox, after, [...migration.up.statements.map(asWritten), record.text]);
    await sandbox.cloneDatabase(before, partial);
    const done = migration.up.statements.slice(0, subject.completed).map(asWritten);
    await run(sandbox, partial, [...done, ...(subject.interrupt === undefined ? [] : [subject.interrupt])]);
    const measured: RecoverySituation = {
      migration,
      plan: planProgram(migration, 'up'),
      protocol,
      before: baseline.state,
      after: await capture(after),
      partial: await capture(partial),
      completed: subject.completed,
    };
    const probes = recoveryProbes(measured);
    const answers = new Map();
    for (const [database, name] of [
      ['before', before],
      ['partial', partial],
    ] as const) {
      const own = probes.filter((probe) => probe.database === database);
      const rows = await askAll(
        sandbox.address(name),
        own.map(({ text }) => text),
      );
      for (const [place, probe] of own.entries()) if (rows[place] !== undefined) answers.set(probeKey(probe), rows[place]);
    }
    return new Scene(sandbox, { ...measured, answers }, partial, capture, names);
  }

  get plans(): { readonly back: readonly DraftPlan[]; readonly forward: readonly DraftPlan[]; readonly modes: readonly RecoveryMode[] } {
    return planRecovery(this.situation);
  }

  /** The first draft that ends where it claims; else the first one. As the runner chooses. */
  async best(way: 'back' | 'forward'): Promise<Outcome> {
    let best: Outcome | undefined;
    for (const draft of this.plans[way]) {
      const outcome = await this.verify(draft, way);
      if (outcome.verified || outcome.exceptLoss) return outcome;
      best ??= outcome;
    }
    if (best === undefined) throw new Error(`There is no draft ${way}.`);
    return best;
  }

  async verify(draft: DraftPlan, way: 'back' | 'forward', tamper?: (database: string) => Promise<void>): Promise<Outcome> {
    const none = { draft, verified: false, exceptLoss: false, failedChecks: [], checks: 0 };
    if (draft.impossible !== undefined) return { ...none, problem: draft.impossible };
    const target = way === 'back' ? this.situation.before : this.situation.after;
    if (target === undefined) throw new Error('There is no state after.');
    const database = `r${++databases}_plan`;
    await this.sandbox.cloneDatabase(this.partial, database);
    try {
      const texts = draft.steps.filter(isExecuted).map(({ text }) => text);
      const executed = await executeSteps(this.sandbox.address(database), texts, signal);
      if (!executed.ok) return { ...none, problem: `${texts[executed.step]}: ${executed.error.message}` };
      await tamper?.(database);
      const state = await this.capture(database);
      const rest = (whole: State) => fingerprint(maskLost(whole, draft.loss ?? []));
      const isEqual = rest(state) === rest(target);
      const checks = draft.checks ?? [];
      const answers = await askAll(
        this.sandbox.address(database),
        checks.map(({ text }) => text),
      );
      const failedChecks = checks.flatMap(({ title, text, expected }, place) => {
        const found = String(Object.values(answers[place]?.[0] ?? {})[0]);
        return found === expected ? [] : [`${title}: ${text} gave ${found}, not ${expected}`];
      });
      const differences = stateDifferences(target, state).map(({ kind, name, change, detail }) => `${kind} ${name} ${change} ${detail}`);
      return {
        draft,
        verified: isEqual && draft.loses === undefined,
        exceptLoss: isEqual && draft.loses !== undefined,
        problem: isEqual ? '' : `${differences.join('; ')} after ${texts.join(' ')}`,
        failedChecks,
        checks: checks.length,
      };
    } finally {
      await this.sandbox.dropDatabases([database]);
    }
  }

  async close(): Promise<void> {
    await this.sandbox.dropDatabases([...this.names]);
  }
}

export async function run(sandbox: Sandbox, database: string, texts: readonly string[]): Promise<void> {
  const result = await executeSteps(sandbox.address(database), texts, signal);
  if (!result.ok) throw new Error(`${texts[result.step]}: ${result.error.message}`);
}

export async function withDatabase<T>(
  sandbox: Sandbox,
  database: string,
  work: (db: ReturnType<MongoClient['db']>) => Promise<T>,
): Promise<T> {
  const client = await new MongoClient(urlOf(sandbox)).connect();
  try {
    return await work(client.db(database));
  } finally {
    await client.close();
  }
}

function migrationOf(text: string): Migration {
  return {
    id: 'm',
    title: 'm.js',
    framework: 'command',
    engine,
    up: {
      direction: 'up',
      path: 'm.js',
      span: { start: 0, end: text.length },
      statements: readText(text, engine),
      execution: { requests: 'per-statement', wrapped: false, because: '' },
    },
  };
}
