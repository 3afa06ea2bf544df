import type { DocumentCommand, DocumentValue, DocumentWrite } from '../../model/document';
import { fieldsOf, isEmptyDocument, itemsOf } from '../../model/document-value';
import type { RuleContext, Step } from '../context';
import { tableBefore } from '../context';
import type { Rule, Violation } from '../rule';
import { commandsIn, oncePerPlace, type PlacedCommand, shownCollection } from './commands';
import { callPlace } from './source-call';

const path = '20240101000000-orders.js';

function inTransaction(body: string): string {
  return `module.exports = {
  async up(db, client) {
    const session = client.startSession();
    try {
      await session.withTransaction(async () => {
${body}      });
    } finally {
      await session.endSession();
    }
  },
  async down() {},
};
`;
}

/** What the manual advises at most ("Production Considerations"). */
const mostDocuments = 1000;

export const longTransaction: Rule = {
  id: 'long-transaction',
  title: 'Transaction without a bound',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `A transaction of MongoDB is aborted after 60 seconds (\`transactionLifetimeLimitSeconds\`), and its manual advises to write no more than 1,000 documents in one.
A backfill of a collection in a transaction works on the small data of a test and fails on the data of production, every time that it is run; until then it
holds all that it wrote in the server's cache, and every other writer of these documents gets a write conflict.

Work in batches of some hundred documents, each of them a transaction of its own or a \`bulkWrite\`, with a filter that leaves out what is done, so that the
migration can be run again where it stopped. A single update of a document needs no transaction: it is atomic by itself.

Found: \`updateMany\` and \`deleteMany\` in a transaction whose filter does not say which documents by \`_id\`, by a value that only a run tells, or by a unique index;
loops over what was found in the database; writes of a list that is longer than 1,000 or that can't be read.`,
  bad: [
    {
      title: 'A backfill in one transaction',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: inTransaction(
            "        await db.collection('orders').updateMany({ total: { $exists: false } }, { $set: { total: 0 } }, { session });\n",
          ),
        },
      ],
      findings: [
        {
          at: "db.collection('orders').updateMany({ total: { $exists: false } }, { $set: { total: 0 } }, { session })",
          says: '60 seconds',
        },
      ],
    },
    {
      title: 'A loop over documents',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: inTransaction(
            "        for await (const order of db.collection('orders').find({}, { session })) {\n          await db.collection('orders').updateOne({ _id: order._id }, { $set: { total: order.a + order.b } }, { session });\n        }\n",
          ),
        },
      ],
      findings: [
        {
          at: "db.collection('orders').updateOne({ _id: order._id }, { $set: { total: order.a + order.b } }, { session })",
          says: 'each document that is found',
        },
      ],
    },
  ],
  good: [
    {
      title: 'A few documents by their _id; a backfill without a transaction',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: inTransaction(
            "        await db.collection('settings').updateMany({ _id: { $in: ['a', 'b'] } }, { $set: { on: true } }, { session });\n        await db.collection('settings').insertOne({ _id: 'c', on: false }, { session });\n",
          ),
        },
        {
          path: '20240102000000-totals.js',
          text: "module.exports = {\n  async up(db) {\n    await db.collection('orders').updateMany({ total: { $exists: false } }, { $set: { total: 0 } });\n  },\n  async down() {},\n};\n",
        },
      ],
    },
  ],
  check: (context) => {
    const inside = commandsIn(context).filter(({ step }) => step.inTransaction);
    return oncePerPlace([...inside.flatMap((placed) => unbounded(context, placed) ?? []), ...tooMany(context, inside)]);
  },
};

function unbounded(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  const { effect } = command;
  if (effect.kind !== 'write') return undefined;
  const collection = shownCollection(command);
  if (step.statement.circumstances?.loop?.over === 'documents')
    return found(context, step, `This writes to ${collection} once for each document that is found, all in one transaction`);
  const wide = effect.writes.find((write) => mayTakeAll(write, step, command));
  if (wide !== undefined) return found(context, step, `This writes as many documents of ${collection} as match, all in one transaction`);
  return effect.partial
    ? found(context, step, `This writes a list to ${collection} of which it is not known how long it is, in one transaction`)
    : undefined;
}

function mayTakeAll(write: DocumentWrite, step: Step, { collection }: DocumentCommand): boolean {
  if ((write.kind !== 'update' && write.kind !== 'delete') || !write.many) return false;
  if (isEmptyDocument(write.filter)) return true;
  const table = collection?.name === undefined ? undefined : tableBefore(step, { name: collection.name });
  const unique = new Set((table?.indexes ?? []).flatMap((index) => (index.unique && index.keys.length === 1 ? index.keys : [])));
  return write.filter.kind === 'document' && !isBounded(write.filter, unique);
}

/** Does the filter say which documents: by their key, or by a value that comes from elsewhere? */
function isBounded(filter: DocumentValue, unique: ReadonlySet<string>): boolean {
  return fieldsOf(filter).some(({ name, value }) => {
    if (name === '$and') return itemsOf(value).some((item) => isBounded(item, unique));
    if (name.startsWith('$')) return false;
    if (value.kind === 'hole') return true;
    return (name === '_id' || unique.has(name)) && isFew(value);
  });
}

/** One value, a list of them that is there, or an interval with two ends. */
function isFew(value: DocumentValue): boolean {
  if (value.kind !== 'document' || !value.fields.some(({ name }) => name.startsWith('$'))) return true;
  const names = value.fields.map(({ name }) => name);
  const listed = value.fields.find(({ name }) => name === '$in' || name === '$eq')?.value;
  if (listed !== undefined) return listed.kind !== 'array' || listed.items.length <= mostDocuments;
  return names.some((name) => name.startsWith('$gt')) && names.some((name) => name.startsWith('$lt'));
}

/** The first transaction that writes more documents than are advised, told at its first write. */
function tooMany(context: RuleContext, inside: readonly PlacedCommand[]): readonly Violation[] {
  const counts = new Map<number, { readonly first: Step; count: number }>();
  for (const { step, command } of inside) {
    if (command.effect.kind !== 'write') continue;
    const known = counts.get(step.transaction.index) ?? { first: step, count: 0 };
    counts.set(step.transaction.index, { ...known, count: known.count + command.effect.writes.length });
  }
  return [...counts.values()]
    .filter(({ count }) => count > mostDocuments)
    .map(({ first, count }) => found(context, first, `The transaction that this stands in writes ${count} documents`));
}

function found(context: RuleContext, step: Step, what: string): Violation {
  return {
    ...callPlace(context, step.statement),
    message: `${what}: after 60 seconds the server aborts it, and until then it holds all of it in its cache. More than ${mostDocuments.toLocaleString('en')} documents in one are advised against.`,
    help: 'Work in batches, each of them committed by itself, with a filter that leaves out what is done.',
    fixes: [],
  };
}
