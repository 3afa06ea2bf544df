import { quoteQualified } from '../../parse/mysql/identifiers';
import { type OperationOf, operationRange, operationsOf, type RuleContext, type Step, shownName } from '../context';
import { insertStatement } from '../edits';
import type { Rule, Violation } from '../rule';
import { isLive } from './in-use';
import { isLookedAt } from './looked-at';

const orders = { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY, total int);\n' };
const question = 'SELECT COUNT(*) AS unfit FROM `orders` WHERE NOT (total > 0);\n';

export const checkOverRows: Rule = {
  id: 'check-over-rows',
  title: 'CHECK on rows that nobody has looked at',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `ADD CHECK reads every row, and one for which the condition is false makes it fail (MySQL 3819, MariaDB 4025); what the migration did before has been committed.

Ask for such rows first, and mend them in a migration of their own. In MySQL the constraint can also be added NOT ENFORCED, which reads nothing, and be enforced later; it holds for nothing until then. The fix writes the question
before the statement.

Silent for tables that the same migration creates, in rollbacks, for NOT ENFORCED, and where the migration asks about the table or changes its rows before.`,
  bad: [
    {
      title: 'At once',
      framework: 'sql',
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total > 0);\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total > 0)', says: 'total > 0' }],
      fixed: [{ path: '0002_c.sql', text: `${question}ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total > 0);\n` }],
    },
  ],
  good: [
    {
      title: 'Asked before; a new table',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: `${question}ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total > 0);\nCREATE TABLE t (a int);\nALTER TABLE t ADD CONSTRAINT t_a CHECK (a > 0);\n`,
        },
      ],
    },
    {
      title: 'Not enforced yet',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total > 0) NOT ENFORCED;\n' }],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return operationsOf(context, 'add constraint').flatMap(({ step, operation }) => check(context, step, operation));
  },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>): Violation[] {
  const { constraint, table } = operation;
  if (constraint.kind !== 'check' || constraint.enforced === false || !isLive(context, step, table)) return [];
  if (isLookedAt(context, step, table, columnsWritten(context, step))) return [];
  const query = `SELECT COUNT(*) AS unfit FROM ${quoteQualified(table.schema, table.name)} WHERE NOT (${constraint.expression});`;
  const code = context.engine.name === 'mysql' ? '3819' : '4025';
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `One row of ${shownName(table)} for which ${constraint.expression} is false makes this fail (${code}), after all rows before it were read.`,
      help: `Ask first, and mend what it finds in a migration of its own: ${query}`,
      fixes: [{ title: 'Ask for rows that break it', safe: false, edits: [insertStatement(context, step.statement.span.start, query)] }],
    },
  ];
}

/** Whatever an UPDATE before writes may have been written for the condition. */
function columnsWritten(context: RuleContext, step: Step): readonly string[] {
  return operationsOf(context, 'update').flatMap((each) =>
    each.step.statement.index < step.statement.index ? each.operation.columns : [],
  );
}
