import type { Index, Table } from '../../model/catalog';
import type { CollectionName, DocumentCommand, DocumentEffect, DocumentIndex, DocumentValue } from '../../model/document';
import { booleanOf, fieldOf, fieldsOf, isPartial, itemsOf, textOf } from '../../model/document-value';
import type { Statement } from '../../model/migration';
import { readValue } from '../../parse/mongodb/value';
import type { Workspace } from '../workspace';
import { collectionOptions, indexOf, nameOfIndex, viewOf, withCollectionOptions } from './canonical';

type Of<K extends DocumentEffect['kind']> = Extract<DocumentEffect, { kind: K }>;

/**
 * Replays commands of MongoDB: collections are tables without columns, in the schema ''. What belongs to another database is not of this
 * catalog, and neither is a collection that only a run would name.
 */
export class MongodbReplay {
  constructor(readonly workspace: Workspace) {
    workspace.searchPath = [''];
  }

  apply({ operations }: Statement): void {
    for (const operation of operations) if (operation.kind === 'document command') this.command(operation);
  }

  private command({ collection, effect }: DocumentCommand): void {
    const name = ownName(collection);
    if (effect.kind === 'drop database') this.dropAll();
    else if (effect.kind === 'aggregate') this.writeInto(effect);
    else if (name !== undefined) this.change(name, effect);
  }

  private change(name: string, effect: DocumentEffect): void {
    switch (effect.kind) {
      case 'write':
        this.touch(name);
        break;
      case 'create index':
        this.createIndexes(name, effect);
        break;
      case 'drop index':
        this.dropIndexes(name, effect);
        break;
      case 'create collection':
        this.create(name, effect.options);
        break;
      case 'modify collection':
        this.modify(name, effect.options);
        break;
      case 'drop collection':
        this.drop(name);
        break;
      case 'rename collection':
        this.rename(name, effect);
        break;
      default:
    }
  }

  /**
   * The collection that a command works on. Writing makes it unless it is there, and nobody said whether it was: so it is one of which not
   * all is known. A view can't be written.
   */
  private touch(name: string): Table | undefined {
    return this.view(name) === undefined ? this.workspace.tableOrUnseen({ name }) : undefined;
  }

  private view(name: string) {
    return this.workspace.definitions.get('', name);
  }

  private create(name: string, options: DocumentValue | undefined): void {
    const known = this.workspace.tables.get('', name);
    if (this.view(name) !== undefined || (known !== undefined && known.complete !== false)) return;
    if (fieldOf(options, 'viewOn') !== undefined) {
      if (known === undefined) this.workspace.definitions.set(viewOf(this.workspace.newIdentity(), name, options));
      return;
    }
    const said = collectionOptions(options);
    // The server refuses to create what is there (manual, createCollection), so what was presumed of it is all there is.
    const { presumed: _, complete: __, ...table } = known ?? this.workspace.tableOrUnseen({ name });
    this.workspace.tables.set({
      ...table,
      ...(said.length > 0 && { options: said }),
      ...(isPartial(options) && { complete: false }),
    });
  }

  private createIndexes(name: string, { indexes }: Of<'create index'>): void {
    let table = this.touch(name);
    if (table === undefined) return;
    for (const made of indexes) table = withIndex(table, made, this.workspace);
    this.workspace.tables.set(table);
  }

  private dropIndexes(name: string, { indexes }: Of<'drop index'>): void {
    const table = this.touch(name);
    if (table === undefined || indexes === undefined) return;
    this.workspace.tables.set({ ...table, indexes: table.indexes.filter((index) => !indexes.some((dropped) => isMeant(index, dropped))) });
  }

