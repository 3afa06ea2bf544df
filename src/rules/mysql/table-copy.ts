import { relationKey } from '../../model/catalog';
import type { Fix } from '../../model/finding';
import { findTable } from '../../schema/lookup';
import { headRange, type RuleContext, type Step, shownName } from '../context';
import { replaceSpan, wholeLines } from '../edits';
import { version } from '../phrases';
import type { Rule, Violation } from '../rule';
import { type TableStep, tableSteps } from './in-use';
import { alterClauses, type ToolCommand, toolCommands } from './online-tool';

const orders = {
  path: '0001_orders.sql',
  text: "CREATE TABLE orders (\n  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,\n  total int NOT NULL,\n  state enum('new', 'paid') NOT NULL DEFAULT 'new',\n  note varchar(50)\n);\n",
};

export const tableCopy: Rule = {
  id: 'table-copy',
  title: 'Change of a table that blocks writes while every row is copied',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `Some changes of a table can't be made in place: another type, another character set, a value in the middle of an ENUM, a dropped primary key, a stored generated column, a CHECK. The server then
makes a copy of the whole table and writes every row into it. Until MariaDB 11.2, and in all versions of MySQL, nobody can write to the table meanwhile (LOCK=SHARED); replicas repeat the same afterwards, and are behind for as long.
FULLTEXT and SPATIAL indexes and new AUTO_INCREMENT columns are built in place, and block writes all the same.

gh-ost and pt-online-schema-change fill the copy in small steps beside normal work and exchange the tables at the end. The finding has their commands for the statement at hand: run the rehearsal first, then the real one, and
leave the statement out of the migration, or make it one that finds nothing to do.

Silent for tables that the same migration creates, for changes that the server makes in place (which ones depends on version and table, and is proven on the servers), and in MariaDB from 11.2 on, where writes go on during a copy.
Foreign keys have a rule of their own.`,
  bad: [
    {
      title: 'Another type',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9', 'mariadb 10.11'],
      files: [orders, { path: '0002_total.sql', text: 'ALTER TABLE orders MODIFY total bigint NOT NULL;\n' }],
      findings: [{ at: 'ALTER TABLE orders MODIFY total bigint NOT NULL', says: "--alter 'MODIFY total bigint NOT NULL'" }],
    },
    {
      title: 'A value in the middle of an ENUM, and a longer text over the limit of one length byte',
      framework: 'flyway',
      engines: ['mysql 8.4', 'mariadb 10.6'],
      files: [
        { path: 'V1__orders.sql', text: orders.text },
        {
          path: 'V2__state.sql',
          text: "ALTER TABLE orders MODIFY state enum('new', 'sent', 'paid') NOT NULL DEFAULT 'new';\nALTER TABLE orders MODIFY note varchar(100);\n",
        },
      ],
      findings: [
        { at: "ALTER TABLE orders MODIFY state enum('new', 'sent', 'paid') NOT NULL DEFAULT 'new'", says: 'only new ones at the end' },
        { at: 'ALTER TABLE orders MODIFY note varchar(100)', says: 'varchar(100)' },
      ],
    },
    {
      title: 'A FULLTEXT index',
      framework: 'sql',
      files: [orders, { path: '0002_note.sql', text: 'CREATE FULLTEXT INDEX note_words ON orders (note);\n' }],
      findings: [{ at: 'CREATE FULLTEXT INDEX note_words ON orders (note)', says: 'nobody can write' }],
    },
  ],
  good: [
    {
      title: 'Made in place: a new column, an index, a longer text, a value at the end',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9', 'mariadb 10.6', 'mariadb 11'],
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: "ALTER TABLE orders ADD COLUMN paid_at datetime;\nALTER TABLE orders ADD INDEX by_total (total);\nALTER TABLE orders MODIFY note varchar(60);\nALTER TABLE orders MODIFY state enum('new', 'paid', 'sent') NOT NULL DEFAULT 'new';\n",
        },
      ],
    },
    {
      title: 'A table of the same migration; MariaDB copies beside writes',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: 'CREATE TABLE t (a int);\nALTER TABLE t MODIFY a bigint;\nALTER TABLE orders MODIFY total bigint NOT NULL;\n',
        },
      ],
    },
  ],
  check: (context) =>
    tableSteps(context)
      .filter(({ step, work }) => blocksLong(step, work))
      .map((found) => violation(context, found)),
};

/** For as long as all rows take, and not for a foreign key alone. */
export function blocksLong({ planned, statement }: Step, work: TableStep['work']): boolean {
  if (work.refused !== undefined || work.uncertain || work.lock === 'NONE') return false;
  if (planned.cost !== 'rewrite' && planned.cost !== 'build') return false;
  return !statement.operations.some(
    (operation) =>
      (operation.kind === 'add constraint' && operation.constraint.kind === 'foreign key') ||
      (operation.kind === 'add column' && operation.column.references !== undefined),
  );
}

function violation(context: RuleContext, { step, work }: TableStep): Violation {
  const name = shownName(work.table);
  const commands = commandsFor(context, step, work);
  const instead =
    commands.length === 0
      ? 'Make the change with gh-ost or pt-online-schema-change, which copy beside normal work.'
      : `Make it beside normal work instead, after a rehearsal: ${commands.map(howToRun).join('; or ')}.`;
  return {
    range: headRange(context, step.statement),
    message: `On ${version(context)} this blocks all writes to ${name} until every row is done. ${step.planned.because}.`,
    help: instead,
    fixes: commands.map((command) => outOfMigration(context, step, command)),
  };
}

function howToRun({ tool, rehearsal }: ToolCommand): string {
  return `${rehearsal} (${tool === 'gh-ost' ? 'the same with --execute behind it makes the change' : 'with --execute in place of --dry-run it makes the change'})`;
}

function commandsFor(context: RuleContext, step: Step, work: TableStep['work']): readonly ToolCommand[] {
  const clauses = alterClauses(step, context.text);
  if (clauses === undefined) return [];
  const table = findTable(step.before, work.table);
  const key = table === undefined ? undefined : relationKey(table);
  const referenced = step.before.tables.some(({ constraints }) =>
    constraints.some(({ references }) => references !== undefined && references === key),
  );
  return toolCommands({ name: work.table, table, referenced, engine: context.engine }, clauses);
}

/** The statement becomes a comment under the commands that do its work. */
function outOfMigration(context: RuleContext, step: Step, { tool, rehearsal, command }: ToolCommand): Fix {
  const { span } = step.statement;
  const statement = context.text.slice(span.start, span.end).split(/\r\n|\r|\n/);
  const text = [
    `-- Made by ${tool}, outside of the migration. Rehearsal, then the change:`,
    `--   ${rehearsal}`,
    `--   ${command}`,
    ...statement.map((line, position) => `-- ${line}${position === statement.length - 1 ? ';' : ''}`),
  ].join('\n');
  return {
    title: `Make it with ${tool}, outside of the migration`,
    safe: false,
    edits: [replaceSpan(context, wholeLines(context, span), `${text}\n`)],
  };
}
