import type { ColumnSpecification } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { honoursInlineReferences } from '../../plan/mysql/table-changes';
import { type NewColumn, newColumns } from '../columns';
import { operationRange, type RuleContext, shownName } from '../context';
import { insertAt } from '../edits';
import { version } from '../phrases';
import type { Rule, Violation } from '../rule';

export const inlineReferencesIgnored: Rule = {
  id: 'inline-references-ignored',
  title: 'REFERENCES beside a column, which MySQL reads and ignores',
  severity: 'error',
  engines: ['mysql'],
  explanation: `Before 9.0 MySQL takes REFERENCES beside a column as a comment: no foreign key, no index, no error. The table looks right in the migration and holds whatever it is given.

Write it as a constraint of the table: FOREIGN KEY (column) REFERENCES other (id).

Silent on MySQL 9 and MariaDB, which make a foreign key of it.`,
  bad: [
    {
      title: 'In a new table, and in a new column',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 8.4'],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (\n  id bigint PRIMARY KEY,\n  user_id bigint NOT NULL REFERENCES users (id)\n);\n',
        },
      ],
      findings: [{ at: 'CREATE TABLE orders (', says: 'user_id' }],
      fixed: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (\n  id bigint PRIMARY KEY,\n  user_id bigint NOT NULL REFERENCES users (id),\n  FOREIGN KEY (`user_id`) REFERENCES `users` (`id`)\n);\n',
        },
      ],
    },
    {
      title: 'In a new column',
      framework: 'sql',
      engines: ['mysql 8.4'],
      files: [{ path: '0001_t.sql', text: 'ALTER TABLE orders ADD COLUMN user_id bigint REFERENCES users (id);\n' }],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN user_id bigint REFERENCES users (id)', says: 'ignores' }],
      fixed: [
        {
          path: '0001_t.sql',
          text: 'ALTER TABLE orders ADD COLUMN user_id bigint REFERENCES users (id), ADD FOREIGN KEY (`user_id`) REFERENCES `users` (`id`);\n',
        },
      ],
    },
  ],
  good: [
    {
      title: 'As a constraint of the table',
      framework: 'sql',
      engines: ['mysql 8.0'],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), FOREIGN KEY (user_id) REFERENCES users (id));\n',
        },
      ],
    },
    {
      title: 'MySQL 9 makes a foreign key of it',
      framework: 'sql',
      engines: ['mysql 9'],
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));\n' }],
    },
  ],
  check: (context) => (honoursInlineReferences(context.engine) ? [] : newColumns(context).flatMap((found) => check(context, found))),
};

function check(context: RuleContext, { step, operation, column }: NewColumn): Violation[] {
  if (column.references === undefined || isSaidAgain(step.statement.operations, column)) return [];
  const { table, columns } = column.references;
  const targets = columns.length > 0 ? columns : ['id'];
  const key = `FOREIGN KEY (${quoteIdentifier(column.name)}) REFERENCES ${quoteQualified(table.schema, table.name)} (${targets.map(quoteIdentifier).join(', ')})`;
  const edit =
    operation.kind === 'add column'
      ? behindColumn(context, operation.span, step.statement.span, key)
      : atEnd(context, step.statement.span, column, key);
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${version(context)} reads REFERENCES beside ${column.name} and ignores it: there will be no foreign key to ${shownName(table)}.`,
      help: `Write it as a constraint of the table: ${key}.`,
      fixes: edit === undefined ? [] : [{ title: 'Add it as a constraint of the table', safe: false, edits: [edit] }],
    },
  ];
}

function isSaidAgain(operations: RuleContext['steps'][number]['statement']['operations'], { name }: ColumnSpecification): boolean {
  return operations.some((operation) => {
    const constraints =
      operation.kind === 'create table' ? operation.constraints : operation.kind === 'add constraint' ? [operation.constraint] : [];
    return constraints.some(
      (constraint) => constraint.kind === 'foreign key' && constraint.columns.length === 1 && constraint.columns[0] === name,
    );
  });
}

function behindColumn(context: RuleContext, own: { readonly end: number } | undefined, whole: { readonly end: number }, key: string) {
  return insertAt(context, (own ?? whole).end, `, ADD ${key}`);
}

/** Before the bracket that closes the list of columns; on a line of its own where the columns have theirs. */
function atEnd(
  context: RuleContext,
  { start, end }: { readonly start: number; readonly end: number },
  { name }: ColumnSpecification,
  key: string,
) {
  const text = context.text.slice(start, end);
  const column = text.indexOf(name);
  const open = text.indexOf('(');
  let depth = 0;
  for (let at = open; at < text.length && open !== -1 && column !== -1; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')') depth--;
    if (depth > 0) continue;
    const before = text.slice(0, at).trimEnd();
    const lines = /\n([ \t]*)\S[^\n]*$/.exec(before)?.[1];
    return insertAt(
      context,
      start + before.length,
      lines === undefined || !before.slice(open).includes('\n') ? `, ${key}` : `,\n${lines}${key}`,
    );
  }
  return undefined;
}
