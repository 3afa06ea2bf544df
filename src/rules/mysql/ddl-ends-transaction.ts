import { isDefinition } from '../../plan/mysql/implicit-commit';
import { headRange, type RuleContext, type Step } from '../context';
import { replaceSpan, wholeLines } from '../edits';
import type { Rule, Violation } from '../rule';

export const ddlEndsTransaction: Rule = {
  id: 'ddl-ends-transaction',
  title: 'Change of a definition inside of START TRANSACTION',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `CREATE, ALTER, DROP, RENAME, TRUNCATE and GRANT commit the transaction that is open before they begin, and themselves as they end. What stands behind them runs without a transaction, statement by statement, and a ROLLBACK at the end undoes none of it. That goes for MySQL and for MariaDB.

Take the transaction away, give each change of a definition a migration of its own, and keep transactions for rows.

Silent for temporary tables, which commit nothing, and for transactions that hold changes of rows alone.`,
  bad: [
    {
      title: 'Two changes of which each commits',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'START TRANSACTION;\nCREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY);\nCOMMIT;\n',
        },
      ],
      findings: [{ at: 'CREATE TABLE a (id int PRIMARY KEY)', says: 'ends the transaction' }],
      fixed: [{ path: '0001_t.sql', text: 'CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY);\n' }],
    },
    {
      title: 'Rows before it, which are committed with it',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'BEGIN;\nDELETE FROM t WHERE id = 1;\nALTER TABLE t DROP COLUMN a;\nROLLBACK;\n' }],
      findings: [{ at: 'ALTER TABLE t DROP COLUMN a', says: 'what came before it' }],
    },
  ],
  good: [
    {
      title: 'A transaction of rows; a temporary table in one',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'START TRANSACTION;\nCREATE TEMPORARY TABLE kept (id int);\nINSERT INTO kept SELECT id FROM t;\nDELETE FROM t WHERE id IN (SELECT id FROM kept);\nCOMMIT;\n',
        },
      ],
    },
    { title: 'No transaction', framework: 'sql', files: [{ path: '0001_t.sql', text: 'CREATE TABLE a (id int PRIMARY KEY);\n' }] },
  ],
  check: (context) => {
    let begun: Step | undefined;
    const found: Violation[] = [];
    for (const step of context.steps) {
      if (controls(step, 'begin')) begun = step;
      else if (controls(step, 'commit') || controls(step, 'rollback')) begun = undefined;
      else if (begun !== undefined && step.planned.commits && isDefinition(step.statement)) {
        found.push(violation(context, begun, step));
        begun = undefined;
      }
    }
    return found;
  },
};

function controls({ statement }: Step, action: 'begin' | 'commit' | 'rollback'): boolean {
  return statement.operations.some(
    (operation) => operation.kind === 'transaction' && operation.action === action && operation.xa === undefined,
  );
}

function violation(context: RuleContext, begun: Step, step: Step): Violation {
  const between = context.steps.filter(
    ({ statement }) => statement.index > begun.statement.index && statement.index < step.statement.index,
  );
  const end = context.steps.find(
    ({ statement }) =>
      statement.index > step.statement.index &&
      ['commit', 'rollback'].some((action) =>
        statement.operations.some((operation) => operation.kind === 'transaction' && operation.action === action),
      ),
  );
  const rolls = end !== undefined && controls(end, 'rollback');
  const inside = context.steps.filter(
    ({ statement }) => statement.index > begun.statement.index && statement.index < (end?.statement.index ?? Number.POSITIVE_INFINITY),
  );
  const commits = inside.every(({ statement }) => isDefinition(statement));
  const before = between.length > 0 ? 'It commits what came before it in the transaction, and ' : 'It ';
  return {
    range: headRange(context, step.statement),
    message: `${before}ends the transaction: what follows commits statement by statement${rolls ? ', and the ROLLBACK undoes none of it' : ''}.`,
    help: 'Take the transaction away, and give each change of a definition a migration of its own.',
    fixes:
      commits && !rolls && end !== undefined
        ? [
            {
              title: 'Take the transaction away',
              // The server does the same without it.
              safe: true,
              edits: [begun, end].map((one) => replaceSpan(context, wholeLines(context, one.statement.span), '')),
            },
          ]
        : [],
  };
}
