import pg from 'pg';
import type { Statement } from '../../model/migration';
import type { Problem } from '../../model/result';
import type { DatabaseAddress } from '../../model/sandbox';
import { loadParser } from '../../parse/load';
import { readStatements } from '../../parse/postgres/read';
import type { StepsResult } from '../steps';
import { withControlClient } from './connect';
import { copyIn } from './copy-in';

/**
 * Runs SQL texts in order on one connection, and stops at the first that fails. Each text is one request, so several statements in it
 * are one transaction; a text with a statement that the server refuses inside a transaction, or with COPY ... FROM stdin and its rows behind
 * it, is sent statement by statement. Rejects only
 * when the connection can't be made or `signal` is aborted.
 */
export async function executeSteps(address: DatabaseAddress, texts: readonly string[], signal: AbortSignal): Promise<StepsResult> {
  if (texts.length === 0) return { ok: true };
  signal.throwIfAborted();
  return withControlClient(address, async (client) => {
    const abort = (): void => {
      // A query that is under way has no other end; the server notices when it next sends or reads.
      void client.end();
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      for (const [step, text] of texts.entries()) {
        const error = await executeStep(client, text);
        signal.throwIfAborted();
        if (error) return { ok: false, step, error };
      }
      return { ok: true };
    } finally {
      signal.removeEventListener('abort', abort);
    }
  });
}

/**
 * Refusals that a text meets only because its statements share a transaction: 25001 active_sql_transaction (CREATE INDEX CONCURRENTLY,
 * VACUUM ...) and 55P04 unsafe_new_enum_value_usage. The server has undone the whole text when it says so.
 */
const needsSeparateRequests = new Set(['25001', '55P04']);

/** The rows of COPY ... FROM stdin follow it in the text, which is then no SQL as a whole. */
const mayHoldRows = /\bfrom\s+stdin\b/i;

async function executeStep(client: pg.Client, text: string): Promise<Problem | undefined> {
  if (mayHoldRows.test(text)) {
    const statements = await statementsOf(text);
    if (statements.some((statement) => statement.copyData !== undefined)) return executeEach(client, statements);
  }
  const error = await attempt(client, text);
  if (!error?.code || !needsSeparateRequests.has(error.code)) return error;
  const statements = await statementsOf(text);
  return statements.length < 2 ? error : executeEach(client, statements);
}

async function statementsOf(text: string): Promise<readonly Statement[]> {
  await loadParser();
  return readStatements(text, { start: 0, end: text.length }, {});
}

async function executeEach(client: pg.Client, statements: readonly Statement[]): Promise<Problem | undefined> {
  for (const statement of statements) {
    const failed = await attempt(client, statement.sent, statement.copyData);
    if (failed) return failed;
  }
  return undefined;
}

async function attempt(client: pg.Client, text: string, copyData?: string): Promise<Problem | undefined> {
  try {
    if (copyData === undefined) await client.query(text);
    else await copyIn(client, text, copyData);
    return undefined;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return { message: error.message, ...(error.code !== undefined && { code: error.code }) };
    return { message: error instanceof Error ? error.message : String(error) };
  }
}
