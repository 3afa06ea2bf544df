import { finalizeDetach } from '../../rollback/tables';
import { sqlStep } from '../situation';
import type { FailureMode } from './mode';

/** DETACH PARTITION CONCURRENTLY commits in between: stopped there, it can only be finished (manual, ALTER TABLE). */
export const detachPending: FailureMode = {
  name: 'detach of a partition pending',
  // The writer of DDL finishes the detach first on the way back, and attaches the partition again.
  back: () => [],
  forward: ({ before, partial }) => {
    const pendingBefore = new Set(before.catalog.tables.filter((table) => table.partitionOf?.detachPending).map((table) => table.identity));
    return partial.catalog.tables
      .filter((table) => table.partitionOf?.detachPending && !pendingBefore.has(table.identity))
      .map(finalizeDetach)
      .map(({ title, why, text }) => sqlStep(title, why, text));
  },
};
