import { LineIndex } from '../../parse/lines';
import { sourceText } from '../edits';
import type { Rule } from '../rule';
import { sourcePlace } from './source-call';

const path = '20240101000000-users.js';

export const applicationImported: Rule = {
  id: 'application-imported',
  title: 'Model of the application in a migration',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `A migration is run for years: on new machines, in tests, on restored backups. A model of the application is today's: its fields, defaults, hooks and validators
change, and the migration then does something else than it did, or does not load at all. A schema of mongoose also drops fields that it does not know without
a word, and so the very fields that a migration takes away.

Write what the migration needs into it: the name of the collection and the fields, over the driver.

Silent for packages, for types, and for helpers among the migrations.`,
  bad: [
    {
      title: 'A mongoose model',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: "const { User } = require('../src/models/user');\n\nmodule.exports = {\n  async up() {\n    await User.updateMany({ name: null }, { $set: { name: '' } });\n  },\n  async down() {},\n};\n",
        },
      ],
      findings: [{ at: "require('../src/models/user')", says: '../src/models/user' }],
    },
  ],
  good: [
    {
      title: 'The driver alone',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: "const { ObjectId } = require('mongodb');\n\nmodule.exports = {\n  async up(db) {\n    await db.collection('users').updateOne({ _id: new ObjectId('65f000000000000000000000') }, { $set: { a: 1 } });\n  },\n  async down() {},\n};\n",
        },
      ],
    },
  ],
  check: (context) =>
    context.program.direction === 'down' && context.program.path === context.migration.up.path
      ? []
      : (context.program.facts?.applicationImports ?? []).map(({ range, specifier }) => ({
          ...sourcePlace(context, new LineIndex(sourceText(context)).span(range)),
          message: `${specifier} is code of the application: it changes with it, and the migration then does something else than it did when it was written, or does not load at all.`,
          help: 'Write the names and fields that are needed into the migration, over the driver.',
          fixes: [],
        })),
};
