import type { Table } from '../../../model/catalog';
import { quoteIdentifier } from '../../../parse/mysql/identifiers';
import type { ControlClient } from '../connect';
import { type FillStep, mayBeNull } from './order';
import { readParents } from './parents';
import type { RowValues } from './rows';

/**
 * Fills in the foreign keys of a cycle, now that all tables have rows. A reference of a table to itself makes a tree: row n hangs under row
 * (n - 1) / 4, the first is its root. What the server refuses stays NULL.
 */
export async function fillLater(client: ControlClient, { table, later }: FillStep, rows: readonly RowValues[]): Promise<void> {
  const keys = later.filter((key) => mayBeNull(table, key));
  const identity = identityOf(table, rows);
  if (keys.length === 0 || identity === undefined) return;
  const parents = await readParents(client, keys);
  await client.query('START TRANSACTION');
  for (const [place, row] of rows.entries()) {
    const where = identity.map((name) => `${quoteIdentifier(name)} = ${row.get(name)}`).join(' AND ');
    const values = keys.flatMap((key) => {
      const all = parents.get(key.name) ?? [];
      const unique = table.indexes.some((index) => index.unique && index.keys.every((name) => key.columns.includes(name)));
      const at = unique
        ? place
        : key.target === table.name
          ? place === 0
            ? -1
            : Math.floor((place - 1) / 4)
          : place % Math.max(all.length, 1);
      const parent = all[at];
      return parent === undefined ? [] : key.columns.map((name, column) => `${quoteIdentifier(name)} = ${parent[column]}`);
    });
    if (values.length > 0)
      await client.query(`UPDATE ${quoteIdentifier(table.name)} SET ${values.join(', ')} WHERE ${where}`).catch(() => undefined);
  }
  await client.query('COMMIT');
}

/** Columns of a unique key by which the rows can be found again. */
function identityOf(table: Table, rows: readonly RowValues[]): readonly string[] | undefined {
  return table.indexes.find(
    ({ unique, keys }) =>
      unique && keys.every((name) => rows.every((row) => row.has(name) && row.get(name) !== 'NULL' && row.get(name) !== 'DEFAULT')),
  )?.keys;
}
