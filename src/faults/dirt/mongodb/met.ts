import type { Table } from '../../../model/catalog';
import { relationKey } from '../../../model/catalog';
import type { CollectionName, DocumentCommand } from '../../../model/document';
import { fieldOf, fieldsOf, textOf } from '../../../model/document-value';
import type { DirtSituation } from '../situation';

/** A collection into which documents can be put before the migration. */
export interface MetCollection {
  /** What it was called before. */
  readonly name: string;
  /** As the statement meets it. Absent when nothing is known of it: documents make it. */
  readonly current?: Table;
  readonly old?: Table;
}

/** Why no document of before is in a collection that the migration makes. */
export const madeHere = 'The migration makes this collection itself: no document of before is in it.';

/** The collection of this name; undefined where no document of before can be in it. */
export function meetCollection(situation: DirtSituation, collection: CollectionName | undefined): MetCollection | undefined {
  const name = collection?.database === undefined ? collection?.name : undefined;
  const source = name === undefined ? undefined : sourceOf(situation, name);
  if (name === undefined || source === undefined || situation.bookkeeping.includes(source)) return undefined;
  const current = situation.current.tables.find((table) => relationKey(table) === name);
  const old = situation.before.tables.find((table) => relationKey(table) === source);
  return { name: source, ...(current !== undefined && { current }), ...(old !== undefined && { old }) };
}

/**
 * Where the documents of a collection come from: its name before the earlier statements renamed it, or the collection that they copied into it.
 * Undefined when they make it.
 */
function sourceOf({ earlier, before }: DirtSituation, name: string): string | undefined {
  const isThere = (key: string) => before.tables.some((table) => relationKey(table) === key);
  let source = name;
  for (const { collection, effect } of [...commands(earlier)].reverse()) {
    const from = collection?.name;
    if (effect.kind === 'rename collection' && effect.newName.name === source && from !== undefined) source = from;
    else if (effect.kind === 'aggregate' && effect.into?.collection.name === source && from !== undefined && !isThere(source))
      source = from;
    else if (effect.kind === 'create collection' && from === source) return undefined;
    else if (effect.kind === 'write' && from === source && !isThere(source) && effect.writes.every(({ kind }) => kind === 'insert'))
      return undefined;
  }
  return source;
}

/** What a field was called before the earlier statements renamed it. */
export function oldPath({ earlier }: DirtSituation, collection: CollectionName | undefined, path: string): string {
  return [...commands(earlier)].reverse().reduce((known, command) => {
    if (command.effect.kind !== 'write' || command.collection?.name !== collection?.name) return known;
    for (const write of command.effect.writes) {
      if (write.kind !== 'update') continue;
      const renamed = fieldsOf(fieldOf(write.change, '$rename')).find(({ value }) => textOf(value) === known);
      if (renamed !== undefined) return renamed.name;
    }
    return known;
  }, path);
}

function commands(statements: DirtSituation['earlier']): readonly DocumentCommand[] {
  return statements
    .flatMap(({ operations }) => operations)
    .flatMap((operation) => (operation.kind === 'document command' ? [operation] : []));
}
