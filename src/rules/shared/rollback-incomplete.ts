import { findDefinition } from '../../frameworks/code/definitions';
import type { Catalog } from '../../model/catalog';
import type { Fix } from '../../model/finding';
import type { Statement } from '../../model/migration';
import { catalogChanges } from '../../rollback/changes';
import { headRange, type RuleContext } from '../context';
import { insertBehind } from '../edits';
import { asFrameworkStatement } from '../fixes/statement';
import { collectionsLeftBehind, documentsLeftBehind, takenAway } from '../mongodb/left-behind';
import { linesBehind } from '../mongodb/lines-behind';
import type { Rule, Violation } from '../rule';
import { leftBehind, withoutLeftExtensions } from './left-behind';

export const rollbackIncomplete: Rule = {
  id: 'rollback-incomplete',
  title: 'Rollback that does not lead back',
  severity: 'warning',
  explanation: `The migration and then its rollback, replayed on the schema before, leave another schema than that: a column that was added stays, one that was dropped is not there again, a
default or NOT NULL is not restored, or the rollback takes away what the migration did not make. After it the database is in a state that no version of the code was written for, and the migration can't be applied again.

The fix adds the statements that are missing. A simulation proves the whole way: up, down, and the fingerprints compared.

Two defaults are compared where both are constants. Silent where the rollback says in a comment what it does not bring back, or raises an exception instead of going back, for tables whose creation was not seen, about
extensions made with IF NOT EXISTS, which may have been there, and about data.`,
  bad: [
    {
      title: 'The value of an enum stays, and nothing says so',
      framework: 'flyway',
      files: [
        { path: 'V1__m.sql', text: "CREATE TYPE mood AS ENUM ('good', 'bad');\n" },
        { path: 'U1__m.sql', text: 'DROP TYPE mood;\n' },
        { path: 'V2__m.sql', text: "ALTER TYPE mood ADD VALUE 'fine';\nCREATE TABLE days (id bigint PRIMARY KEY, mood text);\n" },
        { path: 'U2__m.sql', text: 'DROP TABLE days;\n' },
      ],
      path: 'U2__m.sql',
      findings: [{ at: 'DROP TABLE days', says: "value 'fine' of mood stays" }],
    },
    {
      title: 'A column stays, another is not restored',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\n\n-- +goose Down\nDROP TABLE users;\n',
        },
        {
          path: '00002_c.sql',
          text: '-- +goose Up\nALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ALTER COLUMN name DROP NOT NULL;\nCREATE TABLE b (id bigint);\n\n-- +goose Down\nDROP TABLE b;\n',
        },
      ],
      findings: [{ at: 'DROP TABLE b', says: 'column users.a stays' }],
      fixed: [
        {
          path: '00002_c.sql',
          text: '-- +goose Up\nALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ALTER COLUMN name DROP NOT NULL;\nCREATE TABLE b (id bigint);\n\n-- +goose Down\nDROP TABLE b;\nALTER TABLE users DROP COLUMN a;\nALTER TABLE users ALTER COLUMN name SET NOT NULL;\n',
        },
      ],
    },
    {
      title: 'The wrong table',
      framework: 'golang-migrate',
      files: [
        { path: '0001_t.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: '0001_t.down.sql', text: 'DROP TABLE users;\n' },
        { path: '0002_o.up.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY);\n' },
        { path: '0002_o.down.sql', text: 'DROP TABLE users;\n' },
      ],
      findings: [{ at: 'DROP TABLE users', says: 'table orders stays; table users, which was there before, is gone' }],
    },
    {
      title: 'Another default',
      framework: 'golang-migrate',
      files: [
        {
          path: '0001_t.up.sql',
          text: "CREATE TABLE t (id bigint PRIMARY KEY, a int DEFAULT 1, b text DEFAULT 'x', c int DEFAULT '3');\n",
        },
        { path: '0001_t.down.sql', text: 'DROP TABLE t;\n' },
        { path: '0002_d.up.sql', text: "ALTER TABLE t ALTER a SET DEFAULT 2, ALTER b SET DEFAULT 'y', ALTER c SET DEFAULT 4;\n" },
        { path: '0002_d.down.sql', text: 'ALTER TABLE t ALTER c SET DEFAULT 3;\n' },
      ],
      findings: [
        { at: 'ALTER TABLE t ALTER c SET DEFAULT 3', says: "the default of t.a is 2, and was 1; the default of t.b is 'y', and was 'x'." },
      ],
    },
    {
      title: 'One more index over the same column',
      framework: 'golang-migrate',
      files: [
        { path: '0001_t.up.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int);\nCREATE INDEX t_i ON t (a);\n' },
        { path: '0001_t.down.sql', text: 'DROP TABLE t;\n' },
        { path: '0002_j.up.sql', text: 'CREATE INDEX t_j ON t (a);\nALTER TABLE t ADD COLUMN x int;\n' },
        { path: '0002_j.down.sql', text: 'ALTER TABLE t DROP COLUMN x;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t DROP COLUMN x', says: 'is not the one before the migration: index t_j of t stays.' }],
    },
    {
      title: 'A field of MongoDB stays, and documents',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: '20240101000000-level.js',
          text: `module.exports = {
  async up(db) {
    await db.createCollection('levels');
    await db.collection('users').updateMany({ level: { $exists: false } }, { $set: { level: 1 } });
    await db.collection('roles').insertMany([{ _id: 'a' }]);
  },

  async down(db) {
    await db.collection('levels').drop();
  },
};
`,
        },
      ],
      findings: [{ at: "db.collection('levels').drop()", says: 'field users.level stays; documents inserted into roles stay' }],
    },
    {
      title: 'An index of MongoDB stays',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: '20240101000000-level.js',
          text: `module.exports = {
  async up(db) {
    await db.createCollection('levels');
    await db.collection('users').createIndex({ level: 1 }, { name: 'users_level' });
  },

  async down(db) {
    await db.collection('levels').drop();
  },
};
`,
        },
      ],
      findings: [{ at: "db.collection('levels').drop()", says: 'index users_level of users stays' }],
      fixed: [
        {
          path: '20240101000000-level.js',
          text: `module.exports = {
  async up(db) {
    await db.createCollection('levels');
    await db.collection('users').createIndex({ level: 1 }, { name: 'users_level' });
  },

  async down(db) {
    await db.collection('levels').drop();
    await db.collection("users").dropIndex("users_level");
  },
};
`,
        },
      ],
    },
  ],
  good: [
    {
      title: 'Row security that was forced on the owner is so again when it is switched on',
      framework: 'dbmate',
      majors: [12, 18],
      files: [
        {
          path: '1_t.sql',
          text: '-- migrate:up\nCREATE TABLE t (id bigint PRIMARY KEY);\nALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n\n-- migrate:down\nDROP TABLE t;\n',
        },
        {
          path: '2_off.sql',
          text: '-- migrate:up\nALTER TABLE t DISABLE ROW LEVEL SECURITY;\n\n-- migrate:down\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\n',
        },
      ],
    },
    {
      title: 'MongoDB, there and back',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: '20240101000000-level.js',
          text: `module.exports = {
  async up(db) {
    await db.createCollection('levels');
    await db.collection('levels').insertMany([{ _id: 1 }, { _id: 2 }]);
    await db.collection('users').createIndex({ level: 1 });
    await db.collection('users').updateMany({ level: { $exists: false } }, { $set: { level: 1, migrationId: 'level' } });
    await db.command({ collMod: 'users', validator: { level: { $gte: 0 } }, validationLevel: 'moderate' });
  },

  async down(db) {
    await db.command({ collMod: 'users', validator: {}, validationLevel: 'strict' });
    await db.collection('users').updateMany({ migrationId: 'level' }, { $unset: { level: '', migrationId: '' } });
    await db.collection('users').dropIndex('level_1');
    await db.collection('levels').drop();
  },
};
`,
        },
        {
          path: '20240101100000-age.js',
          text: `module.exports = {
  async up(db) {
    await db.collection('users').createIndex({ age: 1 }, { name: 'users_age' });
  },

  async down(db) {
    await db.collection('users').dropIndex('users_age');
  },
};
`,
        },
        {
          path: '20240101200000-unseen.js',
          text: `module.exports = {
  async up(db) {
    await db.collection('audits_old').drop();
    await db.collection('tmp_marks').drop();
    await db.createCollection('tmp_marks', { capped: true, size: 4096 });
  },

  async down(db) {
    await db.createCollection('audits_old');
  },
};
`,
        },
        {
          path: '20240102000000-said.js',
          text: `module.exports = {
  async up(db) {
    await db.collection('users').updateMany({ a: { $exists: false } }, { $set: { a: 1 } });
  },

  async down(db) {
    // The field a can not be removed: nothing tells who had it.
    await db.collection('users').countDocuments({ a: 1 });
  },
};
`,
        },
      ],
    },
    {
      title: 'There and back, by other words',
      framework: 'golang-migrate',
      files: [
        {
          path: '0001_t.up.sql',
          text: "CREATE TABLE users (id bigserial PRIMARY KEY, age int DEFAULT 0, name varchar(20) NOT NULL);\nCREATE INDEX i ON users (age);\nCREATE VIEW v AS SELECT id FROM users;\nCREATE TYPE mood AS ENUM ('a');\n",
        },
        { path: '0001_t.down.sql', text: 'DROP TYPE mood;\nDROP TABLE users CASCADE;\n' },
        {
          path: '0002_c.up.sql',
          text: 'DROP VIEW v;\nDROP INDEX i;\nALTER TABLE users ALTER COLUMN age TYPE bigint, ALTER COLUMN age DROP DEFAULT, ADD COLUMN b int UNIQUE;\nALTER TABLE users RENAME COLUMN name TO title;\nALTER TABLE unseen ADD COLUMN c int;\n',
        },
        {
          path: '0002_c.down.sql',
          text: 'ALTER TABLE unseen DROP COLUMN c;\nALTER TABLE users RENAME COLUMN title TO name;\nALTER TABLE users DROP COLUMN b, ALTER COLUMN age SET DEFAULT 0, ALTER COLUMN age TYPE integer;\nCREATE INDEX i ON users USING btree (age);\nCREATE OR REPLACE VIEW v AS SELECT users.id FROM users;\n',
        },
      ],
    },
    {
      title: 'An extension that may have been there; the same default, and one that is no constant',
      framework: 'golang-migrate',
      files: [
        { path: '0001_t.up.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int DEFAULT 1, at timestamptz DEFAULT now());\n' },
        { path: '0001_t.down.sql', text: 'DROP TABLE t;\n' },
        {
          path: '0002_c.up.sql',
          text: 'CREATE EXTENSION IF NOT EXISTS citext;\nALTER TABLE t ADD COLUMN b citext, ALTER a SET DEFAULT 2, ALTER at SET DEFAULT clock_timestamp();\n',
        },
        {
          path: '0002_c.down.sql',
          text: "ALTER TABLE t ALTER at SET DEFAULT CURRENT_TIMESTAMP, ALTER a SET DEFAULT '1', DROP COLUMN b;\n",
        },
      ],
    },
    {
      title: 'It refuses to go back',
      framework: 'golang-migrate',
      files: [
        { path: '0001_users.up.sql', text: 'CREATE TABLE users (id bigint, name text);\n' },
        { path: '0001_users.down.sql', text: 'DROP TABLE users;\n' },
        { path: '0002_name.up.sql', text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN login text;\n" },
        { path: '0002_name.down.sql', text: "DO $$ BEGIN RAISE EXCEPTION 'logins stay: see the runbook'; END $$;\n" },
      ],
    },
    {
      title: 'It says so',
      framework: 'golang-migrate',
      files: [
        { path: '0001_t.up.sql', text: "CREATE TYPE mood AS ENUM ('a');\n" },
        { path: '0001_t.down.sql', text: 'DROP TYPE mood;\n' },
        { path: '0002_c.up.sql', text: "ALTER TYPE mood ADD VALUE 'b';\n" },
        { path: '0002_c.down.sql', text: '-- A value of an enum can not be removed.\nSELECT 1;\n' },
      ],
    },
  ],
  check: (context) => {
    const { program, origin } = context;
    const [first] = context.steps;
    if (program.direction === 'up' || origin === undefined || first === undefined || !isKnown(context)) return [];
    const differences = differencesOf(context, origin);
    if (differences.length === 0) return [];
    return [violation(context, first, differences)];
  },
};

