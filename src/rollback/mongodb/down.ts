import { type Catalog, emptyCatalog, type Table } from '../../model/catalog';
import type { DocumentCommand, DocumentEffect, DocumentValue, DocumentWrite } from '../../model/document';
import type { Migration, Statement } from '../../model/migration';
import type { PlannedTransaction } from '../../model/plan';
import { array, document, scalar } from '../../parse/mongodb/document';
import { groupMongodbTransactions } from '../../plan/mongodb/transactions';
import { replaySteps } from '../../schema/virtual-schema';
import type { Loss } from '../../state/loss';
import { type DownPart, lostData, notUndone, statement } from '../down-part';
import { downOfChange, type GeneratedDown, generatedDown } from '../down-parts';
import { unreadCallsDown, unreadStatementDown } from '../down-unread';
import { callText } from './build';
import { mongodbCatalogChanges } from './changes';
import { changeBack } from './changes-back';
import { optionsOf } from './collections';
import { asksFor, conditionsOf } from './filters';
import { inTransaction } from './in-transaction';
import { keptCopy, restoreText } from './kept-copy';
import { indexOptionBack } from './unseen-index';
import { asPart } from './write-back';
import { inverseOfWrites } from './writes';

/**
 * The rollback of a migration of MongoDB, as mongosh text: each statement is taken back on the schema that it met, last first, since a
 * validator or an index may stand in the way of what was written before it.
 */
export function generateMongodbDown(migration: Migration, before: Catalog): GeneratedDown {
  return new Walk(migration, before).down();
}

type Of<K extends DocumentEffect['kind']> = Extract<DocumentEffect, { kind: K }>;

/** A statement, and the parts of its rollback in their order. */
interface Undone {
  readonly each: Statement;
  readonly parts: readonly DownPart[];
}

interface Run {
  readonly parts: readonly DownPart[];
  /** `up` did it in one transaction. */
  readonly isTransaction: boolean;
}

class Walk {
  private readonly statements: readonly Statement[];
  private readonly steps: readonly Catalog[];
  /** Identities of collections that were there. */
  private readonly old: ReadonlySet<string>;

  constructor(
    private readonly migration: Migration,
    before: Catalog,
  ) {
    this.statements = migration.up.statements;
    this.steps = replaySteps(before, this.statements, migration.engine);
    this.old = new Set(before.tables.map(({ identity }) => identity));
  }

  down(): GeneratedDown {
    const undone = this.statements.map((each, place) => ({ each, parts: this.downOf(each, place).toReversed() })).toReversed();
    const parts = this.runs(undone).flatMap(({ parts: own, isTransaction }) => {
      if (!isTransaction) return own;
      return inTransaction(own, this.migration.engine, this.steps[0] ?? emptyCatalog) ?? own;
    });
    return generatedDown([...unreadCallsDown(this.migration.up), ...this.databaseOf(parts), ...parts], (text) => text, '//');
  }

  /** A script that goes to a database of its own is undone there. One that goes to several is left to who knows them. */
  private databaseOf(parts: readonly DownPart[]): readonly DownPart[] {
    const operations = this.statements.flatMap((each) => each.operations);
    const names = new Set(operations.flatMap((operation) => (operation.kind === 'use' ? [operation.database] : [])));
    const [only, ...others] = names;
    if (only === undefined || parts.every(({ text }) => text.length === 0)) return [];
    if (others.length > 0) return [notUndone(`to which of ${[...names].join(', ')} each of these belongs`)];
    return [statement(`use(${JSON.stringify(only)})`)];
  }

