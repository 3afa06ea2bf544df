import type { IndexSpecification, ObjectName, Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { bareKey } from '../../plan/mysql/column-change';
import { findTable } from '../../schema/lookup';
import { operationRange, operationsOf, type RuleContext, type Step, shownName } from '../context';
import { insertStatement } from '../edits';
import type { Rule, Violation } from '../rule';
import { isLive } from './in-use';
import { isLookedAt } from './looked-at';

const users = {
  path: '0001_users.sql',
  text: 'CREATE TABLE users (id bigint PRIMARY KEY, email varchar(190) NOT NULL, city varchar(50));\n',
};
const question =
  'SELECT `email`, COUNT(*) AS copies FROM `users` WHERE `email` IS NOT NULL GROUP BY `email` HAVING COUNT(*) > 1 LIMIT 100;\n';

export const uniqueOverDuplicates: Rule = {
  id: 'unique-over-duplicates',
  title: 'Unique index on an existing table that nobody has looked at',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `A unique index over values that stand twice fails with 1062, after the whole table was read; what the migration committed before stays. Collations make it worse: 'Ann' and 'ann' are equal in most of them, and so are texts that differ in trailing spaces or accents. gh-ost and pt-online-schema-change don't fail at all: they drop the
rows that don't fit.

Ask for duplicates first, and mend them in a migration of their own: number them with ROW_NUMBER() OVER (PARTITION BY the columns ORDER BY the key) and keep the first, after what refers to the others is moved over.

Silent for new tables, where the columns hold a unique key already, for a column that the same migration adds without a value (NULLs are never equal), and where the migration reads or mends the table itself before.`,
  bad: [
    {
      title: 'As a constraint, and as an index',
      framework: 'sql',
      files: [users, { path: '0002_u.sql', text: 'ALTER TABLE users ADD CONSTRAINT users_email UNIQUE (email);\n' }],
      findings: [{ at: 'ALTER TABLE users ADD CONSTRAINT users_email UNIQUE (email)', says: '1062' }],
      fixed: [{ path: '0002_u.sql', text: `${question}ALTER TABLE users ADD CONSTRAINT users_email UNIQUE (email);\n` }],
    },
    {
      title: 'As an index',
      framework: 'sql',
      files: [users, { path: '0002_u.sql', text: 'CREATE UNIQUE INDEX users_email ON users (email);\n' }],
      findings: [{ at: 'CREATE UNIQUE INDEX users_email ON users (email)', says: 'email' }],
    },
    {
      title: 'Of a column that comes with one value for all rows',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_u.sql',
          text: 'ALTER TABLE users ADD COLUMN slug varchar(50) NOT NULL;\nCREATE UNIQUE INDEX users_slug ON users (slug);\n',
        },
      ],
      findings: [{ at: 'CREATE UNIQUE INDEX users_slug ON users (slug)', says: 'the same value' }],
    },
  ],
  good: [
    {
      title: 'Asked before, and mended',
      framework: 'sql',
      files: [users, { path: '0002_u.sql', text: `${question}CREATE UNIQUE INDEX users_email ON users (email);\n` }],
    },
    {
      title: 'A key is in it; a new column; a new table',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_u.sql',
          text: 'CREATE UNIQUE INDEX users_id_city ON users (id, city);\nALTER TABLE users ADD COLUMN code varchar(20), ADD UNIQUE KEY users_code (code);\nCREATE TABLE t (a int UNIQUE);\n',
        },
      ],
    },
  ],
  check: (context) => [
    ...operationsOf(context, 'create index').flatMap(({ step, operation }) =>
      operation.index.unique ? check(context, step, operation, operation.index.table, columnsOf(operation.index)) : [],
    ),
    ...operationsOf(context, 'add constraint').flatMap(({ step, operation }) =>
      operation.constraint.kind === 'unique' || operation.constraint.kind === 'primary key'
        ? check(context, step, operation, operation.table, operation.constraint.columns)
        : [],
    ),
  ],
};

