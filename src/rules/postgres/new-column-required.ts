import type { Catalog, Column, Constraint, Table } from '../../model/catalog';
import type { Operation } from '../../model/operation';
import { requiresValue } from '../../plan/facts-constraint';
import { findTable } from '../../schema/lookup';
import { isInUse, operationRange, operationsOf, type PlacedOperation, type RuleContext, shownName } from '../context';
import type { Rule, Violation } from '../rule';

export const newColumnRequired: Rule = {
  id: 'new-column-required',
  title: 'New column that the running code is required to fill',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `A column that is new, NOT NULL and without a default can't be left out of an INSERT. The code that runs while the migration commits does not know it: each of its inserts fails (23502) until
the new version is deployed everywhere, and again when it has to be rolled back. Filling the old rows first, or a default that is dropped at once, helps the rows that are there and none that come in.

Keep the default, or leave the column nullable, until all running code gives a value; drop the default or say NOT NULL in a later migration.

A primary key, a CHECK that says IS NOT NULL, and on version 18 a NOT NULL constraint do the same, NOT VALID or not.

Silent in rollbacks, for tables that the same migration creates, for identity and generated columns, where a trigger may fill the column before the row is written, and for ADD COLUMN NOT NULL
without any default, of which required-column speaks.`,
  bad: [
    {
      title: 'A default that is dropped at once; a column that is filled and then required',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        {
          path: 'V2__c.sql',
          text: `ALTER TABLE users ADD COLUMN locale text NOT NULL DEFAULT 'en';
ALTER TABLE users ALTER COLUMN locale DROP DEFAULT;
ALTER TABLE users ADD COLUMN login text;
UPDATE users SET login = lower(email);
ALTER TABLE users ALTER COLUMN login SET NOT NULL;
ALTER TABLE accounts ADD COLUMN plan text DEFAULT 'free', ALTER COLUMN plan SET NOT NULL, ALTER COLUMN plan DROP DEFAULT;
ALTER TABLE users ADD COLUMN zone text DEFAULT 'utc';
ALTER TABLE users ALTER COLUMN zone SET NOT NULL;
ALTER TABLE users ALTER COLUMN zone SET DEFAULT NULL;
`,
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ALTER COLUMN locale DROP DEFAULT', says: 'locale of users is new' },
        { at: 'ALTER TABLE users ALTER COLUMN login SET NOT NULL', says: '23502' },
        { at: 'ALTER COLUMN plan DROP DEFAULT', says: 'plan of accounts' },
        { at: 'ALTER TABLE users ALTER COLUMN zone SET DEFAULT NULL', says: 'zone of users' },
      ],
    },
    {
      title: 'Required by a CHECK, and by a primary key of an index',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE TABLE tags (name text);\n' },
        {
          path: 'V2__c.sql',
          text: `ALTER TABLE users ADD COLUMN login text;
ALTER TABLE users ADD CONSTRAINT login_given CHECK (login IS NOT NULL AND login <> '') NOT VALID;
ALTER TABLE tags ADD COLUMN id bigint;
CREATE UNIQUE INDEX tags_id ON tags (id);
ALTER TABLE tags ADD CONSTRAINT tags_pkey PRIMARY KEY USING INDEX tags_id;
`,
        },
      ],
      findings: [
        {
          at: "ALTER TABLE users ADD CONSTRAINT login_given CHECK (login IS NOT NULL AND login <> '') NOT VALID",
          says: 'login_given requires it',
        },
        { at: 'ALTER TABLE tags ADD CONSTRAINT tags_pkey PRIMARY KEY USING INDEX tags_id', says: '23502' },
      ],
    },
    {
      title: 'Required by a NOT NULL constraint, which version 18 has',
      framework: 'flyway',
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        {
          path: 'V2__c.sql',
          text: 'ALTER TABLE users ADD COLUMN login text;\nALTER TABLE users ADD CONSTRAINT login_given NOT NULL login NOT VALID;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE users ADD CONSTRAINT login_given NOT NULL login NOT VALID', says: '23502' }],
    },
  ],
  good: [
    {
      title: 'A CHECK that another column satisfies too, one that a later statement takes away, a column that has a value',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        {
          path: 'V2__c.sql',
          text: `ALTER TABLE users ADD COLUMN phone text;
ALTER TABLE users ADD CONSTRAINT reachable CHECK (phone IS NOT NULL OR email IS NOT NULL) NOT VALID;
ALTER TABLE users ADD COLUMN fax text;
ALTER TABLE users ADD CONSTRAINT fax_given CHECK (fax IS NOT NULL) NOT VALID;
ALTER TABLE users DROP CONSTRAINT fax_given;
ALTER TABLE users ADD COLUMN zone text DEFAULT 'utc';
ALTER TABLE users ADD CONSTRAINT zone_given CHECK (zone IS NOT NULL) NOT VALID;
`,
        },
      ],
    },
    {
      title: 'A default that stays, a trigger that fills it, a column that an earlier migration made',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__users.sql',
          text: `CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, total int);
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.number := NEW.id; RETURN NEW; END $$;
CREATE TRIGGER fill BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION fill();
`,
        },
        {
          path: 'V2__c.sql',
          text: `ALTER TABLE users ADD COLUMN locale text NOT NULL DEFAULT 'en', ADD COLUMN login text, ADD COLUMN n bigint GENERATED BY DEFAULT AS IDENTITY;
ALTER TABLE orders ADD COLUMN number bigint;
UPDATE orders SET number = id;
ALTER TABLE orders ALTER COLUMN number SET NOT NULL;
CREATE TABLE tags (id bigint PRIMARY KEY);
ALTER TABLE tags ADD COLUMN name text NOT NULL DEFAULT '';
ALTER TABLE tags ALTER COLUMN name DROP DEFAULT;
CREATE DOMAIN language AS text DEFAULT 'en';
ALTER TABLE users ADD COLUMN spoken language;
ALTER TABLE users ALTER COLUMN spoken SET NOT NULL;
`,
        },
        { path: 'V3__c.sql', text: 'ALTER TABLE users ALTER COLUMN locale DROP DEFAULT, ALTER COLUMN login SET NOT NULL;\n' },
      ],
    },
    {
      title: 'The code is deployed with a column that takes the place of the old one',
      framework: 'flyway',
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, age text NOT NULL);\n' },
        {
          path: 'V2__c.sql',
          text: `ALTER TABLE users ADD COLUMN age_new int;
UPDATE users SET age_new = age::int;
ALTER TABLE users ALTER COLUMN age_new SET NOT NULL;
ALTER TABLE users DROP COLUMN age;
ALTER TABLE users RENAME COLUMN age_new TO age;
`,
        },
      ],
    },
  ],
  check: (context) =>
    context.program.direction === 'down' ? [] : operationsOf(context, 'add column').flatMap((added) => check(context, added)),
};

