import type { BookkeepingTable, State } from '../../../model/state';
import { collectionText } from '../../../rollback/mongodb/collections';
import { defineMode, type Finding } from '../mode';

const locks = ({ bookkeeping }: State): readonly BookkeepingTable[] => bookkeeping.filter(({ table }) => /lock/i.test(table));

/** A lock document of the migration tool that outlived it: nobody removes it, unless it has a TTL index (migrate-mongo: lockTtl). */
export const migrationLockLeft = defineMode<Finding>({
  name: 'migration lock left',
  engines: ['mongodb'],
  detect: ({ before, partial }) =>
    locks(partial)
      .filter(({ table, rows }) => rows.length > (locks(before).find((other) => other.table === table)?.rows.length ?? 0))
      .map(({ table }) => ({
        object: table,
        detail: 'As long as its document is there, the tool refuses to run. Make sure first that no other run holds it.',
        query: `${collectionText(table)}.find({});`,
      })),
  back: (_, { protocol, migration }) => protocol.release?.(migration) ?? [],
  forward: (_, { protocol, migration }) => protocol.release?.(migration) ?? [],
  // The history is compared as a whole, and its documents are counted.
  validate: () => [],
});
