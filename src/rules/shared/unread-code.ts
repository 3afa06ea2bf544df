import type { SourceFile } from '../../model/run-protocol';
import type { Rule } from '../rule';

export const unreadCode: Rule = {
  id: 'unread-code',
  title: 'Code that could not be read',
  severity: 'info',
  explanation: `A migration in JavaScript or TypeScript is read, never run. What it sends is followed through loops, branches, functions and the files that it imports by
relative paths; a call that may reach the database beyond that (a function of a package, a text that is read from elsewhere, a value that only running the code
tells) is named here, once each. Nothing that it does is checked. So is a change in a changelog of Liquibase whose SQL is not known here, which on MySQL and MariaDB are all but those that give SQL; and a whole
file that looks like a migration of a tool which is not read (ley, migrate, umzug with a client of its own).

Look at such a call yourself. Where it matters, write what it sends where the migration shows it, or import the helper by a relative path; when it is known to be
harmless, say so: \`// faultline-ignore unread-code: reason\` above the call.`,
  bad: [
    {
      title: 'A helper of a package',
      framework: 'knex',
      files: [
        {
          path: '20240101000000_users.js',
          text: "const { addColumns } = require('@app/database');\n\nexports.up = async (knex) => {\n  await addColumns(knex, 'users');\n};\n\nexports.down = async () => {};\n",
        },
      ],
      findings: [{ at: "addColumns(knex, 'users')", says: '@app/database' }],
    },
    {
      title: 'Changes of Liquibase that are not SQL',
      framework: 'liquibase',
      files: [
        { path: '1.sql', text: '--liquibase formatted sql\n--changeset ann:1\nCREATE TABLE a (id bigint);\n--rollback DROP TABLE a;\n' },
        {
          path: 'changelog.yaml',
          text: 'databaseChangeLog:\n  - include:\n      file: 1.sql\n  - changeSet:\n      id: 2\n      author: ann\n      changes:\n        - loadData:\n            file: users.csv\n            tableName: a\n',
        },
      ],
      path: 'changelog.yaml',
      findings: [{ at: 'loadData:', says: 'loadData' }],
    },
    {
      title: 'Migrations of a tool that is not read (ley)',
      framework: 'sql',
      files: [
        {
          path: '000-users.js',
          text: 'exports.up = async (client) => {\n  await client.query(`CREATE TABLE users (id bigint PRIMARY KEY)`);\n};\n\nexports.down = (client) => client.query(`DROP TABLE users`);\n',
        },
      ],
      findings: [{ at: 'exports.up = async (client) => {', says: 'no tool' }],
    },
  ],
  good: [
    {
      title: 'Code beside SQL that is no migration',
      framework: 'sql',
      files: [
        { path: '001_a.sql', text: 'CREATE TABLE a (id bigint PRIMARY KEY);\n' },
        { path: 'run.js', text: 'const up = (pool, sql) => pool.query(sql);\n' },
        { path: '001_rows.js', text: 'module.exports = [{ id: 1 }];\n' },
      ],
      path: '001_a.sql',
    },
    {
      title: 'A changelog that only includes others',
      framework: 'liquibase',
      files: [
        { path: '1.sql', text: '--liquibase formatted sql\n--changeset ann:1\nCREATE TABLE a (id bigint);\n--rollback DROP TABLE a;\n' },
        { path: 'changelog.yaml', text: 'databaseChangeLog:\n  - include:\n      file: 1.sql\n' },
      ],
    },
    {
      title: 'A helper of the project',
      framework: 'knex',
      files: [
        {
          path: '20240101000000_users.js',
          text: "const { addEmail } = require('./helpers/columns');\n\nexports.up = (knex) => addEmail(knex, 'users');\n\nexports.down = (knex) => knex.raw('ALTER TABLE users DROP COLUMN email');\n",
        },
        {
          path: 'helpers/columns.js',
          text: "exports.addEmail = (knex, table) => knex.schema.alterTable(table, (t) => t.text('email'));\n",
        },
      ],
    },
  ],
  // What could not be read stands in the code and not in the SQL that rules see: lint/code/unread.ts tells it.
  check: () => [],
  // Where no tool is known by its marks, the folder counts as plain SQL.
  checkFolder: ({ framework, files }) =>
    framework.name !== 'sql'
      ? []
      : files.filter(isMigrationCode).map(({ path }) => ({
          path,
          message:
            'This looks like a migration in code, of no tool that is read here: nothing in it is checked, nor is it part of the schema that later files meet.',
          help: "Where it is for one of the tools that are read, say which: \"framework\" in faultline.json. Else simulate the tool's command: faultline simulate --command '...'.",
        })),
};

const numbered = /^(?:\.\/)?(?:[^/]+\/)*\d+[-_.][^/]*\.[cm]?[jt]s$/;

/** A file with a number in front, as tools name migrations, and a function for the way there (ley, migrate, postgrator's `generateSql`). */
function isMigrationCode({ path, text }: SourceFile): boolean {
  return numbered.test(path) && !path.startsWith('../') && /\bup\b\s*(?:\(|[:=,}])|\bgenerateSql\b/.test(text);
}
