import pg from 'pg';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { ClientError } from '../../carrier';
import type { StepClient } from '../../execution/run';
import { createClient, migrationApplicationName } from '../connect';
import { copyIn } from '../copy-in';

/** The migration's own session. */
export async function openStepClient(address: DatabaseAddress): Promise<StepClient> {
  const client = createClient(address, migrationApplicationName);
  await client.connect();
  return {
    send: (text, copyData) => send(client, text, copyData),
    get inTransaction() {
      return client.getTransactionStatus() !== 'I';
    },
    endsConnection,
    errorOf,
    end: () => client.end(),
  };
}

/** One simple query, and the rows that it asks for when it is COPY ... FROM stdin. */
async function send(client: pg.Client, text: string, copyData?: string): Promise<readonly Record<string, unknown>[]> {
  if (copyData !== undefined) {
    await copyIn(client, text, copyData);
    return [];
  }
  const results: pg.QueryResult | pg.QueryResult[] = await client.query(text);
  const last = Array.isArray(results) ? results.at(-1) : results;
  return last?.rows ?? [];
}

function endsConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || error.severity === 'FATAL' || error.severity === 'PANIC';
}

function errorOf(error: unknown): ClientError {
  const message = error instanceof Error ? error.message : String(error);
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code: typeof code === 'string' ? code : '', message };
}
