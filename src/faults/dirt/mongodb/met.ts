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
  if (name === undefined || situation.bookkeeping.includes(name)) return undefined;
  const current = situation.current.tables.find((table) => relationKey(table) === name);
  if (current === undefined) return { name };
  const old = situation.before.tables.find(({ identity }) => identity === current.identity);
  if (old !== undefined) return situation.bookkeeping.includes(relationKey(old)) ? undefined : { name: relationKey(old), current, old };
  return isMadeHere(situation, name) ? undefined : { name, current };
}

function isMadeHere({ earlier }: DirtSituation, name: string): boolean {
  return commands(earlier).some(({ collection, effect }) => {
    if (effect.kind === 'create collection') return collection?.name === name;
    if (effect.kind === 'rename collection') return effect.newName.name === name;
    if (effect.kind === 'aggregate') return effect.into?.collection.name === name;
    return effect.kind === 'write' && collection?.name === name && effect.writes.every(({ kind }) => kind === 'insert');
  });
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
