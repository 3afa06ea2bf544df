import type { DocumentCommand } from '../../model/document';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { commandsIn, oncePerPlace, type PlacedCommand, shownCollection } from './commands';
import { addSession } from './session-option';
import { callPlace } from './source-call';

const good = `module.exports = {
  async up(db, client) {
    const session = client.startSession();
    try {
      await session.withTransaction(async () => {
        await db.collection('accounts').updateOne({ _id: 1 }, { $inc: { balance: -10 } }, { session });
        await db.collection('accounts').updateOne({ _id: 2 }, { $inc: { balance: 10 } }, { session });
      });
    } finally {
      await session.endSession();
    }
  },
  async down() {},
};
`;

export const sessionMissing: Rule = {
  id: 'session-missing',
  title: 'Command in a transaction without its session',
  severity: 'error',
  engines: ['mongodb'],
  explanation: `A command belongs to a transaction only when the session is among its options. Without it the server sees another client: the command
commits by itself at once, an abort does not take it back, and it does not see what the transaction wrote. Where the transaction wrote the same document
before, the command waits for its end while the code waits for the command, until the transaction expires. Nothing warns of it: the migration works as long as nothing fails.

The fix adds \`{ session }\`. It changes what a failure leaves behind, so read it before you apply it.

Silent for what a transaction does not take anyway: \`refused-in-transaction\` speaks of that.`,
  bad: [
    {
      title: 'The second of two updates',
      framework: 'migrate-mongo',
      files: [
        {
          path: '20240101000000-move.js',
          text: good.replace('{ $inc: { balance: 10 } }, { session }', '{ $inc: { balance: 10 } }'),
        },
      ],
      findings: [{ at: "db.collection('accounts').updateOne({ _id: 2 }, { $inc: { balance: 10 } })", says: 'commits by itself' }],
      fixed: [{ path: '20240101000000-move.js', text: good }],
    },
    {
      title: 'A read in a transaction that startTransaction opened',
      framework: 'migrate-mongo',
      files: [
        {
          path: '20240101000000-read.js',
          text: `module.exports = {
  async up(db, client) {
    const session = client.startSession();
    session.startTransaction();
    const found = await db.collection('counters').findOne({ _id: 'orders' });
    await db.collection('orders').insertOne({ _id: 1, number: found.next }, { session });
    await session.commitTransaction();
    await session.endSession();
  },
  async down() {},
};
`,
        },
      ],
      findings: [{ at: "db.collection('counters').findOne({ _id: 'orders' })", says: 'does not see' }],
    },
  ],
  good: [
    {
      title: 'Each command has the session',
      framework: 'migrate-mongo',
      files: [{ path: '20240101000000-move.js', text: good }],
    },
    {
      title: 'A read before the transaction; no transaction at all',
      framework: 'migrate-mongo',
      files: [
        {
          path: '20240101000000-read.js',
          text: good.replace('    const session', "    await db.collection('accounts').findOne({ _id: 1 });\n    const session"),
        },
        {
          path: '20240102000000-plain.js',
          text: "module.exports = {\n  async up(db) {\n    await db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } });\n  },\n  async down() {},\n};\n",
        },
      ],
    },
  ],
  check: (context) => oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? [])),
};

/** The session of the transaction that is open around a command, when the command does not have it. */
export function missedSession({ step, command }: PlacedCommand): string | undefined {
  return command.session ? undefined : step.statement.circumstances?.transaction?.session;
}

function violation(context: RuleContext, placed: PlacedCommand): Violation | undefined {
  const session = missedSession(placed);
  const { step, command } = placed;
  // Those that are refused are spoken of by their own rule.
  if (session === undefined || !step.planned.transactional || command.effect.kind === 'other') return undefined;
  const inShell = context.framework.name === 'mongosh';
  const edit = inShell ? undefined : addSession(context, step.statement, command, session);
  return {
    ...callPlace(context, step.statement),
    message: `This stands in a transaction, but without its session: ${whatHappens(command)}`,
    help: inShell
      ? `Call it on a database of the session: \`${session}.getDatabase(...)\`.`
      : `Give it the session: \`{ ${session === 'session' ? 'session' : `session: ${session}`} }\` among its options.`,
    fixes: edit === undefined ? [] : [{ title: 'Run it in the transaction: add the session', safe: false, edits: [edit] }],
  };
}

function whatHappens(command: DocumentCommand): string {
  const reads = command.effect.kind === 'read' || (command.effect.kind === 'aggregate' && command.effect.into === undefined);
  return reads
    ? `it does not see what the transaction wrote to ${shownCollection(command)}, and what it finds can change before the commit.`
    : `it commits by itself, and stays when the transaction is aborted. Where the transaction has written the same document of ${shownCollection(command)}, it waits for the transaction to end, which waits for it, until that expires.`;
}
