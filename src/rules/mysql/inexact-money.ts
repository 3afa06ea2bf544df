import { lastingColumns } from '../columns';
import { operationRange } from '../context';
import type { Rule } from '../rule';

export const inexactMoney: Rule = {
  id: 'inexact-money',
  title: 'Money in FLOAT or DOUBLE',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `FLOAT and DOUBLE keep the nearest number that they can: 0.1 + 0.2 is not 0.3, sums depend on the order of the rows, and a FLOAT of 16777217 is 16777216. A comparison for equality finds nothing.

Use DECIMAL(19,4), or whole cents in a BIGINT.

Silent for columns whose names don't speak of money.`,
  bad: [
    {
      title: 'A price',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE items (id bigint PRIMARY KEY, unit_price float NOT NULL);\n' }],
      findings: [{ at: 'CREATE TABLE items (id bigint PRIMARY KEY, unit_price float NOT NULL)', says: 'DECIMAL' }],
    },
  ],
  good: [
    {
      title: 'DECIMAL, and a measurement',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE items (id bigint PRIMARY KEY, price decimal(19,4), weight double, ratio float);\n' },
      ],
    },
  ],
  check: (context) =>
    lastingColumns(context).flatMap(({ step, operation, column }) => {
      if (!/^(float|double|real)/i.test(column.type) || !money.test(column.name)) return [];
      return [
        {
          range: operationRange(context, step.statement, operation),
          message: `${column.name} holds money in a ${column.type}, which keeps only the nearest number that it can: sums and comparisons come out wrong.`,
          help: 'Use DECIMAL(19,4), or whole cents in a BIGINT.',
          fixes: [],
        },
      ];
    }),
};

const money =
  /(^|_)(price|prices|amount|total|subtotal|cost|costs|fee|fees|balance|tax|vat|salary|money|payment|paid|discount|revenue|credit|debit)(_|$)/i;
