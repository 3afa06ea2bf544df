import type { Fix } from '../../model/finding';
import type { ObjectKind, ObjectName, Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { namesIn } from '../../schema/definitions';
import { findNamed, findTable } from '../../schema/lookup';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../context';
import { endWithTerminator, insertAt } from '../edits';
import type { Rule, Violation } from '../rule';

export const destructiveChange: Rule = {
  id: 'destructive-change',
  title: 'Drop or rename of something that is in use',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `Dropping a table, a column or a schema, and TRUNCATE, destroy data that no rollback brings back. Dropping or renaming anything that running code names
breaks that code from the moment of the commit until the new version is deployed everywhere; CASCADE also drops what the text does not name.

Expand and contract: first deploy code that no longer uses the old name, and drop in a later migration. Keep the data of what is dropped aside, in a table of its own, until nobody can want
it back. For a renamed table, a view with the old name lets old code go on.

Silent in rollbacks, for what the same migration creates, for a view that is dropped and stands again at the end, for a drop whose data an
earlier statement of the migration copies into another table, for DROP OWNED where REASSIGN OWNED is said, for what is renamed when something else has the old name at the end (a view that is
left there, or what takes its place), and for what takes its place.`,
  bad: [
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
    {
      title: 'A value of an enum; all that a role owns',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: "CREATE TYPE mood AS ENUM ('good', 'bad');\n" },
        { path: 'V2__d.sql', text: "ALTER TYPE mood RENAME VALUE 'bad' TO 'awful';\nDROP OWNED BY importer CASCADE;\n" },
      ],
      findings: [
        { at: "ALTER TYPE mood RENAME VALUE 'bad' TO 'awful'", says: "still says 'bad'" },
        { at: 'DROP OWNED BY importer CASCADE', says: 'all that importer has' },
      ],
    },
    {
      title: 'TRUNCATE, a schema, a type',
      framework: 'sql',
      files: [{ path: '0001_d.sql', text: 'TRUNCATE users;\nDROP SCHEMA old CASCADE;\nDROP TYPE mood;\n' }],
      findings: [
        { at: 'TRUNCATE users', says: 'users' },
        { at: 'DROP SCHEMA old CASCADE', says: 'CASCADE' },
        { at: 'DROP TYPE mood', says: 'mood' },
      ],
    },
  ],
  good: [
    {
      title: 'In a rollback, and for what the migration makes itself',
      framework: 'dbmate',
      files: [
        {
          path: '1_users.sql',
          text: '-- migrate:up\nCREATE TABLE users (id bigint);\nCREATE TABLE scratch (id bigint);\nDROP TABLE scratch;\n\n-- migrate:down\nDROP TABLE users;\n',
        },
      ],
    },
    {
      title: 'A value of a type that the migration makes; what a role owned was given to another',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('good', 'bad');\nALTER TYPE mood RENAME VALUE 'bad' TO 'awful';\nREASSIGN OWNED BY importer TO CURRENT_USER;\nDROP OWNED BY importer;\n",
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
    {
      title: 'With the data kept aside',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone text);\n' },
        {
          path: '0002_phone.sql',
          text: 'CREATE TABLE users_phone_kept AS SELECT id, phone FROM users;\nALTER TABLE users DROP COLUMN phone;\n',
        },
      ],
    },
  ],
  operations: {
    'drop column': inUp(checkColumn),
    'drop object': inUp(checkDrop),
    truncate: inUp(checkTruncate),
    'rename column': inUp(checkRenamedColumn),
    'rename object': inUp(checkRenamedObject),
    'set schema': inUp(checkRenamedObject),
    'rename enum value': inUp(checkRenamedValue),
    other: inUp(checkDropOwned),
  },
};

type Check<O> = (context: RuleContext, step: Step, operation: O) => readonly Violation[];

/** What a rollback takes away is what it is for. */
function inUp<O>(check: Check<O>): Check<O> {
  return (context, step, operation) => (context.program.direction === 'down' ? [] : check(context, step, operation));
}

const laterHelp = 'Deploy code that no longer uses it first, and drop it in a later migration.';

function violation(context: RuleContext, step: Step, operation: Operation, message: string, help: string, fix?: Fix): Violation {
  return { range: operationRange(context, step.statement, operation), message, help, fixes: fix === undefined ? [] : [fix] };
}

