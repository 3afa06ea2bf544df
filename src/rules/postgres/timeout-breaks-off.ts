import type { Fix } from '../../model/finding';
import type { Operation } from '../../model/operation';
import { findIndex } from '../../schema/lookup';
import { headRange, isInUse, type RuleContext, type Step } from '../context';
import { indentation, insertAt, insertBehind } from '../edits';
import { takesSeveralOutside } from '../fixes/outside';
import type { Rule, Violation } from '../rule';
import { type TimeoutInForce, timeoutsInForce } from './timeouts';

export const timeoutBreaksOff: Rule = {
  id: 'timeout-breaks-off',
  title: 'Timeout that breaks long work off half way',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `Short timeouts are for statements that hold a strong lock. Work that lets others read and write takes its time, and a timeout that was set for something else ends it in the
middle: CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY leave an invalid index, which every write keeps up to date and no query uses, DETACH PARTITION CONCURRENTLY a partition that is
neither attached nor detached, and VALIDATE CONSTRAINT on a large table never gets to its end. The first three also wait for all transactions that were open before, so that a lock_timeout
strikes as well.

Set statement_timeout and lock_timeout to 0 for such a statement, or to hours, and set them again behind it.

It looks at what the program itself sets: a statement_timeout below 15 minutes, and a lock_timeout below one. Silent about a lock_timeout where the program drops what the last attempt left
before it builds the index, and for tables that the same migration creates.`,
  bad: [
    {
      title: 'The timeouts of the ALTER TABLE before reach the index',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        {
          path: '0002_c.sql',
          text: "SET lock_timeout = '2s';\nSET statement_timeout = '5s';\nALTER TABLE users ADD COLUMN IF NOT EXISTS a int;\nCREATE INDEX CONCURRENTLY i ON users (a);\n",
        },
      ],
      findings: [{ at: 'CREATE INDEX CONCURRENTLY i ON users (a)', says: "statement_timeout of '5s'" }],
      fixed: [
        {
          path: '0002_c.sql',
          text: "SET lock_timeout = '2s';\nSET statement_timeout = '5s';\nALTER TABLE users ADD COLUMN IF NOT EXISTS a int;\nSET statement_timeout = 0;\nSET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY i ON users (a);\n",
        },
      ],
    },
    {
      title: 'A constraint that is validated within seconds, or never',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\nALTER TABLE users ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\n',
        },
        {
          path: 'V2__c.sql',
          text: 'SET LOCAL statement_timeout = 30000;\nALTER TABLE users VALIDATE CONSTRAINT c;\nALTER TABLE users ALTER COLUMN a SET DEFAULT 1;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE users VALIDATE CONSTRAINT c', says: 'never' }],
      fixed: [
        {
          path: 'V2__c.sql',
          text: 'SET LOCAL statement_timeout = 30000;\nSET LOCAL statement_timeout = 0;\nALTER TABLE users VALIDATE CONSTRAINT c;\nSET LOCAL statement_timeout = 30000;\nALTER TABLE users ALTER COLUMN a SET DEFAULT 1;\n',
        },
      ],
    },
    {
      title: 'A lock_timeout for an index that waits for old transactions',
      framework: 'goose',
      majors: [12, 18],
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, a int);\n\n-- +goose Down\nDROP TABLE users;\n',
        },
        {
          path: '00002_i.sql',
          text: "-- +goose NO TRANSACTION\n-- +goose Up\nSET lock_timeout = '1s';\nREINDEX INDEX CONCURRENTLY users_pkey;\n\n-- +goose Down\nSELECT 1;\n",
        },
      ],
      findings: [{ at: 'REINDEX INDEX CONCURRENTLY users_pkey', says: "lock_timeout of '1s'" }],
      fixed: [
        {
          path: '00002_i.sql',
          text: "-- +goose NO TRANSACTION\n-- +goose Up\nSET lock_timeout = '1s';\nSET lock_timeout = 0;\nREINDEX INDEX CONCURRENTLY users_pkey;\nSET lock_timeout = '1s';\n\n-- +goose Down\nSELECT 1;\n",
        },
      ],
    },
  ],
  good: [
    {
      title: 'Set back before, or to hours',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, b int);\n' },
        {
          path: '0002_c.sql',
          text: "SET lock_timeout = '2s';\nSET statement_timeout = '5s';\nALTER TABLE users ADD COLUMN IF NOT EXISTS a int;\nRESET lock_timeout;\nSET statement_timeout = 0;\nCREATE INDEX CONCURRENTLY i ON users (a);\nSET statement_timeout TO '1h';\nCREATE INDEX CONCURRENTLY j ON users (b);\n",
        },
      ],
    },
    {
      title: 'A local one that ended with its transaction; a new table; an index that the next attempt builds anew',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        {
          path: '0002_c.sql',
          text: "BEGIN;\nSET LOCAL lock_timeout = '2s';\nSET LOCAL statement_timeout = '5s';\nALTER TABLE users ADD COLUMN a int;\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON users (a);\n",
        },
        {
          path: '0003_c.sql',
          text: "SET lock_timeout = '2s';\nDROP INDEX CONCURRENTLY IF EXISTS j;\nCREATE INDEX CONCURRENTLY j ON users (id, a);\n",
        },
        {
          path: '0005_r.sql',
          text: "SET statement_timeout = '5s';\nALTER TABLE users ADD COLUMN IF NOT EXISTS b int;\nRESET ALL;\nCREATE INDEX CONCURRENTLY l ON users (b);\nSET statement_timeout = '5s';\nDISCARD ALL;\nCREATE INDEX CONCURRENTLY m ON users (b, a);\n",
        },
        {
          path: '0004_n.sql',
          text: "SET statement_timeout = '5s';\nCREATE TABLE IF NOT EXISTS n (a int);\nCREATE INDEX CONCURRENTLY k ON n (a);\n",
        },
      ],
    },
  ],
  check: (context) => {
    const statement = timeoutsInForce(context, 'statement_timeout');
    const lock = timeoutsInForce(context, 'lock_timeout');
    if (statement.size + lock.size === 0) return [];
    return context.steps.flatMap((step) => {
      const work = longWork(context, step);
      if (work === undefined) return [];
      const found = [
        ...tooShort('statement_timeout', statement.get(step), 15 * 60_000),
        ...(work.waits && !isCleared(context, step) ? tooShort('lock_timeout', lock.get(step), 60_000) : []),
      ];
      return found.length === 0 ? [] : [violation(context, step, work, found)];
    });
  },
};

