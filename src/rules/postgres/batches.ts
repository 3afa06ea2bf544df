import type { Table } from '../../model/catalog';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';

/** Rows per transaction: a fraction of a second of work, so that locks are short and a failure loses little. */
const batchRows = 10_000;

/** A write in batches, each committed by itself. */
export interface BatchedWrite {
  readonly table: Pick<Table, 'schema' | 'name'> & Partial<Pick<Table, 'constraints' | 'kind'>>;
  /** How the table is written in SQL. */
  readonly target: string;
  /** `UPDATE users SET a = 1`, `DELETE FROM users`. */
  readonly head: string;
  /** What rows are still to be done. Rows that are done must not match, so that the whole can be started again at any time. */
  readonly remaining: string;
}

/**
 * A DO block that works through the table in the order of its primary key, or without one by physical place, and commits each batch.
 * Undefined when there is neither. It has to run outside a transaction (manual, PL/pgSQL, "Transaction Management").
 */
export function batchedBlock(write: BatchedWrite): string | undefined {
  const key = singleKey(write.table);
  if (key !== undefined) return byKey(write, quoteIdentifier(key));
  return write.table.kind === 'partitioned table' ? undefined : byPlace(write);
}

function byKey({ target, head, remaining }: BatchedWrite, key: string): string {
  return `DO $$
DECLARE
  batch_first ${target}.${key}%TYPE;
  batch_last ${target}.${key}%TYPE;
BEGIN
  SELECT ${key} INTO batch_first FROM ${target} ORDER BY ${key} LIMIT 1;
  WHILE batch_first IS NOT NULL LOOP
    SELECT ${key} INTO batch_last
    FROM (SELECT ${key} FROM ${target} WHERE ${key} >= batch_first ORDER BY ${key} LIMIT ${batchRows}) AS batch
    ORDER BY ${key} DESC LIMIT 1;
    ${head}
    WHERE ${key} BETWEEN batch_first AND batch_last AND (${remaining});
    COMMIT;
    SELECT ${key} INTO batch_first FROM ${target} WHERE ${key} > batch_last ORDER BY ${key} LIMIT 1;
  END LOOP;
END
$$`;
}

function byPlace({ target, head, remaining }: BatchedWrite): string {
  return `DO $$
BEGIN
  LOOP
    ${head}
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${target} WHERE ${remaining} LIMIT ${batchRows}));
    EXIT WHEN NOT FOUND;
    COMMIT;
  END LOOP;
END
$$`;
}

function singleKey(table: BatchedWrite['table']): string | undefined {
  const columns = table.constraints?.find((constraint) => constraint.kind === 'primary key')?.columns;
  return columns?.length === 1 ? columns[0] : undefined;
}

export function sqlName(name: { readonly schema?: string; readonly name: string }): string {
  return quoteQualified(name.schema, name.name);
}
