import { whyFreeWithDomains } from '../../plan/type-change';
import { findColumn } from '../../schema/lookup';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { lockEnd, version } from '../phrases';
import type { Rule, Violation } from '../rule';
import { expandColumn } from './expand-column';

export const columnTypeRewrite: Rule = {
  id: 'column-type-rewrite',
  title: 'Type change that writes the whole table again',
  severity: 'error',
  engines: ['postgres'],
  explanation: `Changing a column's type converts every value: the server writes the whole table and its indexes again under ACCESS EXCLUSIVE. Code that still runs
may also not be ready for the new type.

Some changes are free because the stored values stay as they are: a longer \`varchar\` or none of its limit, \`varchar\` to \`text\` and back to one without limit, a greater
precision of \`numeric\` with the same scale, more digits of a \`timestamp\`, \`cidr\` to \`inet\`, a domain without constraints instead of its type, \`text\` to \`citext\` (only the column's indexes are built again). About those this rule is silent, and about tables that the same migration creates.

Otherwise expand and contract: add a new column, let a trigger keep it up to date, fill it in batches, let the application move over, and drop the old column in a later migration.`,
  bad: [
    {
      title: 'integer to bigint',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id int PRIMARY KEY, name varchar(50));\n' },
        { path: '0002_id.sql', text: 'ALTER TABLE users ALTER COLUMN id TYPE bigint;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ALTER COLUMN id TYPE bigint', says: 'from integer to bigint' }],
    },
    {
      title: 'Expand: a column beside it, in step with it',
      framework: 'sql',
      files: [
        { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY, amount int);\n' },
        { path: '0002_amount.sql', text: 'ALTER TABLE orders ALTER COLUMN amount TYPE bigint;\n' },
      ],
      findings: [{ at: 'ALTER TABLE orders ALTER COLUMN amount TYPE bigint', says: 'from integer to bigint' }],
      fixed: [
        {
          path: '0002_amount.sql',
          text: `ALTER TABLE orders ADD COLUMN amount_new bigint;
CREATE FUNCTION orders_amount_new_sync() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.amount_new := NEW.amount::bigint;
  RETURN NEW;
END
$$;
CREATE TRIGGER orders_amount_new_sync BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_amount_new_sync();
DO $$
DECLARE
  batch_first orders.id%TYPE;
  batch_last orders.id%TYPE;
BEGIN
  SELECT id INTO batch_first FROM orders ORDER BY id LIMIT 1;
  WHILE batch_first IS NOT NULL LOOP
    SELECT id INTO batch_last
    FROM (SELECT id FROM orders WHERE id >= batch_first ORDER BY id LIMIT 10000) AS batch
    ORDER BY id DESC LIMIT 1;
    UPDATE orders SET amount_new = amount::bigint
    WHERE id BETWEEN batch_first AND batch_last AND (amount_new IS NULL AND amount IS NOT NULL);
    COMMIT;
    SELECT id INTO batch_first FROM orders WHERE id > batch_last ORDER BY id LIMIT 1;
  END LOOP;
END
$$;
`,
        },
      ],
    },
    {
      title: 'In goose, statements that hold others stand between its marks',
      framework: 'goose',
      files: [
        {
          path: '00001_orders.sql',
          text: '-- +goose Up\nCREATE TABLE orders (id bigint PRIMARY KEY, note varchar(50));\n\n-- +goose Down\nDROP TABLE orders;\n',
        },
        {
          path: '00002_note.sql',
          text: '-- +goose Up\nALTER TABLE orders ALTER COLUMN note TYPE text USING upper(note);\n\n-- +goose Down\nSELECT 1;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE orders ALTER COLUMN note TYPE text USING upper(note)', says: 'upper(note)' }],
    },
    {
      title: 'A shorter varchar; an expression',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id int PRIMARY KEY, name varchar(50), note varchar(50));\n' },
        {
          path: '0002_name.sql',
          text: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(20);\nALTER TABLE users ALTER COLUMN note TYPE text USING upper(note);\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(20)', says: 'character varying(20)' },
        { at: 'ALTER TABLE users ALTER COLUMN note TYPE text USING upper(note)', says: 'upper(note)' },
      ],
    },
    {
      title: 'Domains: a shorter length, and constraints, which are checked for each row',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_users.sql',
          text: "CREATE DOMAIN email AS varchar(50);\nCREATE DOMAIN label AS text CHECK (VALUE <> '');\nCREATE TABLE users (email varchar(60), label text);\n",
        },
        {
          path: '0002_users.sql',
          text: 'ALTER TABLE users ALTER COLUMN email TYPE email;\nALTER TABLE users ALTER COLUMN label TYPE label;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ALTER COLUMN email TYPE email', says: 'from character varying(60) to email' },
        { at: 'ALTER TABLE users ALTER COLUMN label TYPE label', says: 'from text to label' },
      ],
    },
    {
      title: 'The old type was never seen',
      framework: 'sql',
      files: [{ path: '0001_users.sql', text: 'ALTER TABLE users ALTER COLUMN id TYPE bigint;\n' }],
      findings: [{ at: 'ALTER TABLE users ALTER COLUMN id TYPE bigint', says: 'unless' }],
    },
  ],
  good: [
    {
      title: 'Changes that leave the values as they are',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_users.sql',
          text: 'CREATE TABLE users (a varchar(50), b varchar(50), c numeric(10,2), d timestamp(3), e cidr, f varchar(5));\n',
        },
        {
          path: '0002_users.sql',
          text: 'ALTER TABLE users ALTER a TYPE varchar(100), ALTER b TYPE text, ALTER c TYPE numeric(12,2), ALTER d TYPE timestamp, ALTER e TYPE inet, ALTER f TYPE varchar;\n',
        },
      ],
    },
    {
      title: 'To a domain without constraints, and from one',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_users.sql',
          text: 'CREATE DOMAIN email AS text;\nCREATE DOMAIN short AS varchar(50);\nCREATE DOMAIN mail AS email;\nCREATE TABLE users (a varchar(50), b text, c varchar(40), d email);\n',
        },
        {
          path: '0002_users.sql',
          text: 'ALTER TABLE users ALTER a TYPE email, ALTER b TYPE mail, ALTER c TYPE short;\nALTER TABLE users ALTER d TYPE text;\n',
        },
      ],
    },
    {
      title: 'text to citext, and back',
      framework: 'sql',
      files: [
        {
          path: '0001_users.sql',
          text: 'CREATE EXTENSION IF NOT EXISTS citext;\nCREATE TABLE users (a text, b varchar(50), c citext);\n',
        },
        { path: '0002_users.sql', text: 'ALTER TABLE users ALTER a TYPE citext, ALTER b TYPE citext, ALTER c TYPE text;\n' },
      ],
    },
    {
      title: 'A table of the same migration',
      framework: 'sql',
      files: [{ path: '0001_users.sql', text: 'CREATE TABLE users (id int);\nALTER TABLE users ALTER id TYPE bigint;\n' }],
    },
    {
      title: 'Most probably a varchar that loses its limit',
      framework: 'sql',
      files: [{ path: '0001_users.sql', text: 'ALTER TABLE users ALTER COLUMN name TYPE text;\n' }],
    },
  ],
  operations: { 'alter column type': check },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'alter column type'>): Violation[] {
  const { table, column, type, using } = operation;
  if (!isInUse(context, step, table)) return [];
  const old = findColumn(tableBefore(step, table), column);
  const computed = using !== undefined && !isOnlyCast(using, column);
  if (!computed && old !== undefined && whyFreeWithDomains(old.type, type, step.before) !== undefined) return [];
  // Of an unseen column it is not known what it was; these are what people widen a varchar or a numeric to.
  if (!computed && old === undefined && ['text', 'character varying', 'numeric'].includes(type)) return [];
  const shown = shownName(table);
  const fix = expandColumn(context, step, operation);
  const change = computed
    ? `USING ${using} computes a new value for every row`
    : old === undefined
      ? `Changing ${column} to ${type} converts every row, unless its values are stored alike already (what it was is not in these migrations)`
      : `Changing ${column} from ${old.type} to ${type} converts every row`;
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${change}: ${version(context)} writes ${shown} and its indexes again while ${shown} is locked (ACCESS EXCLUSIVE) ${lockEnd(context, step)}.`,
      help: `Expand and contract: add a column of type ${type}, keep it up to date with a trigger, fill it in batches, move the application over, and drop ${column} in a later migration.`,
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

/** `USING name` and `USING name::text` are what the server would do by itself. */
function isOnlyCast(using: string, column: string): boolean {
  const bare = using.replaceAll(/["()\s]/g, '').toLowerCase();
  return bare === column.toLowerCase() || bare.startsWith(`${column.toLowerCase()}::`);
}
