import type pg from 'pg';
import type { DatabaseAddress } from '../../model/sandbox';
import type { AskedRows } from '../steps';
import { withControlClient } from './connect';

/** Fixes every setting that changes how a value is written, as captures do, so that texts of two databases can be compared. */
const settings = `SET search_path = ''; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1;
SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET xmloption = 'content'; SET row_security = off; SET jit = off; SET lock_timeout = '5s'; SET statement_timeout = '30s'`;

/**
 * Runs queries on one connection, read-only, and gives the rows of each; undefined for one that the server refused. Statements end without a
 * semicolon or with one.
 */
export async function askAll(address: DatabaseAddress, texts: readonly string[]): Promise<readonly (AskedRows | undefined)[]> {
  if (texts.length === 0) return [];
  return withControlClient(address, async (client) => {
    await client.query(`${settings}; SET default_transaction_read_only = on`);
    return (await together(client, texts)) ?? (await oneByOne(client, texts));
  });
}

/** All in one request; undefined when one of them fails, and with it all. */
async function together(client: pg.Client, texts: readonly string[]): Promise<readonly AskedRows[] | undefined> {
  try {
    const answer: unknown = await client.query(texts.map((text) => text.replace(/;\s*$/, '')).join(';\n'));
    const results = (Array.isArray(answer) ? answer : [answer]) as { rows: AskedRows }[];
    return results.length === texts.length ? results.map(({ rows }) => rows) : undefined;
  } catch {
    return undefined;
  }
}

async function oneByOne(client: pg.Client, texts: readonly string[]): Promise<readonly (AskedRows | undefined)[]> {
  const answers: (AskedRows | undefined)[] = [];
  for (const text of texts) {
    answers.push(
      await client.query(text).then(
        ({ rows }) => rows as AskedRows,
        () => undefined,
      ),
    );
  }
  return answers;
}
