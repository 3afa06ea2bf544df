import { columnType } from '../../plan/mysql/column-type';
import { type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../context';
import type { Rule, Violation } from '../rule';
import { isLive } from './in-use';

const orders = { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY);\n' };

export const implicitDefault: Rule = {
  id: 'implicit-default',
  title: 'NOT NULL column without a default: every row silently gets one',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `Where other databases refuse a NOT NULL column without a default on a table with rows, MySQL and MariaDB fill it with the implicit default of the type: 0, '', the first value of an ENUM, and for dates 0000-00-00, which MySQL refuses as soon as there is a row (1292) and MariaDB takes. A shape (POINT, GEOMETRY) has no such value: MySQL refuses the column as soon as there is a row (1138), and MariaDB keeps an empty text that is no shape. Nobody can tell these values from real ones afterwards; and code that does not know the column yet fails at its next
INSERT (1364).

Say the default, or add the column nullable, fill it in batches, and make it NOT NULL in a later migration.

Silent for tables that the same migration creates, for AUTO_INCREMENT and generated columns, and for JSON, BLOB and TEXT columns of servers where they can't have one.`,
  bad: [
    {
      title: 'A number and a date',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: 'ALTER TABLE orders ADD COLUMN total int NOT NULL;\nALTER TABLE orders ADD COLUMN paid_on date NOT NULL;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE orders ADD COLUMN total int NOT NULL', says: 'gets 0' },
        { at: 'ALTER TABLE orders ADD COLUMN paid_on date NOT NULL', says: '0000-00-00' },
      ],
    },
    {
      title: 'A date on MySQL',
      framework: 'sql',
      engines: ['mysql 9'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders ADD COLUMN paid_on date NOT NULL;\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN paid_on date NOT NULL', says: '1292' }],
    },
    {
      title: 'A shape on MySQL',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders ADD COLUMN place point NOT NULL;\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN place point NOT NULL', says: '1138' }],
    },
    {
      title: 'A shape on MariaDB',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders ADD COLUMN place point NOT NULL;\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN place point NOT NULL', says: 'no shape' }],
    },
  ],
  good: [
    {
      title: 'A default, nullable, counted, computed',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: 'ALTER TABLE orders ADD COLUMN total int NOT NULL DEFAULT 0;\nALTER TABLE orders ADD COLUMN note text;\nALTER TABLE orders ADD COLUMN twice int AS (id * 2) VIRTUAL;\n',
        },
        { path: '0003_t.sql', text: 'CREATE TABLE t (a int NOT NULL);\nALTER TABLE t ADD COLUMN b int NOT NULL;\n' },
      ],
    },
  ],
  operations: { 'add column': check },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'add column'>): Violation[] {
  const { column, table } = operation;
  const isFilled = column.default !== undefined || column.generated !== undefined || column.autoIncrement || column.serial;
  if (!column.notNull || isFilled || !isLive(context, step, table)) return [];
  const value = implicitValue(column.type);
  if (value === undefined) return [];
  const isShape = shapes.test(columnType(column.type).base);
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `There is no default, so every row of ${shownName(table)} ${whatRowsGet(context, column.name, value, isShape)}`,
      help: `${isShape ? 'Add' : 'Say the default, or add'} the column nullable, fill it in batches, and make it NOT NULL in a later migration.`,
      fixes: [],
    },
  ];
}

function whatRowsGet({ engine }: RuleContext, column: string, value: string, isShape: boolean): string {
  const fails = 'with one row in the table this fails.';
  if (engine.name === 'mysql' && isShape) return `would get NULL, which NOT NULL refuses (1138): ${fails}`;
  if (engine.name === 'mysql' && value.startsWith("'0000")) return `would get ${value}, which strict mode refuses (1292): ${fails}`;
  return `silently gets ${value} in ${column}, and code that does not know the column fails at its next INSERT (1364).`;
}

const shapes = /^(?:geometry|point|linestring|polygon|multipoint|multilinestring|multipolygon|geometrycollection|geomcollection)$/;

/** What a row gets (manual, "Data Type Default Values", implicit defaults). */
function implicitValue(type: string): string | undefined {
  const { base, parts } = columnType(type);
  if (base === 'date' || base === 'datetime' || base === 'timestamp') return base === 'date' ? "'0000-00-00'" : "'0000-00-00 00:00:00'";
  if (/^(?:tiny|small|medium|big)?int$|^(?:decimal|float|double|bit|year)$/.test(base)) return '0';
  if (base === 'enum') return parts[0] ?? "''";
  if (shapes.test(base)) return "'' (which is no shape at all)";
  if (base === 'time') return "'00:00:00'";
  return /char|binary|text|blob|^set$/.test(base) ? "''" : undefined;
}
