import type { Catalog, Column, Constraint, DefinedObject, Index, Sequence, Table } from '../model/catalog';
import { parentKeys, relationKey } from '../model/catalog';
import { isMysqlFamily } from '../model/engine';
import { temporarySchema } from '../model/temporary';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { type Matched, match } from '../state/match';
import { type Change, type ChangeOptions, change, columnIdentity } from './change';
import {
  columnChanges,
  computedFromRemoved,
  dropColumn,
  matchColumns,
  replaced,
  retyped,
  storageOfNewTable,
  type TablePair,
  textNames,
} from './columns';
import { createDefinition, type DefinitionPlan, type Disturbed, definitionKey, dropDefinition, planDefinitions } from './definitions';
import { inheritedColumnChanges } from './inherited-columns';
import { isMadeAnew } from './made-anew';
import { mongodbCatalogChanges } from './mongodb/changes';
import { mysqlCatalogChanges } from './mysql/changes';
import { sqlName } from './names';
import { inOrderOfNeed } from './order';
import { dependentForeignKeys, madeAgain, type PartPlan, partsOfNewTable, partsOfPair, policiesReading } from './part-plans';
import { isAttached, samePartition } from './partitions';
import { addForeignKeys, addKeysAndIndexes, dropParts, policyChanges, triggerChanges } from './parts';
import { attributeChanges } from './privileges';
import { renameObjects } from './renames';
import { createSequences, dropSequences, exchangeSequences, outlivingSequences, ownSequences, releaseSequence } from './sequences';
import {
  attachPartition,
  createTable,
  detachPartition,
  dropTable,
  finalizeDetach,
  isCreatedAttached,
  leaveParents,
  tableChanges,
  tableSwitches,
} from './tables';
import { planTypes, withTypesSetAside } from './types';
import { viewIndexChanges } from './view-indexes';

const defaults: ChangeOptions = { goal: 'in the state to reach', concurrently: true, isEmpty: () => false };

/**
 * DDL that turns one schema into another, in an order in which it can be executed: what goes, in reverse order of need; renames; then what
 * changes and what comes. Objects are followed by identity, so a renamed table is renamed back with its rows.
 *
 * It never writes CASCADE: a statement touches what its title says and nothing else.
 */
export function catalogChanges(from: Catalog, to: Catalog, options: Partial<ChangeOptions> = {}): Change[] {
  const { engine } = options;
  if (engine !== undefined && isMysqlFamily(engine)) return mysqlCatalogChanges(from, to, engine, { ...defaults, ...options });
  if (engine?.name === 'mongodb') return mongodbCatalogChanges(from, to, { ...defaults, ...options });
  return new Writer(lasting(from), lasting(to), { ...defaults, ...options }).changes();
}

/** Temporary objects end with their session: there is nothing to undo in another one, and nothing of that name. */
function lasting(catalog: Catalog): Catalog {
  const lasts = ({ schema }: { readonly schema: string }) => schema !== temporarySchema;
  if (catalog.tables.every(lasts) && catalog.sequences.every(lasts) && catalog.definitions.every(lasts)) return catalog;
  const { tables, sequences, definitions } = catalog;
  return { ...catalog, tables: tables.filter(lasts), sequences: sequences.filter(lasts), definitions: definitions.filter(lasts) };
}

/** One run of the writer: what it found out, and the phases that use it. */
class Writer {
  private readonly finalizes: readonly Change[];
  private readonly renamed: ReturnType<typeof renameObjects>;
  private readonly exchanged: ReturnType<typeof exchangeSequences>;
  private readonly from: Catalog;
  private readonly pairs: readonly TablePair[];
  private readonly newTables: readonly Table[];
  private readonly oldTables: readonly Table[];
  private readonly types: ReturnType<typeof planTypes>;
  private readonly parts: readonly PartPlan[];
  private readonly definitions: DefinitionPlan;
  private readonly droppedColumns: readonly { readonly table: Table; readonly column: Column }[];
  private readonly goingFunctions: ReadonlySet<string>;
  private readonly released: readonly Sequence[];

