import type { Fix } from '../../model/finding';
import type { ObjectName, Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { findColumn, findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, operationsOf, type RuleContext, type Step, shownName } from '../context';
import { insertStatement } from '../edits';
import type { Rule, Violation } from '../rule';
import { copiedInto } from './copied-column';
import { isLive } from './in-use';

const users = { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone varchar(20), name varchar(50));\n' };

const events = {
  path: '0001_events.sql',
  text: 'CREATE TABLE events (id bigint, day int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day) (PARTITION p23 VALUES LESS THAN (24), PARTITION p24 VALUES LESS THAN (25), PARTITION pmax VALUES LESS THAN MAXVALUE);\n',
};

export const mysqlDestructiveChange: Rule = {
  id: 'mysql-destructive-change',
  title: 'Drop, rename or TRUNCATE of what running code uses',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `A dropped column, table or partition is gone with its data at once: DDL can't be rolled back here, and TRUNCATE neither. Renames lose nothing, but code of the version before fails from that moment on, and so does a rollback of the deployment.

Expand and contract: add the new one, write both, move the readers over, and drop in a later migration when nothing has used it for a while. Keep the data aside first: CREATE TABLE ... AS SELECT for a column, RENAME TABLE to a kept name for a table, EXCHANGE PARTITION for a partition.

Silent in rollbacks, for what the same migration makes, for generated columns, and where an earlier statement copies the data.`,
  bad: [
    {
      title: 'A column',
      framework: 'sql',
      files: [users, { path: '0002_d.sql', text: 'ALTER TABLE users DROP COLUMN phone;\n' }],
      findings: [{ at: 'ALTER TABLE users DROP COLUMN phone', says: 'users.phone' }],
      fixed: [
        {
          path: '0002_d.sql',
          text: 'CREATE TABLE `users_phone_kept` AS SELECT `id`, `phone` FROM `users`;\nALTER TABLE users DROP COLUMN phone;\n',
        },
      ],
    },
    {
      title: 'A column that comes back empty, in one statement and in two',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_d.sql',
          text: 'ALTER TABLE users DROP COLUMN phone;\nALTER TABLE users ADD COLUMN phone bigint;\nALTER TABLE users DROP COLUMN name, ADD COLUMN name text;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users DROP COLUMN phone', says: 'users.phone' },
        { at: 'DROP COLUMN name', says: 'users.name' },
      ],
    },
    {
      title: 'Values that went into another column, which code does not know yet; some of them',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_d.sql',
          text: 'ALTER TABLE users ADD COLUMN mobile varchar(20), ADD COLUMN title varchar(50);\nUPDATE users SET mobile = users.phone WHERE phone IS NOT NULL;\nUPDATE users SET title = name WHERE id > 5;\nALTER TABLE users DROP COLUMN phone;\nALTER TABLE users DROP COLUMN name;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users DROP COLUMN phone', says: 'copied into mobile' },
        { at: 'ALTER TABLE users DROP COLUMN name', says: 'destroys its data' },
      ],
    },
    {
      title: 'A table, its rows, names',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_d.sql',
          text: 'TRUNCATE TABLE users;\nALTER TABLE users RENAME COLUMN name TO full_name;\nALTER TABLE users CHANGE phone mobile varchar(20);\nRENAME TABLE users TO people;\n',
        },
        { path: '0003_d.sql', text: 'DROP TABLE people;\n' },
      ],
      path: '0002_d.sql',
      findings: [
        { at: 'TRUNCATE TABLE users', says: 'all rows' },
        { at: 'ALTER TABLE users RENAME COLUMN name TO full_name', says: 'name' },
        { at: 'ALTER TABLE users CHANGE phone mobile varchar(20)', says: 'phone' },
        { at: 'RENAME TABLE users TO people', says: 'users' },
      ],
    },
    {
      title: 'Two tables at once',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: `${users.text}CREATE TABLE teams (id bigint PRIMARY KEY);\n` },
        { path: '0002_d.sql', text: 'DROP TABLE users, teams;\n' },
      ],
      findings: [{ at: 'DROP TABLE users, teams', says: 'Dropping users, teams destroys their rows' }],
    },
    {
      title: 'A table',
      framework: 'flyway',
      files: [
        { path: 'V1__users.sql', text: users.text },
        { path: 'V2__drop.sql', text: 'DROP TABLE users;\n' },
      ],
      findings: [{ at: 'DROP TABLE users', says: 'rolled back' }],
    },
    {
      title: 'Partitions',
      framework: 'sql',
      files: [events, { path: '0002_p.sql', text: 'ALTER TABLE events DROP PARTITION p23;\nALTER TABLE events TRUNCATE PARTITION p24;\n' }],
      findings: [
        { at: 'ALTER TABLE events DROP PARTITION p23', says: 'partition p23 of events' },
        { at: 'ALTER TABLE events TRUNCATE PARTITION p24', says: 'TRUNCATE' },
      ],
    },
  ],
  good: [
    {
      title: 'A column filled with its values takes its place and its name',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_d.sql',
          text: 'ALTER TABLE users ADD COLUMN phone_new varchar(40);\nUPDATE users SET phone_new = PHONE WHERE phone_new IS NULL;\nALTER TABLE users DROP COLUMN phone, CHANGE phone_new phone varchar(40);\n',
        },
      ],
    },
    {
      title: 'A rollback; what the migration makes; with the data kept aside',
      framework: 'dbmate',
      files: [
        {
          path: '1_t.sql',
          text: '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY, phone varchar(20));\nCREATE TABLE x (a int);\nDROP TABLE x;\nALTER TABLE users ADD COLUMN draft int;\nALTER TABLE users DROP COLUMN draft;\n\n-- migrate:down\nDROP TABLE users;\n',
        },
        {
          path: '2_t.sql',
          text: '-- migrate:up\nCREATE TABLE users_phone_kept AS SELECT id, phone FROM users;\nALTER TABLE users DROP COLUMN phone;\n\n-- migrate:down\nALTER TABLE users ADD COLUMN phone varchar(20);\n',
        },
      ],
      path: '2_t.sql',
    },
    {
      title: 'A partition whose rows are taken out before',
      framework: 'sql',
      files: [
        events,
        {
          path: '0002_p.sql',
          text: 'CREATE TABLE events_2023 LIKE events;\nALTER TABLE events_2023 REMOVE PARTITIONING;\nALTER TABLE events EXCHANGE PARTITION p23 WITH TABLE events_2023;\nALTER TABLE events DROP PARTITION p23;\n',
        },
      ],
    },
    {
      title: 'A swap of two tables',
      framework: 'sql',
      files: [
        users,
        { path: '0002_s.sql', text: 'CREATE TABLE users_new LIKE users;\nRENAME TABLE users TO users_old, users_new TO users;\n' },
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return context.steps.flatMap((step) => step.statement.operations.flatMap((operation) => check(context, step, operation)));
  },
};

