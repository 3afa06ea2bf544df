import type { Catalog, Table } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import type { ObjectName, Operation } from '../model/operation';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import { replaySteps } from '../schema/virtual-schema';
import { type DownPart, notUndone, statement } from './down-part';
import { isNamed } from './rows';

/**
 * Operations on what no earlier migration shows: they leave no trace in the virtual schema, so they are turned round one by one, last
 * first, as far as their own text tells what was there.
 */
export function unseenDown(statements: readonly Statement[], before: Catalog, after: Catalog, engine: Engine): DownPart[] {
  const named = new Set(statements.flatMap(({ operations }) => operations.flatMap(nameGiven)));
  const alone = statements.flatMap((whole) => whole.operations.map((operation) => ({ ...whole, operations: [operation] })));
  let steps: readonly Catalog[] | undefined;
  const parts = alone.map(({ operations }, place) =>
    operations.flatMap((operation) => {
      const found = downOf(operation, before, after, named);
      if (found.length === 0 || operation.kind === 'do block') return found;
      // It may be known under a name that it had for a moment only.
      steps ??= replaySteps(before, alone, engine);
      return downOf(operation, steps[place] ?? before, steps[place + 1] ?? after, named);
    }),
  );
  return parts.reverse().flat();
}

/** The name that an operation gives to an object: what is dropped under it later was made, or renamed, by the migration itself. */
function nameGiven(operation: Operation): string[] {
  switch (operation.kind) {
    case 'create table':
      return [operation.table.name];
    case 'create object':
      return [operation.object.name];
    case 'rename object':
      return [operation.newName];
    case 'create index':
      return operation.index.name === undefined ? [] : [operation.index.name];
    default:
      return [];
  }
}

function downOf(operation: Operation, before: Catalog, after: Catalog, named: ReadonlySet<string>): DownPart[] {
  switch (operation.kind) {
    case 'rename column':
    case 'drop column':
    case 'alter column type':
    case 'set default':
    case 'drop default':
    case 'set not null':
    case 'drop not null':
      return hasColumn(operation.table, operation.column, before, after) ? [] : downOfColumn(operation);
    case 'alter table': {
      const table = find(operation.table, after);
      return table?.presumed === true ? downOfWhole(operation) : [];
    }
    case 'drop constraint': {
      const table = find(operation.table, before);
      if (table?.complete === true || table?.constraints.some((constraint) => constraint.name === operation.constraint)) return [];
      return unknown(`constraint ${operation.constraint} of ${operation.table.name}, which is dropped`);
    }
    case 'rename object':
      return downOfRename(operation, before, after);
    case 'drop object':
      // What the catalog keeps under other names is told when its replay shows nothing.
      if (operation.objectKind === 'other') return [];
      // What columns, indexes and functions are of an extension is in no migration.
      if (operation.objectKind === 'extension' && operation.cascade)
        return operation.objects.flatMap(({ name }) => unknown(`what extension ${name} takes along, which is dropped with CASCADE`));
      return operation.objects.flatMap((name) =>
        named.has(name.name) || isKnown(name, before, after)
          ? []
          : unknown(`${operation.objectKind} ${name.name}, which is dropped${operation.ifExists ? ' if it is there' : ''}`),
      );
    case 'do block':
      return unknown('what the DO block does');
    default:
      return [];
  }
}

type ColumnOperation = Extract<
  Operation,
  { kind: 'rename column' | 'drop column' | 'alter column type' | 'set default' | 'drop default' | 'set not null' | 'drop not null' }
>;

function downOfColumn(operation: ColumnOperation): DownPart[] {
  const on = `ALTER TABLE ${quoteQualified(operation.table.schema, operation.table.name)}`;
  const column = quoteIdentifier(operation.column);
  const name = `${operation.table.name}.${operation.column}`;
  switch (operation.kind) {
    case 'rename column':
      return [statement(`${on} RENAME COLUMN ${quoteIdentifier(operation.newName)} TO ${column}`)];
    case 'set not null':
      return [statement(`${on} ALTER COLUMN ${column} DROP NOT NULL`)];
    case 'drop not null':
      return [statement(`${on} ALTER COLUMN ${column} SET NOT NULL`)];
    case 'drop column':
      return unknown(`column ${name}, which is dropped with its values: its type is in no migration that was read`);
    case 'alter column type':
      return unknown(`the type that ${name} had before`);
    case 'set default':
    case 'drop default':
      return unknown(`the default that ${name} had before`);
  }
}

