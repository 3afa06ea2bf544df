import { type Catalog, emptyCatalog, type Index, type Table } from '../../../../src/model/catalog';
import type { Engine } from '../../../../src/model/engine';
import type { Migration } from '../../../../src/model/migration';
import type { RunProtocol } from '../../../../src/model/run-protocol';
import type { State } from '../../../../src/model/state';
import { readText } from '../../../../src/parse/read';
import { planProgram } from '../../../../src/plan/plan';
import type { Doc, Json } from '../../../../src/recovery/mongodb/values';
import { type DraftPlan, planRecovery, type RecoverySituation, recoveryProbes } from '../../../../src/recovery/plan';
import { probeKey } from '../../../../src/recovery/probe';

export const mongodb: Engine = { name: 'mongodb', major: 8 };

/** Numbers and the rest as Extended JSON has them: an integral number is an Int32, as the driver sends it. */
export function canonical(value: unknown): Json {
  if (typeof value === 'number') return Number.isInteger(value) ? { $numberInt: String(value) } : { $numberDouble: String(value) };
  if (value === null || typeof value !== 'object') return value as Json;
  if (Array.isArray(value)) return value.map(canonical);
  const entries = Object.entries(value);
  if (entries[0]?.[0].startsWith('$') === true) return value as Json;
  return Object.fromEntries(entries.map(([name, each]) => [name, canonical(each)]));
}

export interface Collection {
  readonly docs: readonly Readonly<Record<string, unknown>>[];
  readonly indexes?: readonly Pick<Index, 'name' | 'definition' | 'unique' | 'keys'>[];
  readonly options?: readonly string[];
  /** What it was called before. */
  readonly was?: string;
  /** Another database than the migration's own, with which its name begins. */
  readonly database?: string;
}

export type World = Readonly<Record<string, Collection>>;

function tableOf(name: string, { indexes = [], options, was, database }: Collection): Table {
  return {
    kind: 'table',
    persistence: 'permanent',
    identity: was ?? name,
    schema: '',
    name,
    columns: [],
    constraints: [],
    indexes: indexes.map((index) => ({ identity: index.name, valid: true, ready: true, live: true, ...index })),
    triggers: [],
    policies: [],
    rowSecurity: 'off',
    ...(options !== undefined && { options }),
    ...(database !== undefined && { database }),
  };
}

function stateOf(world: World, bookkeeping: State['bookkeeping'] = []): State {
  const catalog: Catalog = { ...emptyCatalog, tables: Object.entries(world).map(([name, collection]) => tableOf(name, collection)) };
  const data = Object.entries(world).map(([table, { docs }]) => ({
    table,
    rowCount: docs.length,
    rowsHash: JSON.stringify(docs),
    columnHashes: Object.fromEntries(
      [...new Set(docs.flatMap((doc) => Object.keys(doc)))].map((name) => [name, JSON.stringify(docs.map((doc) => doc[name]))]),
    ),
  }));
  return { catalog, data, sequences: [], bookkeeping, sessions: [], preparedTransactions: [] };
}

/** The history of a tool that has recorded the migration. */
export const recorded: State['bookkeeping'] = [{ table: 'changelog', rows: [{ fileName: 'm' }] }];

const protocol: RunProtocol = {
  bookkeepingTables: ['changelog', 'changelog_lock'],
  setup: [],
  steps: () => [],
  onError: () => [],
  markApplied: () => [
    { title: 'Record it', why: '', text: 'db.changelog.insertOne({ fileName: "m" });', language: 'mongosh', concerns: 'history' },
  ],
  markNotApplied: () => [
    { title: 'Unrecord it', why: '', text: 'db.changelog.deleteMany({ fileName: "m" });', language: 'mongosh', concerns: 'history' },
  ],
  release: () => [
    { title: 'Release the lock', why: '', text: 'db.changelog_lock.deleteMany({});', language: 'mongosh', concerns: 'history' },
  ],
  recorded: () => 'none',
};

export interface Scene {
  readonly text: string;
  readonly before: World;
  readonly partial: World;
  readonly after?: World;
  readonly completed: number;
  readonly beyond?: readonly number[];
  readonly bookkeeping?: State['bookkeeping'];
  /** What counting questions give, by parts of `database: text` joined by `&`. */
  readonly counts?: Readonly<Record<string, number>>;
}

export function situationOf({
  text,
  before,
  partial,
  after = before,
  completed,
  beyond,
  bookkeeping,
  counts = {},
}: Scene): RecoverySituation {
  const statements = readText(text, mongodb);
  const migration: Migration = {
    id: 'm',
    title: 'm.js',
    framework: 'command',
    engine: mongodb,
    up: {
      direction: 'up',
      path: 'm.js',
      span: { start: 0, end: text.length },
      statements,
      execution: { requests: 'per-statement', wrapped: false, because: '' },
    },
  };
  const situation: RecoverySituation = {
    migration,
    plan: planProgram(migration, 'up'),
    protocol,
    before: stateOf(before),
    after: stateOf(after, recorded),
    partial: stateOf(partial, bookkeeping),
    completed,
    ...(beyond !== undefined && { beyond }),
  };
  const worlds = { before, partial };
  const answers = recoveryProbes(situation).map((probe) => {
    const name = /^db\.(?:getCollection\("([^"]+)"\)|(\w+))\.find\(\{\}\)/.exec(probe.text);
    const docs = worlds[probe.database][name?.[1] ?? name?.[2] ?? '']?.docs;
    const count = Object.entries(counts).find(([parts]) => parts.split('&').every((part) => probeKey(probe).includes(part)))?.[1] ?? 0;
    const rows = name === null ? [{ value: count }] : (docs ?? []).map((doc) => canonical(doc) as Doc);
    return [probeKey(probe), rows] as const;
  });
  return { ...situation, answers: new Map(answers) };
}

export function draftsOf(scene: Scene) {
  return planRecovery(situationOf(scene));
}

/** The steps for the database, without those for the history. */
export function textsOf(draft: DraftPlan | undefined): string[] {
  return (draft?.steps ?? []).filter(({ language, concerns }) => language === 'mongosh' && concerns === undefined).map(({ text }) => text);
}