interface NamedTimeout extends TimeoutInForce {
  readonly name: string;
}

function tooShort(name: string, timeout: TimeoutInForce | undefined, limitMs: number): readonly NamedTimeout[] {
  return timeout === undefined || timeout.milliseconds >= limitMs ? [] : [{ name, ...timeout }];
}

interface LongWork {
  readonly what: string;
  /** What is left when it is broken off, as the end of a sentence. */
  readonly left: string;
  /** For the transactions that were open before: a lock_timeout counts too. */
  readonly waits: boolean;
}

function longWork(context: RuleContext, step: Step): LongWork | undefined {
  // What the server refuses in a transaction never gets to a timeout.
  if (step.inTransaction && !step.planned.transactional) return undefined;
  for (const operation of step.statement.operations) {
    const work = longOperation(context, step, operation);
    if (work !== undefined) return work;
  }
  return undefined;
}

function longOperation(context: RuleContext, step: Step, operation: Operation): LongWork | undefined {
  switch (operation.kind) {
    case 'create index':
      return operation.index.concurrently && isInUse(context, step, operation.index.table)
        ? { what: 'This build', left: `leaves ${operation.index.name ?? 'an index'} behind as an invalid index`, waits: true }
        : undefined;
    case 'reindex': {
      if (!operation.concurrently) return undefined;
      const owner = operation.targetKind === 'index' ? findIndex(step.before, operation.target)?.owner : operation.target;
      return owner === undefined || isInUse(context, step, owner)
        ? { what: 'This build', left: 'leaves an invalid index with the end _ccnew behind', waits: true }
        : undefined;
    }
    case 'detach partition':
      return operation.concurrently
        ? { what: 'This', left: `leaves ${operation.partition.name} half detached until somebody says FINALIZE`, waits: true }
        : undefined;
    case 'validate constraint':
      return isInUse(context, step, operation.table)
        ? {
            what: `Reading all rows of ${operation.table.name}`,
            left: 'is for nothing, and on a table that takes longer the constraint is never valid',
            waits: false,
          }
        : undefined;
    default:
      return undefined;
  }
}

/** An earlier statement drops what a failed attempt left of this index. */
function isCleared({ steps }: RuleContext, step: Step): boolean {
  const names = step.statement.operations.flatMap((operation) => (operation.kind === 'create index' ? (operation.index.name ?? []) : []));
  return steps.some(
    ({ statement }) =>
      statement.index < step.statement.index &&
      statement.operations.some(
        (operation) =>
          operation.kind === 'drop object' &&
          operation.objectKind === 'index' &&
          operation.objects.some(({ name }) => names.includes(name)),
      ),
  );
}

function violation(context: RuleContext, step: Step, work: LongWork, found: readonly NamedTimeout[]): Violation {
  const timeouts = found.map(({ name, written }) => `${name} of ${written}`).join(' and the ');
  const fix = unbounded(context, step, found);
  return {
    range: headRange(context, step.statement),
    message: `${work.what} takes as long as the table is large, and the ${timeouts} ${found.length === 1 ? 'breaks' : 'break'} it off in the middle: that ${work.left}.`,
    help: `Set ${found.map(({ name }) => name).join(' and ')} to 0 before it, and again to what it was behind it.`,
    fixes: fix === undefined ? [] : [fix],
  };
}

function unbounded(context: RuleContext, step: Step, found: readonly NamedTimeout[]): Fix | undefined {
  if (!step.inTransaction && !takesSeveralOutside(context)) return undefined;
  const local = step.inTransaction ? 'LOCAL ' : '';
  const { span, index } = step.statement;
  const indent = indentation(context, span.start);
  const before = found.map(({ name }) => `SET ${local}${name} = 0;\n${indent}`).join('');
  // Behind the last statement there is nothing to set it for, unless the framework goes on to the next migration in the same session.
  const last = context.steps.at(-1)?.statement.index === index && (step.inTransaction || context.framework.name === 'sql');
  const behind = found.map(({ name, written }) => `\n${indent}SET ${local}${name} = ${written};`).join('');
  return {
    title: 'Set no timeout for this statement',
    safe: true,
    edits: [insertAt(context, span.start, before), ...(last ? [] : [insertBehind(context, span, behind)])],
  };
}
