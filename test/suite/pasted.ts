import pg from 'pg';
import { copyIn } from '../../src/engines/postgres/copy-in';
import type { RunStep } from '../../src/model/run-protocol';
import type { DatabaseAddress } from '../../src/model/sandbox';
import { loadParser } from '../../src/parse/load';
import { readStatements } from '../../src/parse/postgres/read';

/** Sends texts statement by statement over one new connection, as a terminal does with what is pasted into it. Returns what went wrong. */
export async function executeAsPasted(address: DatabaseAddress, texts: readonly string[]): Promise<string | undefined> {
  await loadParser();
  return withClient(address, async (client) => {
    for (const text of texts) {
      for (const { sent, copyData } of readStatements(text, { start: 0, end: text.length }, {})) {
        try {
          await send(client, sent, copyData);
        } catch (error) {
          return `${error instanceof Error ? error.message : String(error)} (${sent.slice(0, 80)})`;
        }
      }
    }
    return undefined;
  });
}

/** What a framework sends for a migration that was not run yet. Rejects as `pg` does. */
export async function sendSteps(address: DatabaseAddress, steps: readonly RunStep[]): Promise<void> {
  await withClient(address, async (client) => {
    for (const step of steps) await send(client, step.text, step.kind === 'statements' ? step.copyData : undefined);
  });
}

async function withClient<T>(address: DatabaseAddress, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { host, port, user, password, database } = address;
  const client = new pg.Client({ host, port, user, password, database, ssl: false });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function send(client: pg.Client, text: string, copyData: string | undefined): Promise<void> {
  if (copyData === undefined) await client.query(text);
  else await copyIn(client, text, copyData);
}
