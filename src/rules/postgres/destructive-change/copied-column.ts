import { holdsValueOf, leavesNoneOut } from '../../../schema/copied-values';
import { findColumn, findTable } from '../../../schema/lookup';
import { readSimpleWrite } from '../../../schema/simple-write';
import type { OperationOf, RuleContext, Step } from '../../context';
import type { Examples } from '../../rule';

/**
 * The column of the same table into which an earlier UPDATE of the migration wrote all values of the one that is dropped or renamed, as they are or cast
 * to another type that keeps them, and that is there at the end; by the name that it has now.
 */
export function copiedInto(
  context: RuleContext,
  step: Step,
  { table, column }: OperationOf<'drop column' | 'rename column'>,
): string | undefined {
  const known = findTable(step.before, table);
  if (known === undefined) return undefined;
  const dropped = findColumn(known, column)?.identity;
  for (const earlier of context.steps) {
    if (earlier.statement.index >= step.statement.index) break;
    const write = earlier.statement.operations.find((operation) => operation.kind === 'update');
    const then = write?.kind === 'update' ? findTable(earlier.before, write.table) : undefined;
    if (write?.kind !== 'update' || then?.identity !== known.identity) continue;
    // It may have had another name then.
    const source = then.columns.find(({ identity }) => identity === dropped);
    const name = source?.name ?? column;
    const copy = readSimpleWrite(earlier.statement.text)?.assignments.find((assignment) => {
      const target = findColumn(then, assignment.column)?.type;
      return assignment.column !== name && holdsValueOf(assignment.expression, { name, type: source?.type }, target);
    });
    if (copy === undefined || !leavesNoneOut(write.where, name, copy.column)) continue;
    const { identity } = findColumn(then, copy.column) ?? {};
    const atEnd = context.after.tables.find((candidate) => candidate.identity === known.identity);
    if (identity !== undefined && atEnd?.columns.some((candidate) => candidate.identity === identity) !== true) continue;
    return known.columns.find((candidate) => candidate.identity === identity)?.name ?? copy.column;
  }
  return undefined;
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
    {
      title: 'Values that are rounded or cut on the way, rows that are left out, and a copy that goes too',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__items.sql',
          text: 'CREATE TABLE items (id bigint PRIMARY KEY, price numeric(10,2), at timestamptz, code text, tag text);\n',
        },
        {
          path: 'V2__items.sql',
          text: `ALTER TABLE items ADD COLUMN price_new int, ADD COLUMN at_new date, ADD COLUMN code_new text, ADD COLUMN tag_new text;
UPDATE items SET price_new = price, at_new = at::date, tag_new = tag;
UPDATE items SET code_new = code WHERE code_new IS NOT NULL;
ALTER TABLE items DROP COLUMN price;
ALTER TABLE items DROP COLUMN at;
ALTER TABLE items DROP COLUMN code;
ALTER TABLE items DROP COLUMN tag;
ALTER TABLE items RENAME COLUMN price_new TO price;
ALTER TABLE items RENAME COLUMN at_new TO at;
ALTER TABLE items RENAME COLUMN code_new TO code;
ALTER TABLE items DROP COLUMN tag_new;
`,
        },
      ],
      findings: [
        { at: 'ALTER TABLE items DROP COLUMN price', says: 'destroys its data' },
        { at: 'ALTER TABLE items DROP COLUMN at', says: 'destroys its data' },
        { at: 'ALTER TABLE items DROP COLUMN code', says: 'destroys its data' },
        { at: 'ALTER TABLE items DROP COLUMN tag', says: 'destroys its data' },
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
    {
      title: 'The old column steps aside before it goes; types that keep every value',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50), visits int);\n' },
        {
          path: 'V2__m.sql',
          text: `ALTER TABLE users ADD COLUMN email_new text, ADD COLUMN visits_new numeric(20,0);
UPDATE users SET email_new = email, visits_new = visits WHERE email IS NOT NULL;
UPDATE users SET visits_new = visits::bigint WHERE visits_new IS NULL;
ALTER TABLE users RENAME COLUMN email TO email_old;
ALTER TABLE users RENAME COLUMN email_new TO email;
ALTER TABLE users DROP COLUMN email_old;
ALTER TABLE users DROP COLUMN visits;
ALTER TABLE users RENAME COLUMN visits_new TO visits;
`,
        },
      ],
    },
  ],
};
