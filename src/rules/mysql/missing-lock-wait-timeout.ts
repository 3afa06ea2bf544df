import type { ObjectName, Operation } from '../../model/operation';
import { headRange, type RuleContext, type Step, shownName } from '../context';
import { insertStatement } from '../edits';
import type { Rule, Violation } from '../rule';
import { isLive } from './in-use';

const orders = { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY);\n' };

export const lockWaitTimeout: Rule = {
  id: 'missing-lock-wait-timeout',
  title: 'Change of a table without a lock_wait_timeout',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `Every change of a table, an instant one too, needs its metadata lock for itself at least for a moment. It waits for every transaction that has so much as read the table, be it one that somebody forgot; and while it waits, everything that comes after it on that table waits too. lock_wait_timeout says for how long:
a year in MySQL (31536000 seconds), a day in MariaDB.

Set it to some seconds before the change, so that it gives up (1205) and can be tried again at a better moment. innodb_lock_wait_timeout is about rows and does not help. MariaDB also knows WAIT n and NOWAIT in the statement itself.

Reported once per program. Silent for tables that the same migration creates.`,
  bad: [
    {
      title: 'An instant change waits too',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9', 'mariadb 11'],
      files: [orders, { path: '0002_c.sql', text: '-- a note\nALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT', says: 'metadata lock' }],
      fixed: [
        {
          path: '0002_c.sql',
          text: '-- a note\nSET SESSION lock_wait_timeout = 5;\nALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n',
        },
      ],
    },
    {
      title: 'In a rollback of Liquibase, where each line is a comment',
      framework: 'liquibase',
      files: [
        {
          path: 'a.sql',
          text: '--liquibase formatted sql\n--changeset ann:1\nCREATE TABLE orders (id bigint PRIMARY KEY);\n--rollback DROP TABLE orders;\n--changeset ann:2\nSET SESSION lock_wait_timeout = 5;\nALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n--rollback ALTER TABLE orders DROP COLUMN note, ALGORITHM=INSTANT;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE orders DROP COLUMN note, ALGORITHM=INSTANT', says: 'metadata lock' }],
      fixed: [
        {
          path: 'a.sql',
          text: '--liquibase formatted sql\n--changeset ann:1\nCREATE TABLE orders (id bigint PRIMARY KEY);\n--rollback DROP TABLE orders;\n--changeset ann:2\nSET SESSION lock_wait_timeout = 5;\nALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n--rollback SET SESSION lock_wait_timeout = 5;\n--rollback ALTER TABLE orders DROP COLUMN note, ALGORITHM=INSTANT;\n',
        },
      ],
    },
    {
      title: 'Where a request holds one statement: between the marks of goose',
      framework: 'goose',
      files: [
        { path: '1_a.sql', text: `-- +goose Up\n${orders.text}-- +goose Down\nDROP TABLE orders;\n` },
        {
          path: '2_b.sql',
          text: '-- +goose Up\n-- +goose StatementBegin\nALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n-- +goose StatementEnd\n-- +goose Down\nSET SESSION lock_wait_timeout = 5;\nALTER TABLE orders DROP COLUMN note, ALGORITHM=INSTANT;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT', says: 'metadata lock' }],
      fixed: [
        {
          path: '2_b.sql',
          text: '-- +goose Up\nSET SESSION lock_wait_timeout = 5;\n-- +goose StatementBegin\nALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n-- +goose StatementEnd\n-- +goose Down\nSET SESSION lock_wait_timeout = 5;\nALTER TABLE orders DROP COLUMN note, ALGORITHM=INSTANT;\n',
        },
      ],
    },
    {
      title: 'And with the breakpoints of Drizzle',
      framework: 'drizzle',
      files: [
        {
          path: 'meta/_journal.json',
          text: '{"version":"7","dialect":"mysql","entries":[{"idx":0,"version":"5","when":1700000000000,"tag":"0000_a","breakpoints":true},{"idx":1,"version":"5","when":1700000001000,"tag":"0001_b","breakpoints":true}]}',
        },
        { path: '0000_a.sql', text: orders.text },
        { path: '0001_b.sql', text: 'ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n' },
      ],
      path: '0001_b.sql',
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT', says: 'metadata lock' }],
      fixed: [
        {
          path: '0001_b.sql',
          text: 'SET SESSION lock_wait_timeout = 5;\n--> statement-breakpoint\nALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n',
        },
      ],
    },
    {
      title: 'The timeout of rows is not it',
      framework: 'flyway',
      files: [
        { path: 'V1__orders.sql', text: orders.text },
        { path: 'V2__drop.sql', text: 'SET innodb_lock_wait_timeout = 5;\nDROP TABLE orders;\n' },
      ],
      findings: [{ at: 'DROP TABLE orders', says: 'orders' }],
    },
  ],
  good: [
    {
      title: 'It is set',
      framework: 'sql',
      files: [
        orders,
        { path: '0002_c.sql', text: 'SET SESSION lock_wait_timeout = 5;\nALTER TABLE orders ADD COLUMN note text, ALGORITHM=INSTANT;\n' },
        { path: '0003_c.sql', text: 'SET lock_wait_timeout = 10;\nTRUNCATE TABLE orders;\n' },
      ],
    },
    {
      title: 'In the statement, which MariaDB knows',
      framework: 'sql',
      engines: ['mariadb 10.6'],
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: 'ALTER TABLE orders WAIT 5 ADD COLUMN note text, ALGORITHM=INSTANT;\nSET STATEMENT lock_wait_timeout = 5 FOR ALTER TABLE orders ADD COLUMN more text;\n',
        },
      ],
    },
    {
      title: 'A table of the same migration, and rows',
      framework: 'sql',
      files: [
        orders,
        { path: '0002_c.sql', text: 'CREATE TABLE t (a int);\nALTER TABLE t ADD COLUMN b int;\nINSERT INTO orders VALUES (1);\n' },
      ],
    },
  ],
  check: (context) => {
    for (const step of context.steps) {
      if (step.statement.operations.some(setsTimeout)) return [];
      const table = waitsFor(context, step);
      if (table !== undefined) return [violation(context, step, table)];
    }
    return [];
  },
};

function setsTimeout(operation: Operation): boolean {
  return operation.kind === 'set' && operation.name === 'lock_wait_timeout' && operation.scope !== 'global';
}

/** The table whose metadata lock it needs for itself. */
function waitsFor(context: RuleContext, step: Step): ObjectName | undefined {
  if (step.statement.operations.some(({ waitSeconds }) => waitSeconds !== undefined)) return undefined;
  const { work, locks, commits } = step.planned;
  if (!commits) return undefined;
  const wanted = work?.table ?? locks.find(({ mode }) => mode === 'EXCLUSIVE')?.name;
  return wanted !== undefined && isLive(context, step, wanted) ? wanted : undefined;
}

function violation(context: RuleContext, step: Step, table: ObjectName): Violation {
  const name = shownName(table);
  const { start } = step.statement.span;
  const year = context.engine.name === 'mysql' ? 'a year' : 'a day';
  return {
    range: headRange(context, step.statement),
    message: `This needs the metadata lock of ${name} for itself, and waits for it up to ${year}: behind one open transaction that has read ${name}, all that comes after it on ${name} waits too, reads included.`,
    help: 'Set lock_wait_timeout to some seconds before it, and try again when it strikes (1205).',
    fixes: [
      {
        title: 'Set lock_wait_timeout for this session',
        // Giving up is another end than waiting, and can leave what came before it.
        safe: context.plan.statements.length === 1,
        edits: [insertStatement(context, start, 'SET SESSION lock_wait_timeout = 5;')],
      },
    ],
  };
}
