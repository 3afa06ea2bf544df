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
  },
  { migrations: 0, calls: { raw: 0, builder: 0, helper: 0 }, unread: 0 },
);