function checkColumn(context: RuleContext, step: Step, operation: OperationOf<'drop column'>): Violation[] {
  const { table, column } = operation;
  const known = findTable(step.before, table);
  const addedHere = known !== undefined && isAddedHere(context, known.identity, column);
  if (!isInUse(context, step, table) || addedHere || isKeptAside(context, step, table, column)) return [];
  const cascade = operation.cascade ? ' CASCADE also drops whatever depends on it, unnamed.' : '';
  if (known?.columns.some((candidate) => candidate.name === column && candidate.generated !== undefined) === true) {
    const message = `Dropping ${shownName(table)}.${column} breaks running code that still reads it. Its values are generated: adding it again computes them.${cascade}`;
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

/** Was the column added by the same migration? */
function isAddedHere(context: RuleContext, table: string, column: string): boolean {
  const before = context.before.tables.find((candidate) => candidate.identity === table);
  if (before === undefined || before.complete === false) return false;
  return !before.columns.some((candidate) => candidate.name === column);
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

function checkDrop(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Violation[] {
  const { objectKind } = operation;
  if (!droppedKinds.includes(objectKind)) return [];
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
  if (kind === 'table') return !isInUse(context, step, name) || isKeptAside(context, step, name);
  const isRecreated = context.steps.some(
    (later) =>
      later.statement.index > step.statement.index &&
      later.statement.operations.some((operation) => operation.kind === 'create object' && operation.object.name === name.name),
  );
  const isView = kind === 'view' || kind === 'materialized view';
  if (isView && (isRecreated || standsAgain(context, name) || !isInUse(context, step, name))) return true;
  return isNewName(context, step, name);
}

/** A type or a sequence that nothing outside of this migration can know by this name: made or renamed by an earlier statement of it. */
function isNewName(context: RuleContext, step: Step, name: ObjectName): boolean {
  const then = findNamed([...context.before.types, ...context.before.sequences], name);
  const now = findNamed([...step.before.types, ...step.before.sequences], name);
  return now !== undefined && now.identity !== then?.identity;
}

function checkTruncate(context: RuleContext, step: Step, operation: OperationOf<'truncate'>): Violation[] {
  const affected = operation.tables.filter((name) => isInUse(context, step, name) && !isKeptAside(context, step, name));
  if (affected.length === 0) return [];
  const cascade = operation.cascade ? ' CASCADE also empties every table that refers to it, unnamed.' : '';
  const message = `TRUNCATE destroys all rows of ${affected.map(shownName).join(', ')}, which no rollback brings back.${cascade}`;
  return [
    violation(
      context,
      step,
      operation,
      message,
      'Keep the rows aside first, in a table of their own, or delete in batches what is really not needed.',
    ),
  ];
}

function checkRenamedColumn(context: RuleContext, step: Step, operation: OperationOf<'rename column'>): Violation[] {
  const { table, column, newName } = operation;
  const known = findTable(step.before, table);
  if (!isInUse(context, step, table) || (known !== undefined && isAddedHere(context, known.identity, column))) return [];
  if (known !== undefined && isPartOfExchange(context, step, known.identity, operation)) return [];
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

function checkRenamedObject(context: RuleContext, step: Step, operation: OperationOf<'rename object' | 'set schema'>): Violation[] {
  const { object, objectKind } = operation;
  const isRelation = ['table', 'view', 'materialized view', 'foreign table'].includes(objectKind);
  if (!isRelation && !['schema', 'type', 'domain'].includes(objectKind)) return [];
  if (isRelation ? !isInUse(context, step, object) : isNewName(context, step, object)) return [];
  if (standsAgain(context, object) || takesPlace(context, step, operation)) return [];
  const target =
    operation.kind === 'rename object'
      ? quoteQualified(object.schema, operation.newName)
      : quoteQualified(operation.newSchema, object.name);
  const verb = operation.kind === 'rename object' ? 'Renaming' : 'Moving';
  const end = endWithTerminator(context, step.statement.span);
  const terminated = end > step.statement.span.end;
  const fix: Fix | undefined =
    objectKind === 'table' && step.statement.operations.length === 1
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

function checkRenamedValue(context: RuleContext, step: Step, operation: OperationOf<'rename enum value'>): Violation[] {
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

/** After REASSIGN OWNED nothing but privileges is left to it (manual, DROP OWNED). */
function checkDropOwned(context: RuleContext, step: Step, operation: OperationOf<'other'>): Violation[] {
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

/** Does something have the name at the end: a view that was left there, or what takes its place? */
function standsAgain({ after }: RuleContext, name: ObjectName): boolean {
  return findNamed([...after.tables, ...after.definitions, ...after.types], name) !== undefined;
}

/** Does it get the name that running code says, from what had it when the migration began? What it was called itself was for the time until now. */
function takesPlace(context: RuleContext, step: Step, operation: OperationOf<'rename object' | 'set schema'>): boolean {
  if (operation.kind !== 'rename object') return false;
  const relations = ({ tables, definitions, types }: RuleContext['before']) => [...tables, ...definitions, ...types];
  const predecessor = findNamed(relations(context.before), { ...operation.object, name: operation.newName });
  const moved = findNamed(relations(step.before), operation.object);
  return predecessor !== undefined && moved !== undefined && predecessor.identity !== moved.identity;
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

/** Does an earlier statement of the migration copy the data into another table? */
function isKeptAside(context: RuleContext, step: Step, table: ObjectName, column?: string): boolean {
  return context.steps.some((earlier) => {
    if (earlier.statement.index >= step.statement.index) return false;
    const copies = earlier.statement.operations.some(
      (operation) =>
        (operation.kind === 'create table' && operation.asQuery && operation.persistence !== 'temporary') ||
        (operation.kind === 'insert' && operation.rows === undefined && operation.table.name !== table.name),
    );
    const names = namesIn(earlier.statement.text, [table.name, ...(column === undefined ? [] : [column])]);
    const wholeRows = column !== undefined && (earlier.statement.text.includes('*') || /\bas\s+table\b/i.test(earlier.statement.text));
    return copies && names.includes(table.name) && (column === undefined || names.includes(column) || wholeRows);
  });
}

function keepAside(context: RuleContext, step: Step, name: string, table: ObjectName, query: string): Fix | undefined {
  if (findTable(step.before, { ...table, name }) !== undefined) return undefined;
  const text = `CREATE TABLE ${quoteQualified(table.schema, name)} AS ${query};\n`;
  return { title: `Keep the data aside first, in ${name}`, safe: false, edits: [insertAt(context, step.statement.span.start, text)] };
}
