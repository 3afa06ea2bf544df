import type { DatabaseAddress } from '../../model/sandbox';
import type { AskedRows } from '../steps';
import { type ControlClient, resultsOf, withControlClient } from './connect';
import { valueSettings } from './settings';

/**
 * Runs queries on one connection, read-only, and gives the rows of each; undefined for one that the server refused. Statements end without a
 * semicolon or with one.
 */
export async function askAll(address: DatabaseAddress, texts: readonly string[]): Promise<readonly (AskedRows | undefined)[]> {
  if (texts.length === 0) return [];
  return withControlClient(address, async (client) => {
    await client.query(`${valueSettings}; SET SESSION TRANSACTION READ ONLY`);
    return (await together(client, texts)) ?? (await oneByOne(client, texts));
  });
}

/** All in one request; undefined when one of them fails, and those behind it are not run. */
async function together(client: ControlClient, texts: readonly string[]): Promise<readonly AskedRows[] | undefined> {
  try {
    const results = await resultsOf(client, texts.map((text) => text.replace(/;\s*$/, '')).join(';\n'));
    return results.length === texts.length ? results : undefined;
  } catch {
    return undefined;
  }
}

async function oneByOne(client: ControlClient, texts: readonly string[]): Promise<readonly (AskedRows | undefined)[]> {
  const answers: (AskedRows | undefined)[] = [];
  for (const text of texts) {
    answers.push(
      await resultsOf(client, text).then(
        (results) => results.find((rows) => rows.length > 0) ?? [],
        () => undefined,
      ),
    );
  }
  return answers;
}
