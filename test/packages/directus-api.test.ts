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
      harmless: /^(warn|info|error|trace|getHelpers|useLogger|useEnv|getDatabaseClient|getDefaultIndexName)$/,
    },
    otherEngines: /sqlite|mysql|mssql|oracle|cockroach|isOneOfClients/i,
    accepted: ({ path, line }) => {
      if (/^\.\.\/\.\.\//.test(path))
        return 'the application, which reads its own schema here; that it is not followed to its end is named where it is called';
      if (path === '../helpers/schema/types.js') return 'the helpers of other databases: Postgres has its own, or never calls them';
      if (path === '20230721A-require-shares-fields.js' && line > 25) return 'functions that only MySQL calls';
      if (/^(20240806A|20251028A|20260113A)/.test(path)) return 'behind getSchema(), which is named as too long to follow';
      return path === '20211007A-update-presets.js' && line === 56 ? 'a list that is filled in a loop over rows: a gap' : undefined;
    },
  },
  { migrations: 109, calls: { raw: 6, builder: 345, helper: 26 }, unread: 77, mistakes: /int unsigned/ },
);
