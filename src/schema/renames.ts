import type { Column, DefinedObject, Sequence, Table } from '../model/catalog';
import type { ObjectKind, Operation } from '../model/operation';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../parse/postgres/identifiers';
import { renameIdentifier } from './definitions';
import { renameIndex } from './indexes';
import { Words } from './sentences';
import { moveDependents, moveTable } from './tables';
import type { Workspace } from './workspace';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

export function renameObject(workspace: Workspace, operation: Of<'rename object'>): void {
  const { object, newName } = operation;
  if (operation.objectKind === 'schema') renameSchema(workspace, object.name, newName);
  else if (operation.objectKind === 'index') renameIndex(workspace, object, newName);
  // ALTER TABLE renames views, sequences and indexes too (manual, ALTER TABLE, RENAME).
  else if (!move(workspace, operation, { name: newName }) && operation.objectKind === 'table') renameIndex(workspace, object, newName);
}

export function setSchema(workspace: Workspace, operation: Of<'set schema'>): void {
  move(workspace, operation, { schema: operation.newSchema });
}

/** Gives an object another schema or name. False when it is not known. */
function move(
  workspace: Workspace,
  operation: { readonly object: { readonly schema?: string; readonly name: string }; readonly objectKind: ObjectKind },
  to: { readonly schema?: string; readonly name?: string },
): boolean {
  const { object, objectKind } = operation;
  if (objectKind === 'type' || objectKind === 'domain') return moveType(workspace, object, to);
  if (objectKind === 'sequence') return moveSequence(workspace, object, to);
  const isRelation = ['table', 'foreign table', 'view', 'materialized view'].includes(objectKind);
  const table = isRelation ? workspace.findTable(object) : undefined;
  if (table !== undefined) {
    moveTable(workspace, table, to.schema ?? table.schema, to.name ?? table.name);
    return true;
  }
  const kinds: readonly DefinedObject['kind'][] = isRelation ? ['view', 'materialized view'] : [objectKind as DefinedObject['kind']];
  const definition = workspace.findDefinition(object, kinds);
  if (definition !== undefined) {
    moveDefinition(workspace, definition, to.schema ?? definition.schema, to.name ?? definition.name);
    return true;
  }
  return isRelation && moveSequence(workspace, object, to);
}

function moveType(
  workspace: Workspace,
  name: Of<'set schema'>['object'],
  to: { readonly schema?: string; readonly name?: string },
): boolean {
  const type = workspace.types.find(name, workspace.lookupPath);
  if (type === undefined) return false;
  const definition = to.name === undefined ? type.definition : renameIdentifier(type.definition, type.name, to.name);
  workspace.types.set({ ...type, ...to, definition });
  if (to.name !== undefined) renameInColumns(workspace, type, to.name);
  return true;
}

/** A column keeps its type by identity on a server: its text here has to say the new name. */
function renameInColumns(workspace: Workspace, type: { readonly schema: string; readonly name: string }, newName: string): void {
  const names = new Set([quoteIdentifier(type.name), quoteQualified(type.schema, type.name)]);
  const isOfType = (text: string) => names.has(text.replace(/(\[\d*\])+$/, ''));
  for (const table of workspace.tables.values()) {
    if (!table.columns.some((column) => isOfType(column.type))) continue;
    const columns = table.columns.map((column): Column => {
      if (!isOfType(column.type)) return column;
      const renamed = { ...column, type: renameIdentifier(column.type, type.name, newName) };
      return column.default === undefined ? renamed : { ...renamed, default: renameIdentifier(column.default, type.name, newName) };
    });
    workspace.tables.set({ ...table, columns });
  }
}

function moveSequence(
  workspace: Workspace,
  name: Of<'set schema'>['object'],
  to: { readonly schema?: string; readonly name?: string },
): boolean {
  const sequence = workspace.sequences.find(name, workspace.lookupPath);
  if (sequence === undefined) return false;
  const moved = { ...sequence, ...to };
  const ofDefaults = defaultsOf(workspace, sequence);
  workspace.sequences.set(moved);
  for (const [table, columns] of ofDefaults)
    workspace.tables.set({ ...table, columns: columns.map((column) => takingFrom(column, moved)) });
  return true;
}

const nextValue = /(\bnextval\s*\(\s*)'((?:[^']|'')+)'(?!\s*::\s*text\b)/gi;

/** A default holds its sequence by identity: its text has to say the new name. Only what surely means this sequence is changed. */
function defaultsOf(workspace: Workspace, sequence: Sequence): readonly (readonly [Table, readonly Column[]])[] {
  const isMeant = (text: string) => {
    const called = new Words(text.replaceAll("''", "'")).name();
    return workspace.sequences.find(called, workspace.lookupPath)?.identity === sequence.identity;
  };
  return workspace.tables.values().flatMap((table) => {
    const marked = table.columns.map((column): Column => {
      if (column.default === undefined || !column.default.includes(sequence.name)) return column;
      return {
        ...column,
        default: column.default.replaceAll(nextValue, (all, head: string, text: string) => (isMeant(text) ? `${head}${mark}` : all)),
      };
    });
    return marked.some((column) => column.default?.includes(mark)) ? [[table, marked] as const] : [];
  });
}

/** Stands in for the name between its search, for which it has to be the old one, and its change. */
const mark = '\u0000';

function takingFrom(column: Column, sequence: Sequence): Column {
  if (column.default?.includes(mark) !== true) return column;
  const name = quoteQualified(sequence.schema === 'public' ? undefined : sequence.schema, sequence.name);
  return { ...column, default: column.default.replaceAll(mark, () => quoteLiteral(name)) };
}

function moveDefinition(workspace: Workspace, object: DefinedObject, schema: string, name: string): void {
  const rename = (text: string) => renameIdentifier(text, object.name, name);
  workspace.definitions.set({ ...object, schema, name, definition: rename(object.definition) });
  moveDependents(workspace, object, { schema, name }, rename);
}

function renameSchema(workspace: Workspace, name: string, newName: string): void {
  const schema = workspace.schemas.get('', name);
  if (schema !== undefined) workspace.schemas.set({ ...schema, name: newName });
  // Each move changes what refers to the object, and that may be another one that moves: it is looked up again.
  const inSchema = <T extends { readonly schema: string; readonly identity: string }>(
    objects: () => readonly T[],
    move: (object: T) => void,
  ) => {
    for (const { identity } of objects().filter((object) => object.schema === name)) {
      const object = objects().find((candidate) => candidate.identity === identity);
      if (object !== undefined) move(object);
    }
  };
  inSchema(
    () => workspace.tables.values(),
    (table) => moveTable(workspace, table, newName, table.name),
  );
  for (const sequence of workspace.sequences.values()) {
    if (sequence.schema === name) workspace.sequences.set({ ...sequence, schema: newName });
  }
  for (const type of workspace.types.values()) if (type.schema === name) workspace.types.set({ ...type, schema: newName });
  inSchema(
    () => workspace.definitions.values(),
    (object) => moveDefinition(workspace, object, newName, object.name),
  );
}
