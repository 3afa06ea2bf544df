import { accountFor } from './account';

/** TypeORM behind a language of the project's own, which is in the package. */
await accountFor(
  {
    name: '@n8n/db',
    version: '1.41.2',
    folder: 'dist/migrations',
    framework: 'typeorm',
    names: {
      raw: /^(query|runQuery)$/,
      builder:
        /^(createTable|dropTable|addColumns|dropColumns|createIndex|dropIndex|addForeignKey|dropForeignKey|addNotNull|dropNotNull|addEnumCheck|dropEnumCheck|dropCheckConstraint)$/,
      harmless: /^(isNonEmptyString|parseJson|escape|info|warn|debug)$/,
    },
    otherEngines: /sqlite|mysql|mariadb/i,
    accepted: ({ path, text }) => {
      // Its functions are followed; what they send counts where the migration calls them, with the migration's own strings.
      if (path === 'migration-helpers.js') return 'the maker of the context, which every migration goes through';
      // The list for Postgres has another migration in its place, which takes a function from it.
      if (path === 'common/1659888469333-AddJsonKeyPinData.js') return 'not on the list for Postgres';
      return /PRAGMA|sqlite_master/.test(text) ? 'behind a return for everything but SQLite' : undefined;
    },
  },
  {
    migrations: 273,
    calls: { raw: 678, builder: 718, helper: 1 },
    unread: 0,
    // Its `down` puts quotes around a name that has them already.
    mistakes: /CreateLdapEntities.js: .*DROP TABLE ""/,
  },
);
