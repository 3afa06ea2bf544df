import { type Document, MongoBulkWriteError, type MongoClient } from 'mongodb';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { GeneratedRows, GenerateRowsOptions } from '../../rows';
import { withControlClient } from '../connect';
import { readCollections } from '../snapshot/objects';
import { makeDocument, variations } from './make';
import { needsOf } from './needs';
import { type Fillable, plansOf } from './plans';

/**
 * Fills the collections with documents: like those that are there, as their validators ask, and such as the migration will meet; also collections that
 * the migration counts on and that nothing has made yet. Existing documents are kept. Rejects only when the connection or the catalog queries
 * fail; a collection that can't be filled is reported.
 */
export function generateRows(
  address: DatabaseAddress,
  { rows, seed, excludeTables, meant = [] }: GenerateRowsOptions,
): Promise<GeneratedRows> {
  if (rows <= 0) return Promise.resolve({ tables: [], skipped: [] });
  return withControlClient(address, async (database, client) => {
    const collections = await readCollections(client, database);
    const all = await plansOf(client, address.database, collections, needsOf(meant), seed);
    const tables: { table: string; rows: number }[] = [];
    const skipped: { table: string; why: string }[] = [];
    for (const fillable of all.filter(({ key }) => !excludeTables.includes(key))) {
      if (fillable.existing >= rows) continue;
      const filled = await fill(client, fillable, rows);
      if (filled.rows > 0) tables.push({ table: fillable.key, rows: filled.rows });
      else skipped.push({ table: fillable.key, why: filled.problem ?? 'no values were found that it takes' });
    }
    return { tables, skipped };
  });
}

interface Filled {
  readonly rows: number;
  readonly problem?: string;
}

/** Puts in what is missing; what the server refuses is tried in its other variations. */
async function fill(client: MongoClient, { database, name, existing, plan }: Fillable, wanted: number): Promise<Filled> {
  const collection = client.db(database).collection(name);
  const first = existing + 1;
  let numbers = Array.from({ length: wanted - existing }, (_, at) => first + at);
  let rows = 0;
  let problem: string | undefined;
  for (let variation = 0; variation < variations && numbers.length > 0; variation++) {
    const documents = numbers.map((row) => makeDocument(plan, row, first, variation));
    const refused = await insert(documents);
    rows += numbers.length - refused.length;
    numbers = refused.flatMap(({ at }) => numbers[at] ?? []);
    problem ??= refused[0]?.message;
  }
  return { rows, ...(problem !== undefined && { problem }) };

  async function insert(documents: Document[]): Promise<readonly { readonly at: number; readonly message: string }[]> {
    try {
      await collection.insertMany(documents, { ordered: false, ignoreUndefined: true });
      return [];
    } catch (error) {
      const said = (message: string) => `the server refused: ${message}`;
      if (!(error instanceof MongoBulkWriteError)) return documents.map((_, at) => ({ at, message: said((error as Error).message) }));
      const failed = [error.writeErrors].flat();
      return failed.map(({ index, errmsg, code }) => ({ at: index, message: said(`${errmsg ?? 'no reason given'} (${code})`) }));
    }
  }
}
