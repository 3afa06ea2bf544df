import { accountFor } from './account';

/** knex, with helpers for several databases and queries that read rows before they change them. */
await accountFor(
  {
    name: '@directus/api',
    version: '39.2.1',
    folder: 'dist/database/migrations',
    framework: 'knex',
    names: {
      raw: /^raw$/,
      builder: /^(createTable|alterTable|table|dropTable|dropTableIfExists|renameTable|insert|update|delete|del|batchInsert)$/,
      harmless: /^(warn|info|error|trace|getHelpers|useLogger|useEnv)$/,
    },
    otherEngines: /sqlite|mysql|mssql|oracle|cockroach|isOneOfClients/i,
  },
  { migrations: 0, calls: { raw: 0, builder: 0, helper: 0 }, unread: 0 },
);
