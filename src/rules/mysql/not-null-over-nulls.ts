import type { Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { isKey } from '../../plan/mysql/column-change';
import { columnType, isRequired } from '../../plan/mysql/column-type';
import { findColumn } from '../../schema/lookup';
import { operationRange, operationsOf, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { insertStatement } from '../edits';
import type { Rule, Violation } from '../rule';
import { isLive } from './in-use';
import { isLookedAt } from './looked-at';

const users = { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50), city varchar(50));\n' };
const question = 'SELECT COUNT(*) AS nulls FROM `users` WHERE `name` IS NULL;\n';

export const notNullOverNulls: Rule = {
  id: 'not-null-over-nulls',
  title: 'NOT NULL on a column that may hold NULLs',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `One NULL in the column, and making it NOT NULL fails (MySQL 1138, or 1265 when the table is copied; MariaDB 1265) after the rows before it were read; what the migration did before has been committed. Where strict mode is off, every NULL
becomes '' or 0 without a word. A default does not help: it is for new rows alone.

Ask for NULLs first. Deploy code that writes the column, fill the old rows in batches, and make it NOT NULL in a later migration. The fix writes the question before the statement.

Silent for tables that the same migration creates, in rollbacks, where a CHECK says already that the column is not NULL, and where the migration asks about the table or writes the column before.`,
  bad: [
    {
      title: 'With MODIFY',
      framework: 'sql',
      files: [users, { path: '0002_n.sql', text: "ALTER TABLE users MODIFY name varchar(50) NOT NULL DEFAULT '';\n" }],
      findings: [{ at: "ALTER TABLE users MODIFY name varchar(50) NOT NULL DEFAULT ''", says: 'name' }],
      fixed: [{ path: '0002_n.sql', text: `${question}ALTER TABLE users MODIFY name varchar(50) NOT NULL DEFAULT '';\n` }],
    },
    {
      title: 'As the primary key',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE t (a int, b int);\n' },
        { path: '0002_k.sql', text: 'ALTER TABLE t ADD PRIMARY KEY (a);\n' },
      ],
      findings: [{ at: 'ALTER TABLE t ADD PRIMARY KEY (a)', says: 'One NULL in a' }],
    },
  ],
  good: [
    {
      title: 'Filled before, or asked; a column that never held one; a new table',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50), city varchar(50) NOT NULL);\n' },
        {
          path: '0002_n.sql',
          text: "UPDATE users SET name = '' WHERE name IS NULL;\nALTER TABLE users MODIFY name varchar(50) NOT NULL;\nALTER TABLE users MODIFY city varchar(60) NOT NULL;\nCREATE TABLE t (a int);\nALTER TABLE t MODIFY a int NOT NULL;\n",
        },
      ],
    },
    {
      title: 'Asked before',
      framework: 'sql',
      files: [users, { path: '0002_n.sql', text: `${question}ALTER TABLE users MODIFY name varchar(50) NOT NULL;\n` }],
    },
    {
      title: 'A CHECK has said so',
      framework: 'sql',
      files: [
        users,
        { path: '0002_c.sql', text: 'ALTER TABLE users ADD CONSTRAINT users_name CHECK (name IS NOT NULL);\n' },
        { path: '0003_n.sql', text: 'ALTER TABLE users MODIFY name varchar(50) NOT NULL;\n' },
      ],
    },
    {
      title: 'A TIMESTAMP of MariaDB gets the present moment',
      framework: 'sql',
      engines: ['mariadb 10.11', 'mariadb 11'],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, seen timestamp NULL);\n' },
        { path: '0002_n.sql', text: 'ALTER TABLE t MODIFY seen timestamp NOT NULL;\n' },
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return [
      ...operationsOf(context, 'redefine column').flatMap(({ step, operation }) =>
        isRequired(operation.specification) ? check(context, step, operation, [operation.column]) : [],
      ),
      ...operationsOf(context, 'add constraint').flatMap(({ step, operation }) =>
        operation.constraint.kind === 'primary key' ? check(context, step, operation, operation.constraint.columns) : [],
      ),
    ];
  },
};

function check(
  context: RuleContext,
  step: Step,
  operation: Operation & { readonly table: ObjectName },
  columns: readonly string[],
): Violation[] {
  const { table: name } = operation;
  const table = tableBefore(step, name);
  const column = columns.map((each) => findColumn(table, each)).find((each) => each !== undefined && !each.notNull);
  if (table === undefined || column === undefined || column.generated !== undefined || isKey(table, column.name)) return [];
  // MariaDB fills them with the present moment.
  if (context.engine.name === 'mariadb' && columnType(column.type).base === 'timestamp') return [];
  if (!isLive(context, step, name) || isCheckedAlready(table, column.name) || isLookedAt(context, step, name, [column.name])) return [];
  const quoted = quoteIdentifier(column.name);
  const query = `SELECT COUNT(*) AS nulls FROM ${quoteQualified(name.schema, name.name)} WHERE ${quoted} IS NULL;`;
  const code = context.engine.name === 'mysql' ? '1138' : '1265';
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `One NULL in ${column.name} of ${shownName(name)} makes this fail (${code}); where strict mode is off, NULLs turn into empty values without a word.`,
      help: `Ask first, fill what it finds in batches, and make the column NOT NULL in a later migration: ${query}`,
      fixes: [{ title: 'Ask for NULLs first', safe: false, edits: [insertStatement(context, step.statement.span.start, query)] }],
    },
  ];
}

function isCheckedAlready({ constraints }: Table, column: string): boolean {
  const said = `${quoteIdentifier(column).toLowerCase()} is not null`;
  return constraints.some(
    ({ kind, enforced, definition }) =>
      kind === 'check' && enforced && /^check \(+(.*?)\)+$/is.exec(definition)?.[1]?.toLowerCase() === said,
  );
}
