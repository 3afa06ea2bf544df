import type { ToolFramework } from '../../model/run-protocol';
import { detectKnex } from './knex/detect';
import { readMigrations } from './knex/read';
import { mark, placeDown, rawCall, withoutMark } from './knex/writing';

/**
 * knex, from its package: `migrations/migrate/Migrator.js` (order, transactions), `schema` and `dialects/postgres` (what the builders send).
 * Migrations are files that export `up(knex)` and `down(knex)`.
 */
export const knex: ToolFramework = {
  name: 'knex',
  displayName: 'knex',
  command: 'npx knex migrate:latest',
  detect: detectKnex,
  read: readMigrations,
  noTransactionMark: mark,
  withoutNoTransactionMark: withoutMark,
  placeDown,
  rawCall,
};