function check(context: RuleContext, step: Step, operation: Operation): readonly Violation[] {
  switch (operation.kind) {
    case 'drop column':
      return column(context, step, operation);
    case 'drop object': {
      if (operation.objectKind !== 'table' || operation.temporary) return [];
      const live = operation.objects.filter((name) => isLive(context, step, name) && !isKept(context, step, name) && !isLeftOver(name));
      if (live.length === 0) return [];
      return [
        say(
          context,
          step,
          operation,
          `Dropping ${live.map(shownName).join(', ')} destroys ${live.length === 1 ? 'its' : 'their'} rows at once, which can't be rolled back, and breaks running code that still names ${live.length === 1 ? 'it' : 'them'}.`,
          later,
        ),
      ];
    }
    case 'truncate': {
      const live = operation.tables.filter((name) => isLive(context, step, name) && !isKept(context, step, name));
      if (live.length === 0) return [];
      return [
        say(
          context,
          step,
          operation,
          `TRUNCATE commits at once and destroys all rows of ${live.map(shownName).join(', ')}: it can't be rolled back.`,
          'Keep the rows aside first, or delete in batches what is really not needed.',
        ),
      ];
    }
    case 'partitioning':
      return partitions(context, step, operation);
    case 'rename column':
      return renamedColumn(context, step, operation, operation.table, operation.column, operation.newName);
    case 'redefine column':
      return operation.newName === undefined || operation.newName === operation.column
        ? []
        : renamedColumn(context, step, operation, operation.table, operation.column, operation.newName);
    case 'rename object': {
      if (operation.objectKind !== 'table' || !isLive(context, step, operation.object)) return [];
      if (isTaken(context, operation.object) || takesPlace(step, operation.newName)) return [];
      return [
        say(
          context,
          step,
          operation,
          `Renaming ${shownName(operation.object)} breaks running code that still names it, until the new version is deployed everywhere.`,
          'Leave a view under the old name until no code uses it; a plain view of one table can be written through.',
        ),
      ];
    }
    default:
      return [];
  }
}

const later = 'Deploy code that no longer uses it first; rename it to a kept name, and drop it in a later migration.';

function say(context: RuleContext, step: Step, operation: Operation, message: string, help: string, fix?: Fix): Violation {
  return { range: operationRange(context, step.statement, operation), message, help, fixes: fix === undefined ? [] : [fix] };
}

