import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { commandsIn, oncePerPlace, type PlacedCommand, shownCollection } from './commands';
import { exampleFile, usersMade } from './example-file';
import { callPlace } from './source-call';

export const writePerDocument: Rule = {
  id: 'write-per-document',
  title: 'One write for each document of a cursor',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `Each write in the loop is a request of its own, with its own wait for the network and the journal: a million documents take hours instead of minutes, and the
longer the loop runs, the likelier it is that the cursor times out (10 minutes without a request, 30 minutes for its session) or that something else ends it
midway.

Collect the writes and send them by \`bulkWrite\` in batches of 500 to 1,000, with \`ordered: false\`; or, where the new value can be computed from the document itself,
use one \`updateMany\` with a pipeline, which leaves the documents on the server.

Silent for loops over a fixed list, and for \`bulkWrite\`, \`insertMany\` and \`updateMany\` in a loop: these are batches.`,
  bad: [
    {
      title: 'updateOne for each',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-slug', [
          "for await (const user of db.collection('users').find({ slug: { $exists: false } })) {",
          "  await db.collection('users').updateOne({ _id: user._id }, { $set: { slug: slugify(user.name) } });",
          '}',
        ]),
      ],
      findings: [
        {
          at: "db.collection('users').updateOne({ _id: user._id }, { $set: { slug: slugify(user.name) } })",
          says: 'a request for each document',
        },
      ],
    },
  ],
  good: [
    {
      title: 'In batches; one update with a pipeline; a fixed list',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-slug', [
          'let batch = [];',
          "for await (const user of db.collection('users').find({ slug: { $exists: false } })) {",
          '  batch.push({ updateOne: { filter: { _id: user._id }, update: { $set: { slug: slugify(user.name) } } } });',
          '  if (batch.length === 500) {',
          "    await db.collection('users').bulkWrite(batch, { ordered: false });",
          '    batch = [];',
          '  }',
          '}',
          "if (batch.length > 0) await db.collection('users').bulkWrite(batch, { ordered: false });",
          "await db.collection('users').updateMany({ slug: { $exists: false } }, [{ $set: { slug: { $toLower: '$name' } } }]);",
          "for (const name of ['a', 'b']) await db.collection('users').updateOne({ _id: name }, { $set: { role: name } });",
        ]),
      ],
    },
  ],
  check: (context) => oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? [])),
};

const single = /^(?:insertOne|updateOne|replaceOne|deleteOne|findOneAnd(?:Update|Replace|Delete)|findAndModify|save|insert|update|remove)$/;

function violation(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  if (step.statement.circumstances?.loop?.over !== 'documents' || !single.test(command.method)) return undefined;
  return {
    ...callPlace(context, step.statement),
    message: `This sends a request for each document that is found: on a large ${shownCollection(command)} that takes hours, and a failure leaves it somewhere in the middle.`,
    help: 'Collect the writes, and send them by bulkWrite in batches of 500 to 1,000 with { ordered: false }; or use one updateMany with a pipeline where the server can compute the value.',
    fixes: [],
  };
}
