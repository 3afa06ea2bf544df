import { accountFor } from './account';

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
    // They only put migrations together: the functions that they get are followed, and counted where they stand.
    accepted: ({ kind, text }) =>
      kind === 'helper' && /^(?:\w+\.)?(?:create\w*Migration|combine\w*Migrations|addTable)\(/.test(text)
        ? 'makes a migration of functions'
        : undefined,
  },
  { migrations: 348, calls: { raw: 79, builder: 206, helper: 751 }, unread: 7, mistakes: /\bshow (?:columns|index)\b|FOREIGN_KEY_CHECKS/i },
);
