import type { ToolFramework } from '../../model/run-protocol';
import { detectTypeorm } from './typeorm/detect';
import { readMigrations } from './typeorm/read';
import { mark, placeDown, rawCall, withoutMark } from './typeorm/writing';

/**
 * TypeORM, from its package: `migration/MigrationExecutor.js` (order, transactions), `driver/postgres/PostgresQueryRunner.js` (what the
 * builders send). Migrations are classes with `up(queryRunner)` and `down(queryRunner)`.
 */
export const typeorm: ToolFramework = {
  name: 'typeorm',
  displayName: 'TypeORM',
  command: 'npx typeorm migration:run -d data-source.js',
  detect: detectTypeorm,
  read: readMigrations,
  noTransactionMark: mark,
  withoutNoTransactionMark: withoutMark,
  placeDown,
  // `isConcurrent` of TableIndex, in `PostgresQueryRunner.createIndexSql`.
  concurrentOptions: { createIndex: { name: 'isConcurrent', positions: [1] }, dropIndex: { name: 'isConcurrent', positions: [1] } },
  rawCall,
};
