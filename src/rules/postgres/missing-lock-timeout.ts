import type { Operation } from '../../model/operation';
import type { PlannedLock } from '../../model/plan';
import { headRange, type RuleContext, type Step } from '../context';
import { lockEnd } from '../phrases';
import type { Rule, Violation } from '../rule';
import { blockingLock } from './blocking-lock';
import { isSetForSessions, setTimeout, standsAlone, usesLocal } from './set-timeout';

export const missingLockTimeout: Rule = {
  id: 'missing-lock-timeout',
  title: 'Blocking lock without a lock_timeout',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `A statement that needs a strong lock waits behind every transaction that uses the table, be it an idle one that somebody forgot. While it waits, everything that
comes after it on that table waits too, even plain reads: one ALTER TABLE that does nothing yet can stop an application. PostgreSQL's default is to wait without end.

Set lock_timeout, so that the statement gives up after some seconds and can be tried again at a better moment: SET LOCAL inside a transaction, where it ends with it; SET outside of one,
where SET LOCAL has no effect. Don't let it reach a CREATE INDEX CONCURRENTLY, where giving up leaves an invalid index.

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
    if (isSetForSessions(context, 'lock_timeout')) return [];
    let session = false;
    let localTo: Step['transaction'] | undefined;
    for (const step of context.steps) {
      for (const operation of step.statement.operations) {
        const set = timeoutSetting(step, operation);
        if (set === undefined) continue;
        if (set === 'off') session = false;
        else if (set === 'session') session = true;
        else if (set === 'local' && step.inTransaction) localTo = step.transaction;
      }
      if (session || localTo === step.transaction) continue;
      const lock = standsAlone(context, step) || setsForItself(step) ? undefined : blockingLock(context, step);
      if (lock !== undefined) return [violation(context, step, lock)];
    }
    return [];
  },
};

/** A block can do so. */
function setsForItself({ statement }: Step): boolean {
  return statement.operations.some((operation) => operation.kind === 'do block' && operation.body.includes('lock_timeout'));
}

function timeoutSetting(step: Step, operation: Operation): 'session' | 'local' | 'off' | undefined {
  if (operation.kind === 'set' && operation.name.toLowerCase() === 'lock_timeout') {
    const value = (operation.value ?? '').replaceAll(/['"\s]/g, '').toLowerCase();
    if (value === '' || value === 'default' || /^0(ms|s|min|h|d)?$/.test(value)) return 'off';
    return operation.local ? 'local' : 'session';
  }
  const isCall = operation.kind === 'select' && operation.functions.some((name) => name.endsWith('set_config'));
  return isCall && step.statement.text.includes('lock_timeout') ? 'session' : undefined;
}

function violation(context: RuleContext, step: Step, lock: PlannedLock): Violation {
  const stops = lock.mode === 'ACCESS EXCLUSIVE' ? 'reads and writes' : 'writes';
  return {
    range: headRange(context, step.statement),
    message: `This takes ${lock.mode} on ${lock.relation} ${lockEnd(context, step)}, and waits for it without end: behind one long transaction it makes all ${stops} of ${lock.relation} queue up.`,
    help: `Set a lock_timeout of some seconds before it (${usesLocal(context, step) ? 'SET LOCAL: it ends with the transaction' : 'SET: there is no transaction for SET LOCAL'}), and try again when it strikes.`,
    // A timeout undoes a whole transaction; outside of one it can leave the first half.
    fixes: [
      setTimeout(
        context,
        step,
        { name: 'lock_timeout', value: '5s', spares: (later) => !later.planned.transactional },
        usesLocal(context, step) || context.plan.statements.length === 1,
      ),
    ],
  };
}
