import type { RecoveryStep, SessionLeft } from '../../model/simulation';
import { lockModeLabel } from '../../model/words';
import { mysqlWords } from '../../rollback/dialect';
import { sqlStep } from '../situation';

const { quoteLiteral } = mysqlWords;

/** Shows who is open, what they hold and wait for. MariaDB shows metadata locks where performance_schema is on. */
export const sessionQuery = `SELECT t.PROCESSLIST_ID, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME, x.trx_started, m.OBJECT_NAME, m.LOCK_TYPE, m.LOCK_STATUS, t.PROCESSLIST_INFO
FROM performance_schema.threads t LEFT JOIN performance_schema.metadata_locks m ON m.OWNER_THREAD_ID = t.THREAD_ID AND m.OBJECT_TYPE = 'TABLE'
LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = t.PROCESSLIST_ID
WHERE t.PROCESSLIST_DB = DATABASE() AND t.PROCESSLIST_ID <> CONNECTION_ID()
ORDER BY x.trx_started;`;

export const noSessionQuery =
  "SELECT count(*) FROM information_schema.INNODB_TRX x JOIN information_schema.PROCESSLIST p ON p.ID = x.trx_mysql_thread_id WHERE p.DB = DATABASE() AND p.COMMAND = 'Sleep' AND p.ID <> CONNECTION_ID()";

export const preparedQuery = 'XA RECOVER;';

/**
 * Ends sessions by what they hold or wait for, as an operator finds them who does not know their numbers. A KILL takes a number and no query, so
 * it is prepared.
 */
export function endSessions(sessions: readonly SessionLeft[]): RecoveryStep[] {
  return sessions
    .map((session) => (session.preparedTransaction === undefined ? endStep(session) : rollBackPrepared(session)))
    .map((step) => ({ ...step, concerns: 'sessions' as const }));
}

function rollBackPrepared({ preparedTransaction = '', locks }: SessionLeft): RecoveryStep {
  return sqlStep(
    `Roll back the prepared XA transaction ${preparedTransaction}`,
    `Nobody will end it: ${whatIsHeld(locks)}. XA COMMIT would keep its work instead: then go on with the statement behind it.`,
    `XA ROLLBACK ${preparedTransaction}`,
  );
}

function endStep(session: SessionLeft): RecoveryStep {
  const executing = session.state === 'active';
  const blockers = (session.blockedBy ?? []).map(({ pid, application }) => `${application || 'session'} ${pid}`);
  const because = executing
    ? blockers.length === 0
      ? `Its client is gone and the server executes on: ${whatIsHeld(session.locks)}. A statement of DDL that is killed undoes itself; rows that were changed are changed back first, which takes as long again.`
      : `It waits for ${blockers.join(', ')}, and whoever comes after it waits for it: ending it frees them, whatever becomes of the other. lock_wait_timeout would be a year.`
    : `The client is gone, but the server does not know: ${whatIsHeld(session.locks)}. Its open transaction is rolled back.`;
  const text = [
    `SET @session = (${sessionOf(session)});`,
    "SET @kill = IF(@session IS NULL, 'DO 0', CONCAT('KILL CONNECTION ', @session));",
    'PREPARE ending FROM @kill; EXECUTE ending; DEALLOCATE PREPARE ending;',
    ...[0.2, 1, 5].map(
      (seconds) => `DO SLEEP(IF(EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = @session), ${seconds}, 0));`,
    ),
  ].join('\n');
  const why = holdsNamedLock(session) ? `${because} ${elsewhere}` : because;
  return sqlStep(executing ? 'Kill what the migration still executes' : 'End the session that the migration left open', why, text);
}

function whatIsHeld(locks: SessionLeft['locks']): string {
  const held = [...new Set(locks.filter(isGranted).map((lock) => `${lockModeLabel(lock.mode)} on ${lock.relation}`))];
  return held.length === 0 ? 'nobody will end its transaction' : `it holds ${held.join(', ')}, and others wait for that`;
}

const isGranted = (lock: SessionLeft['locks'][number]) => !lock.mode.endsWith('(waiting)');

/** Flyway, golang-migrate and sqlx make the name of their lock from the database's, so that it is another one on each. */
const elsewhere =
  "The tool may make the lock's name from the database's: where it is another one, take it from performance_schema.metadata_locks, OBJECT_TYPE 'USER LEVEL LOCK' (MySQL), or look for the session in SHOW PROCESSLIST.";

function holdsNamedLock({ locks }: SessionLeft): boolean {
  return locks.some((lock) => lock.relation.startsWith('named lock ') && isGranted(lock));
}

/** A query for the number of the session: by a named lock, by a lock on a table, by one that it waits for, or by its transaction. */
function sessionOf(session: SessionLeft): string {
  const command = session.state === 'active' ? "<> 'Sleep'" : "= 'Sleep'";
  const own = `t.PROCESSLIST_ID <> CONNECTION_ID() AND t.PROCESSLIST_COMMAND ${command}`;
  const named = session.locks.find(({ relation }) => relation.startsWith('named lock '));
  if (named !== undefined && isGranted(named)) return `SELECT IS_USED_LOCK(${quoteLiteral(named.relation.slice('named lock '.length))})`;
  const table = session.locks.find((lock) => isTable(lock) && isGranted(lock)) ?? session.locks.find(isTable);
  if (table !== undefined) {
    const mode = table.mode.replace(/ \(waiting\)$/, '');
    const status = isGranted(table) ? 'GRANTED' : 'PENDING';
    return `SELECT t.PROCESSLIST_ID FROM performance_schema.threads t JOIN performance_schema.metadata_locks m ON m.OWNER_THREAD_ID = t.THREAD_ID
  WHERE ${own} AND m.OBJECT_SCHEMA = DATABASE() AND m.OBJECT_NAME = ${quoteLiteral(table.relation)} AND m.LOCK_TYPE = ${quoteLiteral(mode)} AND m.LOCK_STATUS = '${status}' LIMIT 1`;
  }
  return `SELECT t.PROCESSLIST_ID FROM performance_schema.threads t JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = t.PROCESSLIST_ID
  WHERE ${own} AND t.PROCESSLIST_DB = DATABASE() ORDER BY x.trx_started LIMIT 1`;
}

/** A metadata lock on a table of the database; locks on rows say how many. */
function isTable({ relation, mode }: SessionLeft['locks'][number]): boolean {
  return relation !== 'rows' && !/^(named lock |\w+\.)/.test(relation) && / on \d+ rows?$/.exec(mode) === null;
}
