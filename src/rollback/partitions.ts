import type { Table } from '../model/catalog';

/** Whether two versions of a table hang under the same parent with the same bound. */
export function samePartition(from: Table, to: Table): boolean {
  return (
    from.partitionOf?.parent === to.partitionOf?.parent &&
    from.partitionOf?.bound === to.partitionOf?.bound &&
    !from.partitionOf?.detachPending
  );
}

/** Does the table become a partition, of this parent and with this bound? */
export function isAttached(from: Table, to: Table): boolean {
  return to.partitionOf !== undefined && !samePartition(from, to);
}