  /** collMod: of a view its query, of a collection its validator, or an option of one of its indexes (manual, collMod). */
  private modify(name: string, options: DocumentValue): void {
    const view = this.view(name);
    if (view !== undefined) {
      if (fieldOf(options, 'viewOn') !== undefined || fieldOf(options, 'pipeline') !== undefined)
        this.workspace.definitions.set(viewOf(view.identity, name, options));
      return;
    }
    const table = this.touch(name);
    if (table === undefined) return;
    const index = fieldOf(options, 'index');
    const said = fieldsOf(options).filter((field) => !['index', 'collMod', 'dryRun'].includes(field.name));
    const kept = withCollectionOptions(table.options ?? [], { kind: 'document', fields: said, span: options.span });
    const { options: _, ...rest } = table;
    this.workspace.tables.set({
      ...rest,
      ...(kept.length > 0 && { options: kept }),
      indexes: index === undefined || isTrial(options) ? table.indexes : table.indexes.map((known) => modified(known, index)),
    });
  }

  private drop(name: string): void {
    const table = this.workspace.tables.get('', name);
    if (table !== undefined) this.workspace.tables.delete(table);
    const view = this.view(name);
    if (view !== undefined) this.workspace.definitions.delete(view);
  }

  /** Indexes and options go with it; a view goes on reading the old name (manual, renameCollection; views are looked up by name). */
  private rename(name: string, { newName, dropTarget }: Of<'rename collection'>): void {
    const source = this.touch(name);
    const target = ownName(newName);
    if (source === undefined) return;
    if (target === undefined) {
      this.workspace.tables.delete(source);
      return;
    }
    const taken = this.workspace.tables.get('', target);
    if (taken !== undefined && !dropTarget && taken.complete !== false) return;
    if (taken !== undefined) this.workspace.tables.delete(taken);
    this.workspace.tables.set({ ...source, name: target });
  }

  /** $out makes a collection anew that keeps the indexes of the old one (manual, $out); $merge makes one where none is. */
  private writeInto({ into }: Of<'aggregate'>): void {
    const name = ownName(into?.collection);
    if (name !== undefined) this.touch(name);
  }

  private dropAll(): void {
    for (const table of this.workspace.tables.values()) this.workspace.tables.delete(table);
    for (const definition of this.workspace.definitions.values()) this.workspace.definitions.delete(definition);
  }
}

function ownName(collection: CollectionName | undefined): string | undefined {
  return collection?.database === undefined ? collection?.name : undefined;
}

/** Created again, an index that is there stays as it is; one of that name with other keys or options is refused. */
function withIndex(table: Table, made: DocumentIndex, workspace: Workspace): Table {
  const { keys, options } = made;
  const called = nameOfIndex(made);
  if (called === undefined || table.indexes.some((index) => index.name === called)) return table;
  const index = indexOf({ identity: workspace.newIdentity(), name: called, keys, ...(options !== undefined && { options }) });
  return { ...table, indexes: [...table.indexes, index] };
}

/** Is it the index of this name, or with these keys; `*` is each of them. */
export function isMeant(index: Index, dropped: string | DocumentValue): boolean {
  if (typeof dropped === 'string') return dropped === '*' || index.name === dropped;
  const { definition } = indexOf({ identity: '', name: '', keys: dropped });
  return index.definition === definition || index.definition.startsWith(`${definition}, {`);
}

function isTrial(options: DocumentValue): boolean {
  return booleanOf(fieldOf(options, 'dryRun')) === true;
}

/** The options of an index that collMod can set. `prepareUnique` only refuses new duplicates; `unique` makes it unique. */
function modified(index: Index, change: DocumentValue): Index {
  const keys = fieldOf(change, 'keyPattern');
  const name = textOf(fieldOf(change, 'name'));
  if (!(name === index.name || (keys !== undefined && isMeant(index, keys)))) return index;
  const [shownKeys, shownOptions] = itemsOf(readValue(`[${index.definition}]`));
  if (shownKeys === undefined) return index;
  const set = fieldsOf(change).filter((field) => ['expireAfterSeconds', 'hidden', 'unique', 'prepareUnique'].includes(field.name));
  const kept = fieldsOf(shownOptions).filter((field) => !set.some(({ name: changed }) => changed === field.name));
  const options: DocumentValue = { kind: 'document', fields: [...kept, ...set], span: change.span };
  return indexOf({ identity: index.identity, name: index.name, keys: shownKeys, options });
}
