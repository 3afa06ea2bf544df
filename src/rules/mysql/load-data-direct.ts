import { headRange, operationsOf, shownName } from '../context';
import type { Rule } from '../rule';
import { isLive } from './in-use';

export const loadDataDirect: Rule = {
  id: 'load-data-direct',
  title: 'LOAD DATA straight into a table in use',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `LOAD DATA is one transaction over the whole file: it holds locks on all its rows, a broken line at the end undoes all of it, and with LOCAL or IGNORE lines that don't fit are changed until they do, with no more than a warning.

Load into a staging table, look at SHOW WARNINGS and at the rows, and move them over in batches with INSERT ... SELECT.

Silent for tables that the same migration creates.`,
  bad: [
    {
      title: 'Into the target',
      framework: 'sql',
      files: [{ path: '0001_l.sql', text: "LOAD DATA LOCAL INFILE 'rates.csv' INTO TABLE rates FIELDS TERMINATED BY ',';\n" }],
      findings: [{ at: "LOAD DATA LOCAL INFILE 'rates.csv' INTO TABLE rates FIELDS TERMINATED BY ','", says: 'staging' }],
    },
  ],
  good: [
    {
      title: 'Into a staging table',
      framework: 'sql',
      files: [
        {
          path: '0001_l.sql',
          text: "CREATE TABLE IF NOT EXISTS rates_staging (day date PRIMARY KEY, rate decimal(10,4));\nLOAD DATA INFILE 'rates.csv' REPLACE INTO TABLE rates_staging FIELDS TERMINATED BY ',';\n",
        },
      ],
    },
  ],
  check: (context) =>
    operationsOf(context, 'copy').flatMap(({ step, operation }) => {
      if (!isLive(context, step, operation.table) || /staging|_tmp|temp|_load|import/i.test(operation.table.name)) return [];
      const name = shownName(operation.table);
      return [
        {
          range: headRange(context, step.statement),
          message: `This loads the whole file into ${name} in one transaction${operation.fromClient ? ', and LOCAL makes values fit that do not, with no more than a warning' : ''}: others wait for its rows, and a broken line undoes all of it.`,
          help: 'Load into a staging table, look at the rows, and move them over in batches.',
          fixes: [],
        },
      ];
    }),
};
