import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { type Narrowing, narrowing } from '../../plan/mysql/narrowing';
import { findColumn } from '../../schema/lookup';
import { type OperationOf, operationRange, operationsOf, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { insertStatement } from '../edits';
import type { Rule, Violation } from '../rule';
import { isLive } from './in-use';
import { isLookedAt } from './looked-at';

const orders = {
  path: '0001_orders.sql',
  text: "CREATE TABLE orders (\n  id bigint PRIMARY KEY,\n  note varchar(200),\n  state enum('new', 'paid', 'sent') NOT NULL,\n  total decimal(12,2) NOT NULL,\n  amount int NOT NULL,\n  made_at datetime NOT NULL\n);\n",
};
const question = 'SELECT COUNT(*) AS unfit FROM `orders` WHERE CHAR_LENGTH(`note`) > 40;\n';

export const narrowerType: Rule = {
  id: 'narrower-type',
  title: 'Change to a type that does not hold every value',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `A shorter text, a smaller number, an ENUM with a value less: one row whose value does not fit, and the statement fails after it has copied the table up to there (1406, 1264, 1265); what the migration did before has been committed. Where
strict mode is off, values are cut without a word: a removed value of an ENUM becomes ''. Some changes lose in strict mode too: fewer digits behind the point are rounded, and a DATETIME that becomes a DATE forgets the time of the day.

Ask first which rows don't fit, and mend them in a migration of their own. The fix writes the question before the statement.

Silent for tables that the same migration creates, in rollbacks, where the column's type is not known, and where the migration asks about the table or writes the column itself before.`,
  bad: [
    {
      title: 'A shorter text',
      framework: 'sql',
      files: [orders, { path: '0002_t.sql', text: 'ALTER TABLE orders MODIFY note varchar(40);\n' }],
      findings: [
        { at: 'ALTER TABLE orders MODIFY note varchar(40)', says: 'longer than 40 characters in note makes this fail (1406 or 1265)' },
      ],
      fixed: [{ path: '0002_t.sql', text: `${question}ALTER TABLE orders MODIFY note varchar(40);\n` }],
    },
    {
      title: 'A value less, fewer digits, another sign, no time',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_t.sql',
          text: "ALTER TABLE orders MODIFY state enum('new', 'sent') NOT NULL;\nALTER TABLE orders MODIFY total decimal(8,2) NOT NULL;\nALTER TABLE orders MODIFY amount int unsigned NOT NULL;\nALTER TABLE orders MODIFY made_at date NOT NULL;\n",
        },
      ],
      findings: [
        { at: "ALTER TABLE orders MODIFY state enum('new', 'sent') NOT NULL", says: "the value 'paid' in state makes this fail (1265)" },
        { at: 'ALTER TABLE orders MODIFY total decimal(8,2) NOT NULL', says: '1264' },
        { at: 'ALTER TABLE orders MODIFY amount int unsigned NOT NULL', says: 'outside of 0 to 4294967295' },
        { at: 'ALTER TABLE orders MODIFY made_at date NOT NULL', says: 'the time of the day' },
      ],
    },
  ],
  good: [
    {
      title: 'Asked before',
      framework: 'sql',
      files: [orders, { path: '0002_t.sql', text: `${question}ALTER TABLE orders MODIFY note varchar(40);\n` }],
    },
    {
      title: 'Mended before; room for every value',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_t.sql',
          text: "UPDATE orders SET state = 'new' WHERE state = 'paid';\nALTER TABLE orders MODIFY state enum('new', 'sent') NOT NULL;\nALTER TABLE orders MODIFY amount bigint NOT NULL;\nALTER TABLE orders MODIFY total decimal(14,2) NOT NULL;\nALTER TABLE orders MODIFY note text;\nALTER TABLE orders MODIFY amount varchar(20) NOT NULL;\nALTER TABLE orders MODIFY made_at datetime(3) NOT NULL;\n",
        },
      ],
    },
    {
      title: 'A value more, in another order, or as a text',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_t.sql',
          text: "ALTER TABLE orders MODIFY state enum('sent', 'new', 'lost', 'paid') NOT NULL;\nALTER TABLE orders MODIFY state varchar(4) NOT NULL;\n",
        },
      ],
    },
    {
      title: 'A new table',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, a varchar(20));\nALTER TABLE t MODIFY a varchar(10);\n' },
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return operationsOf(context, 'redefine column').flatMap(({ step, operation }) => check(context, step, operation));
  },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'redefine column'>): Violation[] {
  const { table, specification } = operation;
  const column = findColumn(tableBefore(step, table), operation.column);
  if (column === undefined || column.generated !== undefined || specification.generated !== undefined) return [];
  const found = narrowing(column.type, specification.type, context.engine.name === 'mysql' ? 'mysql' : 'mariadb');
  if (found === undefined || !isLive(context, step, table) || isLookedAt(context, step, table, [column.name])) return [];
  const query = questionFor(operation, column.name, found);
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: messageFor(found, column.name, shownName(table)),
      help: `Ask first which rows don't fit, and mend them in a migration of their own${query === undefined ? '.' : `: ${query}`}`,
      fixes:
        query === undefined
          ? []
          : [{ title: "Ask first which rows don't fit", safe: false, edits: [insertStatement(context, step.statement.span.start, query)] }],
    },
  ];
}

function messageFor({ what, codes }: Narrowing, column: string, table: string): string {
  if (codes.length === 0) return `This drops ${what} from ${column} in every row of ${table}, without a word and for good.`;
  return `One row of ${table} with ${what} in ${column} makes this fail (${codes.join(' or ')}), after all rows before it were copied; where strict mode is off, the value is cut without a word.`;
}

function questionFor({ table }: OperationOf<'redefine column'>, column: string, { condition }: Narrowing): string | undefined {
  if (condition === undefined) return undefined;
  return `SELECT COUNT(*) AS unfit FROM ${quoteQualified(table.schema, table.name)} WHERE ${condition(quoteIdentifier(column))};`;
}
