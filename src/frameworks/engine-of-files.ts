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
  // sql-migrate.
  { file: /^dbconfig\.ya?ml$/, says: /^\s*dialect:\s*["']?(\w+)/m },
];

const names: Readonly<Record<string, EngineName>> = {
  postgresql: 'postgres',
  postgres: 'postgres',
  cockroachdb: 'postgres',
  mysql: 'mysql',
  mariadb: 'mariadb',
};

/** What only MySQL and MariaDB take, outside of strings and comments. */
const mysqlMarks = /`[^`\n]+`|\bauto_increment\b|\bengine\s*=\s*(?:innodb|myisam|memory|aria)\b|\bunsigned\b|^\s*delimiter\s+\S+\s*$/im;
/** What MariaDB alone takes. */
const mariadbMarks = /\/\*M!|\bengine\s*=\s*aria\b|\bwith\s+system\s+versioning\b/i;
/** What they would refuse. */
const otherMarks =
  /\$\w*\$|::\s*[a-z]|\bserial\b(?!\s+default)|\btimestamptz\b|\bjsonb\b|\bconcurrently\b|\bautoincrement\b|\bbytea\b|\bilike\b/i;

/**
 * The engine that the files of a folder are for, marker files of parent folders included: what the tool's own configuration says, else what the
 * SQL itself shows. Undefined where neither tells, and where the SQL contradicts itself.
 */
export function engineOfFiles(files: readonly SourceFile[]): EngineName | undefined {
  return saidEngine(files) ?? shownEngine(files);
}

function saidEngine(files: readonly SourceFile[]): EngineName | undefined {
  // The nearest file counts: those of parents begin with as many `../` as they are away.
  const telling = files.filter(({ path }) => statements.some(({ file }) => file.test(baseName(path))));
  const nearest = telling.toSorted((left, right) => parents(left.path) - parents(right.path));
  for (const { file, says } of statements) {
    for (const { path, text } of nearest) {
      if (!file.test(baseName(path))) continue;
      const name = names[says.exec(text)?.[1]?.toLowerCase() ?? ''];
      if (name !== undefined) return name;
    }
  }
  return undefined;
}

function parents(path: string): number {
  return path.split('../').length - 1;
}

function shownEngine(files: readonly SourceFile[]): EngineName | undefined {
  let [mysql, mariadb] = [0, 0];
  for (const { text } of sqlFiles(files)) {
    const bare = withoutLiterals(text);
    // Whatever the rest is.
    if (otherMarks.test(bare)) return undefined;
    if (mysqlMarks.test(bare)) mysql += 1;
    if (mariadbMarks.test(text)) mariadb += 1;
  }
  if (mysql === 0) return undefined;
  return mariadb > 0 ? 'mariadb' : 'mysql';
}

/** Without strings, and comments but for those that MySQL and MariaDB execute. */
function withoutLiterals(text: string): string {
  return text.replace(/'(?:[^'\\]|\\.|'')*'|--[^\n]*|\/\*(?!M?!)[^*]*\*+(?:[^/*][^*]*\*+)*\//g, ' ');
}
