import { basename, dirname } from 'node:path';
import { isChangelogText, mayBeChangelog } from '../workspace/changelog-files';
import { isCodeMigration } from '../workspace/code-files';
import { toSlashes } from '../workspace/read-folder';

/** Folders whose SQL files are migrations, whatever the files are called. */
const folderName = /^(db[-_])?(migrations?|migrate|changelogs?|changesets)$/i;

/** Names that only migration tools give: Flyway's `V1__x`, golang-migrate's `.up.sql`, a version of three digits or more in front. */
const fileName = /^([VUBR]\d*(?:[._]\d+)*__.+|\d+_.*\.(up|down)|\d{3,}[-_].+)\.sql$/i;

/** Marks in the text: dbmate and goose. They need no parser: a line of a comment is what those tools read too. */
const textMark = /^--\s*(migrate:(up|down)\b|\+goose\s+[Uu][Pp]\b)/m;

/** How far up a folder's name is looked for: `migrations/2026/01/x.sql`. */
const parentsLookedAt = 3;

/**
 * Does this look like a migration, before its folder is read? Any other file must cost nothing and get no diagnostics.
 * `path` is absolute.
 */
export function looksLikeMigration(path: string, text: string): boolean {
  if (mayBeChangelog(toSlashes(path))) return isChangelogText(path, text);
  if (!path.toLowerCase().endsWith('.sql')) return isCodeMigration(toSlashes(path), text);
  if (fileName.test(basename(path)) || textMark.test(text)) return true;
  let folder = dirname(path);
  for (let level = 0; level < parentsLookedAt; level += 1) {
    if (folderName.test(basename(folder))) return true;
    folder = dirname(folder);
  }
  return false;
}