  /** What is undone, transaction by transaction of `up`; what was in none stands for itself. */
  private runs(undone: readonly Undone[]): readonly Run[] {
    const transactions = groupMongodbTransactions(this.migration.up).filter(({ kind }) => kind === 'explicit');
    const runs: (Run & { readonly of: PlannedTransaction | undefined })[] = [];
    for (const { each, parts } of undone) {
      const of = transactions.find(({ statements }) => statements.includes(each.index));
      const last = runs.at(-1);
      if (last !== undefined && last.of === of) runs[runs.length - 1] = { ...last, parts: [...last.parts, ...parts] };
      else if (parts.length > 0) runs.push({ of, parts, isTransaction: of !== undefined });
    }
    // Something that was in no transaction was done between.
    return runs.map((run) => ({ ...run, isTransaction: run.isTransaction && runs.filter(({ of }) => of === run.of).length === 1 }));
  }

  /** The parts of one statement, in the order opposite to that of the rollback. */
  private downOf(each: Statement, place: number): readonly DownPart[] {
    const [then, now] = [this.steps[place], this.steps[place + 1]];
    if (then === undefined || now === undefined) return [];
    if (each.unreadable !== undefined) return [unreadStatementDown(each)];
    return each.operations.flatMap((operation) =>
      operation.kind === 'document command' ? this.downOfCommand(operation, each, then, now).toReversed() : [],
    );
  }

  private downOfCommand(command: DocumentCommand, each: Statement, then: Catalog, now: Catalog): readonly DownPart[] {
    const { effect, collection, method } = command;
    if (effect.kind === 'read' || (effect.kind === 'aggregate' && effect.into === undefined)) return [];
    if (effect.kind === 'other') return [notUndone(`what ${method} does`)];
    if (effect.kind === 'drop database')
      return [{ ...notUndone('the whole database, which is dropped: it comes back from a backup alone'), losses: allOf(then) }];
    const name = collection?.name;
    if (name === undefined) return [notUndone(`${method} of statement ${each.index}: only a run tells its collection`)];
    if (collection?.database !== undefined) return [notUndone(`${method} in the database ${collection.database}`)];
    switch (effect.kind) {
      case 'write':
        return this.downOfWrites(effect, each, name, then, now);
      case 'aggregate':
        return this.downOfAggregate(effect, each, name, then);
      default:
        return this.downOfSchema(effect, each, name, then, now);
    }
  }

  private downOfWrites({ writes, partial }: Of<'write'>, each: Statement, name: string, then: Catalog, now: Catalog): readonly DownPart[] {
    const table = tableOf(then, name) ?? tableOf(now, name);
    // It goes with its collection.
    if (table !== undefined && this.isMadeHere(table)) return [];
    const back = inverseOfWrites(writes, name, table);
    const more = partial
      ? [notUndone(`further writes to ${name} of statement ${each.index}, which only a run tells`, { table: name })]
      : [];
    const isWhole = back.losses.length === 0 && back.told.length === 0 && !partial;
    const kept = isWhole ? undefined : this.restored(writes, each, name);
    if (kept === undefined || partial) return [...more, ...asPart(back)];
    // The copy has the old documents as they were; what was inserted beside them goes first.
    const inserts = writes.filter((write) => write.kind === 'insert');
    const upserts = writes.flatMap((write) =>
      write.kind === 'update' && write.upsert ? [statement(callText(name, 'deleteMany', write.filter))] : [],
    );
    return [...asPart(inverseOfWrites(inserts, name, table)), ...upserts, ...kept];
  }

  /** What brings back the documents that were copied aside before these writes; undefined where they were not. */
  private restored(writes: readonly DocumentWrite[], each: Statement, name: string): readonly DownPart[] | undefined {
    const filters = writes.flatMap((write): readonly DocumentValue[] => (write.kind === 'insert' ? [] : [write.filter]));
    // An upsert that writes what its own filter asks for leaves a document that the filter does not find.
    const isHidden = writes.some((write) => write.kind === 'update' && write.upsert && changesFilter(write));
    if (filters.length === 0 || isHidden) return undefined;
    const copy = keptCopy(this.statements, each, name, filters);
    return copy === undefined ? undefined : [statement(restoreText(copy.collection, name))];
  }

  /** Was it created by this migration? One that a write or an index made, or found, is not known to be. */
  private isMadeHere({ identity, presumed, complete }: Table): boolean {
    return !this.old.has(identity) && presumed !== true && complete !== false;
  }

