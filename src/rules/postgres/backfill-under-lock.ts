import type { Fix } from '../../model/finding';
import type { Operation } from '../../model/operation';
import { isInUse, operationRange, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { moveBehind } from '../fixes/phases';
import { becauseTransaction } from '../phrases';
import type { Rule, Violation } from '../rule';
import { exclusiveLocks } from './exclusive-locks';
import { limitsRows } from './row-filter';

export const backfillUnderLock: Rule = {
  id: 'backfill-under-lock',
  title: 'Change of a table and of its rows in one transaction',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `ALTER TABLE takes a lock that lets nobody read or write, and holds it to the end of the transaction. That is milliseconds when only the catalog changes, and as long as
the backfill takes when one stands behind it: all rows are written while the application is stopped.

Change the schema in one migration, and fill the rows in the next: in batches, each committed by itself.

Silent for tables that the same migration creates, for writes whose WHERE keeps them to a few rows, and for INSERTs of written rows.`,
  bad: [
    {
      title: 'A new column, filled at once',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, name text);\n\n-- +goose Down\nDROP TABLE users;\n',
        },
        {
          path: '00002_c.sql',
          text: "-- +goose Up\nSET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN short text;\nUPDATE users SET short = left(name, 10);\n\n-- +goose Down\nALTER TABLE users DROP COLUMN short;\n",
        },
      ],
      findings: [{ at: 'UPDATE users SET short = left(name, 10)', says: 'nobody reads or writes users' }],
      fixed: [
        {
          path: '00002_c.sql',
          text: "-- +goose Up\nSET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN short text;\n\n-- +goose Down\nALTER TABLE users DROP COLUMN short;\n",
        },
        { path: '00003_fill_users.sql', text: '-- +goose Up\nUPDATE users SET short = left(name, 10);\n' },
      ],
    },
    {
      title: 'A copy of one table while another is locked',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE log (id bigint);\n' },
        { path: 'V2__c.sql', text: 'ALTER TABLE users ADD COLUMN a int;\nINSERT INTO log SELECT id FROM users;\n' },
      ],
      findings: [{ at: 'INSERT INTO log SELECT id FROM users', says: 'users' }],
    },
  ],
  good: [
    {
      title: 'A few rows, a new table, the rows first',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\n' },
        {
          path: 'V2__c.sql',
          text: "UPDATE users SET name = 'x';\nALTER TABLE users ADD COLUMN a int;\nUPDATE users SET a = 1 WHERE id = 1;\nINSERT INTO users VALUES (1, 'a', 2);\nCREATE TABLE log (id bigint);\nINSERT INTO log VALUES (1);\n",
        },
      ],
    },
    {
      title: 'The schema in one migration, the rows in the next',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\n' },
        { path: 'V2__c.sql', text: 'ALTER TABLE users ADD COLUMN a text;\n' },
        { path: 'V3__f.sql', text: 'UPDATE users SET a = name WHERE a IS NULL;\n' },
      ],
    },
  ],
  check: (context) => {
    // What one statement alone locks is held for nothing else.
    if (context.steps.length < 2) return [];
    const held = new Map<Step['transaction'], string>();
    return context.steps.flatMap((step) => {
      const locked = step.inTransaction ? held.get(step.transaction) : undefined;
      const found = locked === undefined ? [] : longWrites(context, step).map((operation) => violation(context, step, operation, locked));
      const [lock] = step.inTransaction ? exclusiveLocks(context, step) : [];
      if (lock !== undefined && locked === undefined) held.set(step.transaction, lock.name);
      return found;
    });
  },
};

/** Writes whose number of rows grows with a table. */
function longWrites(context: RuleContext, step: Step): readonly Operation[] {
  return step.statement.operations.filter((operation) => {
    switch (operation.kind) {
      case 'update':
      case 'delete':
        return (
          isInUse(context, step, operation.table) &&
          !(operation.where !== undefined && limitsRows(operation.where, tableBefore(step, operation.table), step.statement.sent))
        );
      case 'insert':
        return (
          operation.rows === undefined &&
          /\bselect\b[\s\S]*\bfrom\b/i.test(step.statement.text) &&
          !/\blimit\s+\d/i.test(step.statement.text)
        );
      case 'merge':
        return true;
      default:
        return false;
    }
  });
}

function violation(context: RuleContext, step: Step, operation: Operation, locked: string): Violation {
  const table = 'table' in operation ? shownName(operation.table) : 'rows';
  const fix = apart(context, step, 'table' in operation ? operation.table.name : 'rows');
  return {
    range: operationRange(context, step.statement, operation),
    message: `The transaction has locked ${locked} (ACCESS EXCLUSIVE), and holds it while this writes ${table} (${becauseTransaction(context, step)}): nobody reads or writes ${locked} until all rows are done.`,
    help: 'Write the rows in a later migration, in batches.',
    fixes: fix === undefined ? [] : [fix],
  };
}

/** Only the last statement can go without the order of the others being changed. */
function apart(context: RuleContext, step: Step, table: string): Fix | undefined {
  const last = context.steps.findLast(({ statement }) => statement.operations.some(({ kind }) => kind !== 'transaction'));
  if (last !== step) return undefined;
  return moveBehind(context, 'Move the rows', step, {
    slug: `fill_${table}`,
    transactional: true,
    up: [`${step.statement.text};`],
    down: [],
  });
}
