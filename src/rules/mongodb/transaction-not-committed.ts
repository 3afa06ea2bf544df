import type { RuleContext, Step } from '../context';
import type { Rule, Violation } from '../rule';
import { callPlace } from './source-call';

const path = '20240101000000-move.js';

function migration(end: string): string {
  return `module.exports = {
  async up(db, client) {
    const session = client.startSession();
    session.startTransaction();
    await db.collection('accounts').updateOne({ _id: 1 }, { $inc: { balance: -10 } }, { session });
    await db.collection('accounts').updateOne({ _id: 2 }, { $inc: { balance: 10 } }, { session });
${end}    await session.endSession();
  },
  async down() {},
};
`;
}

export const transactionNotCommitted: Rule = {
  id: 'transaction-not-committed',
  title: 'Transaction that is never committed',
  severity: 'error',
  engines: ['mongodb'],
  explanation: `What is written in a transaction is there when it is committed. Where \`startTransaction\` has no \`commitTransaction\` behind it, the end of the session aborts
it: nothing of it is in the database, no error is thrown, and the migration is recorded as applied.

Commit it; or use \`session.withTransaction(async () => { ... })\`, which commits, and repeats what may be repeated.

Silent where the migration writes nothing in the transaction, and where a part of the code could not be read.`,
  bad: [
    {
      title: 'Only the session is ended',
      framework: 'migrate-mongo',
      files: [{ path, text: migration('') }],
      findings: [{ at: 'session.startTransaction()', says: 'aborts' }],
    },
  ],
  good: [
    {
      title: 'Committed by hand',
      framework: 'migrate-mongo',
      files: [{ path, text: migration('    await session.commitTransaction();\n') }],
    },
  ],
  check: (context) => (context.program.unread?.length ? [] : context.steps.flatMap((step) => violation(context, step) ?? [])),
};

function violation(context: RuleContext, step: Step): Violation | undefined {
  if (!does(step, 'begin')) return undefined;
  const inside = context.steps.filter(({ transaction }) => transaction.index === step.transaction.index);
  const writes = inside.some(({ statement }) => statement.operations.some((operation) => operation.kind === 'document command'));
  const behind = context.steps.filter(({ statement }) => statement.index > step.statement.index);
  const next = behind.findIndex((other) => does(other, 'begin'));
  const isCommitted = (next === -1 ? behind : behind.slice(0, next)).some((other) => does(other, 'commit'));
  if (!writes || isCommitted) return undefined;
  return {
    ...callPlace(context, step.statement),
    message:
      'This transaction is never committed: the end of its session aborts it, nothing of it stays, and the migration is recorded as applied.',
    help: 'Put `await session.commitTransaction()` behind the last command of it, or use `session.withTransaction`.',
    fixes: [],
  };
}

function does({ statement }: Step, action: 'begin' | 'commit'): boolean {
  return statement.operations.some((operation) => operation.kind === 'transaction' && operation.action === action);
}
