import type { Fix } from '../../model/finding';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { headRange, type OperationOf, operationsOf, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { endWithTerminator, replaceSpan } from '../edits';
import type { Rule, Violation } from '../rule';
import { isLive } from './in-use';

const orders = { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, total int, cents int);\n' };

export const mysqlUnbatchedWrite: Rule = {
  id: 'mysql-unbatched-write',
  title: 'UPDATE or DELETE of a whole table in one go',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `InnoDB locks every row that an UPDATE or DELETE reads, and keeps the locks until it is done: others wait for rows, run into their timeouts, and after a failure everything is undone, which takes longer than it took. All of it goes to the replicas as one transaction, and they are behind for as long.

Work in batches: by ranges of the primary key, each committed by itself, with a condition by which rows that are done no longer match, so that it can be started again at any time. For a DELETE, DELETE ... ORDER BY key LIMIT 1000 until nothing is left.

Silent with a LIMIT, with a condition on the primary key or one equality in the WHERE, for tables that the same migration creates, in procedures, and for temporary tables. Where the primary key is one column of a known table, the fix writes a procedure that works in batches.`,
  bad: [
    {
      title: 'A backfill',
      framework: 'sql',
      files: [orders, { path: '0002_b.sql', text: 'UPDATE orders SET cents = total * 100;\n' }],
      findings: [{ at: 'UPDATE orders SET cents = total * 100', says: 'every row' }],
    },
    {
      title: 'All that is old',
      framework: 'sql',
      files: [orders, { path: '0002_b.sql', text: 'DELETE FROM orders WHERE total < 5 AND cents IS NULL;\n' }],
      findings: [{ at: 'DELETE FROM orders WHERE total < 5 AND cents IS NULL', says: 'LIMIT' }],
    },
    {
      title: 'From another table',
      framework: 'sql',
      files: [
        orders,
        { path: '0002_p.sql', text: 'CREATE TABLE prices (id bigint NOT NULL PRIMARY KEY, order_id bigint, cents int);\n' },
        {
          path: '0003_b.sql',
          text: 'UPDATE orders JOIN prices ON prices.order_id = orders.id SET orders.cents = prices.cents;\nUPDATE orders o, prices p SET o.cents = p.cents WHERE p.order_id = o.id;\n',
        },
      ],
      findings: [
        { at: 'UPDATE orders JOIN prices ON prices.order_id = orders.id SET orders.cents = prices.cents', says: 'every row' },
        { at: 'UPDATE orders o, prices p SET o.cents = p.cents WHERE p.order_id = o.id', says: 'matches' },
      ],
    },
  ],
  good: [
    {
      title: 'In batches, by key, for one row, of a new table',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_b.sql',
          text: 'UPDATE orders SET cents = total * 100 WHERE id BETWEEN 1 AND 10000 AND cents IS NULL;\nDELETE FROM orders WHERE total < 5 ORDER BY id LIMIT 1000;\nUPDATE orders SET total = 1 WHERE id = 7;\nUPDATE orders JOIN (SELECT id FROM orders WHERE cents IS NULL ORDER BY id LIMIT 1000) AS batch ON batch.id = orders.id SET orders.cents = 0;\n',
        },
        { path: '0003_t.sql', text: 'CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nUPDATE t SET a = 2;\n' },
      ],
    },
  ],
  check: (context) =>
    operationsOf(context, 'update', 'delete').flatMap(({ step, operation }) => {
      if (step.within !== undefined || operation.limit !== undefined || !isLive(context, step, operation.table)) return [];
      return isNarrow(step, operation) ? [] : [violation(context, step, operation)];
    }),
};

type Write = OperationOf<'update' | 'delete'>;