  constructor(
    private readonly original: Catalog,
    private readonly to: Catalog,
    private readonly options: ChangeOptions,
  ) {
    const [finalizes, settled] = finalizeAll(original, to);
    this.finalizes = finalizes;
    this.original = settled;
    this.renamed = renameObjects(settled, to, options);
    this.types = planTypes(this.renamed.catalog, to, options);
    this.exchanged = exchangeSequences(withTypesSetAside(this.renamed.catalog, this.types), to);
    this.from = this.exchanged.catalog;
    const tables = ofOneKind(match(this.from.tables, to.tables, relationKey));
    this.pairs = tables.pairs.map(([a, b]) => pairOf(a, b, options));
    this.newTables = parentsFirst(tables.added);
    this.oldTables = parentsFirst(tables.removed).reverse();
    this.droppedColumns = this.findDroppedColumns();
    const isFunction = ({ kind }: DefinedObject) => kind === 'function';
    const functions = match(this.from.definitions.filter(isFunction), to.definitions.filter(isFunction), definitionKey);
    this.goingFunctions = new Set(functions.removed.map(({ name }) => name));
    const plans = [...this.pairs.map(partsOfPair), ...this.newTables.map(partsOfNewTable)].map((plan) =>
      this.withPartsOnGoing(this.withKeysOnGoing(plan)),
    );
    this.parts = plans.map((plan) => policiesReading(dependentForeignKeys(plan, plans), this.pairs));
    this.definitions = planDefinitions(
      settled,
      this.from,
      to,
      this.disturbed(),
      new Set(this.oldTables.map((table) => relationKey(this.asNow(table)))),
    );
    this.released = this.findReleased();
  }

  changes(): Change[] {
    const { options, to } = this;
    const renames = this.renamesOfWhatStays();
    return [
      ...this.dropDefinitions(this.definitions.droppedFirst),
      ...this.finalizes,
      ...this.removals(),
      // A new schema may take the name that another one gives up, and objects may move into it.
      ...renames.filter(({ kind }) => kind === 'rename schema'),
      ...this.createSchemas(),
      // Types and domains may rest on types of an extension.
      ...this.createDefinitions(this.definitions.early.filter(isExtension)),
      ...renames.filter(({ kind }) => kind !== 'rename schema'),
      ...this.types.first,
      ...this.exchanged.changes,
      ...createSequences(this.from, to, options),
      ...this.dropDefinitions(this.definitions.droppedBetween),
      ...this.createDefinitions(this.definitions.early.filter((object) => !isExtension(object))),
      ...this.newTables.flatMap((table) => [createTable(table, to, options), ...storageOfNewTable(table, options)]),
      ...this.pairs.flatMap((pair) => tableChanges(pair, options)),
      ...this.pairs.flatMap((pair) => columnChanges(pair, to, options)),
      ...inheritedColumnChanges(this.pairs, options),
      ...this.parts.flatMap((plan) => addKeysAndIndexes(plan, options)),
      ...this.parts.flatMap((plan) => addForeignKeys(plan, this.parts, options)),
      ...this.attachments(),
      ...ownSequences(this.from, to, new Set(this.released.map((sequence) => sequence.identity)), options),
      ...this.createDefinitions(this.definitions.late),
      ...viewIndexChanges(this.definitions.kept, options),
      ...this.parts.flatMap((plan) => triggerChanges(plan, options)),
      ...this.parts.flatMap((plan) => policyChanges(plan, options)),
      ...this.pairs.flatMap((pair) => tableSwitches(pair.from, pair.to, options)),
      ...this.newTables.flatMap((table) => tableSwitches(undefined, table, options)),
      ...this.dropDefinitions(this.definitions.droppedLate.filter((object) => !isExtension(object))),
      ...dropSequences(this.from, to, options),
      ...this.types.last,
      ...this.dropDefinitions(this.definitions.droppedLate.filter(isExtension)),
      ...this.dropSchemas(),
      ...this.createDefinitions(this.definitions.last),
      ...this.attributes(),
    ];
  }

