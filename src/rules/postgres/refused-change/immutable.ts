import type { Node } from '@pgsql/types';
import type { Table } from '../../../model/catalog';
import { ownValue } from '../../../model/own-value';
import { stableFunctions, volatileFunctions } from '../../../parse/postgres/operations/expressions';
import { all, as, type NodeOf, strings, walk } from '../../../parse/postgres/operations/nodes';
import { typeText } from '../../../parse/postgres/operations/types';
import { statementTree } from '../../../parse/postgres/read';
import { findColumn, findTable } from '../../../schema/lookup';
import type { OperationOf, Step } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/**
 * Expressions of indexes and of generated columns may call what is IMMUTABLE alone: the same arguments, the same result, for ever (manual,
 * CREATE INDEX; CREATE TABLE, "GENERATED ALWAYS AS"). What depends on the clock, the session's time zone or its language does not qualify.
 */
export function refusedExpression(step: Step, operation: OperationOf<'create index' | 'create table' | 'add column'>): Refusal | undefined {
  if (!mayHaveExpressions(operation)) return undefined;
  const name = operation.kind === 'create index' ? operation.index.table : operation.table;
  const table = findTable(step.after, name) ?? findTable(step.before, name);
  const tree = statementTree(step.statement.sent);
  const index = as(tree, 'IndexStmt');
  const place = index === undefined ? 'A generated column' : 'An index';
  const parts: unknown[] =
    index === undefined
      ? generatedExpressions(tree, operation)
      : [index.whereClause, ...all(index.indexParams, 'IndexElem').map(({ expr }) => expr)];
  const culprit = parts.map((part) => changeable(part, table, step)).find((found) => found !== undefined);
  if (culprit === undefined) return undefined;
  return {
    why: `${place} can't be made of ${culprit.what}, which ${culprit.why}`,
    code: '42P17',
    help: culprit.help,
  };
}

/** Without a call, a cast or one of the words that stand for a call there is nothing that could change. */
const changing = /[(:]|\bcurrent_|\blocaltime|user\b/i;

function mayHaveExpressions(operation: OperationOf<'create index' | 'create table' | 'add column'>): boolean {
  switch (operation.kind) {
    case 'create index':
      return changing.test(operation.index.predicate ?? '') || operation.index.keys.some((key) => /[(:]/.test(key));
    case 'add column':
      return operation.column.generated !== undefined;
    case 'create table':
      return operation.columns.some(({ generated }) => generated !== undefined);
  }
}

function generatedExpressions(tree: Node | undefined, operation: OperationOf<'create index' | 'create table' | 'add column'>): unknown[] {
  const wanted = operation.kind === 'add column' ? operation.column.name : undefined;
  const found: unknown[] = [];
  walk(tree, (kind, content) => {
    if (kind !== 'ColumnDef') return;
    const column = content as NodeOf<'ColumnDef'>;
    if (wanted !== undefined && column.colname !== wanted) return;
    found.push(
      ...all(column.constraints, 'Constraint').flatMap(({ contype, raw_expr }) => (contype === 'CONSTR_GENERATED' ? [raw_expr] : [])),
    );
  });
  return found;
}

interface Culprit {
  readonly what: string;
  readonly why: string;
  readonly help: string;
}

const ofClock: Pick<Culprit, 'why' | 'help'> = {
  why: 'is another value each time',
  help: 'Leave it out: put the condition into the queries, and index the plain column.',
};
const ofSession: Pick<Culprit, 'why' | 'help'> = {
  why: "depends on the session's settings",
  help: "Say what it depends on: (column AT TIME ZONE 'UTC'), to_tsvector('english', column), column || column for concat().",
};

const ofNow = new Set(['now', 'transaction_timestamp', 'statement_timestamp']);

/** Immutable in one of their forms, by arguments that only types tell apart. */
const ofSeveralForms = new Set(['to_timestamp', 'date_part', 'convert_to', 'convert_from', 'timezone', 'quote_nullable']);

function changeable(part: unknown, table: Table | undefined, step: Step): Culprit | undefined {
  if (part === undefined) return undefined;
  let found: Culprit | undefined;
  walk([part], (kind, content) => {
    if (found !== undefined) return;
    if (kind === 'SQLValueFunction') found = { what: 'the current date, time or user', ...ofClock };
    else if (kind === 'FuncCall') found = call(content as NodeOf<'FuncCall'>, table, step);
    else if (kind === 'TypeCast') found = cast(content as NodeOf<'TypeCast'>, table);
  });
  return found;
}

function call({ funcname, args }: NodeOf<'FuncCall'>, table: Table | undefined, step: Step): Culprit | undefined {
  const parts = strings(funcname);
  const name = parts.at(-1) ?? '';
  if (parts.length > 1 && parts[0] !== 'pg_catalog') return undefined;
  if (step.before.definitions.some((object) => object.kind === 'function' && object.name === name)) return undefined;
  const what = `${name}()`;
  if (volatileFunctions.has(name) || ofNow.has(name)) return { what, ...ofClock };
  if (name === 'to_tsvector' && args?.length === 1) return { what: 'to_tsvector() without a configuration', ...ofSession };
  if (stableFunctions.has(name) && !ofSeveralForms.has(name)) return { what, ...ofSession };
  const zoned = (name === 'date_trunc' || name === 'date_part' || name === 'extract') && args?.length === 2;
  const argument = name === 'date' && args?.length === 1 ? args[0] : zoned ? args?.[1] : undefined;
  return argument !== undefined && typeOf(argument, table) === zonedTime ? { what: `${what} of a timestamptz`, ...ofSession } : undefined;
}

const zonedTime = 'timestamp with time zone';
const localTime = 'timestamp without time zone';

/** Casts that go by the time zone or the style of dates of the session. */
const sessionalCasts: Readonly<Record<string, readonly string[]>> = {
  [zonedTime]: ['date', localTime, 'time without time zone', 'text', 'character varying'],
  [localTime]: [zonedTime, 'text', 'character varying'],
  date: [zonedTime, 'text', 'character varying'],
  text: ['date', localTime, zonedTime],
  'character varying': ['date', localTime, zonedTime],
};

function cast({ arg, typeName }: NodeOf<'TypeCast'>, table: Table | undefined): Culprit | undefined {
  const source = arg === undefined ? undefined : typeOf(arg, table);
  if (source === undefined || typeName === undefined) return undefined;
  const target = typeText(typeName).replaceAll(/\([^)]*\)/g, '');
  return ownValue(sessionalCasts, source)?.includes(target) ? { what: `${source} as ${target}`, ...ofSession } : undefined;
}

function typeOf(argument: Node, table: Table | undefined): string | undefined {
  const fields = strings(as(argument, 'ColumnRef')?.fields);
  return findColumn(table, fields.at(-1) ?? '')?.type.replaceAll(/\([^)]*\)/g, '');
}

