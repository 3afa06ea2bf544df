import type { Catalog, Table } from '../../model/catalog';
import type { DocumentCommand, DocumentWrite } from '../../model/document';
import type { Statement } from '../../model/migration';
import { lacks, overlaps } from '../../rollback/mongodb/filters';
import { isMarker } from '../../rollback/mongodb/marker';
import { changesOf } from './repeated';

/**
 * How the catalog `end`, after a migration and its rollback, differs from the one before both, in words. Of a collection that no migration
 * shows only what this one made counts.
 * @param between the catalog after the migration, before its rollback.
 * @param taken names of collections that the migration takes away: they were there, whether or not a migration shows them.
 */
export function collectionsLeftBehind(
  origin: Catalog,
  between: Catalog,
  end: Catalog,
  taken: ReadonlySet<string> = new Set(),
): readonly string[] {
  const names = [...new Set([...end.tables, ...origin.tables].map(({ name }) => name))];
  const views = [...new Set([...end.definitions, ...origin.definitions].map(({ name }) => name))];
  return [
    ...names.flatMap((name) => {
      const [old, now] = [tableOf(origin, name), tableOf(end, name)];
      if (old !== undefined && now !== undefined) return [...indexDifferences(old, now), ...optionDifferences(old, now)];
      const made = tableOf(between, name);
      if (now?.presumed === true) return madeIndexes(made, now);
      // One that only the rollback makes is one that the migration took away.
      if (now !== undefined) return made === undefined || taken.has(name) ? [] : [`collection ${name} stays`];
      return old === undefined || old.presumed === true ? [] : [`collection ${name}, which was there before, is gone`];
    }),
    ...views.flatMap((name) => {
      const [old, now] = [origin, end].map(({ definitions }) => definitions.find((view) => view.name === name));
      if (old === undefined) return between.definitions.some((view) => view.name === name) ? [`view ${name} stays`] : [];
      if (now === undefined) return [`view ${name}, which was there before, is gone`];
      return old.definition === now.definition ? [] : [`view ${name} has another query`];
    }),
  ];
}

function tableOf({ tables }: Catalog, name: string): Table | undefined {
  return tables.find((table) => table.name === name);
}

/** Collections that statements drop or rename. */
export function takenAway(statements: readonly Statement[]): ReadonlySet<string> {
  const isTaken = ({ effect }: DocumentCommand) => effect.kind === 'drop collection' || effect.kind === 'rename collection';
  return new Set(commandsOf(statements).flatMap((command) => (isTaken(command) ? (ownName(command) ?? []) : [])));
}

/** By what they are over: the same index may come back under another name. */
function indexDifferences(old: Table, now: Table): readonly string[] {
  const has = (table: Table, definition: string) => table.indexes.some((index) => index.definition === definition);
  const called = (table: Table, name: string) => table.indexes.find((index) => index.name === name);
  return [
    ...now.indexes.flatMap(({ name, definition }) => {
      if (has(old, definition)) return [];
      return [
        called(old, name) === undefined ? `index ${name} of ${now.name} stays` : `index ${name} of ${now.name} is another one than before`,
      ];
    }),
    ...old.indexes
      .filter(({ name, definition }) => !has(now, definition) && called(now, name) === undefined)
      .map(({ name }) => `index ${name} of ${now.name} is gone`),
  ];
}

/** Of a collection that nobody was seen to make: an index that the migration made, and that is still there. */
function madeIndexes(made: Table | undefined, now: Table): readonly string[] {
  return now.indexes
    .filter(({ identity }) => made?.indexes.some((index) => index.identity === identity) === true)
    .map(({ name }) => `index ${name} of ${now.name} stays`);
}

function optionDifferences(old: Table, now: Table): readonly string[] {
  const optionName = (entry: string) => entry.slice(0, entry.indexOf('='));
  const [before, after] = [old.options ?? [], now.options ?? []];
  const changed = [...before.filter((entry) => !after.includes(entry)), ...after.filter((entry) => !before.includes(entry))];
  return [...new Set(changed.map(optionName))].map((name) => `the ${name} of ${now.name} is not the one before`);
}

