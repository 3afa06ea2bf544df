import { LineIndex } from '../../parse/lines';
import { sourceText } from '../edits';
import type { Rule } from '../rule';
import { sourcePlace } from './source-call';

const path = '20240101000000-users.js';

export const foreignHandle: Rule = {
  id: 'foreign-handle',
  title: 'Database handle that the migration is not given',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `A global \`db\`, \`mongoose.connection.db\`, a handle that a module of the application exports: it is connected to what the application's settings name, when and if
the application has connected it. The tool's own settings, its database and its session do not reach it, and beside the tool it is often not connected at
all, so that the call waits until it times out.

Use what the migration is given: \`db\` and \`client\`.`,
  bad: [
    {
      title: "The application's connection",
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: "const mongoose = require('mongoose');\n\nmodule.exports = {\n  async up() {\n    await mongoose.connection.db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } });\n  },\n  async down() {},\n};\n",
        },
      ],
      findings: [{ at: 'mongoose.connection.db', says: 'not the one' }],
    },
  ],
  good: [
    {
      title: 'What is given',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: "module.exports = {\n  async up(db) {\n    await db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } });\n  },\n  async down() {},\n};\n",
        },
      ],
    },
  ],
  check: (context) =>
    (context.program.facts?.foreignHandles ?? []).map(({ range, text }) => ({
      ...sourcePlace(context, new LineIndex(sourceText(context)).span(range)),
      message: `\`${text}\` is not the one that the migration is given: it goes where the application is configured to go, if it is connected at all, and outside of the tool's sessions.`,
      help: 'Use the `db` and the `client` that the migration is given.',
      fixes: [],
    })),
};
