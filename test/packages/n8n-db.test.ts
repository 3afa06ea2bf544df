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
  },
  { migrations: 0, calls: { raw: 0, builder: 0, helper: 0 }, unread: 0 },
);
