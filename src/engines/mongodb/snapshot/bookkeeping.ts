import { BSON, type Document } from 'mongodb';
import type { BookkeepingTable } from '../../../model/state';
import { bookkeepingTable } from '../../bookkeeping';
import { bsonType } from './values';

/**
 * The documents of a collection in which a framework keeps its history or lock, sorted, as plain JSON: volatile fields and moments masked.
 * @param documents as read with all types kept.
 */
export function historyRows(table: string, documents: readonly Document[], volatile: readonly string[]): BookkeepingTable {
  const rows = documents.map((document) => Object.fromEntries(Object.entries(document).map(([name, value]) => [name, plainValue(value)])));
  const moments = new Set(
    documents.flatMap((document) => Object.entries(document).flatMap(([name, value]) => (isMoment(value) ? [name] : []))),
  );
  const names = new Set(documents.flatMap((document) => Object.keys(document)));
  const columns = [...names].map((name) => ({ name, type: moments.has(name) ? 'timestamp' : 'text' }));
  return bookkeepingTable({ schema: '', name: table }, rows, columns, { [table]: volatile });
}

function isMoment(value: unknown): boolean {
  return value instanceof Date || (typeof value === 'object' && value !== null && bsonType(value) === 'Timestamp');
}

/** As relaxed Extended JSON has it: a text as it is, an id as `{ $oid }`. A moment stays one, so that it is known for a clock's. */
function plainValue(value: unknown): unknown {
  return value instanceof Date ? value : (BSON.EJSON.serialize({ value }, { relaxed: true }) as Document).value;
}