/**
 * What a migration did to documents, and nothing in its rollback touches: fields that it added, numbers and lists that it changed, documents
 * that it inserted. Collections that it made are gone with all of that.
 */
export function documentsLeftBehind(up: readonly Statement[], down: readonly Statement[], origin: Catalog): readonly string[] {
  const undone = commandsOf(down);
  const names = renamesOf(up);
  const live = commandsOf(up).filter((command) => {
    const name = ownName(command);
    return name !== undefined && !isMade(up, name, origin);
  });
  const left = live.flatMap((command): readonly string[] => {
    const name = ownName(command) ?? '';
    const touched = undone.filter((other) => {
      const own = ownName(other);
      return own !== undefined && (own === name || names.get(name) === own || names.get(own) === name);
    });
    const isWhole = touched.some(takesWhole) || undone.some((other) => intoOf(other) === name);
    if (isWhole || command.effect.kind !== 'write') return [];
    const changed = touched.flatMap(writesOf).flatMap((write) => (write.kind === 'update' ? changesOf(write.change) : []));
    const fields = touched.some(({ effect }) => effect.kind === 'write' && effect.partial)
      ? undefined
      : changed.flatMap(({ field, operator, value }) => [
          field,
          ...(operator === '$rename' && value.kind === 'scalar' ? [String(value.value)] : []),
        ]);
    if (fields === undefined || touched.flatMap(writesOf).some((write) => write.kind === 'update' && write.change.kind === 'hole'))
      return [];
    return command.effect.writes.flatMap((write) => leftBy(write, name, fields, touched.flatMap(writesOf)));
  });
  return [...new Set(left)];
}

function leftBy(write: DocumentWrite, name: string, undone: readonly string[], touched: readonly DocumentWrite[]): readonly string[] {
  if (write.kind === 'insert')
    return touched.some(({ kind }) => kind === 'delete' || kind === 'replace') ? [] : [`documents inserted into ${name} stay`];
  if (write.kind !== 'update') return [];
  return changesOf(write.change).flatMap(({ operator, field, value }) => {
    const target = operator === '$rename' && value.kind === 'scalar' ? String(value.value) : field;
    // A marker says what was done; to leave it there is harmless.
    if (undone.some((other) => overlaps(other, target)) || isMarker({ name: field, value })) return [];
    const isAdded = operator === '$rename' || (operator === '$set' && lacks(write.filter, field) !== undefined);
    if (isAdded) return [`field ${name}.${target} stays`];
    return operator === '$inc' || operator === '$mul' || operator === '$push' ? [`what ${operator} did to ${name}.${field} stays`] : [];
  });
}

function commandsOf(statements: readonly Statement[]): readonly DocumentCommand[] {
  return statements.flatMap(({ operations }) =>
    operations.flatMap((operation) => (operation.kind === 'document command' ? [operation] : [])),
  );
}

function ownName({ collection }: DocumentCommand): string | undefined {
  return collection?.database === undefined ? collection?.name : undefined;
}

function writesOf({ effect }: DocumentCommand): readonly DocumentWrite[] {
  return effect.kind === 'write' ? effect.writes : [];
}

function intoOf({ effect }: DocumentCommand): string | undefined {
  return effect.kind === 'aggregate' ? effect.into?.collection.name : undefined;
}

function takesWhole({ effect }: DocumentCommand): boolean {
  return effect.kind === 'drop collection' || (effect.kind === 'write' && effect.writes.some((write) => write.kind === 'replace'));
}

/** Is the collection one that the migration creates, explicitly or as a copy? */
function isMade(up: readonly Statement[], name: string, origin: Catalog): boolean {
  if (origin.tables.some((table) => table.name === name)) return false;
  return commandsOf(up).some(
    (command) => (command.effect.kind === 'create collection' && ownName(command) === name) || intoOf(command) === name,
  );
}

function renamesOf(up: readonly Statement[]): ReadonlyMap<string, string> {
  return new Map(
    commandsOf(up).flatMap((command): (readonly [string, string])[] => {
      const { effect } = command;
      const from = ownName(command);
      return effect.kind === 'rename collection' && from !== undefined && effect.newName.name !== undefined
        ? [[from, effect.newName.name]]
        : [];
    }),
  );
}
