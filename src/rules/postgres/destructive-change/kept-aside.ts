import type { Fix } from '../../../model/finding';
import type { ObjectName } from '../../../model/operation';
import { quoteQualified } from '../../../parse/postgres/identifiers';
import { namesIn } from '../../../schema/definitions';
import { findTable } from '../../../schema/lookup';
import type { RuleContext, Step } from '../../context';
import { insertAt } from '../../edits';
import type { Examples } from '../../rule';

/** Does an earlier statement of the migration copy the data into another table? */
export function isKeptAside(context: RuleContext, step: Step, table: ObjectName, column?: string): boolean {
  return context.steps.some((earlier) => {
    if (earlier.statement.index >= step.statement.index) return false;
    const copies = earlier.statement.operations.some(
      (operation) =>
        ((operation.kind === 'create table' && operation.asQuery && operation.persistence !== 'temporary') ||
          (operation.kind === 'insert' && operation.rows === undefined && operation.table.name !== table.name)) &&
        stays(context, earlier, operation.table),
    );
    const names = namesIn(earlier.statement.text, [table.name, ...(column === undefined ? [] : [column])]);
    const wholeRows = column !== undefined && (earlier.statement.text.includes('*') || /\bas\s+table\b/i.test(earlier.statement.text));
    return copies && names.includes(table.name) && (column === undefined || names.includes(column) || wholeRows);
  });
}

/** Is the copy still there at the end? */
function stays(context: RuleContext, { after }: Step, name: ObjectName): boolean {
  const copy = findTable(after, name);
  return copy === undefined || context.after.tables.some(({ identity }) => identity === copy.identity);
}

/** The fix that copies what a query reads into a new table, before the statement. */
export function keepAside(context: RuleContext, step: Step, name: string, table: ObjectName, query: string): Fix | undefined {
  if (findTable(step.before, { ...table, name }) !== undefined) return undefined;
  const text = `CREATE TABLE ${quoteQualified(table.schema, name)} AS ${query};\n`;
  return { title: `Keep the data aside first, in ${name}`, safe: false, edits: [insertAt(context, step.statement.span.start, text)] };
}

export const keptAsideExamples: Examples = {
  bad: [
    {
      title: 'Kept in a schema that the same migration drops',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone text);\n' },
        {
          path: 'V2__d.sql',
          text: 'CREATE SCHEMA kept;\nCREATE TABLE kept.users AS TABLE users;\nDROP TABLE users;\nDROP SCHEMA kept CASCADE;\n',
        },
      ],
      findings: [{ at: 'DROP TABLE users', says: 'destroys its data' }],
    },
  ],
  good: [
    {
      title: 'With the data kept aside',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone text);\n' },
        {
          path: '0002_phone.sql',
          text: 'CREATE TABLE users_phone_kept AS SELECT id, phone FROM users;\nALTER TABLE users DROP COLUMN phone;\n',
        },
      ],
    },
  ],
};
