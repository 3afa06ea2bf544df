import { cellId, type FaultName, type Point, type Verdict } from '../../../src/model/fault';
import type { FileReport, LintReport } from '../../../src/model/finding';
import type { CellResult, SimulatedLoad, Simulation, SimulationReport } from '../../../src/model/simulation';
import { simulationReport } from '../../../src/report/simulation-json';

const texts = [
  'ALTER TABLE orders ADD COLUMN currency text',
  "UPDATE orders SET currency = 'EUR'\n  WHERE currency IS NULL",
  'CREATE INDEX CONCURRENTLY orders_currency_idx ON orders (currency)',
  'ALTER TABLE orders ALTER COLUMN currency SET NOT NULL',
];
const locks = ['ACCESS EXCLUSIVE', 'ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'ACCESS EXCLUSIVE'];
const points: readonly Point[] = [
  { kind: 'start' },
  ...texts.flatMap((_, index): Point[] => [
    { kind: 'before', statement: index + 1 },
    { kind: 'after', statement: index + 1 },
  ]),
  { kind: 'unrecorded' },
];

function verdictAt(point: Point): Verdict {
  if (point.kind === 'unrecorded') return 'unrecorded';
  const done = point.kind === 'start' ? 0 : (point.statement ?? 0) - (point.kind === 'before' ? 1 : 0);
  return done === 0 ? 'rolled-back' : done === texts.length ? 'unrecorded' : 'broken';
}

/** A cell with everything filled in. */
export const brokenCell: CellResult = {
  id: 'crash@after:3',
  point: { kind: 'after', statement: 3 },
  fault: 'crash',
  status: 'done',
  story:
    'The server crashed after it had built the index (statement 3). Statements 1 to 3 stay. A retry stops at statement 1, because the column is there already. dbmate has recorded nothing and will offer the migration again.',
  error: { code: '08006', message: 'Connection terminated unexpectedly' },
  fingerprint: '9f31c27ab04e5d16',
  verdict: 'broken',
  differsFromBefore: [
    { kind: 'column', name: 'public.orders.currency', change: 'added', detail: 'text' },
    { kind: 'rows', name: 'public.orders', change: 'changed', detail: "values of column currency in 2,000 rows: 'EUR' <b>&amp;" },
    {
      kind: 'index',
      name: 'public.orders_currency_idx',
      change: 'added',
      detail: 'CREATE INDEX orders_currency_idx ON public.orders USING btree (currency)',
    },
  ],
  differsFromAfter: [{ kind: 'column', name: 'public.orders.currency', change: 'changed', detail: 'NOT NULL is missing' }],
  bookkeeping: [],
  sessions: [],
  retry: { outcome: 'error', error: { code: '42701', message: 'column "currency" of relation "orders" already exists' } },
  recovery: {
    back: {
      steps: [
        {
          title: 'Remove the index.',
          why: 'Nothing reads it yet.',
          text: 'DROP INDEX CONCURRENTLY IF EXISTS public.orders_currency_idx;',
          language: 'sql',
        },
        {
          title: 'Remove the column with its backfilled values.',
          why: '',
          text: 'ALTER TABLE public.orders DROP COLUMN currency;',
          language: 'sql',
        },
      ],
      verified: true,
      reached: 'b0b0b0b0b0b0b0b0',
      durationMs: 64,
    },
    forward: {
      steps: [
        { title: 'Carry on with statement 4.', why: '', text: 'ALTER TABLE orders ALTER COLUMN currency SET NOT NULL;', language: 'sql' },
        {
          title: 'Record the migration.',
          why: 'dbmate would run it again.',
          text: "INSERT INTO schema_migrations (version) VALUES ('20260102');",
          language: 'sql',
        },
      ],
      verified: true,
      reached: 'a0a0a0a0a0a0a0a0',
      durationMs: 131,
    },
    recommended: 'forward',
    because: 'Forward, because three of four statements are done, the retry is not safe, and both ways were proven.',
  },
  durationMs: 84,
};

function cellAt(fault: FaultName, point: Point): CellResult {
  const id = cellId(fault, point);
  if (id === brokenCell.id) return brokenCell;
  if (fault === 'error' && (point.kind === 'start' || point.kind === 'after')) {
    return { id, point, fault, status: 'impossible', why: 'There is no statement here that the server could refuse.' };
  }
  const verdict = verdictAt(point);
  const recovery = verdict === 'broken' && brokenCell.recovery ? { recovery: brokenCell.recovery } : {};
  return { id, point, fault, status: 'done', verdict, fingerprint: `${verdict}${point.statement ?? ''}`, ...recovery };
}

function sampleSimulation(): Simulation {
  const cells = (['error', 'disconnect', 'crash', 'lost-ack'] as const).flatMap((fault) => points.map((point) => cellAt(fault, point)));
  const byVerdict: Partial<Record<Verdict, number>> = {};
  for (const cell of cells) if (cell.verdict) byVerdict[cell.verdict] = (byVerdict[cell.verdict] ?? 0) + 1;
  return {
    migration: {
      path: 'db/migrations/20260102_add_currency.sql',
      id: '20260102',
      framework: 'dbmate',
      engine: 'postgres',
      engineVersion: '18',
      sandbox: 'embedded',
      seed: 7,
      rows: 2000,
    },
    statements: texts.map((text, index) => ({
      index: index + 1,
      text,
      transaction: index + 1,
      durationMs: [2, 38, 24, 7][index] ?? 0,
      locks: [{ relation: 'orders', mode: locks[index] ?? '', heldMs: 2 }],
      rewrites: [],
      rows: index === 1 ? 2000 : 0,
    })),
    transactions: texts.map((_, index) => ({ index: index + 1, kind: 'autocommit', statements: [index + 1] })),
    states: { before: { fingerprint: 'b0b0b0b0b0b0b0b0' }, after: { fingerprint: 'a0a0a0a0a0a0a0a0' } },
    cells,
    summary: { cells: cells.length, done: cells.length - 5, byVerdict, recoveryVerified: 40, durationMs: 5200, perCellMs: 130 },
  };
}

/** Somebody waits, and somebody fails from then on. */
export const load: SimulatedLoad = {
  sessions: 3,
  durationMs: 120,
  timeline: texts.map((_, index) => ({
    statement: index + 1,
    startMs: index * 30,
    endMs: index * 30 + 20,
    releasedMs: index * 30 + 25,
    locks: [{ relation: 'orders', mode: locks[index] ?? '' }],
  })),
  blocked: [{ session: 1, startMs: 5, endMs: 25, operation: 'read', relation: 'orders', statement: 1 }],
  errors: [
    {
      operation: 'insert',
      relation: 'orders',
      code: '23502',
      message: 'null value in column "currency" of relation "orders" violates not-null constraint <b>',
      statement: 4,
      firstMs: 110,
      lastMs: 120,
      count: 3,
      lasting: true,
    },
  ],
  summary: {
    requests: 60,
    blockedRequests: 1,
    blockedMs: 20,
    longestBlockedMs: 20,
    errors: 3,
    latencyBeforeMs: 1,
    latencyDuringMs: 1.5,
  },
  notes: ['plain: no update could be tried'],
};

export const simulation: Simulation = sampleSimulation();
export const report: SimulationReport = simulationReport([simulation], 5321.4);

const file: FileReport = {
  path: 'db/migrations/0007_index.sql',
  engine: 'postgres',
  engineVersion: '18',
  framework: 'dbmate',
  findings: [
    {
      rule: 'index-not-concurrent',
      severity: 'error',
      message: 'CREATE INDEX locks orders against writes until the index is built: on PostgreSQL 18 every INSERT and UPDATE waits.',
      help: 'Build it with CONCURRENTLY, outside a transaction.',
      url: 'https://example.org/rules/index-not-concurrent.md',
      section: 'up',
      range: { start: { line: 2, character: 0 }, end: { line: 2, character: 60 } },
      fixes: [{ title: 'Add CONCURRENTLY', safe: true, edits: [] }],
    },
    {
      rule: 'unreadable-statement',
      severity: 'error',
      message: 'syntax error at or near "FOO"',
      help: '',
      url: 'https://example.org/rules/unreadable-statement.md',
      section: 'down',
      range: { start: { line: 5, character: 4 }, end: { line: 5, character: 7 } },
      fixes: [],
    },
    {
      rule: 'no-lock-timeout',
      severity: 'warning',
      message: 'Nothing limits how long this waits for its lock.',
      help: "SET lock_timeout = '5s' first.",
      url: 'https://example.org/rules/no-lock-timeout.md',
      section: 'up',
      range: { start: { line: 2, character: 0 }, end: { line: 4, character: 3 } },
      fixes: [],
    },
  ],
  errors: [{ message: 'syntax error at or near "FOO"', range: { start: { line: 5, character: 4 }, end: { line: 5, character: 7 } } }],
};

export const lintReport: LintReport = {
  version: 1,
  files: [file, { ...file, path: 'db/migrations/0008_clean.sql', findings: [], errors: [] }],
  summary: { files: 2, findings: { error: 2, warning: 1, info: 0 }, durationMs: 12 },
};

export const lintSources: ReadonlyMap<string, string> = new Map([
  [
    'db/migrations/0007_index.sql',
    '-- migrate:up\n-- Größe 😀\nCREATE INDEX orders_created_at_idx ON orders (created_at, id);\n-- migrate:down\n\n    FOO bar;\n',
  ],
]);
