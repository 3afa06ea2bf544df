import { basename, dirname } from 'node:path';

/**
 * Changelogs of Liquibase in XML, YAML and JSON: told by their names, or by the folders that they lie in, and by their one root element. Most files
 * with these endings are something else, and are not read.
 */
const ending = /\.(?:xml|ya?ml|json)$/i;
const telling = /change[-_]?log|change[-_]?sets?\b|^changes$|liquibase/i;
/** Tools keep much JSON beside migrations. */
const tellingForOthers = /^(?:[\w-]*[-_.])?migrations?$/i;
const ownFolder = /^(?:db[-_.])?(?:change[-_]?logs?|liquibase)(?:[-_.]\w+)?$/i;
/** How far up a folder's name counts: `db/changelog/releases/1.0/users.xml`. */
const parentsLookedAt = 4;

/**
 * The folder of changelogs around a file, in which the one lies that includes the others: `db/changelog` of
 * `db/changelog/releases/1.0/users.xml`. Undefined where no folder is called so.
 */
export function changelogFolder(file: string): string | undefined {
  if (!/\.(?:xml|ya?ml|json|sql)$/i.test(file)) return undefined;
  let folder = dirname(file);
  for (let level = 0; level < parentsLookedAt; level++) {
    const parent = dirname(folder);
    if (ownFolder.test(basename(folder)) && !ownFolder.test(basename(parent))) return folder;
    folder = parent;
  }
  return undefined;
}

/** Can it be one, by its path with forward slashes alone? */
export function mayBeChangelog(path: string): boolean {
  if (!ending.test(path)) return false;
  const near = path.split('/').slice(-1 - parentsLookedAt);
  return near.some((part) => telling.test(part) || (tellingForOthers.test(part) && !path.endsWith('.json')));
}

/** Is this the text of one? */
export function isChangelogText(path: string, text: string): boolean {
  return ending.test(path) && /<(?:[\w.-]+:)?databaseChangeLog\b|^\s*["']?databaseChangeLog["']?\s*:|\{\s*"databaseChangeLog"/m.test(text);
}