function column(context: RuleContext, step: Step, operation: Extract<Operation, { kind: 'drop column' }>): readonly Violation[] {
  const { table: name, column: dropped } = operation;
  const table = findTable(step.before, name);
  const known = findColumn(table, dropped);
  if (
    !isLive(context, step, name) ||
    known?.generated !== undefined ||
    isKept(context, step, name) ||
    isMadeBefore(context, step, name, dropped)
  )
    return [];
  const copy = copiedInto(context, step, operation);
  if (copy !== undefined) {
    // What takes its place goes on under its name.
    if (copy.toLowerCase() === dropped.toLowerCase()) return [];
    const message = `Dropping ${shownName(name)}.${dropped} breaks running code that still reads it. Its values were copied into ${copy}.`;
    return [say(context, step, operation, message, 'Deploy code that no longer uses it first, and drop it in a later migration.')];
  }
  const key = table?.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  const list = [...key.filter((each) => each !== dropped), dropped].map(quoteIdentifier).join(', ');
  const kept = `${name.name}_${dropped}_kept`;
  const { start } = step.statement.span;
  const fix: Fix | undefined =
    key.length === 0
      ? undefined
      : {
          title: `Keep the data aside first, in ${kept}`,
          safe: false,
          edits: [
            insertStatement(
              context,
              start,
              `CREATE TABLE ${quoteQualified(name.schema, kept)} AS SELECT ${list} FROM ${quoteQualified(name.schema, name.name)};`,
            ),
          ],
        };
  const message = `Dropping ${shownName(name)}.${dropped} destroys its data at once, which can't be rolled back, and breaks running code that still reads it.`;
  return [
    say(
      context,
      step,
      operation,
      message,
      'Deploy code that no longer uses it first, and drop it in a later migration. Keep its data in a table of its own until nobody can want it back.',
      fix,
    ),
  ];
}

function renamedColumn(
  context: RuleContext,
  step: Step,
  operation: Operation,
  table: ObjectName,
  name: string,
  newName: string,
): readonly Violation[] {
  if (!isLive(context, step, table) || isNewColumn(context, table, name)) return [];
  const message = `Renaming ${shownName(table)}.${name} breaks running code that still says ${name} until the new version is deployed everywhere, and an old version then can't be brought back.`;
  return [
    say(
      context,
      step,
      operation,
      message,
      `Expand and contract: add ${newName}, write both, fill it in batches, move the readers over, then drop ${name} in a later migration.`,
    ),
  ];
}

/** DROP and TRUNCATE PARTITION. Silent for those whose rows an exchange has taken out before. */
function partitions(context: RuleContext, step: Step, operation: OperationOf<'partitioning'>): readonly Violation[] {
  const { action, table } = operation;
  if ((action !== 'drop' && action !== 'truncate') || !isLive(context, step, table) || isKept(context, step, table)) return [];
  const taken = operationsOf(context, 'partitioning')
    .filter((other) => other.operation.action === 'exchange' && other.step.statement.index < step.statement.index)
    .flatMap((other) => (other.operation.table.name === table.name ? other.operation.partitions : []));
  const lost = operation.partitions.filter((name) => !taken.includes(name));
  if (lost.length === 0) return [];
  const verb = action === 'drop' ? 'Dropping' : 'TRUNCATE of';
  const message = `${verb} ${lost.length === 1 ? 'partition' : 'partitions'} ${lost.join(', ')} of ${shownName(table)} destroys the rows at once, which can't be rolled back.`;
  const help = `Take the rows out first: EXCHANGE PARTITION with an empty table of the same definition is as quick, and they can come back.`;
  return [say(context, step, operation, message, help)];
}

/** Did an earlier statement of this migration add the column? One that a later statement adds again, of another type say, is lost first. */
function isMadeBefore(context: RuleContext, step: Step, table: ObjectName, name: string): boolean {
  return operationsOf(context, 'add column').some(
    ({ step: { statement }, operation }) =>
      statement.index < step.statement.index && operation.table.name === table.name && operation.column.name === name,
  );
}

/** Is there a column of that name which this migration adds, before or after? */
function isNewColumn(context: RuleContext, table: ObjectName, name: string): boolean {
  return operationsOf(context, 'add column').some(({ operation }) => operation.table.name === table.name && operation.column.name === name);
}

/** Does another table have the name in the end? */
function isTaken(context: RuleContext, name: ObjectName): boolean {
  return findTable(context.after, name) !== undefined || context.after.definitions.some((object) => object.name === name.name);
}

/** The other half of a swap: it gets the name that another table gives up in the same statement. */
function takesPlace({ statement }: Step, name: string): boolean {
  return statement.operations.some((operation) => operation.kind === 'rename object' && operation.object.name === name);
}

function isLeftOver({ name }: ObjectName): boolean {
  return /^_.+_(gho|ghc|del|new|old)$|_(old|kept|backup|bak)$/.test(name);
}

/** Does an earlier statement of the migration copy rows of it? */
function isKept(context: RuleContext, step: Step, { name }: ObjectName): boolean {
  return context.steps.some(
    ({ statement }) =>
      statement.index < step.statement.index &&
      statement.operations.some(
        (operation) =>
          (operation.kind === 'create table' && operation.asQuery && operation.uses?.some((used) => used.name === name) === true) ||
          (operation.kind === 'insert' && operation.from?.some((used) => used.name === name) === true),
      ),
  );
}