  private downOfAggregate({ into }: Of<'aggregate'>, each: Statement, from: string, then: Catalog): readonly DownPart[] {
    const target = into?.collection;
    if (target?.name === undefined || target.database !== undefined)
      return [
        notUndone(`what ${into?.stage ?? 'the aggregate'} writes outside of this database, or to a collection that only a run tells`),
      ];
    const { name } = target;
    const table = tableOf(then, name);
    if (table !== undefined && this.isMadeHere(table)) return [];
    if (into?.stage === '$merge') {
      // Its own copy of what it is about to change.
      if (table === undefined && this.isRestoredFrom(name)) return [statement(callText(name, 'drop'))];
      return [notUndone(`what $merge writes into ${name}: copy ${name} aside first`, { table: name })];
    }
    // A collection that it read from was there.
    if (table !== undefined || name === from) {
      const copy = keptCopy(this.statements, each, name, 'all');
      if (copy === undefined) return [lostData(lostBy(`the documents of ${name} that $out replaces`), { table: name })];
      return [statement(callText(copy.collection, 'aggregate', array([document({ $out: name })])))];
    }
    const told = `If ${name} was there before the migration, what it held was replaced by documents of ${from}.`;
    // A copy of its own, or one whose place was made free before.
    const isOwn = this.isRestoredFrom(name) || this.steps[0]?.tables.some((known) => known.name === name) === true;
    return [{ comments: isOwn ? [] : [told], text: [callText(name, 'drop')] }];
  }

  /** Is it a copy that this migration keeps of what it changes or drops? */
  private isRestoredFrom(copy: string): boolean {
    return this.statements.some((each) =>
      each.operations.some((operation) => {
        if (operation.kind !== 'document command' || operation.collection?.name === undefined) return false;
        const { effect, collection } = operation;
        const name = collection.name ?? '';
        if (effect.kind === 'drop collection') return keptCopy(this.statements, each, name, 'all')?.collection === copy;
        if (effect.kind === 'aggregate' && effect.into?.stage === '$out')
          return keptCopy(this.statements, each, effect.into.collection.name ?? '', 'all')?.collection === copy;
        if (effect.kind !== 'write') return false;
        const filters = effect.writes.flatMap((write) => (write.kind === 'insert' ? [] : [write.filter]));
        return filters.length > 0 && keptCopy(this.statements, each, name, filters)?.collection === copy;
      }),
    );
  }

  private downOfSchema(effect: DocumentEffect, each: Statement, name: string, then: Catalog, now: Catalog): readonly DownPart[] {
    const own = tableOf(then, name);
    const isWithin = effect.kind === 'create index' || effect.kind === 'drop index' || effect.kind === 'modify collection';
    // What is done to a new collection goes with it.
    if (isWithin && own !== undefined && this.isMadeHere(own)) return [];
    const unseen = this.downOfUnseen(effect, name, then, now);
    const known = withUnseen(then, now);
    const changes = mongodbCatalogChanges(now, known, { goal: 'before this migration', concurrently: false, isEmpty: () => false });
    const losses = changes.flatMap((change) => change.loses?.loss ?? []);
    const copy = losses.length === 0 ? undefined : keptCopy(this.statements, each, losses[0]?.table ?? name, 'all');
    const parts = changes.flatMap((change): readonly DownPart[] => {
      const part = downOfChange(change, []);
      const lost = change.loses?.loss;
      const isMade = lost !== undefined && tablesMade(then, lost.table).some((table) => this.isMadeHere(table));
      if (lost === undefined || (copy === undefined && !isMade)) return [part];
      const { comments: _, losses: __, ...rest } = part;
      const bare: DownPart = { ...rest, comments: [] };
      return copy === undefined ? [bare] : [bare, statement(restoreText(copy.collection, lost.table))];
    });
    return [...unseen, ...parts];
  }

