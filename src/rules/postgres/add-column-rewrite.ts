import type { Fix } from '../../model/finding';
import type { ColumnSpecification } from '../../model/operation';
import type { Span } from '../../model/text';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { defaultVolatility } from '../../plan/default-volatility';
import { storedType } from '../../plan/domains';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { statementTokens } from '../edits';
import { withoutNotNull } from '../fixes/column-words';
import type { NewMigration } from '../fixes/next-migration';
import { notNullSteps } from '../fixes/not-null';
import type { Patch } from '../fixes/patches';
import { continueLater } from '../fixes/phases';
import { lockEnd, version } from '../phrases';
import type { Rule, Violation } from '../rule';
import { batchedBlock, sqlName } from './batches';

export const addColumnRewrite: Rule = {
  id: 'add-column-rewrite',
  title: 'New column that writes the whole table again',
  severity: 'error',
  engines: ['postgres'],
  explanation: `A new column is free when all rows get the same value: none, a constant, or a stable expression such as \`now()\` or a call of a function declared STABLE or IMMUTABLE, which is evaluated once. When
each row needs a value of its own, the server writes the whole table and all its indexes again under ACCESS EXCLUSIVE: a volatile default (\`gen_random_uuid()\`, \`random()\`,
\`clock_timestamp()\`, \`nextval()\`), \`serial\`, an identity column, a STORED generated column, and a type that is a domain with constraints, even without a default. A VIRTUAL generated column (18) is computed on reading, and is free.

Add the column without a value, set the default (it holds for new rows), fill the old rows in batches, and make it NOT NULL at the end.

Silent for tables that the same migration creates.`,
  bad: [
    {
      title: 'A volatile default',
      framework: 'sql',
      majors: [13, 18],
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: '0002_token.sql', text: 'ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid()', says: 'gen_random_uuid() is volatile' }],
      fixed: [
        {
          path: '0002_token.sql',
          text: `ALTER TABLE users ADD COLUMN token uuid;
ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();
DO $$
DECLARE
  batch_first users.id%TYPE;
  batch_last users.id%TYPE;
BEGIN
  SELECT id INTO batch_first FROM users ORDER BY id LIMIT 1;
  WHILE batch_first IS NOT NULL LOOP
    SELECT id INTO batch_last
    FROM (SELECT id FROM users WHERE id >= batch_first ORDER BY id LIMIT 10000) AS batch
    ORDER BY id DESC LIMIT 1;
    UPDATE users SET token = gen_random_uuid()
    WHERE id BETWEEN batch_first AND batch_last AND (token IS NULL);
    COMMIT;
    SELECT id INTO batch_first FROM users WHERE id > batch_last ORDER BY id LIMIT 1;
  END LOOP;
END
$$;
`,
        },
      ],
    },
    {
      title: 'NOT NULL too, in the transaction of a framework: the rest in later migrations',
      framework: 'goose',
      files: [
        {
          path: '00001_users.sql',
          text: '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY);\n\n-- +goose Down\nDROP TABLE users;\n',
        },
        {
          path: '00002_token.sql',
          text: '-- +goose Up\nALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();\n\n-- +goose Down\nALTER TABLE users DROP COLUMN token;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()', says: 'ACCESS EXCLUSIVE' }],
    },
    {
      title: 'serial and identity',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (name text);\n' },
        {
          path: '0002_id.sql',
          text: 'ALTER TABLE users ADD COLUMN id bigserial;\nALTER TABLE users ADD COLUMN number int GENERATED ALWAYS AS IDENTITY;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ADD COLUMN id bigserial', says: 'bigserial' },
        { at: 'ALTER TABLE users ADD COLUMN number int GENERATED ALWAYS AS IDENTITY', says: 'identity' },
      ],
    },
    {
      title: 'A stored generated column',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (name text);\n' },
        { path: '0002_u.sql', text: 'ALTER TABLE users ADD COLUMN upper_name text GENERATED ALWAYS AS (upper(name)) STORED;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN upper_name text GENERATED ALWAYS AS (upper(name)) STORED', says: 'STORED' }],
    },
    {
      title: 'A domain with a CHECK, its own or of the domain that it is made of',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_users.sql',
          text: 'CREATE TABLE users (name text);\nCREATE DOMAIN pos AS int CHECK (VALUE > 0);\nCREATE DOMAIN rank AS pos;\n',
        },
        { path: '0002_d.sql', text: 'ALTER TABLE users ADD COLUMN d pos;\nALTER TABLE users ADD COLUMN e rank DEFAULT 1;\n' },
      ],
      findings: [
        { at: 'ALTER TABLE users ADD COLUMN d pos', says: 'pos is a domain with constraints' },
        { at: 'ALTER TABLE users ADD COLUMN e rank DEFAULT 1', says: 'rank is a domain with constraints' },
      ],
    },
    {
      title: 'Functions of the folder that are called for each row',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_users.sql',
          text: "CREATE TABLE users (name text);\nCREATE FUNCTION token() RETURNS text LANGUAGE sql AS $$ SELECT md5(random()::text) $$;\nCREATE FUNCTION plan() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT 'free' $$;\nCREATE FUNCTION region() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'eu'; END $$;\n",
        },
        {
          path: '0002_t.sql',
          text: 'ALTER TABLE users ADD COLUMN token text DEFAULT token();\nALTER TABLE users ADD COLUMN plan text DEFAULT plan();\nALTER TABLE users ADD COLUMN region text DEFAULT region();\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ADD COLUMN token text DEFAULT token()', says: 'token() is volatile' },
        { at: 'ALTER TABLE users ADD COLUMN plan text DEFAULT plan()', says: 'plan() is volatile' },
        { at: 'ALTER TABLE users ADD COLUMN region text DEFAULT region()', says: 'region() is volatile' },
      ],
    },
  ],
  good: [
    {
      title: 'Constants, now(), and no default at all',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (name text);\n' },
        {
          path: '0002_c.sql',
          text: "ALTER TABLE users ADD COLUMN a int NOT NULL DEFAULT 0, ADD COLUMN b timestamptz DEFAULT now(), ADD COLUMN c text, ADD d jsonb DEFAULT '{}'::jsonb;\n",
        },
      ],
    },
    {
      title: 'A virtual generated column, from 18 on',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (name text);\n' },
        { path: '0002_v.sql', text: 'ALTER TABLE users ADD COLUMN n int GENERATED ALWAYS AS (length(name)) VIRTUAL;\n' },
      ],
    },
    {
      title: 'A domain without constraints',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (name text);\nCREATE DOMAIN label AS text;\n' },
        { path: '0002_d.sql', text: "ALTER TABLE users ADD COLUMN d label DEFAULT 'x';\n" },
      ],
    },
    {
      title: 'Functions of the folder: declared STABLE or IMMUTABLE, or one expression in SQL that is put in their place',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_users.sql',
          text: "CREATE TABLE users (name text);\nCREATE FUNCTION region() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN 'eu'; END $$;\nCREATE FUNCTION plan() RETURNS text LANGUAGE sql AS $$ SELECT 'free' $$;\n",
        },
        {
          path: '0002_r.sql',
          text: "ALTER TABLE users ADD COLUMN region text NOT NULL DEFAULT region();\nCREATE SCHEMA app;\nCREATE FUNCTION app.since() RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT '2020-01-01+00'::timestamptz $$;\nALTER TABLE users ADD COLUMN since timestamptz DEFAULT app.since(), ADD COLUMN plan text DEFAULT plan();\n",
        },
      ],
    },
    {
      title: 'A table of the same migration',
      framework: 'sql',
      files: [{ path: '0001_users.sql', text: 'CREATE TABLE users (name text);\nALTER TABLE users ADD COLUMN id bigserial;\n' }],
    },
  ],
  operations: { 'add column': check },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'add column'>): Violation[] {
  const { column, table } = operation;
  const isDomain = storedType(step.before, column.type).isConstrained;
  const reason =
    whyRewritten(column, step) ?? (isDomain ? `${column.type} is a domain with constraints, which are checked for each row` : undefined);
  if (reason === undefined || !isInUse(context, step, table)) return [];
  const shown = shownName(table);
  // Without its value a column of such a domain would still write every row.
  const fix = isDomain ? undefined : (backfillFix(context, step, operation) ?? virtualFix(context, step, operation));
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${reason}, so ${version(context)} writes every row of ${shown} and its indexes again. ${shown} is locked (ACCESS EXCLUSIVE) ${lockEnd(context, step)}: nobody reads or writes it meanwhile.`,
      help: isDomain ? domainHelp : helpFor(context, column),
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

const domainHelp =
  'Add the column with the plain type that the domain is made of, and what the domain asks as a CHECK of the table: NOT VALID, and VALIDATE it later.';

function whyRewritten(column: ColumnSpecification, step: Step): string | undefined {
  if (column.serial) return `${serialNames[column.type] ?? column.type} gives each row a number of its own`;
  if (column.identity !== undefined) return 'An identity column gives each row a number of its own';
  if (column.generated?.kind === 'stored') return 'A STORED generated column is computed for each row';
  if (column.default === undefined) return undefined;
  const volatility = defaultVolatility(column, step.before);
  if (volatility === 'volatile') return `DEFAULT ${column.default.text} is volatile`;
  if (volatility === 'unknown') return `DEFAULT ${column.default.text} calls a function that is volatile unless it was declared otherwise`;
  return undefined;
}

const serialNames: Readonly<Record<string, string>> = { bigint: 'bigserial', integer: 'serial', smallint: 'smallserial' };

function helpFor(context: RuleContext, column: ColumnSpecification): string {
  if (column.generated !== undefined) {
    const virtual = context.engine.major >= 18 ? ' Or make it VIRTUAL, which is computed on reading and free to add.' : '';
    return `Add a plain column, keep it up to date with a trigger, and fill the old rows in batches.${virtual}`;
  }
  if (column.serial || column.identity !== undefined) {
    return 'Add a plain integer column, fill it in batches from a sequence, and attach the sequence or the identity at the end.';
  }
  return 'Add the column without a default, set the default for new rows, and fill the old rows in batches.';
}

/** Column, default for new rows, old rows in batches, NOT NULL. For a volatile default alone: the other forms need more than a text can tell. */
function backfillFix(context: RuleContext, step: Step, operation: OperationOf<'add column'>): Fix | undefined {
  const { column, table, span } = operation;
  if (column.default === undefined || column.serial || column.identity !== undefined || span === undefined) return undefined;
  if (column.unique || column.primaryKey || step.statement.operations.length > 1) return undefined;
  const patches = withoutValue(context, span, column);
  const target = quoteQualified(table.schema, table.name);
  const name = quoteIdentifier(column.name);
  const known = tableBefore(step, table);
  const block = batchedBlock({
    table: known ?? { schema: table.schema ?? '', name: table.name },
    target,
    head: `UPDATE ${target} SET ${name} = ${column.default.text}`,
    remaining: `${name} IS NULL`,
  });
  if (patches === undefined || block === undefined) return undefined;
  const later: NewMigration[] = [{ slug: `fill_${table.name}_${column.name}`, transactional: false, up: [block], down: [] }];
  if (column.notNull) {
    const steps = notNullSteps(context, table, column.name);
    later.push({
      slug: `require_${table.name}_${column.name}`,
      transactional: true,
      up: [`ALTER TABLE ${sqlName(table)} ${steps.subcommand};`],
      down: [],
    });
    later.push(steps.later);
  }
  return continueLater(context, 'Add it empty, fill the old rows in batches', {
    step,
    patches,
    following: [`ALTER TABLE ${target} ALTER COLUMN ${name} SET DEFAULT ${column.default.text};`],
    later,
  });
}

/** Takes DEFAULT with its expression and NOT NULL out of the subcommand. */
function withoutValue(context: RuleContext, span: Span, column: ColumnSpecification): readonly Patch[] | undefined {
  const tokens = statementTokens(context, span);
  const position = tokens.findIndex((token) => token.word === 'default');
  const token = tokens[position];
  if (token === undefined) return withoutNotNull(context, span);
  const expression = column.default?.text ?? '';
  const start = context.text.indexOf(expression, token.end);
  if (start === -1 || context.text.slice(token.end, start).trim() !== '') return undefined;
  const value = { span: { start: tokens[position - 1]?.end ?? token.start, end: start + expression.length }, newText: '' };
  return [value, ...withoutNotNull(context, span)];
}

/** STORED becomes VIRTUAL: another kind of column in the end, so never safe. */
function virtualFix(context: RuleContext, step: Step, operation: OperationOf<'add column'>): Fix | undefined {
  if (context.engine.major < 18 || operation.column.generated?.kind !== 'stored') return undefined;
  const stored = statementTokens(context, operation.span ?? step.statement.span).findLast((token) => token.word === 'stored');
  if (stored === undefined) return undefined;
  return {
    title: 'Make it VIRTUAL: computed on reading',
    safe: false,
    edits: [{ range: context.lines.range(stored), newText: 'VIRTUAL' }],
  };
}
