import { mapEdits } from '../lint/code/edits';
import { isCode, SourceMap } from '../lint/code/source-map';
import type { Catalog } from '../model/catalog';
import type { Migration } from '../model/migration';
import type { DownPlacement, Framework, SourceFile } from '../model/run-protocol';
import { replay } from '../schema/virtual-schema';
import { type GeneratedDown, generateDown } from './down';
import { keepAside } from './keep-aside';

/** A migration that keeps aside what it would destroy, with the rollback that brings it back. */
export interface KeptMigration {
  /** The up's file as it is then, without the rollback. */
  readonly up: SourceFile;
  /** What is kept, in words. */
  readonly kept: readonly string[];
  readonly migration: Migration;
  readonly down: GeneratedDown;
  /** In files that hold the changed up. */
  readonly placement: DownPlacement;
}

/**
 * Changes the up so that its data can come back, and makes the rollback of that. Undefined where there is nothing that it could keep.
 * It changes what was written by somebody: only where they ask for it, and after they have seen it.
 * @param read reads the folder's migrations from its files.
 */
export function keptMigration(
  migration: Migration,
  files: readonly SourceFile[],
  before: Catalog,
  framework: Framework,
  read: (files: readonly SourceFile[]) => readonly Migration[],
): KeptMigration | undefined {
  const { edits, kept } = keepAside(migration, before);
  const file = files.find(({ path }) => path === migration.up.path);
  if (edits.length === 0 || file === undefined) return undefined;
  const { up: program } = migration;
  const own = isCode(program) ? mapEdits(edits, new SourceMap(program, file.text), { framework, engine: migration.engine })?.edits : edits;
  if (own === undefined) return undefined;
  let text = file.text;
  for (const { span, newText } of own.toSorted((left, right) => right.span.start - left.span.start))
    text = text.slice(0, span.start) + newText + text.slice(span.end);
  const up = { path: file.path, text };
  const changed = files.map((other) => (other.path === file.path ? up : other));
  const again = read(changed).find(({ id }) => id === migration.id);
  if (again === undefined) return undefined;
  const down = generateDown(again, before, replay(before, again.up.statements, again.engine, again.up.execution));
  return { up, kept, migration: again, down, placement: framework.placeDown(again, changed, down.statements) };
}
