import type { Fix } from '../../model/finding';
import type { TextEdit } from '../../model/text';
import { headRange, type RuleContext, type Step } from '../context';
import { endWithTerminator, insertAt, replaceInSource, replaceSpan, sourceText, wholeLines } from '../edits';
import { addMigrations } from '../fixes/next-migration';
import { asFrameworkStatement } from '../fixes/statement';
import type { Rule, Violation } from '../rule';
import { canBeMetAgain, hasEffect, isRepeatable, needsNoTransaction } from './repeatable';

export const partialOnFailure: Rule = {
  id: 'partial-on-failure',
  title: 'Migration of which a failure leaves a part',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `The statements of this migration commit one by one. If one of them fails, or the connection is lost in between, those before it stay, the framework has
recorded nothing or an error, and the next attempt begins at the top and meets what is there: it fails, or does the work twice.

Put everything that can be in a transaction into one: BEGIN and COMMIT in plain SQL, or take the framework's no-transaction mark away. Give a statement that can't be in one (CREATE INDEX
CONCURRENTLY, VACUUM, a backfill in batches) a migration of its own. Or make every statement repeatable, so that a plain retry finishes the work.

Silent when the whole program is one transaction, when only one statement has an effect, and when all that can be met again is repeatable.`,
  bad: [
    {
      title: 'Plain SQL commits each statement',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n' }],
      findings: [{ at: 'CREATE TABLE a (id int)', says: '2 statements' }],
      fixed: [{ path: '0001_t.sql', text: 'BEGIN;\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCOMMIT;\n' }],
    },
    {
      title: 'A mark that nothing needs',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\n\n-- +goose Down\nDROP TABLE IF EXISTS b;\nDROP TABLE IF EXISTS a;\n',
        },
      ],
      findings: [{ at: 'CREATE TABLE a (id int)', says: 'NO TRANSACTION' }],
      fixed: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\n\n-- +goose Down\nDROP TABLE IF EXISTS b;\nDROP TABLE IF EXISTS a;\n',
        },
      ],
    },
    {
      title: 'A concurrent build behind other statements',
      framework: 'goose',
      files: [
        { path: '00001_a.sql', text: '-- +goose Up\nCREATE TABLE a (id int);\n\n-- +goose Down\nDROP TABLE a;\n' },
        {
          path: '00002_t.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nALTER TABLE a ADD COLUMN b int;\nCREATE INDEX CONCURRENTLY i ON a (b);\n\n-- +goose Down\nALTER TABLE a DROP COLUMN IF EXISTS b;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE a ADD COLUMN b int', says: 'stays' }],
      fixed: [
        {
          path: '00002_t.sql',
          text: '-- +goose Up\nALTER TABLE a ADD COLUMN b int;\n\n-- +goose Down\nALTER TABLE a DROP COLUMN IF EXISTS b;\n',
        },
        {
          path: '00003_build_behind.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a (b);\n',
        },
      ],
    },
  ],
  good: [
    {
      title: 'psql looks first whether it is there',
      framework: 'sql',
      files: [
        {
          path: '0001_roles.sql',
          text: `SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') AS missing \\gset
\\if :missing
  CREATE ROLE reader NOLOGIN;
\\endif
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
GRANT USAGE ON SCHEMA public TO reader;
`,
        },
      ],
    },
    {
      title: 'One transaction',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'BEGIN;\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCOMMIT;\n' }],
    },
    {
      title: 'One request of golang-migrate',
      framework: 'golang-migrate',
      files: [{ path: '0001_t.up.sql', text: 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n' }],
    },
    {
      title: 'Every statement can be repeated',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: "SET lock_timeout = '5s';\nALTER TABLE a ADD COLUMN IF NOT EXISTS b int;\nRESET lock_timeout;\nDROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON a (b);\n",
        },
      ],
    },
    { title: 'A single statement', framework: 'sql', files: [{ path: '0001_t.sql', text: 'CREATE INDEX CONCURRENTLY i ON a (b);\n' }] },
  ],
  check: (context) => {
    const [first] = context.steps.filter((step) => canBeMetAgain(context, step) && !isRepeatable(context, step));
    return first === undefined ? [] : [check(context, first)];
  },
};

function check(context: RuleContext, step: Step): Violation {
  const units = new Set(context.steps.filter(hasEffect).map((candidate) => candidate.transaction.index)).size;
  const fix = wholeTransaction(context) ?? splitTail(context);
  return {
    range: headRange(context, step.statement),
    message: `${units} statements commit one by one (${context.program.execution.because.replace(/\.$/, '')}). When a later one fails, this one stays, and the next attempt meets it again: the migration is neither done nor undone.`,
    help: 'Put all that can be in a transaction into one, give the rest migrations of their own, or make every statement repeatable.',
    fixes: fix === undefined ? [] : [fix],
  };
}

/** One transaction around everything, when everything can be in one. It never changes what a run that succeeds does, but now() is then one time. */
function wholeTransaction(context: RuleContext): Fix | undefined {
  if (context.steps.some(needsNoTransaction)) return undefined;
  const edits = transactionEdits(context, context.steps);
  return edits === undefined ? undefined : { title: 'Run it in one transaction', safe: false, edits };
}

/** Edits by which these steps of the program run in one transaction. */
function transactionEdits(context: RuleContext, steps: readonly Step[]): readonly TextEdit[] | undefined {
  const { framework, migration, program } = context;
  if (framework.name === 'sql') {
    const first = steps[0]?.statement.span;
    const last = steps.at(-1)?.statement.span;
    const controls = context.steps.some((step) => step.statement.operations.some((operation) => operation.kind === 'transaction'));
    if (first === undefined || last === undefined || controls) return undefined;
    if (steps.filter(hasEffect).length < 2) return [];
    const end = endWithTerminator(context, last);
    return [insertAt(context, first.start, 'BEGIN;\n'), insertAt(context, end, `${end === last.end ? ';' : ''}\nCOMMIT;`)];
  }
  const other = program.direction === 'up' ? migration.down : migration.up;
  // The mark is for up and down alike.
  const otherNeedsIt =
    other !== undefined && /\bconcurrently\b|\bvacuum\b/i.test(other.statements.map((statement) => statement.text).join('\n'));
  const patch = framework.withoutNoTransactionMark?.(sourceText(context));
  return patch === undefined || otherNeedsIt ? undefined : [replaceInSource(context, patch.span, patch.newText)];
}

/** What can't be in a transaction goes into migrations of its own, when it all stands at the end. */
function splitTail(context: RuleContext): Fix | undefined {
  if (context.program.direction === 'down') return undefined;
  const firstAlone = context.steps.findIndex(needsNoTransaction);
  const head = context.steps.slice(0, firstAlone);
  const tail = context.steps.slice(firstAlone);
  if (head.length === 0 || !tail.every((step) => needsNoTransaction(step) || !hasEffect(step))) return undefined;
  const edits = transactionEdits(context, head);
  const moved = tail.filter(hasEffect);
  const added = addMigrations(
    context,
    moved.map((step, position) => ({
      slug: moved.length === 1 ? 'build_behind' : `build_behind_${position + 1}`,
      up: [asFrameworkStatement(context, step.statement.text)],
      down: [],
      transactional: false,
    })),
  );
  if (edits === undefined || added === undefined) return undefined;
  const removals = tail.map((step) => replaceSpan(context, wholeLines(context, step.statement.span), ''));
  return {
    title: 'Move what runs outside a transaction into a migration of its own',
    safe: false,
    edits: [...edits, ...removals, ...added],
  };
}