function downOfRename(operation: Extract<Operation, { kind: 'rename object' }>, before: Catalog, after: Catalog): DownPart[] {
  const { object, objectKind, newName } = operation;
  // What the catalog keeps under other names is told when its replay shows nothing.
  if (objectKind === 'other') return [];
  if (isKnown(object, before, after) || isKnown({ ...object, name: newName }, before, after)) return [];
  const text = `ALTER ${objectKind.toUpperCase()} ${quoteQualified(object.schema, newName)} RENAME TO ${quoteIdentifier(object.name)}`;
  return [statement(text)];
}

/** ALTER TABLE forms that have an opposite, whatever was there before. */
const opposites: readonly (readonly [RegExp, string])[] = [
  [/^enable\s+row\s+level\s+security$/i, 'DISABLE ROW LEVEL SECURITY'],
  [/^disable\s+row\s+level\s+security$/i, 'ENABLE ROW LEVEL SECURITY'],
  [/^force\s+row\s+level\s+security$/i, 'NO FORCE ROW LEVEL SECURITY'],
  [/^no\s+force\s+row\s+level\s+security$/i, 'FORCE ROW LEVEL SECURITY'],
  [/^set\s+logged$/i, 'SET UNLOGGED'],
  [/^set\s+unlogged$/i, 'SET LOGGED'],
  [/^disable\s+(trigger|rule)\s+(.+)$/is, 'ENABLE $1 $2'],
  [/^enable\s+(trigger|rule)\s+(.+)$/is, 'DISABLE $1 $2'],
  [/^inherit\s+(.+)$/is, 'NO INHERIT $1'],
  [/^no\s+inherit\s+(.+)$/is, 'INHERIT $1'],
];

function downOfWhole(operation: Extract<Operation, { kind: 'alter table' }>): DownPart[] {
  const on = `ALTER TABLE ${quoteQualified(operation.table.schema, operation.table.name)}`;
  const detail = operation.detail.trim();
  // Around a load: the two take each other back.
  if (/^(enable|disable)\s+trigger\s+(all|user)$/i.test(detail)) return [];
  const found = opposites.find(([pattern]) => pattern.test(detail));
  if (found === undefined) return unknown(`${on} ${detail}`);
  return [
    statement(
      `${on} ${detail.replace(
        found[0],
        found[1].replace(/\btrigger|rule\b/i, (word) => word.toUpperCase()),
      )}`,
    ),
  ];
}

function unknown(what: string): DownPart[] {
  return [notUndone(what)];
}

function find(name: ObjectName, catalog: Catalog): Table | undefined {
  return catalog.tables.find((table) => isNamed(name, table));
}

/** A whole table's columns are all known; of an incomplete one those that were seen. */
function hasColumn(table: ObjectName, column: string, before: Catalog, after: Catalog): boolean {
  const [old, now] = [find(table, before), find(table, after)];
  const tables = [old, now].flatMap((found) => found ?? []);
  if (tables.some((found) => found.complete !== false)) return true;
  return tables.some((found) => found.columns.some((other) => other.name === column));
}

function isKnown(name: ObjectName, before: Catalog, after: Catalog): boolean {
  return [before, after].some(
    (catalog) =>
      [
        ...catalog.tables,
        ...catalog.types,
        ...catalog.sequences,
        ...catalog.definitions,
        ...catalog.tables.flatMap((table) => partsOf(table)),
        ...catalog.definitions.flatMap(({ schema, indexes = [] }) => indexes.map(({ name: index }) => ({ schema, name: index }))),
      ].some((object) => isNamed(name, object)) || catalog.schemas.some((schema) => schema.name === name.name),
  );
}

function partsOf(table: Table): { schema: string; name: string }[] {
  return [...table.indexes, ...table.triggers, ...table.policies].map(({ name }) => ({ schema: table.schema, name }));
}
