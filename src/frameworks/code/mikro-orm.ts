import type { ToolFramework } from '../../model/run-protocol';
import { ownCode } from './migration-classes';
import { readMigrations } from './mikro-orm/read';
import { mark, placeDown, rawCall, withoutMark } from './mikro-orm/writing';

/**
 * MikroORM, from `@mikro-orm/migrations`: `Migration.js` (what a migration can call), `MigrationRunner.js` (order of what it sends,
 * transactions), `Migrator.js` (files and their order).
 */
export const mikroOrm: ToolFramework = {
  name: 'mikro-orm',
  displayName: 'MikroORM',
  command: 'npx mikro-orm migration:up',

  detect(files) {
    const candidates = ownCode(files).filter(({ text }) => /\bup\b/.test(text));
    const own = candidates.filter(
      ({ text }) => /\bextends\s+[\w.]*Migration\b/.test(text) && (text.includes('@mikro-orm/') || /\bthis\s*\.\s*addSql\s*\(/.test(text)),
    ).length;
    return own === 0 ? 0 : 0.6 + (0.38 * own) / candidates.length;
  },

  read: readMigrations,
  noTransactionMark: mark,
  withoutNoTransactionMark: withoutMark,
  placeDown,
  rawCall,
};
