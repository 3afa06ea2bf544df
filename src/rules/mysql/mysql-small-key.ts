import { lastingColumns } from '../columns';
import { operationRange } from '../context';
import type { Rule } from '../rule';

export const countedKeyTooSmall: Rule = {
  id: 'mysql-small-key',
  title: 'AUTO_INCREMENT key that runs out',
  severity: 'info',
  engines: ['mysql', 'mariadb'],
  explanation: `An INT counts to 2,147,483,647, and rolled back or ignored inserts use numbers up as well. At the end every INSERT fails (1062 or 167), and a change to BIGINT copies the table, and those of its foreign keys, while nobody can write.

Use BIGINT (UNSIGNED).

A table that stays small can keep its INT: say so in a comment that ignores the rule there.`,
  bad: [
    {
      title: 'An INT that counts',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE events (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY);\n' }],
      findings: [{ at: 'CREATE TABLE events (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY)', says: '4,294,967,295' }],
    },
  ],
  good: [
    {
      title: 'BIGINT, and an INT that does not count',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE events (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, kind int NOT NULL);\n' },
      ],
    },
  ],
  check: (context) =>
    lastingColumns(context).flatMap(({ step, operation, column }) => {
      const base = /^(tinyint|smallint|mediumint|int)\b/i.exec(column.type)?.[1]?.toLowerCase();
      if (!column.autoIncrement || base === undefined) return [];
      const unsigned = /unsigned/i.test(column.type);
      const limits: Readonly<Record<string, number>> = { tinyint: 2 ** 7, smallint: 2 ** 15, mediumint: 2 ** 23, int: 2 ** 31 };
      const last = (limits[base] ?? 0) * (unsigned ? 2 : 1) - 1;
      return [
        {
          range: operationRange(context, step.statement, operation),
          message: `${column.name} counts to ${last.toLocaleString('en-US')}, then every INSERT fails; making it a BIGINT then copies the table, and those that refer to it.`,
          help: 'Use BIGINT (UNSIGNED) now.',
          fixes: [],
        },
      ];
    }),
};
