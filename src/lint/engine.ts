import { isRecord } from '../model/json';
import type { Framework, SourceFile } from '../model/run-protocol';

/** Packages by which a project talks to a PostgreSQL server. */
const postgresDrivers =
  /^(pg|pg-native|pg-promise|postgres|slonik|postgres-migrations|node-pg-migrate|db-migrate-pg|graphile-worker|@mikro-orm\/postgresql|@neondatabase\/serverless|@vercel\/postgres|@electric-sql\/pglite|@aws-sdk\/client-rds-data)$/;

/** Packages by which it talks to another one, and what people call that. */
const otherDrivers: readonly (readonly [RegExp, string])[] = [
  [/^(mysql|mysql2|db-migrate-mysql|@mikro-orm\/mysql|@planetscale\/database|serverless-mysql)$/, 'MySQL'],
  [/^(mariadb|@mikro-orm\/mariadb)$/, 'MariaDB'],
  [/^(sqlite3|better-sqlite3|sqlite|sql\.js|@libsql\/client|db-migrate-sqlite3|@mikro-orm\/(sqlite|better-sqlite|libsql))$/, 'SQLite'],
  [/^(mssql|tedious|@mikro-orm\/mssql)$/, 'SQL Server'],
  [/^(oracledb|db-migrate-oracle)$/, 'Oracle'],
  [/^(mongodb|mongoose|@mikro-orm\/mongodb)$/, 'MongoDB'],
];

/**
 * Why migrations in code are not those of a PostgreSQL project: the nearest package.json with drivers has some, and none for it. Undefined
 * when they may be: nothing is known, or PostgreSQL is among them. What is configured stands above this.
 */
export function otherEngine(framework: Framework, files: readonly SourceFile[]): string | undefined {
  // A tool of plain SQL is not of the JavaScript world: the package.json beside it may be that of anything.
  if (framework.rawCall === undefined || framework.engine !== undefined) return undefined;
  const manifests = files
    .filter(({ path }) => /^(\.\.\/)*package\.json$/.test(path))
    .toSorted((left, right) => left.path.length - right.path.length);
  for (const { path, text } of manifests) {
    const names = dependenciesOf(text);
    if (names.some((name) => postgresDrivers.test(name))) return undefined;
    const drivers = names.filter((name) => otherDrivers.some(([pattern]) => pattern.test(name)));
    if (drivers.length === 0) continue;
    const engines = [...new Set(drivers.flatMap((name) => otherDrivers.find(([pattern]) => pattern.test(name))?.[1] ?? []))];
    return `${path} depends on ${drivers.join(' and ')} and on no driver for PostgreSQL, so these migrations are taken for ${engines.join(' or ')} and not linted. If they are for PostgreSQL, say so: "engine": "postgres" in faultline.json.`;
  }
  return undefined;
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
