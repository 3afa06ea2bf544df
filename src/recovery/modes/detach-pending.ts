import type { Table } from '../../model/catalog';
import { spoken } from '../../rollback/names';
import { finalizeDetach } from '../../rollback/tables';
import { none } from '../check';
import { sqlStep } from '../situation';
import { defineMode, type Finding } from './mode';

interface PendingDetach extends Finding {
  readonly table: Table;
}

const pending = 'FROM pg_inherits WHERE inhdetachpending';

/** DETACH PARTITION CONCURRENTLY commits in between: stopped there, it can only be finished (manual, ALTER TABLE). Since Postgres 14. */
export const detachPending = defineMode<PendingDetach>({
  name: 'detach of a partition pending',
  detect: ({ before, partial }) => {
    const earlier = new Set(before.catalog.tables.filter((table) => table.partitionOf?.detachPending).map((table) => table.identity));
    return partial.catalog.tables
      .filter((table) => table.partitionOf?.detachPending && !earlier.has(table.identity))
      .map((table) => ({
        table,
        object: spoken(table),
        detail: 'DETACH PARTITION CONCURRENTLY stopped half way: no query through its parent sees its rows.',
        query: `SELECT inhparent::regclass, inhrelid::regclass ${pending};`,
      }));
  },
  // The writer of DDL finishes the detach first on the way back, and attaches the partition again.
  back: () => [],
  forward: (found) => found.map(({ table }) => finalizeDetach(table)).map(({ title, why, text }) => sqlStep(title, why, text)),
  validate: () => [none('No detach is pending', `SELECT count(*) ${pending}`)],
});
