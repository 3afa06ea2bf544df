import type { Migration } from '../model/migration';

/** Since Drizzle 1.0 a migration has a folder, by whose name the history knows it. */
export function isInFolder({ up }: Migration): boolean {
  return up.path.endsWith('/migration.sql');
}

/**
 * The milliseconds at which a migration was made, as the journal and the history have it: of a folder those of its name. Without a journal the
 * number of the file stands in for its time.
 */
export function drizzleTime(migration: Migration): string {
  const { id, title } = migration;
  if (isInFolder(migration)) {
    const [year = 0, month = 1, ...rest] = [id.slice(0, 4), ...(id.slice(4, 14).match(/../g) ?? [])].map(Number);
    return String(Date.UTC(year, month - 1, ...rest));
  }
  return BigInt(/^\d+(?=_)/.exec(id)?.[0] ?? /^\d+/.exec(title)?.[0] ?? 0).toString();
}