  /** What is done to collections and indexes that no migration shows. */
  private downOfUnseen(effect: DocumentEffect, name: string, then: Catalog, now: Catalog): readonly DownPart[] {
    const table = tableOf(then, name);
    const isView = then.definitions.some((object) => object.name === name);
    switch (effect.kind) {
      case 'drop collection':
        if (table !== undefined || isView) return [];
        return [notUndone(`collection ${name}, which is dropped with its documents: no migration that was read makes it`, { table: name })];
      case 'drop index':
        return this.unseenIndexes(effect, name, table);
      case 'modify collection':
        if (table !== undefined && table.complete !== false) return [];
        return [...unseenOptions(name, table, tableOf(now, name)), ...indexOptionBack(name, table, effect.options)];
      case 'rename collection': {
        const { newName, dropTarget } = effect;
        if (newName.name === undefined || newName.database !== undefined)
          return [notUndone(`the renaming of ${name} to what only a run tells`)];
        const target = tableOf(then, newName.name);
        const replaced =
          dropTarget && target === undefined && table === undefined
            ? [
                lostData(lostBy(`the documents of ${newName.name}, if there were any: they were replaced by ${name}`), {
                  table: newName.name,
                }),
              ]
            : [];
        return table === undefined ? [...replaced, statement(callText(newName.name, 'renameCollection', scalar(name)))] : replaced;
      }
      default:
        return [];
    }
  }

  private unseenIndexes({ indexes }: Of<'drop index'>, name: string, table: Table | undefined): readonly DownPart[] {
    if (indexes === undefined) return [notUndone(`indexes of ${name} that are dropped: only a run tells which`)];
    if (indexes.includes('*')) {
      return table?.complete !== false && table !== undefined
        ? []
        : [notUndone(`indexes of ${name}, all of which are dropped, as far as no migration that was read makes them`)];
    }
    return indexes.flatMap((index) => {
      if (typeof index !== 'string')
        return table === undefined ? [notUndone(`an index of ${name} that is dropped: no migration that was read makes it`)] : [];
      return table?.indexes.some((known) => known.name === index) === true
        ? []
        : [notUndone(`index ${index} of ${name}, which is dropped: no migration that was read makes it`)];
    });
  }
}

function changesFilter({ filter, change }: Extract<DocumentWrite, { kind: 'update' }>): boolean {
  const { written } = changeBack(filter, change);
  return conditionsOf(filter).some((condition) => asksFor(condition, written));
}

function tableOf({ tables }: Catalog, name: string): Table | undefined {
  return tables.find((table) => table.name === name);
}

function tablesMade(catalog: Catalog, name: string): readonly Table[] {
  const table = tableOf(catalog, name);
  return table === undefined ? [] : [table];
}

function allOf({ tables }: Catalog): readonly Loss[] {
  return tables.map(({ name }) => ({ table: name }));
}

function lostBy(what: string): string {
  return `Lost: ${what}: restore them from a backup taken before the migration.`;
}

/** A collection that a statement is the first to name was there: without what the statement gave it. */
function withUnseen(then: Catalog, now: Catalog): Catalog {
  const seen = new Set(then.tables.map(({ identity }) => identity));
  const unseen = now.tables
    .filter((table) => table.presumed === true && !seen.has(table.identity))
    .map(({ options: _, ...table }): Table => ({ ...table, indexes: [] }));
  return unseen.length === 0 ? then : { ...then, tables: [...then.tables, ...unseen] };
}

/** What collMod replaced may have been there, though nothing shows it. */
function unseenOptions(name: string, then: Table | undefined, now: Table | undefined): readonly DownPart[] {
  const known = optionsOf(then ?? {});
  const changed = [...optionsOf(now ?? {})].filter(([option, value]) => known.get(option) === undefined && value !== undefined);
  if (changed.length === 0) return [];
  const names = changed.map(([option]) => option).join(', ');
  return [{ comments: [`No migration that was read shows ${names} of ${name} before: if there was one, put it back instead.`], text: [] }];
}
