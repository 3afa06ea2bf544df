import type { EngineName } from '../../model/engine';
import { ownFailure } from './inside';
import type { FaultKind } from './kind';

/** The disk that holds the database is full while the statement runs, and has room again afterwards. */
export const diskFullFault: FaultKind = {
  engines: ['postgres', 'mysql', 'mariadb'],
  ...ownFailure({ name: 'disk-full', happened: 'The disk of the database ran full' }),
  // Whether a statement needs new space at all is measured, not predicted.
  equivalence: () => undefined,
  remedy: (engine) => ({
    title: 'Free space on the disk of the database',
    why: `Nothing that needs new space can be written before: no index, no table, and in the end no row. ${logOf(engine)}`,
    text: [
      'Look at what takes the space: df -h; and in the database',
      `  ${greatestTables(engine)}`,
      'Enlarge the volume, or remove what does not belong to the database. Never delete files in the data directory.',
    ].join('\n'),
    language: 'text',
  }),
};

function logOf(engine: EngineName): string {
  return engine === 'postgres'
    ? 'The log (pg_wal) must not run full either: then the server stops.'
    : 'With the binary log on, the server waits for space instead of failing: PURGE BINARY LOGS frees it.';
}

function greatestTables(engine: EngineName): string {
  return engine === 'postgres'
    ? "SELECT relname, pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class WHERE relkind IN ('r', 'm') ORDER BY pg_total_relation_size(oid) DESC LIMIT 20;"
    : 'SELECT TABLE_SCHEMA, TABLE_NAME, DATA_LENGTH + INDEX_LENGTH AS bytes FROM information_schema.TABLES ORDER BY bytes DESC LIMIT 20;';
}
