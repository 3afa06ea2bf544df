import { accountFor } from './account';

/** ALTER with an algorithm (139 to 210), prefixes of indexes (266), PRAGMA (417, 598); nobody adds a primary key (623). */
const onlyElsewhere = new Set([139, 143, 152, 165, 210, 266, 417, 598, 623]);

/** knex through helpers of the project that make whole migrations: `module.exports = createAddColumnMigration(...)`. */
await accountFor(
  {
    name: 'ghost',
    version: '6.65.0',
    folder: 'core/server/data/migrations',
    framework: 'knex',
    names: {
      raw: /^raw$/,
      builder: /^(createTable|alterTable|table|dropTable|dropTableIfExists|renameTable|renameColumn|insert|update|delete|del|batchInsert)$/,
      harmless: /^(info|warn|error|InternalServerError|toHexString|ObjectID|ObjectId)$/,
    },
    otherEngines: /sqlite|mysql/i,
    accepted: ({ kind, path, line, text }) => {
      // They only put migrations together: the functions that they get are followed, and counted where they stand.
      if (kind === 'helper' && /^(?:\w+\.)?(?:create\w*Migration|combine\w*Migrations|addTable)\(/.test(text))
        return 'makes a migration of functions';
      if (kind === 'helper' && path.startsWith('utils/')) return 'hands on to schema/commands.js, whose calls are counted there';
      if (path === 'utils/schema.js' && text.startsWith('commands.renameColumn(')) return 'hands on to schema/commands.js';
      if (path === '../schema/commands.js' && onlyElsewhere.has(line)) return 'is sent to MySQL or SQLite alone, or by no migration';
      if (path === 'utils/settings.js' && line > 90) return 'needs what the up of the same process has kept: a later one returns before';
      if (/regenerate-posts-html/.test(path) && line > 50) return 'behind a call that is named as too long to follow';
      return text.startsWith('getIndexes(') ? 'has an answer for MySQL and SQLite alone, and rejects: the end is named' : undefined;
    },
  },
  {
    migrations: 348,
    calls: { raw: 79, builder: 206, helper: 751 },
    unread: 7,
    mistakes: /\bshow (?:columns|index)\b|FOREIGN_KEY_CHECKS|\bdelete\s+\w+\s+from\b/i,
  },
);
