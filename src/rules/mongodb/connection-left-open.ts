import { LineIndex } from '../../parse/lines';
import { sourceText } from '../edits';
import type { Rule } from '../rule';
import { sourcePlace } from './source-call';

const path = '20240101000000-users.js';

export const connectionLeftOpen: Rule = {
  id: 'connection-left-open',
  title: 'Connection that is opened and not closed',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `A migration that opens a client of its own and does not close it keeps the process alive: the tool is done, but the deployment waits until something kills it.
The address is one more thing that can differ from the tool's, and what is written over it is in none of the tool's sessions.

Use the \`client\` that the migration is given. Where one of your own is needed, close it in a \`finally\`.`,
  bad: [
    {
      title: 'A client of its own',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: "const { MongoClient } = require('mongodb');\n\nmodule.exports = {\n  async up() {\n    const client = new MongoClient(process.env.MONGO_URL);\n    await client.connect();\n    await client.db().collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } });\n  },\n  async down() {},\n};\n",
        },
      ],
      findings: [{ at: 'new MongoClient(process.env.MONGO_URL)', says: 'not closed' }],
    },
  ],
  good: [
    {
      title: 'Closed in a finally; the client that is given',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: "const { MongoClient } = require('mongodb');\n\nmodule.exports = {\n  async up(db, client) {\n    await client.db().collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } });\n    const own = new MongoClient(process.env.MONGO_URL);\n    try {\n      await own.db().collection('users').updateOne({ _id: 2 }, { $set: { a: 1 } });\n    } finally {\n      await own.close();\n    }\n  },\n  async down() {},\n};\n",
        },
      ],
    },
  ],
  check: (context) =>
    (context.program.facts?.connections ?? [])
      .filter(({ closed }) => !closed)
      .map(({ range }) => ({
        ...sourcePlace(context, new LineIndex(sourceText(context)).span(range)),
        message:
          'This connection is opened here and not closed: the process goes on after the migration is done, and the deployment waits for it.',
        help: 'Use the client that the migration is given, or close this one in a `finally`.',
        fixes: [],
      })),
};
