import type { Index, Table } from '../../model/catalog';
import { quoteIdentifier } from '../../parse/postgres/identifiers';
import { type RecoverySituation, sqlStep } from '../situation';
import type { FailureMode } from './mode';

/** Indexes that are invalid now, and were not there or valid before. */
function left({ before, partial }: RecoverySituation): { table: Table; index: Index }[] {
  const invalidBefore = new Set(
    before.catalog.tables.flatMap((table) => table.indexes.filter((index) => !index.valid).map((index) => index.identity)),
  );
  return partial.catalog.tables.flatMap((table) =>
    table.kind === 'partitioned table'
      ? []
      : table.indexes.filter((index) => !index.valid && !invalidBefore.has(index.identity)).map((index) => ({ table, index })),
  );
}

/**
 * CREATE INDEX CONCURRENTLY that stopped half way leaves an invalid index of its name; REINDEX CONCURRENTLY leaves one named `_ccnew` (drop
 * it and reindex again) or `_ccold` (the new one is in place already). A retry with IF NOT EXISTS keeps it (manual, CREATE INDEX, REINDEX).
 */
export const invalidIndex: FailureMode = {
  name: 'invalid index left by a concurrent build',
  back: () => [],
  forward: (situation) =>
    left(situation).map(({ table, index }) => {
      const swapped = /_ccold\d*$/.test(index.name);
      const why = swapped
        ? 'REINDEX had put the new index in place already: this is the old one.'
        : 'A concurrent build stopped half way: no query uses it, writes maintain it, and IF NOT EXISTS would take it for the real one.';
      return sqlStep(
        `Drop the invalid index ${index.name}`,
        why,
        `DROP INDEX CONCURRENTLY ${quoteIdentifier(table.schema)}.${quoteIdentifier(index.name)}`,
      );
    }),
};
