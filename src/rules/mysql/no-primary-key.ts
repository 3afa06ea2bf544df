import { headRange, operationsOf } from '../context';
import type { Rule } from '../rule';

export const noPrimaryKey: Rule = {
  id: 'no-primary-key',
  title: 'Table without a primary key',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `InnoDB keeps the rows in the order of the primary key, and makes up a hidden one where there is none. Replicas then look every changed row up by reading the whole table, clusters (Group Replication, Galera) refuse to write to it, and gh-ost and pt-online-schema-change can't work on it.

Give it a key: a column of its own, or the columns by which its rows are told apart.

Silent for temporary tables, for CREATE TABLE ... LIKE and ... SELECT, and where a later statement of the migration adds one.`,
  bad: [
    {
      title: 'None',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE tags (order_id bigint NOT NULL, tag varchar(20) NOT NULL);\n' }],
      findings: [{ at: 'CREATE TABLE tags (order_id bigint NOT NULL, tag varchar(20) NOT NULL)', says: 'tags' }],
    },
  ],
  good: [
    {
      title: 'One of two columns; a unique key that serves; one that comes later',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE tags (order_id bigint NOT NULL, tag varchar(20) NOT NULL, PRIMARY KEY (order_id, tag));\nCREATE TABLE t (a bigint NOT NULL);\nALTER TABLE t ADD PRIMARY KEY (a);\nCREATE TEMPORARY TABLE x (a int);\n',
        },
      ],
    },
  ],
  check: (context) =>
    operationsOf(context, 'create table').flatMap(({ step, operation }) => {
      const { table, columns, constraints, asQuery, like, persistence } = operation;
      const hasKey =
        columns.some(({ primaryKey, serial }) => primaryKey || serial) || constraints.some(({ kind }) => kind === 'primary key');
      const comesLater = operationsOf(context, 'add constraint').some(
        ({ operation: later }) => later.constraint.kind === 'primary key' && later.table.name === table.name,
      );
      if (hasKey || comesLater || asQuery || like !== undefined || persistence === 'temporary') return [];
      return [
        {
          range: headRange(context, step.statement),
          message: `${table.name} has no primary key: replicas read the whole table for each changed row, clusters refuse to write to it, and online schema change tools can't work on it.`,
          help: 'Add a PRIMARY KEY: a column of its own, or the columns by which rows are told apart.',
          fixes: [],
        },
      ];
    }),
};