  /** What was dropped for another in its place is not there any more to be renamed. */
  private renamesOfWhatStays(): readonly Change[] {
    const gone = this.definitions.dropped.flatMap(({ identity, kind, schema, name, signature }) => {
      const moved = this.renamed.catalog.definitions.find((object) => object.identity === identity && object.kind === kind);
      const places = [schema, moved?.schema ?? schema].map((place) => sqlName({ schema: place, name }));
      return places.flatMap((place) =>
        ['RENAME TO', 'SET SCHEMA'].map((verb) => `ALTER ${kind.toUpperCase()} ${place}${signature ?? ''} ${verb} `),
      );
    });
    return this.renamed.changes.filter(({ text }) => !gone.some((head) => text.startsWith(head)));
  }

  /** A table of `from` as it is before renames. */
  private asNow(table: Table): Table {
    return this.original.tables[this.from.tables.indexOf(table)] ?? table;
  }

  /** Foreign keys to a table that goes are made again, also where another table gets its name and they read as they should. */
  private withKeysOnGoing(plan: PartPlan): PartPlan {
    const { from } = plan;
    if (from === undefined) return plan;
    const going = new Set(this.oldTables.map((table) => relationKey(this.asNow(table))));
    const now = this.asNow(from).constraints;
    return madeAgain(plan, ({ identity }) => going.has(now.find((other) => other.identity === identity)?.references ?? ''));
  }

  /** What was made with a column or function that goes does so with it, also where another gets its name and it reads as it should. */
  private withPartsOnGoing(plan: PartPlan): PartPlan {
    const { from, to } = plan;
    if (from === undefined || to === undefined) return plan;
    const now = this.asNow(from);
    const columns = new Set(this.droppedColumns.flatMap(({ table, column }) => (table === now ? [column.name] : [])));
    if (columns.size + this.goingFunctions.size === 0) return plan;
    const isOnGoing = (part: Constraint | Index, parts: readonly (Constraint | Index)[], wanted: readonly (Constraint | Index)[]) => {
      const asNow = parts.find(({ identity }) => identity === part.identity);
      // The very same one is on what stays.
      if (asNow === undefined || wanted.some(({ identity }) => identity === part.identity)) return false;
      const reads = 'columns' in asNow ? asNow.columns.some((name) => columns.has(name)) : textNames(asNow.definition, columns);
      return reads || textNames(asNow.definition, this.goingFunctions);
    };
    return madeAgain(
      plan,
      (part) => isOnGoing(part, now.constraints, to.constraints),
      (part) => isOnGoing(part, now.indexes, to.indexes),
    );
  }

  /** Columns that go before all else is changed, by the names of the source. */
  private findDroppedColumns() {
    return this.pairs.flatMap((pair) =>
      [...matchColumns(pair).removed, ...computedFromRemoved(pair)]
        .filter((column) => column.inherited !== true)
        .map((column) => {
          const table = this.asNow(pair.from);
          return { table, column: table.columns.find((other) => other.identity === column.identity) ?? column };
        }),
    );
  }

  /** Sequences that stay, though the column goes that owns them. */
  private findReleased(): Sequence[] {
    const oldKeys = new Set(this.oldTables.map((table) => relationKey(this.asNow(table))));
    return outlivingSequences(
      this.original,
      this.to,
      (table, column) =>
        oldKeys.has(table) || this.droppedColumns.some((entry) => relationKey(entry.table) === table && entry.column.name === column),
    );
  }

