import type { Rule } from '../rule';

export const unreadCode: Rule = {
  id: 'unread-code',
  title: 'Code that could not be read',
  severity: 'info',
  explanation: `A migration in JavaScript or TypeScript is read, never run. What it sends is followed through loops, branches, functions and the files that it imports by
relative paths; a call that may reach the database beyond that (a function of a package, a text that is read from elsewhere, a value that only running the code
tells) is named here, once each. Nothing that it does is checked. So is a change in a changelog of Liquibase whose SQL is not known here, which on MySQL and MariaDB are all but those that give SQL.

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
  ],
  good: [
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
};
