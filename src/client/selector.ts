const code = '{js,cjs,mjs,ts,cts,mts}';

/**
 * The documents that can be migrations. Of code only those that lie in a folder of migrations or are called like one: any other file of a
 * JavaScript project is never sent to the language server.
 */
export const migrationSelector = [
  { scheme: 'file', language: 'sql' },
  { scheme: 'file', pattern: '**/*.sql' },
  { scheme: 'file', pattern: `**/{migration,migrations,migrate,*-migrations,*_migrations,migrations-*,migrations_*}/**/*.${code}` },
  { scheme: 'file', pattern: `**/[0-9][0-9][0-9]*.${code}` },
  // Changelogs of Liquibase, by the names for which the command line looks into them, too.
  { scheme: 'file', pattern: '**/*{changelog,changeLog,change-log,change_log,changeset,changeSet}*.{xml,yaml,yml,json}' },
  { scheme: 'file', pattern: '**/{changelog,changelogs,changesets,liquibase}/**/*.{xml,yaml,yml,json}' },
  { scheme: 'file', pattern: '**/{changes,migrations}/**/*.{xml,yaml,yml}' },
  { scheme: 'file', pattern: `**/{Migration,migration}[0-9]*.${code}` },
];