  /** The columns that views must not read while they change. */
  private disturbed(): Disturbed {
    const tables = new Set<string>();
    const columns = new Set<string>();
    const names = new Set<string>();
    for (const pair of this.pairs) {
      const { removed, pairs } = matchColumns(pair);
      const changing = new Set([...retyped(pair), ...replaced(pair)]);
      const disturbed = [...removed, ...pairs.filter(([, b]) => changing.has(b.name)).map(([a]) => a)];
      if (disturbed.length > 0) tables.add(relationKey(pair.from));
      for (const column of disturbed) {
        columns.add(`${pair.from.identity}.${column.identity}`);
        names.add(column.name);
      }
    }
    return { tables, columns, names };
  }

  /** What goes, by the names of the source: parts, columns, partitions, tables. */
  private removals(): Change[] {
    const { options } = this;
    const partsAsNow = (plan: PartPlan): PartPlan => {
      if (plan.from === undefined) return plan;
      const table = this.asNow(plan.from);
      return { ...plan, from: table, ...namesOf(plan, table) };
    };
    const going = new Set(this.oldTables.map(relationKey));
    const plans = [...this.parts.map(partsAsNow), ...this.oldTables.map((table) => foreignKeysOf(table, this.asNow(table), going))];
    return [
      ...plans.flatMap((plan) => dropParts(plan, 'triggers and policies', options)),
      ...this.dropDefinitions(this.definitions.dropped),
      ...this.pairs
        .filter((pair) => pair.from.partitionOf !== undefined && !samePartition(pair.from, pair.to))
        .map((pair) => detachPartition(this.asNow(pair.from), options)),
      ...plans.flatMap((plan) => dropParts(plan, 'foreign keys', options)),
      ...plans.flatMap((plan) => dropParts(plan, 'the rest', options)),
      ...this.released.map((sequence) => releaseSequence(sequence, options)),
      ...[...this.droppedColumns]
        .sort((a, b) => Number(b.column.generated !== undefined) - Number(a.column.generated !== undefined))
        .map(({ table, column }) => dropColumn(table, column, options)),
      ...this.pairs.flatMap((pair) => leaveParents(this.asNow(pair.from), pair, options)),
      ...this.oldTables.map((table) => dropTable(this.asNow(table), options)),
    ];
  }

  private attachments(): Change[] {
    const moved = this.pairs.filter((pair) => isAttached(pair.from, pair.to)).map((pair) => pair.to);
    const made = this.newTables.filter((table) => table.partitionOf !== undefined && !isCreatedAttached(table));
    return [...moved, ...made].map((table) => attachPartition(table, this.options));
  }

  private createSchemas(): Change[] {
    return match(this.from.schemas, this.to.schemas, (schema) => schema.name).added.map((schema) =>
      change(
        'create schema',
        `Create schema ${schema.name}`,
        `It was there ${this.options.goal}.`,
        `CREATE SCHEMA ${quoteIdentifier(schema.name)}`,
      ),
    );
  }

  private dropSchemas(): Change[] {
    return match(this.from.schemas, this.to.schemas, (schema) => schema.name).removed.map((schema) =>
      change(
        'drop schema',
        `Drop schema ${schema.name}`,
        `It was not there ${this.options.goal}.`,
        `DROP SCHEMA ${quoteIdentifier(schema.name)}`,
      ),
    );
  }

  private dropDefinitions(objects: DefinitionPlan['dropped']): Change[] {
    const created = new Set(
      [...this.definitions.early, ...this.definitions.late, ...this.definitions.last].map((object) => `${object.kind} ${object.name}`),
    );
    return objects.map((object) => dropDefinition(object, this.options, created.has(`${object.kind} ${object.name}`)));
  }

  private createDefinitions(objects: DefinitionPlan['early']): Change[] {
    const kept = new Set(this.definitions.kept.map(([, b]) => b));
    return objects.flatMap((object) => createDefinition(object, this.options, kept.has(object)));
  }

