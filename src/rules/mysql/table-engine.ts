import { knowsNoTransactions } from '../../plan/mysql/situation';
import { operationRange, operationsOf } from '../context';
import type { Rule } from '../rule';

export const tableEngine: Rule = {
  id: 'table-engine',
  title: 'Table of an engine without transactions',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `MyISAM, Aria, MEMORY, ARCHIVE and CSV know no transactions, no row locks and no foreign keys: a statement that fails midway leaves half of its rows, a crash leaves a table to repair or an empty one, and every write locks the whole table.

Use InnoDB, which is the default: leave the word out.

Silent for InnoDB and other engines with transactions, and for temporary tables.`,
  bad: [
    {
      title: 'MyISAM',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE logs (id bigint PRIMARY KEY) ENGINE=MyISAM;\n' }],
      findings: [{ at: 'CREATE TABLE logs (id bigint PRIMARY KEY) ENGINE=MyISAM', says: 'transactions' }],
    },
  ],
  good: [
    {
      title: 'InnoDB',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE a (id bigint PRIMARY KEY) ENGINE=InnoDB;\nCREATE TABLE b (id bigint PRIMARY KEY);\nCREATE TEMPORARY TABLE c (id bigint) ENGINE=MEMORY;\n',
        },
      ],
    },
  ],
  check: (context) => {
    const made = operationsOf(context, 'create table').filter(({ operation }) => operation.persistence !== 'temporary');
    return [...made, ...operationsOf(context, 'table options')].flatMap(({ step, operation }) => {
      const engine = operation.options?.engine;
      if (engine === undefined || !knowsNoTransactions(engine)) return [];
      return [
        {
          range: operationRange(context, step.statement, operation),
          message: `${engine} knows no transactions: what fails midway leaves half of its rows, a crash leaves a table to repair or to fill again, and each write locks all of ${operation.table.name}.`,
          help: 'Use InnoDB, the default: leave ENGINE out.',
          fixes: [],
        },
      ];
    });
  },
};
