import type { Table } from '../../../model/catalog';
import type { ObjectKind, ObjectName } from '../../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../../parse/postgres/identifiers';
import { findColumn, findNamed, findTable } from '../../../schema/lookup';
import { isInUse, type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import type { Examples, Violation } from '../../rule';
import { copiedInto } from './copied-column';
import { isKeptAside, keepAside } from './kept-aside';
import { isMadeAgain, isNewName, isNewSchema, isOwnColumn, standsAgain } from './names';
import { laterHelp, violation } from './violation';

/** DROP COLUMN. */
export function checkColumn(context: RuleContext, step: Step, operation: OperationOf<'drop column'>): Violation[] {
  const { table, column } = operation;
  const known = findTable(step.before, table);
  const addedHere = known !== undefined && isOwnColumn(context, step, known, column);
  if (!isInUse(context, step, table) || addedHere || isKeptAside(context, step, table, column)) return [];
  if (operation.ifExists && known !== undefined && known.complete !== false && findColumn(known, column) === undefined) return [];
  const cascade = operation.cascade ? ' CASCADE also drops whatever depends on it, unnamed.' : '';
  if (known?.columns.some((candidate) => candidate.name === column && candidate.generated !== undefined) === true) {
    const message = `Dropping ${shownName(table)}.${column} breaks running code that still reads it. Its values are generated: adding it again computes them.${cascade}`;
    return [violation(context, step, operation, message, laterHelp)];
  }
  const copy = copiedInto(context, step, operation);
  if (copy !== undefined) {
    const { columns: atEnd = [] } = context.after.tables.find(({ identity }) => identity === known?.identity) ?? {};
    // What takes its place goes on under its name.
    if (atEnd.some(({ name }) => name === nameBefore(context, known, column))) return [];
    const message = `Dropping ${shownName(table)}.${column} breaks running code that still reads it. Its values were copied into ${copy}.${cascade}`;
    return [violation(context, step, operation, message, laterHelp)];
  }
  const key = known?.constraints.find((constraint) => constraint.kind === 'primary key')?.columns ?? [];
  const columns = [...key.filter((name) => name !== column), column].map(quoteIdentifier).join(', ');
  const fix = keepAside(
    context,
    step,
    `${table.name}_${column}_kept`,
    table,
    `SELECT ${columns} FROM ${quoteQualified(table.schema, table.name)}`,
  );
  return [
    violation(
      context,
      step,
      operation,
      `Dropping ${shownName(table)}.${column} destroys its data, which no rollback brings back, and breaks running code that still reads it.${cascade}`,
      `${laterHelp} Keep its data in a table of its own until nobody can want it back.`,
      fix,
    ),
  ];
}

/** The name by which code from before the migration knows the column. */
function nameBefore(context: RuleContext, table: Table | undefined, column: string): string {
  const identity = findColumn(table, column)?.identity;
  const before = context.before.tables.find((candidate) => candidate.identity === table?.identity);
  return before?.columns.find((candidate) => candidate.identity === identity)?.name ?? column;
}

const droppedKinds: readonly ObjectKind[] = [
  'table',
  'foreign table',
  'view',
  'materialized view',
  'schema',
  'type',
  'domain',
  'sequence',
  'database',
];

/** DROP of what holds data, or what running code names. */
export function checkDrop(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Violation[] {
  const { objectKind } = operation;
  if (!droppedKinds.includes(objectKind)) return [];
  // Without CASCADE the server lets a schema go only when nothing is in it (2BP01).
  if (objectKind === 'schema' && !operation.cascade) return [];
  const affected = operation.objects.filter((name) => !isHarmlessDrop(context, step, objectKind, name));
  const [first] = affected;
  if (first === undefined) return [];
  const names = affected.map(shownName).join(', ');
  const holdsData = ['table', 'foreign table', 'schema', 'database'].includes(objectKind);
  const loss = holdsData ? ' destroys its data, which no rollback brings back, and' : '';
  const cascade = operation.cascade ? ' CASCADE also drops whatever depends on it, unnamed.' : '';
  const fix =
    objectKind === 'table' && affected.length === 1
      ? keepAside(context, step, `${first.name}_kept`, first, `TABLE ${quoteQualified(first.schema, first.name)}`)
      : undefined;
  const keep = holdsData ? ' Keep its data aside until nobody can want it back.' : '';
  return [
    violation(
      context,
      step,
      operation,
      `Dropping ${objectKind} ${names}${loss} breaks running code that still names it.${cascade}`,
      `${laterHelp}${keep}`,
      fix,
    ),
  ];
}

function isHarmlessDrop(context: RuleContext, step: Step, kind: ObjectKind, name: ObjectName): boolean {
  if (isMadeAgain(context, step, name)) return true;
  if (kind === 'table') return !isInUse(context, step, name) || isKeptAside(context, step, name);
  const isRecreated = context.steps.some(
    (later) =>
      later.statement.index > step.statement.index &&
      later.statement.operations.some((operation) => operation.kind === 'create object' && operation.object.name === name.name),
  );
  // An identity names its sequence as serial did.
  if (kind === 'sequence' && findNamed(context.after.sequences, name, step.after.searchPath) !== undefined) return true;
  const isView = kind === 'view' || kind === 'materialized view';
  if (isView && (isRecreated || standsAgain(context, name) || !isInUse(context, step, name))) return true;
  return kind === 'schema' ? isNewSchema(context, step, name) : isNewName(context, step, name);
}

/** After REASSIGN OWNED nothing but privileges is left to it (manual, DROP OWNED). */
export function checkDropOwned(context: RuleContext, step: Step, operation: OperationOf<'other'>): Violation[] {
  const [, roles] = /^\s*drop\s+owned\s+by\s+(.+?)(?:\s+(?:cascade|restrict))?\s*$/is.exec(step.statement.sent) ?? [];
  if (operation.node !== 'DropOwnedStmt' || roles === undefined) return [];
  const isReassigned = context.files.some(({ text }) => /\breassign\s+owned\s+by\b/i.test(text));
  if (isReassigned) return [];
  return [
    violation(
      context,
      step,
      operation,
      `DROP OWNED drops all that ${roles} has in this database, unnamed, tables with their rows included, which no rollback brings back.`,
      `REASSIGN OWNED BY ${roles} TO another role first: then it takes privileges alone.`,
    ),
  ];
}

export const dropExamples: Examples = {
  bad: [
    {
      title: 'What only has another name or place since this migration',
      framework: 'flyway',
      files: [
        {
          path: 'V1__users.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone text);\nCREATE TABLE logs (id bigint PRIMARY KEY);\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE users RENAME COLUMN phone TO phone_old;\nALTER TABLE users DROP COLUMN phone_old;\nCREATE SCHEMA gone;\nALTER TABLE logs SET SCHEMA gone;\nDROP SCHEMA gone CASCADE;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users RENAME COLUMN phone TO phone_old', says: 'phone' },
        { at: 'ALTER TABLE users DROP COLUMN phone_old', says: 'destroys its data' },
        { at: 'ALTER TABLE logs SET SCHEMA gone', says: 'Moving' },
        { at: 'DROP SCHEMA gone CASCADE', says: 'destroys its data' },
      ],
    },
    {
      title: 'A column',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone text);\n' },
        { path: '0002_phone.sql', text: 'ALTER TABLE users DROP COLUMN phone;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users DROP COLUMN phone', says: 'no rollback brings back' }],
      fixed: [
        {
          path: '0002_phone.sql',
          text: 'CREATE TABLE users_phone_kept AS SELECT id, phone FROM users;\nALTER TABLE users DROP COLUMN phone;\n',
        },
      ],
    },
    {
      title: 'A generated column, of which no data is lost',
      framework: 'sql',
      files: [
        {
          path: '0001_users.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text, short text GENERATED ALWAYS AS (lower(name)) STORED);\n',
        },
        { path: '0002_short.sql', text: 'ALTER TABLE users DROP COLUMN short;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users DROP COLUMN short', says: 'adding it again computes them' }],
    },
    {
      title: 'A table, with CASCADE',
      framework: 'flyway',
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone text);\n' },
        { path: 'V2__drop.sql', text: 'DROP TABLE users CASCADE;\n' },
      ],
      findings: [{ at: 'DROP TABLE users CASCADE', says: 'CASCADE' }],
      fixed: [{ path: 'V2__drop.sql', text: 'CREATE TABLE users_kept AS TABLE users;\nDROP TABLE users CASCADE;\n' }],
    },
  ],
  good: [
    {
      title: 'graphile-migrate: what the migration makes, dropped first for the next time that it is run; a column that is not there',
      framework: 'graphile-migrate',
      files: [
        {
          path: 'committed/000001.sql',
          text: '--! Previous: -\n--! Hash: sha1:05b98f43b0d4ffe4f149178b3b6412c321cc760a\n\ncreate table people (id bigint primary key);\n',
        },
        {
          path: 'current.sql',
          text: "drop table if exists posts cascade;\ndrop type if exists mood;\ncreate type mood as enum ('good');\ncreate table posts (id bigint primary key, mood mood);\nalter table people drop column if exists nick cascade;\nalter table people add column nick text;\n",
        },
      ],
      path: 'current.sql',
    },
    {
      title: 'The sequence of a serial column that becomes an identity',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigserial PRIMARY KEY);\n' },
        {
          path: 'V2__i.sql',
          text: "ALTER TABLE t ALTER COLUMN id DROP DEFAULT;\nDROP SEQUENCE t_id_seq;\nALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;\nSELECT setval(pg_get_serial_sequence('t', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM t;\n",
        },
      ],
    },
    {
      title: 'A view that is created again; indexes, constraints and functions',
      framework: 'sql',
      files: [
        { path: '0001_v.sql', text: 'CREATE TABLE users (id bigint, CONSTRAINT c CHECK (id > 0));\nCREATE VIEW v AS SELECT 1 AS a;\n' },
        {
          path: '0002_v.sql',
          text: 'DROP VIEW v;\nCREATE VIEW v AS SELECT 1 AS a, 2 AS b;\nALTER TABLE users DROP CONSTRAINT c;\nDROP FUNCTION IF EXISTS f();\n',
        },
      ],
    },
  ],
};