  private attributes(): Change[] {
    const gone = new Set<object>(
      this.types.setAside.flatMap(({ type }) => this.from.types.filter((other) => relationKey(other) === relationKey(type))),
    );
    const keptDefinitions = new Set<object>(this.definitions.kept.map(([a]) => a));
    const allDefinitions = new Set<object>(this.from.definitions);
    const oldTables = new Set<object>(this.oldTables);
    return attributeChanges(
      this.from,
      this.to,
      (object) => !gone.has(object) && !oldTables.has(object) && (!allDefinitions.has(object) || keptDefinitions.has(object)),
      this.options,
    );
  }
}

/** Where one can't be changed into the other, one goes, and the other comes. */
function ofOneKind({ pairs, added, removed }: Matched<Table>): Matched<Table> {
  const apart = pairs.filter(([a, b]) => isMadeAnew(a, b));
  if (apart.length === 0) return { pairs, added, removed };
  return {
    pairs: pairs.filter((pair) => !apart.includes(pair)),
    added: [...added, ...apart.map(([, b]) => b)],
    removed: [...removed, ...apart.map(([a]) => a)],
  };
}

function pairOf(from: Table, to: Table, { exchanged = new Set() }: ChangeOptions): TablePair {
  const names = to.columns.filter((column) => exchanged.has(columnIdentity(to, column))).map(({ name }) => name);
  return names.length === 0 ? { from, to } : { from, to, exchanged: new Set(names) };
}

function isExtension({ kind }: DefinedObject): boolean {
  return kind === 'extension';
}

/** Detaches that were begun are finished, and the catalog is as it is afterwards. */
function finalizeAll(from: Catalog, to: Catalog): [Change[], Catalog] {
  const wanted = new Set(to.tables.filter((table) => table.partitionOf?.detachPending).map((table) => table.identity));
  const pending = from.tables.filter((table) => table.partitionOf?.detachPending && !wanted.has(table.identity));
  const detached = from.tables.map((table): Table => {
    if (!pending.includes(table)) return table;
    const { partitionOf: _, ...rest } = table;
    const own = <T extends { readonly inherited?: boolean }>(parts: readonly T[]): T[] =>
      parts.map((part) => {
        const { inherited: __, ...alone } = part;
        return alone as T;
      });
    return {
      ...rest,
      columns: own(rest.columns),
      constraints: own(rest.constraints),
      indexes: own(rest.indexes),
      triggers: rest.triggers.filter((trigger) => trigger.inherited !== true),
    };
  });
  return [pending.map(finalizeDetach), { ...from, tables: detached }];
}

/** Partitions and children after their parents. */
function parentsFirst(tables: readonly Table[]): Table[] {
  return inOrderOfNeed(
    tables.map((table) => ({
      item: table,
      key: relationKey(table),
      needs: parentKeys(table),
    })),
  );
}

/** The foreign keys of a table that goes, where they point to another one that goes: either could be dropped first then. */
function foreignKeysOf(old: Table, table: Table, going: ReadonlySet<string>): PartPlan {
  const own = relationKey(old);
  const isOther = (references: string) => references !== own && going.has(references);
  const plan = partsOfNewTable(table);
  return {
    ...plan,
    from: table,
    to: undefined,
    addedConstraints: [],
    addedIndexes: [],
    addedPolicies: [],
    addedTriggers: [],
    droppedConstraints: table.constraints.filter(
      (constraint) => constraint.kind === 'foreign key' && constraint.inherited !== true && isOther(constraint.references ?? ''),
    ),
  };
}

/** The parts that go, as the source calls them. */
function namesOf(plan: PartPlan, table: Table): Partial<PartPlan> {
  const find = <T extends { readonly identity: string }>(parts: readonly T[], all: readonly T[]) =>
    parts.map((part) => all.find((other) => other.identity === part.identity) ?? part);
  return {
    droppedPolicies: find(plan.droppedPolicies, table.policies),
    droppedTriggers: find(plan.droppedTriggers, table.triggers),
    droppedConstraints: find(plan.droppedConstraints, table.constraints),
    droppedIndexes: find(plan.droppedIndexes, table.indexes),
  };
}
