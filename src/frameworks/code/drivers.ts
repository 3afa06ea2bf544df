import type { EngineName } from '../../model/engine';
import { isRecord } from '../../model/json';
import type { SourceFile } from '../../model/run-protocol';

/** Packages by which a project talks to a database: to one that migrations in code are read for, or to another, by what people call that. */
const drivers: readonly (readonly [RegExp, { readonly engine: EngineName } | { readonly other: string }])[] = [
  [
    /^(pg|pg-native|pg-promise|postgres|slonik|postgres-migrations|node-pg-migrate|db-migrate-pg|graphile-worker|@mikro-orm\/postgresql|@neondatabase\/serverless|@vercel\/postgres|@electric-sql\/pglite|@aws-sdk\/client-rds-data)$/,
    { engine: 'postgres' },
  ],
  [/^(mysql|mysql2|db-migrate-mysql|@mikro-orm\/mysql|@planetscale\/database|serverless-mysql)$/, { engine: 'mysql' }],
  [/^(mariadb|@mikro-orm\/mariadb)$/, { engine: 'mariadb' }],
  [
    /^(sqlite3|better-sqlite3|sqlite|sql\.js|@libsql\/client|db-migrate-sqlite3|@mikro-orm\/(sqlite|better-sqlite|libsql))$/,
    { other: 'SQLite' },
  ],
  [/^(mssql|tedious|@mikro-orm\/mssql)$/, { other: 'SQL Server' }],
  [/^(oracledb|db-migrate-oracle)$/, { other: 'Oracle' }],
  [/^(mongodb|mongoose|@mikro-orm\/mongodb)$/, { other: 'MongoDB' }],
];

/** The drivers that a package.json names. */
export interface FoundDrivers {
  readonly path: string;
  readonly packages: readonly string[];
  /** Those of them that migrations in code are read for, each once. */
  readonly engines: readonly EngineName[];
  /** What the rest is for. */
  readonly others: readonly string[];
}

/** What each package.json of the project depends on, the nearest first; those without a driver are left out. */
export function driversOf(files: readonly SourceFile[]): readonly FoundDrivers[] {
  return files
    .filter(({ path }) => /^(\.\.\/)*package\.json$/.test(path))
    .toSorted((left, right) => left.path.length - right.path.length)
    .flatMap(({ path, text }) => {
      const found = dependenciesOf(text).flatMap((name) => {
        const driver = drivers.find(([pattern]) => pattern.test(name))?.[1];
        return driver === undefined ? [] : [{ name, driver }];
      });
      if (found.length === 0) return [];
      return [
        {
          path,
          packages: found.map(({ name }) => name),
          engines: [...new Set(found.flatMap(({ driver }) => ('engine' in driver ? [driver.engine] : [])))],
          others: [...new Set(found.flatMap(({ driver }) => ('other' in driver ? [driver.other] : [])))],
        },
      ];
    });
}

function dependenciesOf(text: string): readonly string[] {
  try {
    const manifest: unknown = JSON.parse(text);
    if (!isRecord(manifest)) return [];
    const fields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
    return fields.flatMap((field) => (isRecord(manifest[field]) ? Object.keys(manifest[field]) : []));
  } catch {
    return [];
  }
}
