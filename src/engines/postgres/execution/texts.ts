import type { Statement } from '../../../model/migration';
import type { ExtendedOrder, RequestOrder } from '../../../wire/postgres/handlers';

/** What a statement raises that is refused on purpose: a class of codes that no server uses. */
const refusalCode = 'FL001';
const refusalMessage = 'Faultline: statement refused on purpose';

/** The advisory lock that a gate waits for; "faultlin" in ASCII. Advisory locks are apart for each database. */
export const gateKey = '7377306773279762798';

/** What the server says when it has come to a gate, or to a mark. INFO is sent at once and whatever client_min_messages is. */
export const gateNotice = 'Faultline: gate';
export const markNotice = 'Faultline: mark';

/**
 * Waits until the advisory lock is free. Timeouts that the migration has set would end the waiting: statement_timeout strikes once for a
 * statement and lock_timeout once for a lock, so the loop waits again. A timeout may fire although the lock was granted at that moment, so
 * it is a lock of the subtransaction, given back by ending that with an error in either case. A transaction_timeout (since 17) would end the
 * session, so it is lifted for as long as the gate is closed.
 */
export function gateText(key: string, notice: string): string {
  return `DO $faultline$
DECLARE own text := pg_catalog.current_setting('transaction_timeout', true);
BEGIN
RAISE INFO '${notice}';
IF own <> '0' THEN PERFORM pg_catalog.set_config('transaction_timeout', '0', true); END IF;
LOOP
  BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(${key});
    RAISE EXCEPTION USING ERRCODE = 'FL000';
  EXCEPTION
    WHEN SQLSTATE 'FL000' THEN EXIT;
    WHEN query_canceled OR lock_not_available THEN NULL;
  END;
END LOOP;
IF own <> '0' THEN PERFORM pg_catalog.set_config('transaction_timeout', own, true); END IF;
END $faultline$`;
}

/** What the server says that it executes, without what was put into it here. It keeps the first 1024 bytes of a query (track_activity_query_size). */
export function asSent(query: string): string {
  if (!query.includes('DO $faultline$')) return query;
  const own = /DO \$faultline\$.*?(?:END \$faultline\$\n;\n|$)/gs;
  return query.replace(own, '').replaceAll('\n;\n', ';\n').trim();
}

const gate = gateText(gateKey, gateNotice);

const mark = `DO $faultline$ BEGIN RAISE INFO '${markNotice}'; END $faultline$`;

const refusal = `DO $faultline$ BEGIN RAISE EXCEPTION USING ERRCODE = '${refusalCode}', MESSAGE = '${refusalMessage}'; END $faultline$`;

/** A request that the server refuses. A COMMIT that fails ends its transaction all the same, so a refused one rolls back first. */
export function refusedRequest(commits: boolean): RequestOrder {
  const extended = refusedExecution(0, commits);
  return commits ? { text: joined(['ROLLBACK', refusal]), hide: [0], extended } : { text: refusal, extended };
}

/** A request of several statements in which the one at `position` is refused. */
export function refusedWithin(statements: readonly Statement[], position: number, commits: boolean): RequestOrder {
  const texts = statements.map((statement) => statement.sent);
  texts.splice(position, 1, ...(commits ? ['ROLLBACK', refusal] : [refusal]));
  return { text: joined(texts), ...(commits && { hide: [position] }), extended: refusedExecution(position, commits) };
}

function refusedExecution(execution: number, commits: boolean): ExtendedOrder {
  return { execution, texts: commits ? ['ROLLBACK', refusal] : [refusal], keep: false };
}

/**
 * A request of several statements with a gate before the one at `position`.
 * @param behind a statement of ours that is executed when the gate has opened; it must answer with no rows.
 */
export function gated(statements: readonly Statement[], position: number, behind?: string): RequestOrder {
  const at = afterSettings(statements, position);
  const texts = statements.map((statement) => statement.sent);
  const added = behind === undefined ? [gate] : [gate, behind];
  texts.splice(at, 0, ...added);
  return { text: joined(texts), hide: added.map((_, ordinal) => at + ordinal), extended: { execution: at, texts: added, keep: true } };
}

/**
 * A request of several statements with a mark after each but the last, which makes the server send what it has: so the arrival of each
 * result tells when its statement was done.
 */
export function marked(statements: readonly Statement[]): RequestOrder {
  const texts: string[] = [];
  const hide: number[] = [];
  for (const [position, statement] of statements.entries()) {
    texts.push(statement.sent);
    if (position === statements.length - 1 || isSetting(statements[position + 1])) continue;
    hide.push(texts.length);
    texts.push(mark);
  }
  return { text: joined(texts), hide };
}

/** SET TRANSACTION must come before any query, and a gate is one. Settings leave no state, so the gate may as well stand behind them. */
function afterSettings(statements: readonly Statement[], position: number): number {
  let at = position;
  while (isSetting(statements[at])) at += 1;
  return at < statements.length ? at : position;
}

function isSetting(statement: Statement | undefined): boolean {
  return statement !== undefined && statement.operations.length > 0 && statement.operations.every(({ kind }) => kind === 'set');
}

/** One request of these texts. A statement may end in a line comment, so the semicolon stands on a line of its own. */
export function joined(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n;\n`).join('');
}