/** Columns of two tables that are held against each other: a join, which narrows nothing. */
// From the beginning of a name alone: tried from each letter, one long word would take the square of its length.
const joining = /(?<![\w`])[\w`]+\.[\w`]+\s*=\s*[\w`]+\.[\w`]+/g;

/** By its key, or by one value of something: few rows, as far as can be told. */
function isNarrow(step: Step, { where: condition, table: name }: Write): boolean {
  const { text } = step.statement;
  // Joined with a batch, which a query with a LIMIT picks, or by a range of the key.
  if (/\(\s*select\b.*\blimit\s+[\d@]/is.test(text)) return true;
  if (condition === undefined) return /\bbetween\b/i.test(text);
  const where = condition.replace(joining, '');
  const table = tableBefore(step, name);
  const key = table?.constraints.find(({ kind }) => kind === 'primary key')?.columns[0] ?? 'id';
  const named = new RegExp(`(^|[^\\w\`])\`?${key.replace(/\W/g, '\\$&')}\`?\\s*(=|<|>|between\\b|in\\s*\\()`, 'i');
  return named.test(where) || /^[^=<>!]*[^=<>!]=\s*('[^']*'|\d+|@\w+)\s*$/.test(where) || /^[^=]*\bin\s*\([^()]*\)\s*$/i.test(where);
}

function violation(context: RuleContext, step: Step, operation: Write): Violation {
  const name = shownName(operation.table);
  const verb = operation.kind === 'update' ? 'writes' : 'deletes';
  const which = operation.hasWhere ? 'every row that matches' : 'every row';
  const fix = batchFix(context, step, operation);
  return {
    range: headRange(context, step.statement),
    message: `This ${verb} ${which} of ${name} in one transaction, and holds a lock on every row that it reads until the end; replicas repeat all of it at once.`,
    help:
      operation.kind === 'update'
        ? 'Update by ranges of the primary key, each committed by itself, with a condition that leaves out what is done.'
        : 'Repeat it with ORDER BY the key and LIMIT 1000 until no row is left.',
    fixes: fix === undefined ? [] : [fix],
  };
}

/** A procedure that goes through the table by its key, and is dropped again. Only where a file may hold several statements. */
function batchFix(context: RuleContext, step: Step, operation: Write): Fix | undefined {
  const table = tableBefore(step, operation.table);
  const columns = table?.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  const [key] = columns;
  const type = table?.columns.find(({ name }) => name === key)?.type;
  if (
    key === undefined ||
    columns.length > 1 ||
    type === undefined ||
    (operation.joined?.length ?? 0) > 0 ||
    context.framework.name !== 'sql'
  )
    return undefined;
  const target = quoteQualified(operation.table.schema, operation.table.name);
  const column = quoteIdentifier(key);
  const { span } = step.statement;
  const statement = context.text.slice(span.start, span.end);
  const { where } = operation;
  const at = where === undefined ? statement.length : statement.lastIndexOf(where);
  if (at === -1) return undefined;
  const head = statement.slice(0, at).replace(/\s*\bWHERE\s*$/i, '');
  const range = `${column} BETWEEN batch_first AND batch_last`;
  const batch = `${head} WHERE ${where === undefined ? range : `(${where}) AND ${range}`};`;
  const text = `DROP PROCEDURE IF EXISTS faultline_batches;
DELIMITER //
CREATE PROCEDURE faultline_batches()
BEGIN
  DECLARE batch_first ${type};
  DECLARE batch_last ${type};
  SELECT MIN(${column}) INTO batch_first FROM ${target};
  WHILE batch_first IS NOT NULL DO
    SELECT MAX(${column}) INTO batch_last FROM (SELECT ${column} FROM ${target} WHERE ${column} >= batch_first ORDER BY ${column} LIMIT 1000) AS batch;
    START TRANSACTION;
    ${batch}
    COMMIT;
    SELECT MIN(${column}) INTO batch_first FROM ${target} WHERE ${column} > batch_last;
  END WHILE;
END //
DELIMITER ;
CALL faultline_batches();
DROP PROCEDURE faultline_batches;`;
  return {
    title: 'Write it in batches',
    safe: false,
    edits: [replaceSpan(context, { start: span.start, end: endWithTerminator(context, span) }, text)],
  };
}
