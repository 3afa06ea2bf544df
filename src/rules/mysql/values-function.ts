import { quoteIdentifier } from '../../parse/mysql/identifiers';
import { headRange, type OperationOf, type RuleContext, type Step } from '../context';
import { insertAt, replaceSpan } from '../edits';
import type { Rule, Violation } from '../rule';

export const valuesFunction: Rule = {
  id: 'values-function',
  title: 'ON DUPLICATE KEY UPDATE with VALUES(), which MySQL gives up',
  severity: 'info',
  engines: ['mysql'],
  explanation: `VALUES(column) in ON DUPLICATE KEY UPDATE is deprecated since MySQL 8.0.20 and gives a warning for each use (1287); a later version will refuse it.

Give the new row a name and use that: VALUES (...) AS new ON DUPLICATE KEY UPDATE a = new.a. MariaDB has no such name and keeps VALUES(), so the rule is silent there; a migration for both keeps it too.`,
  bad: [
    {
      title: 'Rows that are there get the new value',
      framework: 'sql',
      files: [
        {
          path: '0001_s.sql',
          text: "INSERT INTO settings (name, value) VALUES ('a', '1') ON DUPLICATE KEY UPDATE value = VALUES(value);\n",
        },
      ],
      findings: [
        { at: "INSERT INTO settings (name, value) VALUES ('a', '1') ON DUPLICATE KEY UPDATE value = VALUES(value)", says: '1287' },
      ],
      fixed: [
        {
          path: '0001_s.sql',
          text: "INSERT INTO settings (name, value) VALUES ('a', '1') AS new_row ON DUPLICATE KEY UPDATE value = new_row.`value`;\n",
        },
      ],
    },
  ],
  good: [
    {
      title: 'By the name of the row; MariaDB has VALUES() alone',
      framework: 'sql',
      files: [
        {
          path: '0001_s.sql',
          text: "INSERT INTO settings (name, value) VALUES ('a', '1') AS new ON DUPLICATE KEY UPDATE value = new.value;\n",
        },
      ],
    },
    {
      title: 'On MariaDB',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [
        {
          path: '0001_s.sql',
          text: "INSERT INTO settings (name, value) VALUES ('a', '1') ON DUPLICATE KEY UPDATE value = VALUES(value);\n",
        },
      ],
    },
  ],
  operations: { insert: check },
};

function check(context: RuleContext, step: Step, { duplicateUpdate }: OperationOf<'insert'>): Violation[] {
  if (duplicateUpdate === undefined || duplicateUpdate.valuesCalls.length === 0) return [];
  const { valuesCalls, aliasAt, alias } = duplicateUpdate;
  const name = alias ?? 'new_row';
  const edits = [
    ...(aliasAt === undefined ? [] : [insertAt(context, aliasAt, ` AS ${name}`)]),
    ...valuesCalls.map(({ span, column }) => replaceSpan(context, span, `${name}.${quoteIdentifier(column)}`)),
  ];
  return [
    {
      range: headRange(context, step.statement),
      message:
        'VALUES() is deprecated in ON DUPLICATE KEY UPDATE since 8.0.20: each use is a warning (1287), and a later version refuses it.',
      help: 'Name the new row: VALUES (...) AS new_row ON DUPLICATE KEY UPDATE column = new_row.column.',
      fixes: aliasAt === undefined && alias === undefined ? [] : [{ title: 'Name the new row', safe: true, edits }],
    },
  ];
}