function check(context: RuleContext, { step, operation }: PlacedOperation<Extract<Operation, { kind: 'add column' }>>): Violation[] {
  const { table: name, column: added } = operation;
  // Without a default from the start, the statement fails on every table with rows.
  if (((added.notNull || added.primaryKey) && added.default === undefined) || !isInUse(context, step, name)) return [];
  const then = findTable(step.after, name);
  const identity = then?.columns.find((column) => column.name === added.name)?.identity;
  const table = context.after.tables.find((candidate) => candidate.identity === then?.identity);
  const column = table?.columns.find((candidate) => candidate.identity === identity);
  if (table === undefined || column === undefined || isGiven(context, column) || hasTriggerBeforeInsert(table)) return [];
  const requiring = table.constraints.find((constraint) => isRequired(constraint, column.name));
  if (!column.notNull && requiring === undefined) return [];
  // Under a name that code knows already it takes the place of another one.
  const before = context.before.tables.find((candidate) => candidate.identity === table.identity);
  if (before?.columns.some((candidate) => candidate.name === column.name) === true) return [];
  const last = operationsOf(context, 'set not null', 'drop default', 'set default', 'add constraint')
    .filter(
      (change) =>
        findTable(change.step.after, change.operation.table)?.identity === table.identity &&
        (change.operation.kind === 'add constraint'
          ? addsOneOf(change.operation, table, requiring, column)
          : change.operation.column === column.name),
    )
    .toSorted((left, right) => left.step.statement.index - right.step.statement.index)
    .at(-1);
  if (last === undefined) return [];
  return [
    {
      range: operationRange(context, last.step.statement, last.operation),
      message:
        column.notNull || requiring?.kind === 'not null'
          ? `${column.name} of ${shownName(name)} is new, NOT NULL and has no default when this migration is done: each INSERT of the code that still runs leaves it out and fails (23502).`
          : `${column.name} of ${shownName(name)} is new, ${requiring?.name} requires it, and it has no default when this migration is done: each INSERT of the code that still runs leaves it out and fails (23514).`,
      help:
        last.operation.kind === 'set not null' || last.operation.kind === 'add constraint'
          ? 'Leave it nullable, or give it a default, until all running code fills it; say NOT NULL in a later migration.'
          : 'Keep the default until all running code gives a value, and drop it in a later migration.',
      fixes: [],
    },
  ];
}

/** Has it a value in a row that does not name it? */
function isGiven({ after }: RuleContext, { default: initial, identityKind, generated, type }: Column): boolean {
  const isNull = initial === undefined || /^null(?:::.*)?$/i.test(initial);
  return !isNull || identityKind !== undefined || generated !== undefined || hasDefaultOfItsOwn(after, type);
}

/** New rows are checked against a constraint that is NOT VALID too (manual, ALTER TABLE, ADD table_constraint). */
function isRequired(constraint: Constraint, column: string): boolean {
  return (constraint.kind === 'not null' && constraint.columns.includes(column)) || requiresValue(constraint, column);
}

/** What makes the column required: a primary key of it, or the constraint that was found. */
function addsOneOf(
  { constraint }: Extract<Operation, { kind: 'add constraint' }>,
  table: Table,
  requiring: Constraint | undefined,
  column: Column,
): boolean {
  if (constraint.kind === 'primary key')
    return table.constraints.some(({ kind, columns }) => kind === 'primary key' && columns.includes(column.name));
  if (requiring === undefined || column.notNull) return constraint.kind === 'not null' && constraint.column === column.name;
  return constraint.kind === requiring.kind && (constraint.name === undefined || constraint.name === requiring.name);
}

/** A domain gives its default to columns that have none (manual, CREATE DOMAIN). */
function hasDefaultOfItsOwn({ types }: Catalog, type: string): boolean {
  const domain = types.find(({ kind, schema, name }) => kind === 'domain' && (type === name || type === `${schema}.${name}`));
  return domain?.domain?.default !== undefined;
}

function hasTriggerBeforeInsert({ triggers }: Table): boolean {
  return triggers.some(({ definition, enabled }) => enabled !== 'D' && /\bbefore\b[^;]*?\binsert\b/i.test(definition));
}
