import type { SourceFile } from '../../../model/run-protocol';
import { baseName, byText, dependsOn, folderPrefix } from '../../files';
import { ownCode } from '../migration-classes';

/** Which files are knex's, and in which order it runs them. */

const up = /\bup\b/;
const fromPackage = /(?:\bfrom|\brequire\s*\(|\bimport\s*\()\s*['"]knex(?:\/[^'"]*)?['"]/;
const parameter = /\bup\b[^{;]{0,120}?\(\s*(?:\{\s*)?(?:knex|Knex|trx|db|database|connection|tx)\b/;
/** `up = knex => ...` */
const bareParameter = /\bup\b[^{;()]{0,60}?[=:]\s*(?:async\s+)?(?:knex|Knex|trx|db|database|connection|tx)\s*=>/;
const schemaCall =
  /\.\s*schema\s*(?:\.\s*withSchema\s*\([^)]*\)\s*)?\.\s*(?:createTable|createTableIfNotExists|createTableLike|alterTable|table|dropTable|dropTableIfExists|renameTable|hasTable|hasColumn|raw|createView|createSchema|dropSchema|dropView|createViewOrReplace|createMaterializedView|dropMaterializedView|refreshMaterializedView)\b/;
const ownCall = /\b(?:knex|trx)\b\s*(?:\(|\.\s*(?:raw|schema|transaction|select|insert|batchInsert|from|into|withSchema|ref|fn|client)\b)/;
/** Marks of other tools whose migrations look alike. */
const foreign =
  /@mikro-orm\/|\bextends\s+Migration\b|\bMigrationInterface\b|\bqueryRunner\b|\bqueryInterface\b|\bQueryInterface\b|\bMigrationBuilder\b|\(\s*pgm\b|\bdb\s*\.\s*runSql\b|from\s+['"]kysely['"]/;

/** True for a file that holds a migration of knex, as far as its text shows. */
export function looksLikeMigration({ text }: SourceFile): boolean {
  if (!up.test(text) || foreign.test(text)) return false;
  return fromPackage.test(text) || schemaCall.test(text) || (ownCall.test(text) && (parameter.test(text) || bareParameter.test(text)));
}

/** How sure it is that these are knex's: by what the files say, and by the package. */
export function detectKnex(files: readonly SourceFile[]): number {
  const candidates = ownCode(files).filter(({ text }) => up.test(text));
  const own = candidates.filter(looksLikeMigration).length;
  const hasMarker = files.some(({ path }) => isKnexfile(path)) || dependsOn(files, 'knex', 'knex-migrator');
  if (own === 0) return namesKnexAlone(files) && candidates.some(exportsUp) ? 0.3 : 0;
  return (hasMarker ? 0.65 : 0.55) + (0.3 * own) / candidates.length;
}

function exportsUp({ text }: SourceFile): boolean {
  return !foreign.test(text) && /\bexports\s*\.\s*up\b|\bexport\s+(?:const|let|async\s+function|function)\s+up\b/.test(text);
}

const otherTools = [
  ...['sequelize', 'sequelize-cli', 'umzug', 'typeorm', 'node-pg-migrate', 'db-migrate', 'kysely', 'mongoose', 'migrate'],
  '@mikro-orm/[^"]*',
];

/** True when knex is the one tool of the package that has migrations in code, and there are none in SQL. */
function namesKnexAlone(files: readonly SourceFile[]): boolean {
  return dependsOn(files, 'knex') && !dependsOn(files, ...otherTools) && !files.some(({ path }) => path.endsWith('.sql'));
}

export function isKnexfile(path: string): boolean {
  // Above the folder it is cut down to what it says of the database.
  return /^knexfile\.[cm]?[jt]s(?:#database)?$/.test(baseName(path));
}

/**
 * By file name, as knex sorts them (`migrations/migrate/sources/fs-migrations.js`); folders of versions, which knex-migrator has, by their
 * numbers before that.
 */
export function inOrder(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.toSorted(
    (left, right) =>
      byVersion(folderPrefix(left.path), folderPrefix(right.path)) ||
      byText(baseName(left.path), baseName(right.path)) ||
      byText(left.path, right.path),
  );
}

function byVersion(left: string, right: string): number {
  if (left === right || !/\d/.test(left) || !/\d/.test(right)) return 0;
  const rightParts = numbersOf(right);
  for (const [index, part] of numbersOf(left).entries()) {
    const difference = part - (rightParts[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return numbersOf(left).length - rightParts.length;
}

function numbersOf(folder: string): readonly number[] {
  return (folder.match(/\d+/g) ?? []).map(Number);
}