/** Without expressions, which can't be asked for by name. */
function columnsOf({ parts, keys }: IndexSpecification): readonly string[] {
  if (parts === undefined) return keys;
  return parts.some(({ column, length }) => column === undefined || length !== undefined)
    ? []
    : parts.flatMap(({ column }) => column ?? []);
}

function check(context: RuleContext, step: Step, operation: Operation, table: ObjectName, columns: readonly string[]): Violation[] {
  if (isLive(context, step, table) && isSameEverywhere(context, step, table, columns) && !isLookedAt(context, step, table, columns))
    return [sameEverywhere(context, step, operation, table, columns)];
  if (
    !isLive(context, step, table) ||
    isKnownUnique(step, table, columns) ||
    isNewColumn(context, step, table, columns) ||
    isLookedAt(context, step, table, columns)
  )
    return [];
  const { start } = step.statement.span;
  const list = columns.map(quoteIdentifier).join(', ');
  const given = columns.map((column) => `${quoteIdentifier(column)} IS NOT NULL`).join(' AND ');
  const query = `SELECT ${list}, COUNT(*) AS copies FROM ${quoteQualified(table.schema, table.name)} WHERE ${given} GROUP BY ${list} HAVING COUNT(*) > 1 LIMIT 100;`;
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `This fails with 1062 when two rows of ${shownName(table)} have the same ${columns.join(', ') || 'value'}, after all of it was read. Texts that differ only in case, accents or trailing spaces count as the same in most collations.`,
      help:
        columns.length === 0
          ? 'Ask for duplicates first, and mend them in a migration of their own.'
          : `Ask first, and mend what it finds in a migration of its own: ${query}`,
      fixes:
        columns.length === 0
          ? []
          : [
              {
                title: 'Ask for duplicates first',
                safe: false,
                edits: [insertStatement(context, start, query)],
              },
            ],
    },
  ];
}

/** A unique key over some of the columns makes all of them unique together. */
function isKnownUnique(step: Step, name: ObjectName, columns: readonly string[]): boolean {
  const table = findTable(step.before, name);
  const keys = [
    ...(table?.constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique').map((constraint) => constraint.columns) ?? []),
    ...(table?.indexes.filter(({ unique }) => unique).map((index) => index.keys.map(bareKey)) ?? []),
  ];
  return keys.some((key) => key.length > 0 && key.every((column) => columns.includes(column)));
}

/** In a column that comes without values every row has NULL, and NULLs are never equal. */
function isNewColumn(context: RuleContext, step: Step, table: ObjectName, columns: readonly string[]): boolean {
  const before = context.steps
    .filter(({ statement }) => statement.index <= step.statement.index)
    .flatMap(({ statement }) => statement.operations);
  return columns.some((name) =>
    before.some((operation) => operation.kind === 'add column' && operation.table.name === table.name && operation.column.name === name),
  );
}

/** Do all of the columns come with this migration, and with one value for all rows? NULL is none, and what is computed may differ. */
function isSameEverywhere(context: RuleContext, step: Step, table: ObjectName, columns: readonly string[]): boolean {
  const added = operationsOf(context, 'add column').filter(
    (each) => each.step.statement.index <= step.statement.index && each.operation.table.name === table.name,
  );
  const isSame = (name: string) => {
    const column = added.find(({ operation }) => operation.column.name === name)?.operation.column;
    if (column === undefined || column.generated !== undefined || column.autoIncrement || column.serial) return false;
    return column.default === undefined ? column.notNull : /^(?:'[^']*'|-?[\d.]+|true|false)$/i.test(column.default.text.trim());
  };
  return columns.length > 0 && columns.every(isSame);
}

function sameEverywhere(context: RuleContext, step: Step, operation: Operation, table: ObjectName, columns: readonly string[]): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `This fails with 1062 as soon as ${shownName(table)} has two rows: ${columns.join(', ')} comes with the same value for all of them.`,
    help: 'Add the column nullable, fill it with a value of its own for each row, and make it unique and NOT NULL in a later migration.',
    fixes: [],
  };
}
