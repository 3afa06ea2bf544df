import { quoteIdentifier, quoteQualified } from '../../../parse/postgres/identifiers';
import type { FillTable, ForeignKey } from './catalog';

/**
 * The UPDATE that fills in the foreign keys of a cycle, for new rows alone: `$1` and `$2` are their tableoids and ctids in the order of
 * their making. A reference of a table to itself makes a tree: row n hangs under row (n - 1) / 4, the first is its root.
 */
export function laterStatement(
  table: FillTable,
  keys: readonly ForeignKey[],
  tables: ReadonlyMap<number, FillTable>,
  existing: number,
): string {
  const assignments: string[] = [];
  const joins: string[] = [];
  for (const [at, key] of keys.entries()) {
    const target = tables.get(key.target);
    if (target === undefined) continue;
    const alias = `"faultline key ${at}"`;
    const names = [...new Set(key.targetColumns)].map(quoteIdentifier).join(', ');
    const rows =
      `SELECT row_number() OVER (ORDER BY tableoid, ctid) - 1 AS "faultline n", count(*) OVER () AS "faultline size", ${names} ` +
      `FROM ${target.partitioned ? '' : 'ONLY '}${quoteQualified(target.schema, target.name)}`;
    joins.push(`LEFT JOIN (${rows}) AS ${alias} ON ${alias}."faultline n" = ${numberFor(table, key, alias, existing)}`);
    for (const [place, name] of key.columns.entries()) {
      assignments.push(`${quoteIdentifier(name)} = ${alias}.${quoteIdentifier(key.targetColumns[place] ?? '')}`);
    }
  }
  return [
    `UPDATE ${quoteQualified(table.schema, table.name)} AS t SET ${assignments.join(', ')}`,
    'FROM unnest($1::oid[], $2::tid[]) WITH ORDINALITY AS made (relation, place, n)',
    joins.join('\n'),
    'WHERE t.tableoid = made.relation AND t.ctid = made.place',
  ].join('\n');
}

function numberFor(table: FillTable, key: ForeignKey, alias: string, existing: number): string {
  const unique = table.uniqueKeys.some((columns) => columns.length > 0 && columns.every((name) => key.columns.includes(name)));
  // At most one reference to each row: the rest stays NULL.
  if (unique) return 'made.n - 1';
  if (key.target !== table.oid) return `mod(made.n - 1, ${alias}."faultline size")`;
  return `CASE WHEN made.n + ${existing} > 1 THEN (made.n + ${existing} - 2) / 4 END`;
}
