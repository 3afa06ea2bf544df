import type { DocumentCommand } from '../../model/document';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { commandsIn, oncePerPlace, type PlacedCommand, shownCollection } from './commands';
import { moveOut } from './move-out';
import { missedSession } from './session-missing';
import { callPlace } from './source-call';

function migration(inside: string, before = ''): string {
  return `module.exports = {
  async up(db, client) {
    const session = client.startSession();
${before}    await session.withTransaction(async () => {
      await db.collection('users').insertOne({ _id: 1 }, { session });
${inside}    });
    await session.endSession();
  },
  async down() {},
};
`;
}

const existing = {
  path: '20230101000000-users.js',
  text: "module.exports = {\n  async up(db) {\n    await db.createCollection('users');\n  },\n  async down(db) {\n    await db.collection('users').drop();\n  },\n};\n",
};

export const refusedInTransaction: Rule = {
  id: 'refused-in-transaction',
  title: 'Command that no transaction takes',
  severity: 'error',
  engines: ['mongodb'],
  explanation: `A transaction of MongoDB takes reads and writes of documents, and since 4.4 it can create collections, and indexes on collections that it creates itself.
Everything else is refused with code 263 (OperationNotSupportedInTransaction), and the transaction is aborted: an index on a collection that is there,
dropping, renaming, collMod, listing collections or indexes, \`count\`, \`$out\` and \`$merge\`, views, writes to capped collections. The migration fails whenever it
runs.

Without the session such a command is not refused, but it does not belong to the transaction either: it needs the collection for itself, waits for the
transaction that has written to it, and the code waits for the command: both stand until the transaction expires after a minute.

The fix takes it out: what creates goes before the transaction, what takes away or renames behind it. Then the migration has two steps of which each can fail alone.`,
  bad: [
    {
      title: 'An index on a collection that is there',
      framework: 'migrate-mongo',
      files: [
        existing,
        {
          path: '20240101000000-index.js',
          text: migration("      await db.collection('users').createIndex({ email: 1 }, { name: 'email_1', session });\n"),
        },
      ],
      findings: [
        {
          at: "db.collection('users').createIndex({ email: 1 }, { name: 'email_1', session })",
          says: 'a collection that the same transaction makes',
        },
      ],
      fixed: [
        {
          path: '20240101000000-index.js',
          text: migration('', "    await db.collection('users').createIndex({ email: 1 }, { name: 'email_1', session });\n"),
        },
      ],
    },
    {
      title: 'A drop without the session',
      framework: 'migrate-mongo',
      files: [existing, { path: '20240101000000-drop.js', text: migration("      await db.collection('old').drop();\n") }],
      findings: [{ at: "db.collection('old').drop()", says: 'waits' }],
    },
    {
      title: 'Listing and collMod',
      framework: 'migrate-mongo',
      files: [
        existing,
        {
          path: '20240101000000-list.js',
          text: migration(
            "      await db.command({ collMod: 'users', validator: {}, validationLevel: 'moderate' }, { session });\n      await db.collection('users').aggregate([{ $match: {} }, { $out: 'copy' }], { session }).toArray();\n",
          ),
        },
      ],
      findings: [
        { at: "db.command({ collMod: 'users', validator: {}, validationLevel: 'moderate' }, { session })", says: 'collMod' },
        { at: "db.collection('users').aggregate([{ $match: {} }, { $out: 'copy' }], { session }).toArray()", says: '$out' },
      ],
    },
  ],
  good: [
    {
      title: 'A collection and its index in one transaction; an index outside',
      framework: 'migrate-mongo',
      files: [
        existing,
        {
          path: '20240101000000-new.js',
          text: migration(
            "      await db.createCollection('events', { session });\n      await db.collection('events').createIndex({ at: 1 }, { name: 'at_1', session });\n",
            "    await db.collection('users').createIndex({ email: 1 }, { name: 'email_1' });\n",
          ),
        },
      ],
    },
  ],
  check: (context) => oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? [])),
};

function violation(context: RuleContext, placed: PlacedCommand): Violation | undefined {
  const { step, command } = placed;
  const { refusal } = step.planned;
  const waits = missedSession(placed) !== undefined && needsCollection(command);
  if (refusal === undefined || (!step.inTransaction && !waits)) return undefined;
  const place = callPlace(context, step.statement);
  const fix = moveOut(context, step.statement, command);
  const why = step.inTransaction
    ? `The server refuses this in a transaction (code 263), so the migration always fails: ${refusal}.`
    : `This is no part of the transaction around it: ${refusal}. It waits for what the transaction has locked in ${shownCollection(command)}, and the transaction waits for it.`;
  return {
    ...place,
    message: why,
    help: 'Take it out of the transaction: before it what creates, behind it what takes away.',
    fixes: fix === undefined ? [] : [fix],
  };
}

/** These wait until no transaction uses the collection (manual, "FAQ: Concurrency"). */
function needsCollection({ effect }: DocumentCommand): boolean {
  return ['create index', 'drop index', 'modify collection', 'drop collection', 'rename collection', 'drop database'].includes(effect.kind);
}