export const expressionExamples: Examples = {
  bad: [
    {
      title: 'Expressions that change with the clock or the session',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz, plain timestamp, day date, name text, body text);\n',
        },
        {
          path: 'V2__u.sql',
          text: "CREATE INDEX ON t (id) WHERE at > now() - interval '1 day';\nCREATE INDEX ON t (date(at));\nCREATE INDEX ON t ((at::date));\nCREATE INDEX ON t (date_trunc('day', at));\nCREATE INDEX ON t USING gin (to_tsvector(body));\nALTER TABLE t ADD COLUMN g text GENERATED ALWAYS AS (concat(name, body)) STORED;\nCREATE TABLE u (a timestamptz, b text GENERATED ALWAYS AS (to_char(a, 'YYYY')) STORED);\nCREATE INDEX ON t ((day::text));\n",
        },
      ],
      findings: [
        { at: "CREATE INDEX ON t (id) WHERE at > now() - interval '1 day'", says: 'now()' },
        { at: 'CREATE INDEX ON t (date(at))', says: 'date() of a timestamptz' },
        { at: 'CREATE INDEX ON t ((at::date))', says: '42P17' },
        { at: "CREATE INDEX ON t (date_trunc('day', at))", says: 'AT TIME ZONE' },
        { at: 'CREATE INDEX ON t USING gin (to_tsvector(body))', says: 'configuration' },
        { at: 'ALTER TABLE t ADD COLUMN g text GENERATED ALWAYS AS (concat(name, body)) STORED', says: 'concat()' },
        { at: "CREATE TABLE u (a timestamptz, b text GENERATED ALWAYS AS (to_char(a, 'YYYY')) STORED)", says: 'to_char()' },
        { at: 'CREATE INDEX ON t ((day::text))', says: 'date as text' },
      ],
    },
  ],
  good: [
    {
      title: 'Expressions that stay; values that may be given',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, plain timestamp, name text, body text, j jsonb);\n',
        },
        {
          path: 'V2__u.sql',
          text: "CREATE INDEX ON t (lower(name), (at AT TIME ZONE 'UTC')) WHERE at > '2020-01-01';\nCREATE INDEX ON t (date(plain), date_trunc('day', plain), date_trunc('day', at AT TIME ZONE 'UTC'));\nCREATE INDEX ON t USING gin (to_tsvector('english', body));\nALTER TABLE t ADD COLUMN g text GENERATED ALWAYS AS (name || body) STORED;\nCREATE INDEX ON t (((j->>'n')::int), to_timestamp(id), make_timestamp(1, 1, 1, 1, 1, id));\nINSERT INTO t (id, name) OVERRIDING SYSTEM VALUE VALUES (10, 'a');\nINSERT INTO t (id, name) VALUES (DEFAULT, 'a');\nALTER TABLE t ALTER COLUMN id DROP IDENTITY, ALTER COLUMN id SET DEFAULT 1;\n",
        },
      ],
    },
  ],
};
