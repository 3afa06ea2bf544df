import type { Catalog } from '../model/catalog';
import type { FileReport } from '../model/finding';
import type { Migration } from '../model/migration';
import type { PlacedFinding } from './code/findings';

/** What one migration gave the last time, with all that it depended on. */
export interface CachedMigration {
  readonly migration: Migration;
  /** Of the files that hold its programs, up before down. */
  readonly texts: readonly (string | undefined)[];
  readonly before: Catalog;
  readonly after: Catalog;
  /** Per linted program; absent when the program was not asked for. */
  readonly linted: ReadonlyMap<string, LintedProgram>;
  readonly surroundings: string;
}

export interface LintedProgram {
  readonly findings: readonly PlacedFinding[];
  readonly errors: FileReport['errors'];
}

/**
 * Keeps the results of one folder between two calls of `lintFolder`. While someone types in one file, the migrations before it are
 * neither replayed nor linted again; those after it only when the schema that they meet has changed.
 */
export class LintCache {
  private readonly entries = new Map<string, CachedMigration>();

  get(migration: Migration): CachedMigration | undefined {
    return this.entries.get(migration.up.path);
  }

  set(migration: Migration, entry: CachedMigration): void {
    this.entries.set(migration.up.path, entry);
  }
}
