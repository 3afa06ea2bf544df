import type { Table } from '../../../model/catalog';
import type { Fix } from '../../../model/finding';
import { quoteQualified } from '../../../parse/postgres/identifiers';
import { findColumn, findNamed, findTable } from '../../../schema/lookup';
import { isInUse, type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import { endWithTerminator, insertAt } from '../../edits';
import type { Examples, Violation } from '../../rule';
import { copiedInto } from './copied-column';
import { isAddedHere, isNewName, isNewSchema, standsAgain } from './names';
import { laterHelp, violation } from './violation';

/** RENAME COLUMN. */
export function checkRenamedColumn(context: RuleContext, step: Step, operation: OperationOf<'rename column'>): Violation[] {
  const { table, column, newName } = operation;
  const known = findTable(step.before, table);
  if (!isInUse(context, step, table) || (known !== undefined && isAddedHere(context, step, known.identity, column))) return [];
  if (known !== undefined && isPartOfExchange(context, step, known.identity, operation)) return [];
  if (known !== undefined && isReplaced(context, step, known, operation)) return [];
  return [
    violation(
      context,
      step,
      operation,
      `Renaming ${shownName(table)}.${column} breaks running code that still says ${column} until the new version is deployed everywhere, and an old version then can't be brought back.`,
      `Expand and contract: add ${newName}, write both, fill it in batches, move the readers over, then drop ${column} in a later migration.`,
    ),
  ];
}

/** RENAME TO and SET SCHEMA. */
export function checkRenamedObject(context: RuleContext, step: Step, operation: OperationOf<'rename object' | 'set schema'>): Violation[] {
  const { object, objectKind } = operation;
  const isRelation = ['table', 'view', 'materialized view', 'foreign table'].includes(objectKind);
  if (!isRelation && !['schema', 'type', 'domain'].includes(objectKind)) return [];
  if (isRelation && !isInUse(context, step, object)) return [];
  if (objectKind === 'schema' ? isNewSchema(context, step, object) : isNewName(context, step, object)) return [];
  if (standsAgain(context, object) || takesPlace(context, step, operation)) return [];
  const target =
    operation.kind === 'rename object'
      ? quoteQualified(object.schema, operation.newName)
      : quoteQualified(operation.newSchema, object.name);
  const verb = operation.kind === 'rename object' ? 'Renaming' : 'Moving';
  const end = endWithTerminator(context, step.statement.span);
  const terminated = end > step.statement.span.end;
  const moved = findTable(step.before, object);
  const stays = moved === undefined || context.after.tables.some(({ identity }) => identity === moved.identity);
  const fix: Fix | undefined =
    objectKind === 'table' && stays && step.statement.operations.length === 1
      ? {
          title: 'Leave a view under the old name',
          safe: false,
          edits: [
            insertAt(
              context,
              end,
              `${terminated ? '' : ';'}\nCREATE VIEW ${quoteQualified(object.schema, object.name)} AS SELECT * FROM ${target};`,
            ),
          ],
        }
      : undefined;
  return [
    violation(
      context,
      step,
      operation,
      `${verb} ${objectKind} ${shownName(object)} breaks running code that still names it, until the new version is deployed everywhere.`,
      isRelation ? 'Leave a view under the old name until no code uses it; a plain view of one table can be written through.' : laterHelp,
      fix,
    ),
  ];
}

/** RENAME VALUE of an enum. */
export function checkRenamedValue(context: RuleContext, step: Step, operation: OperationOf<'rename enum value'>): Violation[] {
  const { type, value, newValue } = operation;
  if (isNewName(context, step, type)) return [];
  return [
    violation(
      context,
      step,
      operation,
      `Renaming the value '${value}' of ${shownName(type)} breaks running code that still says '${value}' (22P02), until the new version is deployed everywhere.`,
      `Expand and contract: add '${newValue}' beside it, deploy code that takes both, and change the rows in batches.`,
    ),
  ];
}

/** Does it get the name that running code says, from what had it when the migration began? What it was called itself was for the time until now. */
function takesPlace(context: RuleContext, step: Step, operation: OperationOf<'rename object' | 'set schema'>): boolean {
  if (operation.kind !== 'rename object') return false;
  const relations = ({ tables, definitions, types }: RuleContext['before']) => [...tables, ...definitions, ...types];
  const predecessor = findNamed(relations(context.before), { ...operation.object, name: operation.newName });
  const moved = findNamed(relations(step.before), operation.object);
  return predecessor !== undefined && moved !== undefined && predecessor.identity !== moved.identity;
}

/** Does a column that the migration filled with its values have its name at the end? */
function isReplaced(context: RuleContext, step: Step, known: Table, operation: OperationOf<'rename column'>): boolean {
  const copy = copiedInto(context, step, operation);
  if (copy === undefined) return false;
  const atEnd = context.after.tables.find(({ identity }) => identity === known.identity);
  return findColumn(atEnd, operation.column)?.identity === findColumn(known, copy)?.identity;
}

/**
 * Columns that change places, as at the end of a staged change of type: the name that running code says goes from the old column to the one
 * that was filled beside it, whose own name nothing has at the end.
 */
function isPartOfExchange(context: RuleContext, step: Step, table: string, { column, newName }: OperationOf<'rename column'>): boolean {
  const columnsIn = (catalog: RuleContext['before']) => catalog.tables.find((candidate) => candidate.identity === table)?.columns ?? [];
  const [before, then, after] = [columnsIn(context.before), columnsIn(step.before), columnsIn(context.after)];
  const identity = then.find(({ name }) => name === column)?.identity;
  /** Did one column pass its name to another, which was there under a name that is gone? */
  const isHandedOver = (name: string, from: string | undefined, to: string | undefined) => {
    const old = before.find((candidate) => candidate.identity === to)?.name;
    const isGone = old !== undefined && !after.some((candidate) => candidate.name === old);
    return isGone && from !== to && before.some((candidate) => candidate.name === name && candidate.identity === from);
  };
  const successor = after.find(({ name }) => name === column)?.identity;
  const predecessor = before.find(({ name }) => name === newName)?.identity;
  return isHandedOver(column, identity, successor) || isHandedOver(newName, predecessor, identity);
}

export const renameExamples: Examples = {
  bad: [
    {
      title: 'Renames',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone text);\n' },
        { path: '0002_r.sql', text: 'ALTER TABLE users RENAME TO people;\nALTER TABLE people RENAME COLUMN phone TO telephone;\n' },
      ],
      findings: [
        { at: 'ALTER TABLE users RENAME TO people', says: 'users' },
        { at: 'ALTER TABLE people RENAME COLUMN phone TO telephone', says: 'phone' },
      ],
      fixed: [
        {
          path: '0002_r.sql',
          text: 'ALTER TABLE users RENAME TO people;\nCREATE VIEW users AS SELECT * FROM people;\nALTER TABLE people RENAME COLUMN phone TO telephone;\n',
        },
      ],
    },
    {
      title: 'Several renames in a row: the first is told',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE SCHEMA archive;\nCREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: 'V2__r.sql',
          text: `ALTER TABLE users RENAME TO users_2023;
ALTER TABLE users_2023 SET SCHEMA archive;
ALTER TABLE archive.users_2023 RENAME COLUMN a TO b;
ALTER TABLE archive.users_2023 RENAME COLUMN b TO c;
ALTER TABLE orders RENAME TO orders_2023;
ALTER TABLE orders_2023 RENAME TO orders_old;
`,
        },
      ],
      findings: [
        { at: 'ALTER TABLE users RENAME TO users_2023', says: 'users' },
        { at: 'ALTER TABLE archive.users_2023 RENAME COLUMN a TO b', says: 'a' },
        { at: 'ALTER TABLE orders RENAME TO orders_2023', says: 'orders' },
      ],
    },
    {
      title: 'Two columns that both stay exchange their names',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a text, b text);\n' },
        {
          path: '0002_r.sql',
          text: 'ALTER TABLE users RENAME COLUMN a TO c;\nALTER TABLE users RENAME COLUMN b TO a;\nALTER TABLE users RENAME COLUMN c TO b;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users RENAME COLUMN a TO c', says: 'a' },
        { at: 'ALTER TABLE users RENAME COLUMN b TO a', says: 'b' },
      ],
    },
  ],
  good: [
    {
      title: 'A name that only this migration has given: what it has of running code is told once',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE SCHEMA app;\nCREATE TABLE app.users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: 'V2__r.sql',
          text: `ALTER TABLE orders ADD COLUMN note_new text;
ALTER TABLE orders RENAME COLUMN note_new TO remark;
CREATE SCHEMA draft;
DROP SCHEMA draft CASCADE;
DROP SCHEMA IF EXISTS old;
`,
        },
      ],
    },
    {
      title: 'A type exchanged for one with other values, as Prisma writes it; a table exchanged for another',
      framework: 'prisma',
      files: [
        {
          path: '20240101000000_users/migration.sql',
          text: `CREATE TYPE "Role" AS ENUM ('USER', 'ROOT');\nCREATE TABLE "User" ("id" bigint, "role" "Role");\nCREATE TABLE "Event" ("id" int);\n`,
        },
        {
          path: '20240102000000_roles/migration.sql',
          text: `BEGIN;
CREATE TYPE "Role_new" AS ENUM ('USER', 'ADMIN');
ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
ALTER TYPE "Role" RENAME TO "Role_old";
ALTER TYPE "Role_new" RENAME TO "Role";
DROP TYPE "Role_old";
CREATE TABLE "Event_new" ("id" bigint);
ALTER TABLE "Event" RENAME TO "Event_old";
ALTER TABLE "Event_new" RENAME TO "Event";
COMMIT;
`,
        },
      ],
    },
    {
      title: 'Columns, tables and materialized views that were prepared before change places with the old ones',
      framework: 'flyway',
      files: [
        {
          path: 'V1__events.sql',
          text: `CREATE TABLE events (id integer PRIMARY KEY, id_wide bigint);
CREATE TABLE audit (id bigint PRIMARY KEY, at date);
CREATE TABLE audit_parts (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE MATERIALIZED VIEW load AS SELECT count(*) AS n FROM events;
`,
        },
        {
          path: 'V2__events.sql',
          text: `SET LOCAL lock_timeout = '2s';
ALTER TABLE events RENAME COLUMN id TO id_narrow;
ALTER TABLE events RENAME COLUMN id_wide TO id;
`,
        },
        {
          path: 'V3__audit.sql',
          text: `SET LOCAL lock_timeout = '2s';
ALTER TABLE audit RENAME TO audit_whole;
ALTER TABLE audit_parts RENAME TO audit;
`,
        },
        {
          path: 'V4__load.sql',
          text: `CREATE MATERIALIZED VIEW load_v2 AS SELECT count(*) AS n, max(id) AS last FROM events;
SET LOCAL lock_timeout = '2s';
DROP MATERIALIZED VIEW load;
ALTER MATERIALIZED VIEW load_v2 RENAME TO load;
`,
        },
      ],
    },
  ],
};
