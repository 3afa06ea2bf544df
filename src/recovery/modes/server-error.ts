import { defaultEngine, type Engine, isMysqlFamily } from '../../model/engine';
import type { CellResult, RecoveryMode, RecoveryStep } from '../../model/simulation';
import { textStep } from '../situation';
import { mongodbErrors } from './mongodb/server-errors';
import { mysqlErrors } from './mysql/server-errors';

/** One kind of error that undoes what it strikes, and what has to be done before the statements run again. */
export interface ErrorKind {
  readonly name: string;
  readonly codes: readonly string[];
  readonly detail: string;
  readonly query: string;
  readonly step: RecoveryStep;
}

/** Errors that undo what they strike, all of the transaction with it: there is nothing to repair, only a cause to remove before the retry. */
const postgresErrors: readonly ErrorKind[] = [
  {
    name: 'disk full',
    codes: ['53100'],
    detail: 'The statement is undone. What a concurrent build or an earlier transaction had finished stays, and takes space.',
    query:
      'SELECT spcname, pg_size_pretty(pg_tablespace_size(oid)) FROM pg_tablespace; SELECT pg_size_pretty(pg_database_size(current_database()));',
    step: textStep(
      'Free space before anything else',
      'What is run again needs the space that was missing: an index build or a rewrite as much as the finished object, a sort of work files beside.',
      "SELECT c.oid::regclass, pg_size_pretty(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relkind IN ('r', 'm') ORDER BY pg_total_relation_size(c.oid) DESC LIMIT 20;\nSELECT slot_name, active, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) FROM pg_replication_slots;\nNever delete files of pg_wal by hand.",
    ),
  },
  {
    name: 'deadlock or serialization failure',
    codes: ['40P01', '40001'],
    detail: 'The server ended the whole transaction of the migration, so that another could go on. Nothing of it stays.',
    query: 'SELECT datname, deadlocks FROM pg_stat_database WHERE datname = current_database();',
    step: textStep(
      'Run it again, with its locks in one order',
      'The other transaction has ended by then. It happens again if both take the same locks in another order.',
      'Take the locks at once at the beginning: LOCK TABLE a, b IN ... MODE; and repeat on 40P01 and 40001, a few times with a pause.',
    ),
  },
  {
    name: 'lock not given in time',
    codes: ['55P03'],
    detail: 'Another session held a lock that the statement needed. The statement is undone; a concurrent build leaves its invalid index.',
    query: "SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE wait_event_type = 'Lock';",
    step: textStep(
      'Find out who holds the lock, then run it again',
      'A short lock_timeout with a few attempts keeps the queue behind it short.',
      "SELECT a.pid, a.state, a.xact_start, a.query FROM pg_stat_activity a WHERE a.state LIKE 'idle in transaction%' ORDER BY a.xact_start;\nSET lock_timeout = '2s'; and repeat with a pause.",
    ),
  },
  {
    name: 'statement cancelled',
    codes: ['57014'],
    detail: 'statement_timeout or somebody cancelled it. The statement is undone; batches that had committed stay.',
    query: 'SHOW statement_timeout;',
    step: textStep(
      'Give it the time that it needs, or less to do at once',
      'It ends the same way again otherwise.',
      'SET statement_timeout = 0; for this session, or do the rows in batches that commit.',
    ),
  },
];

/**
 * What an error asks for before the statements run again, and the mode that it is. Not one of the registry: states do not show it, and equal
 * states share their plans whatever error left them.
 */
export function adviceOn(
  error: CellResult['error'],
  engine: Engine = defaultEngine,
): { readonly mode: RecoveryMode; readonly step: RecoveryStep } | undefined {
  const kind = errorsOf(engine).find(({ codes }) => codes.includes(error?.code ?? ''));
  if (kind === undefined || error === undefined) return undefined;
  const { name, detail, query, step } = kind;
  return { mode: { name, object: engine.name === 'postgres' ? `SQLSTATE ${error.code}` : `error ${error.code}`, detail, query }, step };
}

function errorsOf(engine: Engine): readonly ErrorKind[] {
  if (engine.name === 'mongodb') return mongodbErrors;
  return isMysqlFamily(engine) ? mysqlErrors : postgresErrors;
}
