import type { ColumnSpecification } from '../../model/operation';
import { lastingColumns } from '../columns';
import { operationRange } from '../context';
import type { Rule } from '../rule';

export const zeroDate: Rule = {
  id: 'zero-date',
  title: 'Date of zeros as a default or a value',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `0000-00-00 is no date: NO_ZERO_DATE, which is on in MySQL and off in MariaDB by default, refuses it (1067 as a default, 1292 as a value), drivers turn it into null or fail, and dumps with it can't be loaded elsewhere.

Use NULL for "not known", and let the column be nullable.`,
  bad: [
    {
      title: 'As a default',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: "CREATE TABLE t (id bigint PRIMARY KEY, paid_at datetime NOT NULL DEFAULT '0000-00-00 00:00:00');\n" },
      ],
      findings: [{ at: "CREATE TABLE t (id bigint PRIMARY KEY, paid_at datetime NOT NULL DEFAULT '0000-00-00 00:00:00')", says: '1067' }],
    },
  ],
  good: [
    {
      title: 'NULL, and a real date',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: "CREATE TABLE t (id bigint PRIMARY KEY, paid_at datetime NULL, since date NOT NULL DEFAULT '2000-01-01');\n",
        },
      ],
    },
  ],
  check: (context) =>
    lastingColumns(context).flatMap(({ step, operation, column }) =>
      isZeroDate(column)
        ? [
            {
              range: operationRange(context, step.statement, operation),
              message: `The default of ${column.name} is no date: with NO_ZERO_DATE the server refuses it (1067), and where that is off, drivers stumble over it.`,
              help: 'Make the column nullable, and use NULL for what is not known.',
              fixes: [],
            },
          ]
        : [],
    ),
};

function isZeroDate({ type, default: initial }: ColumnSpecification): boolean {
  return /^(date|datetime|timestamp)/i.test(type) && initial !== undefined && /^'?0000-00-00|^'?0'?$/.test(initial.text);
}
