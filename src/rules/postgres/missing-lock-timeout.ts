import type { Fix } from '../../model/finding';
import type { PlannedLock } from '../../model/plan';
import { headRange, type RuleContext, type Step } from '../context';
import { lockEnd } from '../phrases';
import type { Rule, Violation } from '../rule';
import { setTimeout, usesLocal } from './set-timeout';
import { isAskedForTogether, unboundedWait } from './unbounded-wait';
import { setStatementTimeout, unboundedWork } from './unbounded-work';

export const missingLockTimeout: Rule = {
  id: 'missing-lock-timeout',
  title: 'Blocking lock without a lock_timeout',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `A statement that needs a strong lock waits behind every transaction that uses the table, be it an idle one that somebody forgot. While it waits, everything that
comes after it on that table waits too, even plain reads: one ALTER TABLE that does nothing yet can stop an application. PostgreSQL's default is to wait without end.

Set lock_timeout, so that the statement gives up after some seconds and can be tried again at a better moment: SET LOCAL inside a transaction, where it ends with it; SET outside of one,
where SET LOCAL has no effect. Don't let it reach a CREATE INDEX CONCURRENTLY, where giving up leaves an invalid index.

Where the statement then works under its lock for as long as the table is large, set statement_timeout with it (missing-statement-timeout).

Reported once per program, at its first such statement; a DO block counts with what it contains. Silent for tables that the same migration creates, and where a migration of the folder sets
lock_timeout for a role or the database.`,
  bad: [
    {
      title: 'In a transaction',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: 'V2__c.sql', text: 'ALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ADD COLUMN b int;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN a int', says: 'ACCESS EXCLUSIVE' }],
      fixed: [
        {
          path: 'V2__c.sql',
          text: "SET LOCAL lock_timeout = '5s';\nALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ADD COLUMN b int;\n",
        },
      ],
    },
    {
      title: 'Outside of one',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: '0002_c.sql', text: '-- a column\nALTER TABLE users ADD COLUMN a int;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN a int', says: 'users' }],
      fixed: [{ path: '0002_c.sql', text: "-- a column\nSET lock_timeout = '5s';\nALTER TABLE users ADD COLUMN a int;\n" }],
    },
    {
      title: 'A single statement of golang-migrate becomes one transaction with it',
      framework: 'golang-migrate',
      files: [
        { path: '0001_t.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: '0002_c.up.sql', text: 'ALTER TABLE users ADD COLUMN a int;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN a int', says: 'users' }],
      fixed: [{ path: '0002_c.up.sql', text: "SET LOCAL lock_timeout = '5s';\nALTER TABLE users ADD COLUMN a int;\n" }],
    },
    {
      title: 'Neither the wait nor the work has an end: both timeouts',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: '0002_c.sql',
          text: 'CREATE INDEX IF NOT EXISTS users_a ON users (a);\nCREATE INDEX CONCURRENTLY IF NOT EXISTS users_ab ON users (a, id);\n',
        },
      ],
      findings: [{ at: 'CREATE INDEX IF NOT EXISTS users_a ON users (a)', says: 'nothing bounds how long it takes, either' }],
      fixed: [
        {
          path: '0002_c.sql',
          text: "SET lock_timeout = '5s';\nSET statement_timeout = '30s';\nCREATE INDEX IF NOT EXISTS users_a ON users (a);\nRESET lock_timeout;\nRESET statement_timeout;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS users_ab ON users (a, id);\n",
        },
      ],
    },
    {
      title: 'The work is that of a later statement, under the same lock',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        { path: 'V2__c.sql', text: 'ALTER TABLE users ADD COLUMN b int;\nUPDATE users SET b = a;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN b int', says: 'nothing bounds how long statement 2 takes, either' }],
      fixed: [
        {
          path: 'V2__c.sql',
          text: "SET LOCAL lock_timeout = '5s';\nSET LOCAL statement_timeout = '30s';\nALTER TABLE users ADD COLUMN b int;\nUPDATE users SET b = a;\n",
        },
      ],
    },
    {
      title: 'In a DO block, which is one statement',
      framework: 'goose',
      majors: [12, 18],
      files: [
        { path: '00001_t.sql', text: '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY);\n\n-- +goose Down\nDROP TABLE users;\n' },
        {
          path: '00002_c.sql',
          text: "-- +goose Up\n-- +goose StatementBegin\nDO $$\nBEGIN\n  IF current_user <> 'nobody' THEN\n    ALTER TABLE users ADD COLUMN a int;\n  END IF;\nEND $$;\n-- +goose StatementEnd\n\n-- +goose Down\nSELECT 1;\n",
        },
      ],
      findings: [{ at: 'DO $$', says: 'ACCESS EXCLUSIVE on users until goose' }],
      fixed: [
        {
          path: '00002_c.sql',
          text: "-- +goose Up\nSET LOCAL lock_timeout = '5s';\n-- +goose StatementBegin\nDO $$\nBEGIN\n  IF current_user <> 'nobody' THEN\n    ALTER TABLE users ADD COLUMN a int;\n  END IF;\nEND $$;\n-- +goose StatementEnd\n\n-- +goose Down\nSELECT 1;\n",
        },
      ],
    },
    {
      title: 'Not for the concurrent build behind it',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: '0002_c.sql', text: 'ALTER TABLE users ADD COLUMN IF NOT EXISTS a int;\nCREATE INDEX CONCURRENTLY i ON users (a);\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN IF NOT EXISTS a int', says: 'users' }],
      fixed: [
        {
          path: '0002_c.sql',
          text: "SET lock_timeout = '5s';\nALTER TABLE users ADD COLUMN IF NOT EXISTS a int;\nRESET lock_timeout;\nCREATE INDEX CONCURRENTLY i ON users (a);\n",
        },
      ],
    },
  ],
  good: [
    {
      title: 'It is set',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: 'V2__c.sql', text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN a int;\n" },
        { path: 'V3__c.sql', text: 'SET lock_timeout TO 2000;\nALTER TABLE users ADD COLUMN b int;\n' },
        { path: 'V4__c.sql', text: "SELECT set_config('lock_timeout', '2s', true);\nALTER TABLE users ADD COLUMN c int;\n" },
      ],
    },
    {
      title: 'A block that sets it, or changes only what it makes',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        {
          path: 'V2__c.sql',
          text: "DO $$\nBEGIN\n  SET LOCAL lock_timeout = '2s';\n  ALTER TABLE users ADD COLUMN a int;\nEND $$;\n",
        },
        {
          path: 'V3__n.sql',
          text: 'DO $$\nBEGIN\n  CREATE TABLE n (a int);\n  ALTER TABLE n ADD COLUMN b int;\n  UPDATE users SET a = 1 WHERE id = 1;\nEND $$;\n',
        },
      ],
    },
    {
      title: 'Set by a callback of Flyway, on the same connection',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: 'V2__c.sql', text: 'ALTER TABLE users ADD COLUMN a int;\n' },
        { path: 'beforeEachMigrate__timeouts.sql', text: "SET LOCAL lock_timeout = '2s';\n" },
      ],
      path: 'V2__c.sql',
    },
    {
      title: 'Set by Flyway for each connection',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: 'V2__c.sql', text: 'ALTER TABLE users ADD COLUMN a int;\n' },
        { path: 'flyway.toml', text: '[flyway]\ninitSql = "SET lock_timeout = 2000"\n' },
      ],
      path: 'V2__c.sql',
    },
    {
      title: 'Set for the role or the database',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: "CREATE TABLE users (id bigint PRIMARY KEY);\nALTER ROLE CURRENT_USER SET lock_timeout = '3s';\n" },
        { path: 'V2__c.sql', text: 'ALTER TABLE users ADD COLUMN a int;\n' },
      ],
    },
    {
      title: 'A rollback that drops what its migration made',
      framework: 'dbmate',
      files: [
        { path: '1_t.sql', text: '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY);\n\n-- migrate:down\nDROP TABLE users;\n' },
      ],
    },
    {
      title: 'New tables, and work that blocks nobody',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nALTER TABLE users ADD COLUMN a int;\nCREATE INDEX ON users (a);\n',
        },
        {
          path: '0002_c.sql',
          text: 'CREATE INDEX CONCURRENTLY i ON users (a);\nINSERT INTO users VALUES (1, 2);\nCREATE VIEW v AS SELECT 1;\n',
        },
      ],
    },
  ],
  check: (context) => {
    const wait = unboundedWait(context);
    return wait === undefined || context.program.implied ? [] : [violation(context, wait.step, wait.lock)];
  },
};

