import { headRange, type RuleContext } from '../context';
import { lockEnd } from '../phrases';
import type { Rule, Violation } from '../rule';
import { missingLockTimeout } from './missing-lock-timeout';
import { isAskedForTogether, unboundedWait } from './unbounded-wait';
import { setStatementTimeout, type UnboundedWork, unboundedWork } from './unbounded-work';

export const missingStatementTimeout: Rule = {
  id: 'missing-statement-timeout',
  title: 'Long work under a lock without a statement_timeout',
  severity: 'info',
  engines: ['postgres'],
  explanation: `Some statements read, build or write a whole table while nobody else can write it, or even read it. lock_timeout bounds how long they wait for their lock, not how long they keep it: on
a table that turned out larger than thought, the application stands still until somebody finds the session and ends it.

Where there is a way that does not hold the lock, another rule says so, and that is the better answer. Where it is meant to be done like this, set statement_timeout to what the application can
stand: the server then ends the statement and lets everybody go on, and the migration can be tried another way. SET LOCAL inside a transaction; SET outside of one, and RESET before work that takes its time
without blocking anybody, such as CREATE INDEX CONCURRENTLY and VALIDATE CONSTRAINT.

Reported once per program, at its first such statement. Silent where missing-lock-timeout, unless it is off, speaks of that transaction, and asks for both; in rollbacks, where the program says anything of statement_timeout or transaction_timeout, or a migration of the folder sets one for a role or the database; for changes
of the catalog alone, which take no time; for tables that the same migration creates.`,
  bad: [
    {
      title: 'An index built under its lock',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: 'V2__i.sql',
          text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN b int;\nCREATE INDEX users_a ON users (a);\nALTER TABLE users ALTER COLUMN a TYPE bigint;\n",
        },
      ],
      findings: [{ at: 'CREATE INDEX users_a ON users (a)', says: 'ACCESS EXCLUSIVE on users, taken by statement 2' }],
      fixed: [
        {
          path: 'V2__i.sql',
          text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN b int;\nSET LOCAL statement_timeout = '30s';\nCREATE INDEX users_a ON users (a);\nALTER TABLE users ALTER COLUMN a TYPE bigint;\n",
        },
      ],
    },
    {
      title: 'Outside of a transaction: set back before work that takes its time',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: '0002_n.sql',
          text: "SET lock_timeout = '2s';\nALTER TABLE users ALTER COLUMN a SET NOT NULL;\nALTER TABLE users DROP CONSTRAINT IF EXISTS c;\nALTER TABLE users ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT c;\n",
        },
      ],
      findings: [{ at: 'ALTER TABLE users ALTER COLUMN a SET NOT NULL', says: 'until the statement ends' }],
      fixed: [
        {
          path: '0002_n.sql',
          text: "SET lock_timeout = '2s';\nSET statement_timeout = '30s';\nALTER TABLE users ALTER COLUMN a SET NOT NULL;\nALTER TABLE users DROP CONSTRAINT IF EXISTS c;\nALTER TABLE users ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\nRESET statement_timeout;\nALTER TABLE users VALIDATE CONSTRAINT c;\n",
        },
      ],
    },
    {
      title: 'Rows written while the lock of an earlier statement is held, in one request',
      framework: 'golang-migrate',
      majors: [12, 18],
      files: [
        { path: '0001_t.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: '0002_b.up.sql',
          text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN b int;\nUPDATE users SET b = a;\n",
        },
      ],
      findings: [{ at: 'UPDATE users SET b = a', says: 'ACCESS EXCLUSIVE on users' }],
      fixed: [
        {
          path: '0002_b.up.sql',
          text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN b int;\nSET LOCAL statement_timeout = '30s';\nUPDATE users SET b = a;\n",
        },
      ],
    },
  ],
  good: [
    {
      title: 'Neither is set: missing-lock-timeout asks for both',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        { path: 'V2__i.sql', text: 'CREATE INDEX users_a ON users (a);\n' },
        { path: 'V3__b.sql', text: 'ALTER TABLE users ADD COLUMN b int;\nUPDATE users SET b = a;\n' },
      ],
    },
    {
      title: 'It is set, or said not to be wanted; or the whole transaction has an end',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int, b int);\n' },
        { path: 'V2__i.sql', text: "SET LOCAL statement_timeout = '1min';\nCREATE INDEX users_a ON users (a);\n" },
        { path: 'V3__i.sql', text: 'SET LOCAL statement_timeout = 0;\nCREATE INDEX users_b ON users (b);\n' },
        { path: 'V4__i.sql', text: "SELECT set_config('statement_timeout', '9s', true);\nCREATE INDEX users_ab ON users (a, b);\n" },
        { path: 'V5__i.sql', text: "SET LOCAL transaction_timeout = '1min';\nCREATE INDEX users_ba ON users (b, a);\n" },
      ],
      majors: [17, 18],
    },
    {
      title: 'Set for the role or the database',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE users (id bigint PRIMARY KEY, a int);\nALTER ROLE CURRENT_USER SET statement_timeout = '1min';\n",
        },
        { path: 'V2__i.sql', text: 'CREATE INDEX users_a ON users (a);\n' },
      ],
    },
    {
      title: 'Changes of the catalog, work beside others, new tables, rows by their keys',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\nCREATE INDEX ON users (id);\n' },
        {
          path: '0002_c.sql',
          text: "BEGIN;\nSET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN b int DEFAULT 1;\nALTER TABLE users ADD CONSTRAINT c CHECK (b > 0) NOT VALID;\nUPDATE users SET b = 2 WHERE id = 7;\nINSERT INTO users VALUES (1, 2, 3) ON CONFLICT DO NOTHING;\nCOMMIT;\n",
        },
        { path: '0003_v.sql', text: 'ALTER TABLE users VALIDATE CONSTRAINT c;\nCREATE INDEX CONCURRENTLY users_b ON users (b);\n' },
      ],
    },
  ],
  check: (context) => {
    const work = unboundedWork(context);
    // Where the wait for the lock has no end either, missing-lock-timeout asks for both at once.
    const wait = work === undefined || context.rulesOff.has(missingLockTimeout.id) ? undefined : unboundedWait(context)?.step;
    return work === undefined || (wait !== undefined && isAskedForTogether(wait, work.step)) ? [] : [violation(context, work)];
  },
};

function violation(context: RuleContext, { step, held }: UnboundedWork): Violation {
  const { lock } = held;
  const stops = lock.mode === 'ACCESS EXCLUSIVE' ? 'reads nor writes' : 'writes';
  const taken = held.step === step ? '' : `, taken by statement ${held.step.statement.index},`;
  return {
    range: headRange(context, step.statement),
    message: `This takes as long as the table is large, and nobody ${stops} ${lock.relation} meanwhile: ${lock.mode} on ${lock.relation}${taken} is held ${lockEnd(context, step)}. Nothing bounds that.`,
    help: 'If there is no way without the lock, set a statement_timeout of as many seconds as the application can stand: the server then gives up, and everybody goes on.',
    fixes: [setStatementTimeout(context, step)],
  };
}
