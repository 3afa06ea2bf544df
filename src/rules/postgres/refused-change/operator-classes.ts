import type { Table } from '../../../model/catalog';
import { findColumn, findNamed, findTable } from '../../../schema/lookup';
import { type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import { onceForFolder } from '../../once';
import type { Examples } from '../../rule';
import { elementsAlone } from './gist';
import type { Refusal } from './refusal';

const unordered = /^(?:json|xml|point|line|lseg|path|polygon)$/;
const scalar =
  /^(?:smallint|integer|bigint|real|double precision|numeric|text|character|date|time|timestamp|interval|uuid|boolean|bytea|json|xml|point)\b(?!.*\[\])/;

/** Types for which an access method has no operator class by itself, and the extension that brings one for most of them (manual, "Operator Classes"). */
const methods: Readonly<Record<string, { readonly without: RegExp; readonly extension?: string }>> = {
  btree: { without: unordered },
  hash: { without: unordered },
  brin: { without: /^(?:json|xml)$/ },
  gin: { without: scalar, extension: 'btree_gin' },
  gist: {
    without:
      /^(?:smallint|integer|bigint|real|double precision|numeric|text|character|date|time|timestamp|interval|uuid|json|xml)\b(?!.*\[\])/,
    extension: 'btree_gist',
  },
};

const extensionsNamed = onceForFolder((files) =>
  Object.values(methods).flatMap(({ extension }) =>
    extension !== undefined && files.some(({ text }) => text.toLowerCase().includes(extension)) ? [extension] : [],
  ),
);

/** An index that no operator class of its method can hold, and what a hash index can't be. */
export function refusedIndex(context: RuleContext, step: Step, { index }: OperationOf<'create index'>): Refusal | undefined {
  const { method, keys } = index;
  if (method === 'hash' && (index.unique || keys.length > 1)) {
    return {
      why: index.unique ? 'A hash index is never unique' : 'A hash index has one column',
      code: '0A000',
      help: 'Leave out USING hash: a btree index finds equal values too.',
    };
  }
  const known = methods[method];
  const table = findTable(step.before, index.table);
  if (known === undefined || table === undefined) return undefined;
  if (known.extension !== undefined && extensionsNamed(context).includes(known.extension)) return undefined;
  const column = typed(step, table, plainKeys(step.statement.sent), known.without);
  return column === undefined ? undefined : refusal(shownName(index.table), column, method, known.extension);
}

/** A key over values that can't be compared: its index is a btree one. */
export function refusedKeyType(step: Step, operation: OperationOf<'create table' | 'add constraint' | 'add column'>): Refusal | undefined {
  const table = findTable(step.after, operation.table);
  if (table === undefined) return undefined;
  const names = operation.kind === 'add column' ? [operation.column].flatMap(keyOfColumn) : ownKeys(operation);
  const column = names.length === 0 ? undefined : typed(step, table, names, unordered);
  return column === undefined ? undefined : refusal(shownName(operation.table), column, 'btree');
}

function ownKeys(operation: OperationOf<'create table' | 'add constraint'>): readonly string[] {
  const constraints = operation.kind === 'create table' ? operation.constraints : [operation.constraint];
  const named = constraints.flatMap((constraint) =>
    (constraint.kind === 'primary key' || constraint.kind === 'unique') && constraint.usingIndex === undefined ? constraint.columns : [],
  );
  return operation.kind === 'create table' ? [...operation.columns.flatMap(keyOfColumn), ...named] : named;
}

function keyOfColumn({ name, primaryKey, unique }: { readonly name: string; readonly primaryKey: boolean; readonly unique: boolean }) {
  return primaryKey || unique ? [name] : [];
}

/** Columns that stand between the first brackets behind ON without an operator class of their own. */
function plainKeys(sent: string): readonly string[] {
  const on = sent.search(/\bon\b/i);
  return on === -1 ? [] : elementsAlone(sent.slice(on));
}

type Column = Table['columns'][number];

function typed(step: Step, table: Table, names: readonly string[], without: RegExp): Column | undefined {
  const columns = names.flatMap((name) => findColumn(table, name) ?? []);
  return columns.find(
    ({ type }) => without.test(type) && findNamed(step.before.types, { name: type }, step.before.searchPath) === undefined,
  );
}

function refusal(table: string, { name, type }: Column, method: string, extension?: string): Refusal {
  return {
    why: `${table}.${name} is ${type}, for which ${method} has no operator class by itself`,
    code: '42704',
    help: helpFor(name, type, method, extension),
  };
}

function helpFor(name: string, type: string, method: string, extension: string | undefined): string {
  if (type === 'json') return `Make it jsonb, which can be indexed, or index an expression: ((${name} ->> 'key')).`;
  if (/^(?:text|character)/.test(type) && (method === 'gin' || method === 'gist'))
    return `For LIKE and similarity say ${name} ${method}_trgm_ops, with the extension pg_trgm; for words, to_tsvector('english', ${name}).`;
  if (extension !== undefined) return `Leave out USING ${method}, or CREATE EXTENSION ${extension} before.`;
  return method === 'btree' && type !== 'xml'
    ? `Say USING gist: CREATE INDEX ... USING gist (${name}).`
    : `Index an expression over ${name}.`;
}

const things = 'CREATE TABLE d (id int PRIMARY KEY, t text, j json, jb jsonb, arr int[], tsv tsvector, u uuid, p point);\n';

export const operatorClassExamples: Examples = {
  bad: [
    {
      title: 'Indexes over types that their method does not know',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: things },
        {
          path: '02.sql',
          text: 'CREATE INDEX ON d USING gin (t);\nCREATE INDEX ON d USING gin (arr, u);\nCREATE INDEX ON d (j);\nCREATE INDEX ON d USING gist (t);\nCREATE INDEX ON d (p DESC);\nCREATE INDEX ON d USING hash (id, u);\nALTER TABLE d ADD UNIQUE (j);\nCREATE TABLE e (id int, j json UNIQUE);\n',
        },
      ],
      findings: [
        {
          at: 'CREATE INDEX ON d USING gin (t)',
          says: 'd.t is text, for which gin has no operator class by itself: the server refuses this (42704)',
        },
        { at: 'CREATE INDEX ON d USING gin (arr, u)', says: 'btree_gin' },
        { at: 'CREATE INDEX ON d (j)', says: 'Make it jsonb' },
        { at: 'CREATE INDEX ON d USING gist (t)', says: 'gist_trgm_ops' },
        { at: 'CREATE INDEX ON d (p DESC)', says: 'Say USING gist' },
        { at: 'CREATE INDEX ON d USING hash (id, u)', says: '0A000' },
        { at: 'ALTER TABLE d ADD UNIQUE (j)', says: 'd.j is json' },
        { at: 'CREATE TABLE e (id int, j json UNIQUE)', says: 'e.j is json' },
      ],
    },
  ],
  good: [
    {
      title: 'Types that it knows, operator classes that are named, expressions',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: `CREATE EXTENSION pg_trgm;\n${things}` },
        {
          path: '02.sql',
          text: "CREATE INDEX ON d USING gin (t gin_trgm_ops);\nCREATE INDEX ON d USING gin (jb, arr, tsv);\nCREATE INDEX ON d USING gin (jb jsonb_path_ops);\nCREATE INDEX ON d USING gist (p, t gist_trgm_ops);\nCREATE INDEX ON d USING gin (to_tsvector('english', t));\nCREATE INDEX ON d (jb, arr, (j ->> 'a'), t text_pattern_ops);\nCREATE INDEX ON d USING hash (u);\nCREATE INDEX ON d USING brin (id, u, t);\nCREATE INDEX ON d (id) INCLUDE (j);\nCREATE INDEX ON d (id) WHERE j IS NOT NULL;\n",
        },
      ],
    },
    {
      title: 'With the extension',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: `CREATE EXTENSION btree_gin;\n${things}` },
        { path: '02.sql', text: 'CREATE INDEX ON d USING gin (t, arr);\n' },
      ],
    },
  ],
};
