import { hash } from 'node:crypto';
import type { Document } from 'mongodb';
import type { DatabaseAddress } from '../../model/sandbox';
import { withControlClient } from './connect';
import { collectionIn } from './snapshot/objects';
import { documentText, exactReading } from './snapshot/values';

/**
 * The documents of a collection as hashes over these paths of their fields, each with how often it is there. A field that is missing differs from one
 * that is null. Rejects as `mongodb` does.
 * @param table `X.name` is in the database `NAME-X` beside.
 */
export function readRowHeap(
  address: DatabaseAddress,
  table: { readonly name: string },
  paths: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  return withControlClient(address, async (database, client) => {
    const wanted = new Set(paths);
    const { database: name, collection } = await collectionIn(client, database.databaseName, table.name);
    const heap = new Map<string, number>();
    for await (const document of client.db(name).collection(collection).find({}, exactReading)) {
      const key = hash('sha256', textOver(document, wanted));
      heap.set(key, (heap.get(key) ?? 0) + 1);
    }
    return heap;
  });
}

/** Each of the paths that the document has, with its values. */
function textOver(document: Document, wanted: ReadonlySet<string>): string {
  const found: string[] = [];
  const { fields } = documentText(document, undefined, (path, place, text) => {
    if (wanted.has(path)) found.push(JSON.stringify([path, place, text]));
  });
  for (const { name, text } of fields) if (wanted.has(name)) found.push(JSON.stringify([name, '', text]));
  return found.sort().join();
}
