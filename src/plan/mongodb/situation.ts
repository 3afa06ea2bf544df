import type { Table } from '../../model/catalog';
import type { CollectionName, DocumentCommand } from '../../model/document';
import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import { findTable, type SearchedCatalog } from '../../schema/lookup';

/** What is known when a command runs on MongoDB. */
export interface MongodbSituation {
  readonly engine: Engine;
  /** The schema right before it. */
  readonly catalog: SearchedCatalog;
  /** What became of collections earlier in the same program. */
  readonly course: CollectionCourse;
}

/** The collection as it is known, of the migration's own database. */
export function collectionOf({ catalog }: MongodbSituation, collection: CollectionName | undefined): Table | undefined {
  const name = collection?.database === undefined ? collection?.name : undefined;
  return name === undefined ? undefined : findTable(catalog, { name }, ['']);
}

/** True for a collection that this program made: nobody else uses it yet, and what it holds was written here. */
export function isNewCollection({ course }: MongodbSituation, collection: CollectionName | undefined): boolean {
  return collection !== undefined && course.isNew(collection);
}

/** A collection's name as people write it, for sentences. */
export function collectionLabel(collection: CollectionName | undefined): string {
  if (collection?.name === undefined) return 'a collection that only a run would name';
  return collection.database === undefined ? collection.name : `${collection.database}.${collection.name}`;
}

/** Follows which collections a program makes and takes away, command by command. */
export class CollectionCourse {
  private readonly known = new Map<string, 'new' | 'written' | 'gone'>();

  isNew(collection: CollectionName): boolean {
    const state = this.known.get(keyOf(collection));
    // What was dropped in sight is made by whatever touches it next.
    return state !== undefined;
  }

  /** True as long as nothing was written to a collection that was made in sight. */
  isEmpty(collection: CollectionName): boolean {
    const state = this.known.get(keyOf(collection));
    return state === 'new' || state === 'gone';
  }

  follow({ operations }: Statement): void {
    for (const operation of operations) if (operation.kind === 'document command') this.command(operation);
  }

  private command({ collection, effect }: DocumentCommand): void {
    if (collection?.name === undefined) return;
    const key = keyOf(collection);
    const state = this.known.get(key);
    switch (effect.kind) {
      case 'create collection':
        this.known.set(key, 'new');
        return;
      case 'drop collection':
        this.known.set(key, 'gone');
        return;
      case 'create index':
        if (state === 'gone') this.known.set(key, 'new');
        return;
      case 'write':
        if (state !== undefined) this.known.set(key, 'written');
        return;
      case 'rename collection':
        this.known.delete(key);
        if (state !== undefined && effect.newName.name !== undefined) this.known.set(keyOf(effect.newName), state);
        return;
      default:
    }
  }
}

function keyOf({ database, name }: CollectionName): string {
  return `${database ?? ''}\u0000${name ?? ''}`;
}
