import type { Operation } from '../../model/operation';
import { headRange, operationsOf, type RuleContext, type Step } from '../context';
import { replaceSpan, wholeLines } from '../edits';
import type { Rule, Violation } from '../rule';

export const replicationUnsafe: Rule = {
  id: 'replication-unsafe',
  title: 'Replicas will not have what this does',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `SET sql_log_bin = 0 keeps a change from the binary log: replicas and backups made from it never get it, and the next change of the same table breaks replication. With binlog_format = STATEMENT, or MIXED in MariaDB, statements whose rows depend on chance are repeated with other rows: UPDATE, DELETE and INSERT ... SELECT with LIMIT and without ORDER BY.

Leave the binary log on, and give a LIMIT an order by a unique key.`,
  bad: [
    {
      title: 'Kept from the log',
      framework: 'sql',
      files: [{ path: '0001_l.sql', text: 'SET sql_log_bin = 0;\nCREATE TABLE t (id bigint PRIMARY KEY);\n' }],
      findings: [{ at: 'SET sql_log_bin = 0', says: 'replicas' }],
      fixed: [{ path: '0001_l.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY);\n' }],
    },
    {
      title: 'Some rows, in no order',
      framework: 'sql',
      files: [{ path: '0001_l.sql', text: 'DELETE FROM logs WHERE at < NOW() LIMIT 1000;\n' }],
      findings: [{ at: 'DELETE FROM logs WHERE at < NOW() LIMIT 1000', says: 'ORDER BY' }],
    },
  ],
  good: [
    {
      title: 'In an order',
      framework: 'sql',
      files: [{ path: '0001_l.sql', text: 'DELETE FROM logs WHERE at < NOW() ORDER BY id LIMIT 1000;\nSET sql_log_bin = 1;\n' }],
    },
  ],
  check: (context) => [
    ...operationsOf(context, 'set').flatMap(({ step, operation }) =>
      operation.name === 'sql_log_bin' && /^['"]?(0|off|false)['"]?$/i.test(operation.value ?? '') ? [unlogged(context, step)] : [],
    ),
    ...context.steps.flatMap((step) => (step.statement.operations.some(isByChance) ? [byChance(context, step)] : [])),
  ],
};

function isByChance(operation: Operation): boolean {
  return (operation.kind === 'update' || operation.kind === 'delete') && operation.limit !== undefined && operation.ordered !== true;
}

function unlogged(context: RuleContext, step: Step): Violation {
  const back = context.steps.find(
    (later) =>
      later.statement.index > step.statement.index &&
      later.statement.operations.some((operation) => operation.kind === 'set' && operation.name === 'sql_log_bin'),
  );
  return {
    range: headRange(context, step.statement),
    message:
      'What comes now is not in the binary log: replicas and backups never get it, and the next change of the same table breaks replication.',
    help: 'Leave the binary log on.',
    fixes: [
      {
        title: 'Leave the binary log on',
        safe: false,
        edits: [step, ...(back === undefined ? [] : [back])].map((one) =>
          replaceSpan(context, wholeLines(context, one.statement.span), ''),
        ),
      },
    ],
  };
}

function byChance(context: RuleContext, step: Step): Violation {
  return {
    range: headRange(context, step.statement),
    message:
      'LIMIT without ORDER BY takes rows as they come: where statements are replicated, a replica takes others, and the two are no longer equal.',
    help: 'Add ORDER BY a unique key before LIMIT.',
    fixes: [],
  };
}
