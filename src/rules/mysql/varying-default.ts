import { type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../context';
import { version } from '../phrases';
import type { Rule, Violation } from '../rule';
import { isLive } from './in-use';

const orders = { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY);\n' };

export const varyingDefault: Rule = {
  id: 'varying-default',
  title: 'New column whose default is an expression',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `A literal default and CURRENT_TIMESTAMP are kept in the definition, and the column comes instantly. An expression in brackets is another thing: MySQL computes it for every row in a copy of the table that blocks writes, and refuses one that may differ from row to row, such as (uuid()), because replicas would compute other values (1674).
MariaDB takes (uuid()) and copies the table for it.

Add the column nullable and without a default, set the default for new rows with ALTER COLUMN ... SET DEFAULT, which is instant, and fill the old rows in batches.

Silent for tables that the same migration creates, and for expressions of constants in MariaDB.`,
  bad: [
    {
      title: 'A UUID on MySQL',
      framework: 'sql',
      engines: ['mysql 8.4', 'mysql 9'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders ADD COLUMN code char(36) NOT NULL DEFAULT (uuid());\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN code char(36) NOT NULL DEFAULT (uuid())', says: '1674' }],
    },
    {
      title: 'A UUID on MariaDB',
      framework: 'sql',
      engines: ['mariadb 10.11', 'mariadb 11'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders ADD COLUMN code char(36) NOT NULL DEFAULT (uuid());\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN code char(36) NOT NULL DEFAULT (uuid())', says: 'copies' }],
    },
  ],
  good: [
    {
      title: 'A literal, the time, and the default apart',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: "ALTER TABLE orders ADD COLUMN state varchar(10) NOT NULL DEFAULT 'new';\nALTER TABLE orders ADD COLUMN at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP;\nALTER TABLE orders ADD COLUMN code char(36);\nALTER TABLE orders ALTER COLUMN code SET DEFAULT (uuid());\n",
        },
        { path: '0003_t.sql', text: 'CREATE TABLE t (a char(36) DEFAULT (uuid()));\n' },
      ],
    },
  ],
  operations: { 'add column': check },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'add column'>): Violation[] {
  const { table } = operation;
  const initial = operation.column.default;
  if (initial?.expression === undefined || !isLive(context, step, table)) return [];
  const { name: engine } = context.engine;
  const varies = initial.volatility === 'volatile';
  if (engine === 'mariadb' && !varies) return [];
  const name = shownName(table);
  const refused = engine === 'mysql' && varies;
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: refused
        ? `${version(context)} refuses this (1674): ${initial.text} gives another value in every row, and replicas would compute other ones.`
        : `DEFAULT ${initial.text} is computed for every row: ${version(context)} copies all of ${name} for it${step.planned.work?.lock === 'SHARED' ? ', and nobody can write meanwhile' : ''}.`,
      help: `Add the column without a default, then ALTER COLUMN ${operation.column.name} SET DEFAULT for new rows, and fill the old ones in batches.`,
      fixes: [],
    },
  ];
}