function differencesOf({ engine, migration, program, before, after }: RuleContext, origin: Catalog): readonly string[] {
  if (engine.name !== 'mongodb') return leftBehind(origin, before, after);
  const taken = takenAway(migration.up.statements);
  return [
    ...collectionsLeftBehind(origin, before, after, taken),
    ...documentsLeftBehind(migration.up.statements, program.statements, origin),
  ];
}

/** Does each statement of both directions read, and does no comment of the rollback say that something does not come back? */
function isKnown(context: RuleContext): boolean {
  const { migration, program, text, engine } = context;
  const isDocuments = engine.name === 'mongodb';
  if (program.statements.some(onlyRaises)) return false;
  const unreadable = [...migration.up.statements, ...program.statements].some(
    // What only a run tells of a command's values says nothing against the rest of it.
    (statement) => statement.unreadable !== undefined || (statement.unresolved !== undefined && !isDocuments),
  );
  const incomplete = [...(migration.up.unread ?? []), ...(program.unread ?? [])].length > 0;
  if (isDocuments && program.statements.some(isOfAnyCollection)) return false;
  return !unreadable && !incomplete && !isSaid(context, text.slice(program.span.start, program.span.end));
}

/** A block that does nothing but raise an exception says that there is no way back, and nothing of the rollback comes to be. */
function onlyRaises({ operations }: Statement): boolean {
  return operations.some(
    (operation) =>
      operation.kind === 'do block' && /^\s*begin\s+raise\s+(?:exception\s+)?'(?:[^']|'')*'[^;]*;\s*end\s*;?\s*$/i.test(operation.body),
  );
}

