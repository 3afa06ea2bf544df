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
  /** Number of the transaction that the command runs in. */
  readonly transaction: number;
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

interface Course {
  readonly state: 'empty' | 'written' | 'gone';
  /** In which it was made or dropped. */
  readonly transaction: number;
}

/** Follows which collections a program makes and takes away, command by command. */
export class CollectionCourse {
  private readonly known = new Map<string, Course>();

  /** What was dropped in sight is made by whatever touches it next. */
  isNew(collection: CollectionName): boolean {
    return this.known.has(keyOf(collection));
  }

  /** Can a transaction build an index on it: was it made there, and nothing written to it? Or is it not there, so that the index makes it? */
  takesIndexIn(transaction: number, collection: CollectionName): boolean {
    const course = this.known.get(keyOf(collection));
    return course?.state === 'gone' || (course?.state === 'empty' && course.transaction === transaction);
  }

  /** @param transaction the number of the one that the statement runs in. */
  follow({ operations }: Statement, transaction: number): void {
    for (const operation of operations) if (operation.kind === 'document command') this.command(operation, transaction);
  }

  private command({ collection, effect }: DocumentCommand, transaction: number): void {
    if (collection?.name === undefined) return;
    const key = keyOf(collection);
    const course = this.known.get(key);
    switch (effect.kind) {
      case 'create collection':
        this.known.set(key, { state: 'empty', transaction });
        return;
      case 'drop collection':
        this.known.set(key, { state: 'gone', transaction });
        return;
      case 'create index':
        if (course?.state === 'gone') this.known.set(key, { state: 'empty', transaction });
        return;
      case 'write':
        if (course !== undefined) this.known.set(key, { ...course, state: 'written' });
        return;
      case 'rename collection':
        this.known.delete(key);
        if (course !== undefined && effect.newName.name !== undefined) this.known.set(keyOf(effect.newName), course);
        return;
      default:
    }
  }
}

function keyOf({ database, name }: CollectionName): string {
  return `${database ?? ''}\u0000${name ?? ''}`;
}
