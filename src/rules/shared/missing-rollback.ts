import type { Fix } from '../../model/finding';
import type { Operation } from '../../model/operation';
import { LineIndex } from '../../parse/lines';
import { generateDown } from '../../rollback/down';
import { headRange, type RuleContext } from '../context';
import { createFile, replaceInSource } from '../edits';
import type { Rule, Violation } from '../rule';

export const missingRollback: Rule = {
  id: 'missing-rollback',
  title: 'Migration without a rollback',
  severity: 'info',
  explanation: `When a deployment goes wrong after the migration, somebody has to write the way back under pressure. A rollback that was written, read and tried
beforehand takes minutes instead.

The fix inserts one, generated from what the migration does and from the schema that the earlier migrations leave, in the framework's own form: a \`.down.sql\` file, a block \`-- migrate:down\` or
\`-- +goose Down\`, an undo script of Flyway. What can't be undone, such as the data of a dropped column, stands in it as a comment.

Silent for frameworks without rollbacks (Prisma), for Flyway while the project has no undo script (they are no part of its free edition; \`faultline down\` writes the statements all the same), and
for migrations that change nothing, or only validate constraints.`,
  bad: [
    {
      title: 'golang-migrate: a file of its own',
      framework: 'golang-migrate',
      files: [{ path: '0001_users.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' }],
      findings: [{ at: 'CREATE TABLE users (id bigint PRIMARY KEY)', says: 'no rollback' }],
      fixed: [{ path: '0001_users.down.sql', text: 'DROP TABLE users;\n' }],
    },
    {
      title: 'dbmate: a block in the file',
      framework: 'dbmate',
      files: [
        { path: '1_users.sql', text: '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY);\n\n-- migrate:down\nDROP TABLE users;\n' },
        { path: '2_name.sql', text: '-- migrate:up\nALTER TABLE users ADD COLUMN name text;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN name text', says: 'no rollback' }],
      fixed: [
        {
          path: '2_name.sql',
          text: '-- migrate:up\nALTER TABLE users ADD COLUMN name text;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN name;\n',
        },
      ],
    },
    {
      title: 'Flyway: an undo script, as the project has for others',
      framework: 'flyway',
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: 'U1__users.sql', text: 'DROP TABLE users;\n' },
        { path: 'V2__name.sql', text: 'ALTER TABLE users ADD COLUMN name text;\n' },
      ],
      path: 'V2__name.sql',
      findings: [{ at: 'ALTER TABLE users ADD COLUMN name text', says: 'no rollback' }],
      fixed: [{ path: 'U2__name.sql', text: 'ALTER TABLE users DROP COLUMN name;\n' }],
    },
    {
      title: 'goose: the name that the server chose',
      framework: 'goose',
      files: [
        {
          path: '00001_users.sql',
          text: '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\n\n-- +goose Down\nDROP TABLE users;\n',
        },
        { path: '00002_email.sql', text: '-- +goose Up\nALTER TABLE users ADD UNIQUE (email);\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD UNIQUE (email)', says: 'no rollback' }],
    },
    {
      title: 'TypeORM: the body of down',
      framework: 'typeorm',
      files: [
        {
          path: '1700000000002-Name.ts',
          text: `import { MigrationInterface, QueryRunner, TableColumn } from 'typeorm';

export class Name1700000000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('users', new TableColumn({ name: 'name', type: 'text', isNullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {}
}
`,
        },
      ],
      findings: [
        { at: "queryRunner.addColumn('users', new TableColumn({ name: 'name', type: 'text', isNullable: true }))", says: 'no rollback' },
      ],
      fixed: [
        {
          path: '1700000000002-Name.ts',
          text: `import { MigrationInterface, QueryRunner, TableColumn } from 'typeorm';

export class Name1700000000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('users', new TableColumn({ name: 'name', type: 'text', isNullable: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE users DROP COLUMN name');
  }
}
`,
        },
      ],
    },
    {
      title: 'An empty down of migrate-mongo',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: '20240101000000-email.js',
          text: `module.exports = {
  async up(db, client) {
    await db.createCollection('users');
    await db.collection('users').createIndex({ email: 1 }, { name: 'users_email' });
  },

  async down(db, client) {},
};
`,
        },
        {
          path: '20240102000000-level.js',
          text: `module.exports = {
  async up(db) {
    await db.collection('users').updateMany({ level: { $exists: false } }, { $set: { level: 1, migrationId: 'level' } });
    await db.collection('users').dropIndex('users_email');
  },

  async down(db) {},
};
`,
        },
      ],
      findings: [
        {
          at: "db.collection('users').updateMany({ level: { $exists: false } }, { $set: { level: 1, migrationId: 'level' } })",
          says: 'no rollback',
        },
      ],
      fixed: [
        {
          path: '20240102000000-level.js',
          text: `module.exports = {
  async up(db) {
    await db.collection('users').updateMany({ level: { $exists: false } }, { $set: { level: 1, migrationId: 'level' } });
    await db.collection('users').dropIndex('users_email');
  },

  async down(db) {
    await db.collection("users").createIndex({ email: 1 }, { name: "users_email" });
    await db.collection("users").updateMany({ migrationId: "level" }, { $unset: { level: "", migrationId: "" } });
  },
};
`,
        },
      ],
    },
    {
      title: 'A down of knex that does nothing',
      framework: 'knex',
      files: [
        {
          path: '20240101_users.js',
          text: `exports.up = (knex) =>
  knex.schema.createTable('users', (table) => {
    table.bigIncrements('id');
    table.text('email');
    table.bigInteger('team_id');
  });

exports.down = (knex) => knex.schema.dropTable('users');
`,
        },
        {
          path: '20240102_nick.js',
          text: `exports.up = function (knex) {
  return knex.schema.alterTable('users', (table) => {
    table.text('nick');
  });
};

exports.down = function (knex) {};
`,
        },
      ],
      findings: [{ at: "table.text('nick')", says: 'no rollback' }],
      fixed: [
        {
          path: '20240102_nick.js',
          text: `exports.up = function (knex) {
  return knex.schema.alterTable('users', (table) => {
    table.text('nick');
  });
};

exports.down = async function (knex) {
  await knex.schema.alterTable('users', (table) => {
    table.dropColumn('nick');
  });
};
`,
        },
      ],
    },
  ],
  good: [
    {
      title: 'Prisma has none',
      framework: 'prisma',
      files: [{ path: '20240101000000_a/migration.sql', text: 'CREATE TABLE a (id int);\n' }],
    },
    {
      title: 'Flyway without any undo script',
      framework: 'flyway',
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: 'V2__name.sql', text: 'ALTER TABLE users ADD COLUMN name text;\n' },
      ],
    },
    {
      title: 'There is one',
      framework: 'golang-migrate',
      files: [
        { path: '0001_users.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: '0001_users.down.sql', text: 'DROP TABLE users;\n' },
      ],
    },
    {
      title: 'A migration of MongoDB that only looks',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: '20240101000000-look.js',
          text: "module.exports = {\n  async up(db) {\n    await db.collection('users').countDocuments({ a: 1 });\n  },\n  async down() {},\n};\n",
        },
      ],
    },
    { title: 'Nothing to undo', framework: 'sql', files: [{ path: '0001_v.sql', text: 'VACUUM;\nSELECT 1;\n' }] },
  ],
  check: (context) => {
    const { migration, program } = context;
    const isMissing = migration.down === undefined || migration.down.statements.length === 0;
    if (program.direction === 'down' || !isMissing || migration.downUnsupported === true) return [];
    if (context.framework.expectsDowns?.(context.files) === false) return [];
    const [first] = program.statements;
    return first === undefined || !changesAnything(context) ? [] : [check(context, first)];
  },
};