/** A command on a collection that only a run names may undo anything. */
function isOfAnyCollection({ operations }: Statement): boolean {
  return operations.some(
    (operation) => operation.kind === 'document command' && operation.collection !== undefined && operation.collection.name === undefined,
  );
}

/** Is it said in the text of a program; of one in code, whose comments are not sent, in the body of its function. */
export function isSaid({ engine, source, program }: RuleContext, text: string): boolean {
  if (engine.name !== 'mongodb') return saysSo(text);
  const body = source === undefined ? undefined : findDefinition(source, program.path, program.direction)?.body;
  const whole = source ?? text;
  return saysSo(body === undefined ? whole : whole.slice(body.span.start, body.span.end), /\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g);
}

const admission =
  /\b(irrevers|not revers|(can('|no|\s+no)?t|impossible|unable|not)\s+(to\s+)?(\w+\s+)?(be\s+)?(undo|undone|revert|restor|rever|roll|remov|recover|bring|brought|drop)|lost\b|no\s+(way\s+back|rollback|down))/i;

/** Does a comment say that something does not come back? */
export function saysSo(text: string, comments = /--[^\r\n]*|\/\*[\s\S]*?\*\//g): boolean {
  return (text.match(comments) ?? []).some((comment) => admission.test(comment));
}

function violation(context: RuleContext, first: RuleContext['steps'][number], differences: readonly string[]): Violation {
  const shown = differences.slice(0, 4).join('; ');
  const more = differences.length > 4 ? `; and ${differences.length - 4} more` : '';
  const fix = completed(context);
  return {
    range: headRange(context, first.statement),
    message: `After this rollback the ${context.engine.name === 'mongodb' ? 'database' : 'schema'} is not the one before the migration: ${shown}${more}.`,
    help: 'Undo all that the migration does, in the opposite order, or say in a comment what does not come back.',
    fixes: fix === undefined ? [] : [fix],
  };
}

/** What leads from where the rollback ends to where the migration began, behind its last statement. */
function completed(context: RuleContext): Fix | undefined {
  const { origin, after, steps, engine } = context;
  if (engine.name === 'mongodb') return origin === undefined ? undefined : completedDocuments(context, origin);
  const last = steps.findLast(({ statement }) => statement.operations.some(({ kind }) => kind !== 'transaction')) ?? steps.at(-1);
  if (origin === undefined || last === undefined || context.program.rendering !== undefined) return undefined;
  const changes = catalogChanges(withoutLeftExtensions(origin, after), origin, { goal: 'before this migration', isEmpty: () => false });
  const usable = changes.filter(({ unknown, transactional, kind }) => unknown === undefined && transactional && kind !== 'restore values');
  if (usable.length === 0 || usable.length < changes.length) return undefined;
  const short = !context.text.includes('public.');
  const text = usable
    .map((change) => {
      const comment = change.loses === undefined ? '' : `-- Lost: ${change.loses.text}.\n`;
      return `\n${comment}${asFrameworkStatement(context, short ? change.text.replace(/(?<![\w".$'])public\.(?=["\w])/g, '') : change.text)}`;
    })
    .join('');
  return { title: 'Add what is missing', safe: false, edits: [insertBehind(context, last.statement.span, text)] };
}

/** The same for MongoDB: what is missing of the catalog, in calls behind the last one. Documents want a rollback of somebody's own. */
function completedDocuments(context: RuleContext, origin: Catalog): Fix | undefined {
  const { engine, before, after, migration, program } = context;
  if (documentsLeftBehind(migration.up.statements, program.statements, origin).length > 0) return undefined;
  const changes = catalogChanges(after, withUnseen(origin, before, after, takenAway(migration.up.statements)), {
    engine,
    goal: 'before this migration',
    isEmpty: () => true,
  });
  const edit = changes.some(({ unknown }) => unknown !== undefined)
    ? undefined
    : linesBehind(
        context,
        changes.map(({ text }) => text),
      );
  return edit === undefined ? undefined : { title: 'Add what is missing', safe: false, edits: [edit] };
}

/** A collection that no migration makes stays, also one that the rollback makes again; what this migration made of it goes. */
function withUnseen(origin: Catalog, before: Catalog, after: Catalog, taken: ReadonlySet<string>): Catalog {
  const isNamed = (among: readonly { readonly name: string }[], name: string) => among.some((each) => each.name === name);
  const unseen = after.tables.filter(({ name }) => !isNamed(origin.tables, name));
  const there = unseen.filter(({ presumed }) => presumed === true).map((table) => ({ ...table, indexes: [] }));
  const again = unseen.filter(({ name, presumed }) => presumed !== true && (taken.has(name) || !isNamed(before.tables, name)));
  const views = after.definitions.filter(({ name }) => !isNamed(origin.definitions, name) && !isNamed(before.definitions, name));
  return { ...origin, tables: [...origin.tables, ...there, ...again], definitions: [...origin.definitions, ...views] };
}
