import type { Fix } from '../../model/finding';
import { headRange, type RuleContext, type Step } from '../context';
import { moveBehind } from '../fixes/phases';
import { becauseTransaction } from '../phrases';
import type { Rule, Violation } from '../rule';
import { type ExclusiveLock, exclusiveLocks } from './exclusive-locks';

export const severalTablesLocked: Rule = {
  id: 'several-tables-locked',
  title: 'Several tables locked in one transaction',
  severity: 'info',
  engines: ['postgres'],
  explanation: `Each ACCESS EXCLUSIVE lock is held to the end of the transaction. With the second table the migration waits for a lock while it holds one: all who
use the first table wait for all who use the second. And an application that touches the two in the other order makes a deadlock (40P01), of which one side loses.

Give each table a migration of its own: they then wait for one lock at a time. Where the changes belong together, lock in the order in which the application does, with a short lock_timeout.

Silent for tables that the same migration creates, for those that a rollback takes away again, for weaker locks, such as those of a foreign key, and for tables that one LOCK TABLE has locked already. Reported once per transaction.`,
  bad: [
    {
      title: 'Two tables',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE TABLE users (id bigint);\nCREATE TABLE orders (id bigint);\n\n-- +goose Down\nDROP TABLE orders;\nDROP TABLE users;\n',
        },
        {
          path: '00002_c.sql',
          text: "-- +goose Up\nSET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN a int;\nALTER TABLE orders ADD COLUMN b int;\n\n-- +goose Down\nALTER TABLE orders DROP COLUMN b;\nALTER TABLE users DROP COLUMN a;\n",
        },
      ],
      findings: [
        { at: 'ALTER TABLE orders ADD COLUMN b int', says: 'users' },
        { at: 'ALTER TABLE users DROP COLUMN a', says: 'orders' },
      ],
      fixed: [
        {
          path: '00002_c.sql',
          text: "-- +goose Up\nSET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN a int;\n\n-- +goose Down\nALTER TABLE orders DROP COLUMN b;\nALTER TABLE users DROP COLUMN a;\n",
        },
        { path: '00003_change_orders.sql', text: "-- +goose Up\nSET LOCAL lock_timeout = '2s';\n\nALTER TABLE orders ADD COLUMN b int;\n" },
      ],
    },
  ],
  good: [
    {
      title: 'One table, and new ones',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        {
          path: 'V2__c.sql',
          text: 'ALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ADD COLUMN b int;\nCREATE TABLE orders (id bigint, user_id bigint REFERENCES users);\nALTER TABLE orders ADD COLUMN c int;\n',
        },
      ],
    },
    {
      title: 'Both are locked at the start, by one statement',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE a (id bigint);\nCREATE TABLE c (id bigint);\n' },
        {
          path: '0002_c.sql',
          text: 'BEGIN;\nLOCK TABLE a, c IN ACCESS EXCLUSIVE MODE;\nALTER TABLE a ADD COLUMN x int;\nALTER TABLE c ADD COLUMN x int;\nCOMMIT;\n',
        },
      ],
    },
    {
      title: 'Statements that commit one by one',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE a (id bigint);\nCREATE TABLE b (id bigint);\n' },
        { path: '0002_c.sql', text: 'ALTER TABLE a ADD COLUMN x int;\nALTER TABLE b ADD COLUMN x int;\n' },
      ],
    },
  ],
  check: (context) => {
    // One statement alone can't be taken apart.
    if (context.steps.length < 2) return [];
    const found: Violation[] = [];
    const held = new Map<Step['transaction'], ExclusiveLock[]>();
    const reported = new Set<Step['transaction']>();
    for (const step of context.steps) {
      if (!step.inTransaction || reported.has(step.transaction)) continue;
      for (const lock of exclusiveLocks(context, step)) {
        const locks = held.get(step.transaction) ?? [];
        // What the transaction has already is not waited for.
        if (locks.some(({ identity }) => identity === lock.identity)) continue;
        held.set(step.transaction, [...locks, lock]);
        const [first] = locks;
        // One statement that locks two, such as the drop of a foreign key or LOCK TABLE, can't be taken apart.
        if (first !== undefined && first.step !== step && !reported.has(step.transaction)) {
          reported.add(step.transaction);
          found.push(violation(context, step, first.name, lock.name));
        }
      }
    }
    return found;
  },
};

function violation(context: RuleContext, step: Step, first: string, second: string): Violation {
  const fix = apart(context, step, second);
  return {
    range: headRange(context, step.statement),
    message: `This waits for ${second} while the transaction holds ${first} (${becauseTransaction(context, step)}): who uses ${first} waits for all who use ${second}, and a session that takes the two in the other order makes a deadlock (40P01).`,
    help: `Change ${second} in a migration of its own.`,
    fixes: fix === undefined ? [] : [fix],
  };
}

/** Only the last statement can go without the order of the others being changed. */
function apart(context: RuleContext, step: Step, table: string): Fix | undefined {
  const last = context.steps.findLast(({ statement }) => statement.operations.some(({ kind }) => kind !== 'transaction'));
  if (last !== step) return undefined;
  const timeout = context.steps.find(({ statement }) =>
    statement.operations.some((operation) => operation.kind === 'set' && operation.local && operation.name === 'lock_timeout'),
  );
  const alone = step.transaction.kind === 'framework' || step.transaction.kind === 'implicit';
  return moveBehind(context, 'Move the change of the second table', step, {
    slug: `change_${table}`,
    transactional: true,
    up: [...(timeout === undefined || !alone ? [] : [`${timeout.statement.text};`]), `${step.statement.text};`],
    down: [],
  });
}
