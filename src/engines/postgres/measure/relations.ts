import type pg from 'pg';
import { spoken } from '../../../rollback/names';
import { firstUserOid } from './texts';

/** A relation as the other sessions know it: what is not committed yet has no name for them, and nobody waits for it. */
export interface KnownRelation {
  /** `orders`, or `sales.orders` outside of the schema public. */
  readonly name: string;
  /** The table that an index or a TOAST table belongs to; for a table itself the same as `name`. */
  readonly table: string;
  readonly isTable: boolean;
  /** The number of its file; null for what has none. */
  readonly file: number | null;
}

export type KnownRelations = ReadonlyMap<number, KnownRelation>;

const query = `
SELECT c.oid::bigint AS oid, CASE WHEN toast.oid IS NULL THEN c.relname ELSE 'TOAST of ' || o.relname END AS name,
  CASE WHEN toast.oid IS NULL THEN n.nspname ELSE m.nspname END AS schema, c.relkind IN ('r', 'p', 'm', 'f', 'v') AS "isTable",
  pg_relation_filenode(c.oid)::bigint AS file, coalesce(o.relname, c.relname) AS owner, coalesce(m.nspname, n.nspname) AS "ownerSchema"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_class toast ON toast.reltoastrelid = coalesce(i.indrelid, c.oid)
LEFT JOIN pg_class o ON o.oid = coalesce(toast.oid, i.indrelid)
LEFT JOIN pg_namespace m ON m.oid = o.relnamespace
WHERE c.oid >= ${firstUserOid}`;

/** All relations that are committed now, by oid. */
export async function readRelations(client: pg.ClientBase): Promise<KnownRelations> {
  const { rows } = await client.query(query);
  return new Map(
    rows.map((row) => [
      Number(row.oid),
      {
        name: spoken({ schema: row.schema, name: row.name }),
        table: spoken({ schema: row.ownerSchema, name: row.owner }),
        isTable: row.isTable,
        file: row.file === null ? null : Number(row.file),
      },
    ]),
  );
}
