import type { Fix } from '../../model/finding';
import { headRange, type OperationOf, operationsOf, type RuleContext, type Step } from '../context';
import { insertAt, replaceSpan } from '../edits';
import { takesSeveralOutside } from '../fixes/outside';
import type { Rule, Violation } from '../rule';
import { dropLeftover, ifNotExistsPatch } from './concurrent-index';

export const invalidIndexKept: Rule = {
  id: 'invalid-index-kept',
  title: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS keeps an invalid index',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `A concurrent build that fails (a duplicate, a lock_timeout, a lost connection) leaves an index behind that is marked invalid: no query uses it,
writes still pay for it, and a UNIQUE one does not guarantee anything for the rows that are there. IF NOT EXISTS only looks at the name, so the next attempt finds "it" there and reports
success.

Leave IF NOT EXISTS out, and drop what an earlier attempt left behind first: DROP INDEX CONCURRENTLY IF EXISTS, then CREATE INDEX CONCURRENTLY. Where the
framework can't run two statements outside a transaction, leave IF NOT EXISTS out: then the next attempt at least fails loudly.

Silent when the program drops the index, IF EXISTS, right before.`,
  bad: [
    {
      title: 'Plain SQL: drop first',
      framework: 'sql',
      majors: [12, 18],
      files: [{ path: '0001_i.sql', text: 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);\n' }],
      findings: [{ at: 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email)', says: 'invalid' }],
      fixed: [{ path: '0001_i.sql', text: 'DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE UNIQUE INDEX CONCURRENTLY i ON users (email);\n' }],
    },
    {
      title: 'golang-migrate: one statement',
      framework: 'golang-migrate',
      files: [{ path: '0001_i.up.sql', text: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);\n' }],
      findings: [{ at: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email)', says: 'success' }],
      fixed: [{ path: '0001_i.up.sql', text: 'CREATE INDEX CONCURRENTLY i ON users (email);\n' }],
    },
  ],
  good: [
    {
      title: 'Dropped first',
      framework: 'sql',
      files: [
        { path: '0001_i.sql', text: 'DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);\n' },
      ],
    },
    {
      title: 'Dropped first where it is invalid',
      framework: 'sql',
      files: [
        {
          path: '0001_i.sql',
          text: "DO $$ BEGIN\n  IF EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('i') AND NOT indisvalid) THEN DROP INDEX i; END IF;\nEND $$;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);\n",
        },
      ],
    },
    {
      title: 'Not concurrent: it is all or nothing',
      framework: 'sql',
      files: [{ path: '0001_i.sql', text: 'CREATE INDEX IF NOT EXISTS i ON users (email);\n' }],
    },
  ],
  operations: { 'create index': check },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'create index'>): Violation[] {
  const { index } = operation;
  if (!index.concurrently || !operation.ifNotExists || index.name === undefined || isDropped(context, step, index.name)) return [];
  const fix = fixFor(context, step, operation, index.name);
  return [
    {
      range: headRange(context, step.statement),
      message: `If this build fails, it leaves ${index.name} behind as an invalid index; the next attempt sees the name, builds nothing, and reports success.`,
      help: takesSeveralOutside(context)
        ? 'Drop what a failed attempt left first (DROP INDEX CONCURRENTLY IF EXISTS), and create without IF NOT EXISTS.'
        : 'Leave IF NOT EXISTS out, so that the next attempt fails loudly, and drop the invalid index by hand.',
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

/** By an earlier statement, or by one in a DO block, which may well look first whether the index is invalid. */
function isDropped(context: RuleContext, step: Step, name: string): boolean {
  return operationsOf(context, 'drop object').some(
    ({ step: other, operation }) =>
      other.statement.index < step.statement.index &&
      operation.objectKind === 'index' &&
      operation.objects.some((object) => object.name === name),
  );
}

function fixFor(context: RuleContext, step: Step, operation: OperationOf<'create index'>, name: string): Fix | undefined {
  const patches = ifNotExistsPatch(context, step);
  if (patches === undefined) return undefined;
  const removal = patches.map((patch) => replaceSpan(context, patch.span, patch.newText));
  if (!takesSeveralOutside(context)) return { title: 'Leave out IF NOT EXISTS', safe: false, edits: removal };
  const drop = insertAt(context, step.statement.span.start, `${dropLeftover(operation.index.table, name)}\n`);
  return { title: 'Drop a leftover of an earlier attempt first', safe: false, edits: [drop, ...removal] };
}
