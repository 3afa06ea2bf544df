import type { EngineName } from '../model/engine';
import type { SourceFile } from '../model/run-protocol';
import { baseName, sqlFiles } from './files';

/** What a tool's own file says its database is. */
interface Statement {
  /** Names of the files that can say it. */
  readonly file: RegExp;
  readonly says: RegExp;
}

/** Where tools write down which database they work on: the first group is its name there. */
const statements: readonly Statement[] = [
  // Prisma: the lock file that `prisma migrate` keeps, and the data source of its schema.
  { file: /^migration_lock\.toml$/, says: /^\s*provider\s*=\s*"(\w+)"/m },
  { file: /^schema\.prisma$/, says: /datasource\s+\w+\s*\{[^}]*\bprovider\s*=\s*"(\w+)"/ },
  // Drizzle's journal.
  { file: /^_journal\.json$/, says: /"dialect"\s*:\s*"(\w+)"/ },
  // Flyway's url, as a property or in TOML.
  { file: /^flyway\.(?:conf|toml)$/, says: /^\s*(?:flyway\.)?url\s*=\s*"?jdbc:(\w+):/m },
  // An application of Spring Boot or Quarkus.
  { file: /^application\.(?:ya?ml|properties)#/, says: /^database=(\w+)$/m },
  // The one kind of database for which a crate of Rust takes Diesel or sqlx.
  {
    file: /^Cargo\.toml$/,
    says: /^\s*(?:diesel|sqlx)\s*=\s*\{[^}]*\bfeatures\s*=\s*\[(?![^\]]*"(?:postgres|mysql|sqlite)"[^\]]*"(?:postgres|mysql|sqlite)")[^\]]*"(postgres|mysql|sqlite)"/m,
  },
  // Flyway's plugin for Maven and Gradle.
  { file: /^(?:pom\.xml|build\.gradle(?:\.kts)?)#/, says: /^database=(\w+)$/m },
  // sql-migrate.
  { file: /^dbconfig\.ya?ml$/, says: /^\s*dialect:\s*["']?(\w+)/m },
  // db-migrate, by the driver that is installed with it.
  { file: /^package\.json$/, says: /^(?![\s\S]*"db-migrate-(?:pg|mysql|sqlite3)"\s*:)[\s\S]*"db-migrate-(mongodb)"\s*:/ },
];

const names: Readonly<Record<string, EngineName>> = {
  postgresql: 'postgres',
  postgres: 'postgres',
  cockroachdb: 'postgres',
  mysql: 'mysql',
  mariadb: 'mariadb',
  mongodb: 'mongodb',
};

/** Databases that nothing is known of here, as the tools call them. H2 and its like are not among them: they stand in for others in tests. */
const otherNames: Readonly<Record<string, string>> = {
  sqlite: 'SQLite',
  sqlite3: 'SQLite',
  turso: 'SQLite',
  sqlserver: 'SQL Server',
  mssql: 'SQL Server',
  oracle: 'Oracle',
  godror: 'Oracle',
  oci8: 'Oracle',
  db2: 'Db2',
  snowflake: 'Snowflake',
};

/** What only MySQL and MariaDB take, outside of strings and comments: their names, types and options, and a line of their clients' own. */
const mysqlMarks =
  /`[^`\n]+`|\bauto_increment\b|\bengine\s*=\s*(?:innodb|myisam|memory|aria)\b|\bunsigned\b|\butf8mb[34]\b|\b(?:tinyint|mediumint|mediumtext|longtext|longblob)\b|\bon\s+update\s+current_timestamp\b|\bon\s+duplicate\s+key\b|\balgorithm\s*=\s*(?:instant|inplace|copy)\b|\block_wait_timeout\b|\b(?:modify|change)\s+column\b|\bupdate\s+[\w.]+(?:\s+(?:as\s+)?\w+)?\s+(?:(?:inner|left)\s+)?join\b|\bload\s+data\b|^[ \t]*delimiter[ \t]+[^\s']+[ \t]*$/im;
/** What MariaDB alone takes, and the first lines of its dumps. */
const mariadbMarks =
  /\/\*M!|\bengine\s*=\s*aria\b|\bwith\s+system\s+versioning\b|^-- (?:mariadb dump\b|mysql dump\b.*-mariadb\b|server version\b.*-mariadb\b)/im;
/** What they would refuse. */
const otherMarks = /\$\w*\$|::\s*[a-z]|\btimestamptz\b|\bjsonb\b|\bconcurrently\b|\bautoincrement\b|\bbytea\b|\bilike\b/i;
/** A type of both kinds of servers, of which PostgreSQL alone has no other way: it tells where nothing else does. */
const weakOtherMarks = /\bserial\b(?!\s+default)/i;

/**
 * The engine that the files of a folder are for, marker files of parent folders included: what the tool's own configuration says, else what the
 * SQL itself shows. Undefined where neither tells, and where the SQL contradicts itself.
 */
export function engineOfFiles(files: readonly SourceFile[]): EngineName | undefined {
  return saidEngine(files) ?? shownEngine(files);
}

function saidEngine(files: readonly SourceFile[]): EngineName | undefined {
  for (const { said } of sayings(files)) if (names[said] !== undefined) return names[said];
  return undefined;
}

/** The database that a tool's own file names, where it is none that Faultline knows, and nothing names one that it knows. */
export function otherEngineOfFiles(files: readonly SourceFile[]): { readonly path: string; readonly name: string } | undefined {
  if (engineOfFiles(files) !== undefined) return undefined;
  for (const { path, text, said } of sayings(files)) {
    const name = otherNames[said];
    // One of several environments may be for a database that is known.
    if (name !== undefined && !/postgres|mysql|mariadb/i.test(text)) return { path, name };
  }
  return undefined;
}

/** What the tools' own files call the database, in lower case; for each kind of file the nearest one first. */
function sayings(files: readonly SourceFile[]): { readonly path: string; readonly text: string; readonly said: string }[] {
  // The nearest file counts: those of parents begin with as many `../` as they are away. Migrations are most, and say nothing: asked at each key.
  const telling = files.filter(({ path }) => !path.endsWith('.sql') && statements.some(({ file }) => file.test(baseName(path))));
  const nearest = telling.toSorted((left, right) => parents(left.path) - parents(right.path));
  return statements.flatMap(({ file, says }) =>
    nearest.flatMap(({ path, text }) => {
      const said = file.test(baseName(path)) ? says.exec(text)?.[1]?.toLowerCase() : undefined;
      return said === undefined ? [] : [{ path, text, said }];
    }),
  );
}

function parents(path: string): number {
  return path.split('../').length - 1;
}

function shownEngine(files: readonly SourceFile[]): EngineName | undefined {
  let [mysql, mariadb] = [0, 0];
  for (const { text } of sqlFiles(files)) {
    const bare = withoutLiterals(text);
    const isMysql = mysqlMarks.test(bare);
    // Whatever the rest is.
    if (otherMarks.test(withoutDelimiters(bare)) || (!isMysql && weakOtherMarks.test(bare))) return undefined;
    if (isMysql) mysql += 1;
    if (mariadbMarks.test(text)) mariadb += 1;
  }
  if (mysql === 0) return undefined;
  return mariadb > 0 ? 'mariadb' : 'mysql';
}

/** With empty strings, and without comments but for those that MySQL and MariaDB execute. */
function withoutLiterals(text: string): string {
  return text.replace(
    /('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")|--[^\n]*|^[ \t]*#(?![>-])[^\n]*|\/\*(?!M?!)[^*]*\*+(?:[^/*][^*]*\*+)*\//gm,
    (_, literal: string | undefined) => (literal === undefined ? ' ' : "''"),
  );
}

/** Without what DELIMITER lines make the end of a statement: `$$` is the usual one, and would look like the quote of a PostgreSQL function. */
function withoutDelimiters(bare: string): string {
  const delimiters = new Set([...bare.matchAll(/^[ \t]*delimiter[ \t]+([^\s']+)[ \t]*$/gim)].map(([, delimiter]) => delimiter ?? ''));
  return [...delimiters].reduce((rest, delimiter) => rest.replaceAll(delimiter, ' '), bare);
}
