import type { Fix } from '../../model/finding';
import type { ObjectName } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, operationsOf, type RuleContext, type Step, shownName } from '../context';
import { indentation, insertAt, insertBehind } from '../edits';
import type { Rule, Violation } from '../rule';
import { checksAreOff } from './foreign-keys';
import { isLive } from './in-use';

const shop = {
  path: '0001_shop.sql',
  text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, KEY by_user (user_id));\n',
};
const orphans =
  'SELECT child.`user_id` FROM `orders` AS child LEFT JOIN `users` AS parent ON parent.`id` = child.`user_id` WHERE child.`user_id` IS NOT NULL AND parent.`id` IS NULL LIMIT 100;\n';

export const foreignKeyAdded: Rule = {
  id: 'mysql-foreign-key',
  title: 'Foreign key on an existing table: it copies the table, or checks nothing',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `With foreign_key_checks on, ADD FOREIGN KEY copies the whole table and looks every row up; in MySQL, and in MariaDB before 11.2, nobody can write to it meanwhile. With foreign_key_checks off it is made in place, and no row is looked at: rows that refer to nothing stay, the server
takes the key for true, and the next dump can't be loaded with checks on.

There is no NOT VALID and no VALIDATE here. Ask for orphans first, mend them, add the key with foreign_key_checks off, and ask again. The fix writes that around the statement.

Silent for tables that the same migration creates, and where checks are off and the migration asks for orphans itself (a SELECT over both tables).`,
  bad: [
    {
      title: 'With checks on',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9', 'mariadb 10.11'],
      files: [
        shop,
        { path: '0002_fk.sql', text: 'ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);\n' },
      ],
      findings: [{ at: 'ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id)', says: 'copies' }],
      fixed: [
        {
          path: '0002_fk.sql',
          text: `${orphans}SET SESSION foreign_key_checks = 0;\nALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);\nSET SESSION foreign_key_checks = 1;\n`,
        },
      ],
    },
    {
      title: 'With checks off, and nobody asks',
      framework: 'sql',
      files: [
        shop,
        {
          path: '0002_fk.sql',
          text: 'SET foreign_key_checks = 0;\nALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);\nSET foreign_key_checks = 1;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id)', says: 'checks no row' },
      ],
      fixed: [
        {
          path: '0002_fk.sql',
          text: `SET foreign_key_checks = 0;\n${orphans}ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);\nSET foreign_key_checks = 1;\n`,
        },
      ],
    },
  ],
  good: [
    {
      title: 'Asked first, then added without checks',
      framework: 'sql',
      files: [
        shop,
        {
          path: '0002_fk.sql',
          text: `${orphans}SET SESSION foreign_key_checks = 0;\nALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);\nSET SESSION foreign_key_checks = 1;\n`,
        },
      ],
    },
    {
      title: 'With a new table',
      framework: 'sql',
      files: [
        shop,
        {
          path: '0002_t.sql',
          text: 'CREATE TABLE carts (id bigint PRIMARY KEY, user_id bigint, CONSTRAINT carts_user FOREIGN KEY (user_id) REFERENCES users (id));\n',
        },
      ],
    },
  ],
  check: (context) =>
    operationsOf(context, 'add constraint').flatMap(({ step, operation }) => {
      const { constraint, table } = operation;
      if (constraint.kind !== 'foreign key' || !isLive(context, step, table)) return [];
      const off = checksAreOff(context, step);
      if (off ? asksForOrphans(context, table, constraint.target.table) : !blocks(step)) return [];
      return [violation(context, step, operation, constraint, off)];
    }),
};

type ForeignKey = Extract<OperationOf<'add constraint'>['constraint'], { kind: 'foreign key' }>;

function blocks({ planned }: Step): boolean {
  return planned.work !== undefined && planned.work.lock !== 'NONE';
}

function asksForOrphans({ steps }: RuleContext, child: ObjectName, parent: ObjectName): boolean {
  return steps.some(({ statement }) =>
    statement.operations.some(
      (operation) =>
        operation.kind === 'select' && [child, parent].every(({ name }) => operation.tables.some((table) => table.name === name)),
    ),
  );
}

function violation(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>, key: ForeignKey, off: boolean): Violation {
  const child = shownName(operation.table);
  const parent = shownName(key.target.table);
  return {
    range: operationRange(context, step.statement, operation),
    message: off
      ? `foreign_key_checks is off, so this checks no row: rows of ${child} that refer to nothing in ${parent} stay, and the server takes the key for true.`
      : `foreign_key_checks is on, so this copies all of ${child}, looks every row up in ${parent}, and blocks writes to ${child} meanwhile.`,
    help: 'Ask for orphans first and mend them, add the key with foreign_key_checks off, then switch them on again.',
    fixes: fixOf(context, step, operation.table, key, off),
  };
}

function fixOf(context: RuleContext, step: Step, child: ObjectName, key: ForeignKey, off: boolean): readonly Fix[] {
  const columns = key.target.columns.length > 0 ? key.target.columns : keyOf(step, key.target.table);
  if (columns.length !== key.columns.length || columns.length === 0) return [];
  const { span } = step.statement;
  const indent = indentation(context, span.start);
  const before = [orphanQuery(child, key, columns), ...(off ? [] : ['SET SESSION foreign_key_checks = 0;'])];
  const edits = [insertAt(context, span.start, before.map((line) => `${line}\n${indent}`).join(''))];
  if (!off) edits.push(insertBehind(context, span, '\nSET SESSION foreign_key_checks = 1;'));
  return [{ title: off ? 'Ask for orphans first' : 'Ask for orphans first, then add it without the copy', safe: false, edits }];
}

function keyOf(step: Step, table: ObjectName): readonly string[] {
  return findTable(step.before, table)?.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
}

/** Rows that refer to nothing: those with a NULL refer to nothing by right. */
function orphanQuery(child: ObjectName, key: ForeignKey, targets: readonly string[]): string {
  const of = (side: string, column: string) => `${side}.${quoteIdentifier(column)}`;
  const joined = key.columns
    .map((column, position) => `${of('parent', targets[position] ?? column)} = ${of('child', column)}`)
    .join(' AND ');
  const given = key.columns.map((column) => `${of('child', column)} IS NOT NULL`).join(' AND ');
  const list = key.columns.map((column) => of('child', column)).join(', ');
  const tables = `${quoteQualified(child.schema, child.name)} AS child LEFT JOIN ${quoteQualified(key.target.table.schema, key.target.table.name)} AS parent`;
  return `SELECT ${list} FROM ${tables} ON ${joined} WHERE ${given} AND ${of('parent', targets[0] ?? '')} IS NULL LIMIT 100;`;
}
