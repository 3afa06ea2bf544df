import { accountFor } from './account';

/** db-migrate: callbacks, promises, and SQL in templates. */
await accountFor(
  {
    name: 'unleash-server',
    version: '8.2.0',
    folder: 'dist/migrations',
    framework: 'db-migrate',
    names: {
      raw: /^(runSql|all)$/,
      builder:
        /^(createTable|dropTable|renameTable|addColumn|removeColumn|renameColumn|changeColumn|addIndex|removeIndex|insert|addForeignKey|removeForeignKey)$/,
    },
  },
  { migrations: 0, calls: { raw: 0, builder: 0, helper: 0 }, unread: 0 },
);
