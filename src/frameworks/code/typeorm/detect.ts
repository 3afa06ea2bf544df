import type { SourceFile } from '../../../model/run-protocol';
import { ownCode } from '../migration-classes';

/** Folders in which a project keeps the migrations for another database. */
export function forOtherEngines(path: string): boolean {
  return path
    .split('/')
    .some((part) => /^(?:better-)?(?:sqlite3?|sqljs|mysql(?:db)?|mariadb|mssql|sqlserver|oracle|mongodb|cockroachdb|spanner)$/i.test(part));
}

/** A class whose name ends in a timestamp of thirteen digits: TypeORM refuses others. */
const namedClass = /\bclass\s+[A-Za-z_$][\w$]*?(?<!\d)\d{13}\b/;
const otherClass = /@mikro-orm\/|\bextends\s+Migration\b/;

/** True for a file that has a TypeORM migration in it, as far as its text shows. */
export function looksLikeMigration({ text }: SourceFile): boolean {
  if (!/\bup\b/.test(text) || otherClass.test(text)) return false;
  return (
    /\bimplements\s+[^{]*\bMigrationInterface\b/.test(text) ||
    namedClass.test(text) ||
    (/\bclass\b/.test(text) && /\bup\s*\(\s*queryRunner\b/.test(text))
  );
}

/** How sure it is that these are TypeORM's: by what the files say, and by the package. */
export function detectTypeorm(files: readonly SourceFile[]): number {
  const candidates = ownCode(files).filter(({ text }) => /\bup\b/.test(text));
  const own = candidates.filter(looksLikeMigration).length;
  if (own === 0) return 0;
  return 0.6 + (0.37 * own) / candidates.length;
}
