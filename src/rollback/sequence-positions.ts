import { type Catalog, relationKey } from '../model/catalog';
import { quoteIdentifier, quoteLiteral } from '../parse/postgres/identifiers';
import { type DownPart, statement } from './down-part';
import { sqlName } from './names';

/**
 * A sequence that is made anew begins at its start, while the rows of its column have stayed: the next of them would get a number that is
 * taken. The third argument of setval makes the next one the first on an empty table.
 */
export function positionsDown(before: Catalog, after: Catalog): DownPart[] {
  const kept = new Set(after.sequences.map(({ identity }) => identity));
  return before.sequences.flatMap((sequence) => {
    const { ownedBy } = sequence;
    if (ownedBy === undefined || kept.has(sequence.identity) || sequence.increment.startsWith('-')) return [];
    const table = before.tables.find((candidate) => relationKey(candidate) === ownedBy.table);
    const column = table?.columns.find(({ name }) => name === ownedBy.column);
    const now = after.tables.find(({ identity }) => identity === table?.identity);
    if (table === undefined || column === undefined || !now?.columns.some(({ identity }) => identity === column.identity)) return [];
    const key = quoteIdentifier(column.name);
    const text = `SELECT setval(${quoteLiteral(sqlName(sequence))}, coalesce(max(${key}), ${sequence.start}), max(${key}) IS NOT NULL) FROM ${sqlName(table)}`;
    return [statement(text)];
  });
}