const harmless = new Set([
  'select',
  'set',
  'transaction',
  'vacuum',
  'analyze',
  'lock table',
  'reindex',
  'cluster',
  'refresh materialized view',
  // What was checked stays checked: the way back drops the constraint where that was added.
  'validate constraint',
]);

function changesAnything(context: RuleContext): boolean {
  return context.program.statements.some((statement) => statement.operations.some((operation) => !isHarmless(operation)));
}

function isHarmless(operation: Operation): boolean {
  if (operation.kind !== 'document command') return harmless.has(operation.kind);
  const { effect } = operation;
  return effect.kind === 'read' || (effect.kind === 'aggregate' && effect.into === undefined);
}

function check(context: RuleContext, first: RuleContext['program']['statements'][number]): Violation {
  const fix = insertRollback(context);
  return {
    range: headRange(context, first),
    message: `${context.migration.title} has no rollback: when the deployment fails behind it, the way back has to be written in the middle of the incident.`,
    help: `Write the rollback now, in the form of ${context.framework.displayName}, and try it by simulating.`,
    fixes: fix === undefined ? [] : [fix],
  };
}

/** Adding a way back changes nothing of the way there, so it is safe; one that can't restore everything wants to be read first. */
function insertRollback(context: RuleContext): Fix | undefined {
  // Without the statements that can't be read, the rollback would be of another migration.
  if (context.program.statements.some((statement) => statement.unreadable !== undefined)) return undefined;
  const down = generateDown(context.migration, context.before, context.after);
  if (down.statements.length === 0) return undefined;
  const placed = context.framework.placeDown(context.migration, context.files, down.statements);
  if (placed.kind === 'unsupported') return undefined;
  const lost = down.irreversible.length;
  const title = lost === 0 ? 'Insert the rollback' : `Insert the rollback (${lost === 1 ? 'one thing' : `${lost} things`} can't be undone)`;
  if (placed.kind === 'create') return { title, safe: lost === 0, edits: [createFile(placed.path, placed.text)] };
  if (placed.path === context.program.path) {
    return { title, safe: lost === 0, edits: [replaceInSource(context, placed.span, placed.newText)] };
  }
  const lines = new LineIndex(context.files.find((file) => file.path === placed.path)?.text ?? '');
  return { title, safe: lost === 0, edits: [{ path: placed.path, range: lines.range(placed.span), newText: placed.newText }] };
}
