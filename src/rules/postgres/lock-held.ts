import { isInUse, operationRange, operationsOf, type RuleContext, shownName } from '../context';
import { lockEnd } from '../phrases';
import type { Rule, Violation } from '../rule';

export const lockHeld: Rule = {
  id: 'lock-held',
  title: 'Lock that the migration takes by hand',
  severity: 'info',
  engines: ['postgres'],
  explanation: `LOCK TABLE without a mode takes ACCESS EXCLUSIVE, which stops reads too, and any mode is held to the end of the transaction: there is no UNLOCK TABLE.

pg_advisory_lock is held to the end of the session, whatever becomes of the transaction. Through a connection pooler, or where the tool keeps its connection for the next migration, that is much later than the migration.

Take the weakest mode that does (SHARE ROW EXCLUSIVE keeps others from writing, and lets them read), late, with a lock_timeout. Use pg_advisory_xact_lock, or release the lock with pg_advisory_unlock.

Silent for tables that the same migration creates, and for advisory locks that it releases.`,
  bad: [
    {
      title: 'LOCK TABLE',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint);\n' },
        { path: 'V2__l.sql', text: "SET LOCAL lock_timeout = '2s';\nLOCK TABLE t;\nUPDATE t SET id = id WHERE id = 1;\n" },
      ],
      findings: [{ at: 'LOCK TABLE t', says: 'ACCESS EXCLUSIVE' }],
    },
    {
      title: 'An advisory lock of the session',
      framework: 'goose',
      files: [{ path: '00001_l.sql', text: '-- +goose Up\nSELECT pg_advisory_lock(42);\n\n-- +goose Down\nSELECT 1;\n' }],
      findings: [{ at: 'SELECT pg_advisory_lock(42)', says: 'session' }],
    },
  ],
  good: [
    {
      title: 'Released in a block',
      framework: 'goose',
      files: [
        {
          path: '00001_l.sql',
          text: '-- +goose Up\n-- +goose StatementBegin\nDO $$ BEGIN PERFORM pg_advisory_lock(42); PERFORM pg_advisory_unlock(42); END $$;\n-- +goose StatementEnd\n\n-- +goose Down\nSELECT 1;\n',
        },
      ],
    },
    {
      title: 'Released, or bound to the transaction',
      framework: 'sql',
      files: [
        {
          path: '0001_l.sql',
          text: 'SELECT pg_advisory_lock(42);\nSELECT pg_advisory_unlock(42);\nBEGIN;\nSELECT pg_advisory_xact_lock(7);\nCOMMIT;\n',
        },
      ],
    },
    {
      title: 'A table of the same migration, and a mode that stops nobody',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint);\nLOCK TABLE t;\n' },
        { path: 'V2__l.sql', text: 'LOCK TABLE t IN ROW SHARE MODE;\n' },
      ],
    },
  ],
  check: (context) => [...tableLocks(context), ...advisoryLocks(context)],
};

/** Modes that let every read and write through (manual, "Explicit Locking", table 13.2). */
const harmless = new Set(['ACCESS SHARE', 'ROW SHARE', 'ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE']);

function tableLocks(context: RuleContext): Violation[] {
  return operationsOf(context, 'lock table').flatMap(({ step, operation }) => {
    const used = operation.tables.filter((table) => isInUse(context, step, table));
    if (used.length === 0 || harmless.has(operation.mode)) return [];
    const stops = operation.mode === 'ACCESS EXCLUSIVE' ? 'nobody reads or writes' : 'nobody writes';
    return [
      {
        range: operationRange(context, step.statement, operation),
        message: `LOCK TABLE takes ${operation.mode} on ${used.map(shownName).join(', ')}: ${stops} ${used.length > 1 ? 'them' : 'it'} ${lockEnd(context, step)}.`,
        help: 'Take the weakest mode that does, as late as possible, with a lock_timeout before it.',
        fixes: [],
      },
    ];
  });
}

function advisoryLocks(context: RuleContext): Violation[] {
  const calls = operationsOf(context, 'select');
  const calling = (pattern: RegExp) => calls.filter(({ operation }) => operation.functions.some((name) => pattern.test(name)));
  if (calling(/(^|\.)pg_advisory_unlock/).length > 0) return [];
  return calling(/(^|\.)pg_(try_)?advisory_lock/).map(({ step, operation }) => ({
    range: operationRange(context, step.statement, operation),
    message:
      'The advisory lock is held to the end of the session, which may be that of the next migrations or of a pooled connection: nothing releases it.',
    help: 'Use pg_advisory_xact_lock in a transaction, or release it with pg_advisory_unlock.',
    fixes: [],
  }));
}
