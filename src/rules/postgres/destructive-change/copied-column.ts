import { tokenize } from '../../../parse/postgres/lexer';
import { identifierOf } from '../../../schema/definitions';
import { findTable } from '../../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../../context';
import type { Examples } from '../../rule';
import { readSimpleWrite } from '../assignments';

/**
 * The column of the same table into which an earlier UPDATE of the migration wrote all values of the one that is dropped, as they are or cast
 * to another type; by the name that it has now.
 */
export function copiedInto(context: RuleContext, step: Step, { table, column }: OperationOf<'drop column'>): string | undefined {
  const identity = findTable(step.before, table)?.identity;
  if (identity === undefined) return undefined;
  for (const earlier of context.steps) {
    if (earlier.statement.index >= step.statement.index) break;
    const write = earlier.statement.operations.find((operation) => operation.kind === 'update');
    if (write?.kind !== 'update' || findTable(earlier.before, write.table)?.identity !== identity) continue;
    const copy = readSimpleWrite(earlier.statement.text)?.assignments.find(({ expression }) => isValueOf(expression, column));
    if (copy !== undefined && copy.column !== column && leavesNoneOut(write.where, [column, copy.column]))
      return nameNow(earlier, step, identity, copy.column);
  }
  return undefined;
}

function nameNow(then: Step, now: Step, table: string, column: string): string {
  const columns = (catalog: Step['before']) => catalog.tables.find((candidate) => candidate.identity === table)?.columns ?? [];
  const copy = columns(then.before).find(({ name }) => name === column);
  return columns(now.before).find(({ identity }) => identity === copy?.identity)?.name ?? column;
}

/** `old`, `old::text::mood`. A length as in `varchar(5)` would cut values, silently (manual, Character Types). */
function isValueOf(expression: string, column: string): boolean {
  const [, name = '', casts] = /^\(*\s*("(?:[^"]|"")+"|[a-z_][\w$]*)\s*\)*((?:\s*::\s*[\w". []+\]?)*)\s*$/i.exec(expression) ?? [];
  const [token] = tokenize(name);
  return casts !== undefined && token !== undefined && identifierOf(name, token) === column;
}

/** Rows that a condition leaves out hold no value, or hold the copy already. */
function leavesNoneOut(where: string | undefined, columns: readonly string[]): boolean {
  if (where === undefined) return true;
  const [, name = ''] = /^\(*\s*("(?:[^"]|"")+"|[a-z_][\w$]*)\s+is\s+(?:not\s+)?null\s*\)*$/i.exec(where.trim()) ?? [];
  const [token] = tokenize(name);
  return token !== undefined && columns.includes(identifierOf(name, token) ?? '');
}

export const copiedColumnExamples: Examples = {
  bad: [
    {
      title: 'Values that went into another column, which code does not know yet',
      framework: 'flyway',
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone text);\n' },
        {
          path: 'V2__phone.sql',
          text: 'ALTER TABLE users ADD COLUMN mobile text;\nUPDATE users SET mobile = phone WHERE phone IS NOT NULL;\nALTER TABLE users DROP COLUMN phone;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE users DROP COLUMN phone', says: 'copied into mobile' }],
    },
    {
      title: 'Only some of the values, or parts of them, are in the column that takes its place',
      framework: 'flyway',
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, phone text, fax text);\n' },
        {
          path: 'V2__phone.sql',
          text: `ALTER TABLE users ADD COLUMN phone_new text, ADD COLUMN fax_new text;
UPDATE users SET phone_new = phone WHERE id > 100;
UPDATE users SET fax_new = fax::varchar(5);
ALTER TABLE users DROP COLUMN phone;
ALTER TABLE users DROP COLUMN fax;
ALTER TABLE users RENAME COLUMN phone_new TO phone;
ALTER TABLE users RENAME COLUMN fax_new TO fax;
`,
        },
      ],
      findings: [
        { at: 'ALTER TABLE users DROP COLUMN phone', says: 'destroys its data' },
        { at: 'ALTER TABLE users DROP COLUMN fax', says: 'destroys its data' },
      ],
    },
  ],
  good: [
    {
      title: 'A column filled with its values takes its place and its name, also in a table that no migration creates',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('good', 'bad');\nCREATE TABLE users (id bigint PRIMARY KEY, feeling text);\n",
        },
        {
          path: 'V2__m.sql',
          text: `ALTER TABLE users ADD COLUMN feeling_new mood;
UPDATE users SET feeling_new = feeling::mood;
ALTER TABLE users DROP COLUMN feeling;
ALTER TABLE users RENAME COLUMN feeling_new TO feeling;
ALTER TABLE orders ADD COLUMN note_new varchar;
UPDATE orders SET note_new = (note)::varchar WHERE note_new IS NULL;
ALTER TABLE orders DROP COLUMN note;
ALTER TABLE orders RENAME COLUMN note_new TO note;
`,
        },
      ],
    },
  ],
};
