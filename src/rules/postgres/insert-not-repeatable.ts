import type { Fix } from '../../model/finding';
import { quoteIdentifier } from '../../parse/postgres/identifiers';
import { findTable } from '../../schema/lookup';
import { headRange, type OperationOf, type RuleContext, type Step, shownName } from '../context';
import { insertAt, statementTokens } from '../edits';
import type { Rule, Violation } from '../rule';
import { canBeMetAgain, isEmptiedBefore } from './repeatable';
import { uniqueKeys } from './unique-keys';

export const insertNotRepeatable: Rule = {
  id: 'insert-not-repeatable',
  title: 'INSERT that a retry does twice',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `Outside a transaction an INSERT stays when a later statement fails. The next attempt begins at the top: where no unique key covers the rows, they are there twice, and
nothing says so; where one does, the attempt fails with a duplicate key (23505), and the migration is stuck.

ON CONFLICT (key) DO NOTHING, or DO UPDATE, makes it repeatable. Where the table has no key that fits, give it one, or insert only what is not there: \`INSERT ... SELECT ... WHERE NOT EXISTS (...)\`.

Silent when the whole migration is one transaction, for the last transaction of a program, for statements with ON CONFLICT or NOT EXISTS, and where the program itself empties the table or deletes from it before.`,
  bad: [
    {
      title: 'A key among the columns',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE TABLE plans (name text PRIMARY KEY, seats int);\n\n-- +goose Down\nDROP TABLE plans;\n',
        },
        {
          path: '00002_r.sql',
          text: "-- +goose NO TRANSACTION\n-- +goose Up\nINSERT INTO plans (name) VALUES ('free'), ('team') RETURNING seats;\nCREATE INDEX CONCURRENTLY i ON plans (name);\n\n-- +goose Down\nDROP INDEX CONCURRENTLY IF EXISTS i;\n",
        },
      ],
      findings: [{ at: "INSERT INTO plans (name) VALUES ('free'), ('team') RETURNING seats", says: '23505' }],
      fixed: [
        {
          path: '00002_r.sql',
          text: "-- +goose NO TRANSACTION\n-- +goose Up\nINSERT INTO plans (name) VALUES ('free'), ('team') ON CONFLICT (name) DO NOTHING RETURNING seats;\nCREATE INDEX CONCURRENTLY i ON plans (name);\n\n-- +goose Down\nDROP INDEX CONCURRENTLY IF EXISTS i;\n",
        },
      ],
    },
    {
      title: 'No key at all: the rows are there twice',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE events (at timestamptz, what text);\n' },
        { path: '0002_r.sql', text: "INSERT INTO events VALUES (now(), 'a');\nVACUUM events;\n" },
      ],
      findings: [{ at: "INSERT INTO events VALUES (now(), 'a')", says: 'twice' }],
    },
  ],
  good: [
    {
      title: 'ON CONFLICT, NOT EXISTS, and the last statement',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE plans (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);\n' },
        {
          path: '0002_r.sql',
          text: "INSERT INTO plans VALUES (1, 'a') ON CONFLICT DO NOTHING;\nINSERT INTO plans SELECT 2, 'b' WHERE NOT EXISTS (SELECT FROM plans WHERE id = 2);\nVACUUM plans;\nINSERT INTO plans VALUES (3, 'c');\n",
        },
      ],
    },
    {
      title: 'The program takes the rows away before',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE jobs (id bigint PRIMARY KEY, kind text);\nCREATE TABLE kinds (name text);\n' },
        {
          path: '0002_r.sql',
          text: "TRUNCATE kinds;\nINSERT INTO kinds VALUES ('seed');\nDELETE FROM jobs WHERE kind = 'seed';\nINSERT INTO jobs VALUES (1, 'seed');\nVACUUM jobs;\n",
        },
      ],
    },
    {
      title: 'One transaction',
      framework: 'flyway',
      files: [{ path: 'V1__t.sql', text: 'CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\n' }],
    },
  ],
  operations: {
    insert: (context, step, operation) => (isRepeatedBlindly(context, step, operation) ? check(context, step, operation) : []),
  },
};

function isRepeatedBlindly(context: RuleContext, step: Step, { table, onConflict }: OperationOf<'insert'>): boolean {
  if (step.within !== undefined || onConflict !== 'none' || !canBeMetAgain(context, step)) return false;
  if (isEmptiedBefore(context, step, table)) return false;
  return !/\bnot\s+(exists|in)\b|\bexcept\b|\bis\s+null\b/i.test(step.statement.text);
}

function check(context: RuleContext, step: Step, operation: OperationOf<'insert'>): Violation[] {
  const table = findTable(step.before, operation.table);
  if (table?.persistence === 'temporary') return [];
  const keys = table === undefined ? [] : uniqueKeys(table).filter(({ isPartial }) => !isPartial);
  const written = operation.columns.length > 0 ? operation.columns : table?.columns.map(({ name }) => name);
  const covering = keys.find((key) => key.columns?.every((column) => written?.includes(column)) === true && !key.isDeferrable);
  const isKnown = table !== undefined && table.complete !== false;
  const fails = covering !== undefined;
  const consequence = fails
    ? `fails here with a duplicate key (23505): ${covering.name} has these rows already`
    : isKnown
      ? 'inserts the rows twice, and nothing says so: no unique key is among the columns'
      : 'inserts the rows twice, or fails with a duplicate key';
  const fix = covering?.columns === undefined ? undefined : onConflictFix(context, step, operation, covering.columns);
  return [
    {
      range: headRange(context, step.statement),
      message: `When a later statement fails, the rows of this INSERT into ${shownName(operation.table)} stay, and the next attempt ${consequence}.`,
      help: fails
        ? 'Add ON CONFLICT (...) DO NOTHING, or DO UPDATE.'
        : 'Give the table a unique key and use ON CONFLICT, or insert only what is not there: INSERT ... SELECT ... WHERE NOT EXISTS (...).',
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

/** ON CONFLICT stands before RETURNING (manual, INSERT, "Synopsis"). It changes what a first run does where other rows are in the way: not safe. */
function onConflictFix(context: RuleContext, step: Step, operation: OperationOf<'insert'>, columns: readonly string[]): Fix | undefined {
  if (step.statement.operations.length > 1 || operation.rows === undefined) return undefined;
  let depth = 0;
  const tokens = statementTokens(context, step.statement.span);
  const returning = tokens.find((token) => {
    if (token.word === '(') depth++;
    if (token.word === ')') depth--;
    return depth === 0 && token.word === 'returning';
  });
  const words = `ON CONFLICT (${columns.map(quoteIdentifier).join(', ')}) DO NOTHING`;
  const edit =
    returning === undefined ? insertAt(context, step.statement.span.end, ` ${words}`) : insertAt(context, returning.start, `${words} `);
  return { title: 'Leave out the rows that are there already', safe: false, edits: [edit] };
}