function violation(context: RuleContext, step: Step, lock: PlannedLock): Violation {
  const stops = lock.mode === 'ACCESS EXCLUSIVE' ? 'reads and writes' : 'writes';
  const work = unboundedWork(context)?.step;
  const isLong = work !== undefined && isAskedForTogether(step, work);
  const how = usesLocal(context, step) ? 'SET LOCAL: it ends with the transaction' : 'SET: there is no transaction for SET LOCAL';
  const behind = isLong
    ? ` Once it has it, nothing bounds how long ${work === step ? 'it' : `statement ${work.statement.index}`} takes, either.`
    : '';
  return {
    range: headRange(context, step.statement),
    message: `This takes ${lock.mode} on ${lock.relation} ${lockEnd(context, step)}, and waits for it without end: behind one long transaction it makes all ${stops} of ${lock.relation} queue up.${behind}`,
    help: isLong
      ? `Set a lock_timeout of some seconds and a statement_timeout of what the application can stand before it (${how}), and try again when one strikes.`
      : `Set a lock_timeout of some seconds before it (${how}), and try again when it strikes.`,
    fixes: isLong ? [setBoth(context, step), setLockTimeout(context, step)] : [setLockTimeout(context, step)],
  };
}

function setLockTimeout(context: RuleContext, step: Step): Fix {
  return setTimeout(
    context,
    step,
    { name: 'lock_timeout', value: '5s', spares: (later) => !later.planned.transactional },
    // A timeout undoes a whole transaction; outside of one it can leave the first half.
    usesLocal(context, step) || context.plan.statements.length === 1,
  );
}

/** How long the work may take is for people to say, so it is not applied unasked. */
function setBoth(context: RuleContext, step: Step): Fix {
  const edits = [...setLockTimeout(context, step).edits, ...setStatementTimeout(context, step).edits];
  return { title: 'Set a lock_timeout and a statement_timeout', safe: false, edits };
}
