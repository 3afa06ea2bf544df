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
      harmless: /^(map|filter)$/,
    },
    accepted: ({ whole }) => (/^db\.runSql\(\s*(?:''|`\s*`)\s*,/.test(whole) ? 'an empty string: nothing is sent' : undefined),
  },
  { migrations: 397, calls: { raw: 746, builder: 17, helper: 0 }, unread: 0 },
);
