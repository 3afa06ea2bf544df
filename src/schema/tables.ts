import { relationKey, type Table } from '../model/catalog';
import type { ObjectName, Operation } from '../model/operation';
import { temporarySchema } from '../model/temporary';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import { addColumn, mergeColumn } from './columns';
import { addConstraint, dropForeignKeysTo } from './constraints';
import { copyColumns, copyParts } from './copied-table';
import { renameIdentifier } from './definitions';
import { dropDependents, dropPoliciesReading } from './dependents';
import { inheritAll, sharesIdentity, withDescendants } from './inheritance';
import { isHeritable, ownParts } from './partition-parts';
import { isView, withRelationRenamed } from './renamed-readers';
import { readOptions } from './sentences';
import { TableDraft } from './table-draft';
import type { Workspace } from './workspace';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

export function createTable(workspace: Workspace, operation: Of<'create table'>, text: string): void {
  const schema = operation.persistence === 'temporary' ? temporarySchema : workspace.creationSchema(operation.table);
  const existing = workspace.tables.get(schema, operation.table.name);
  if (existing !== undefined && (operation.ifNotExists || existing.complete !== false)) return;
  // IF NOT EXISTS asks for the name alone: a view has it too.
  if (operation.ifNotExists && workspace.relationExists(schema, operation.table.name)) return;
  if (existing !== undefined) workspace.tables.delete(existing);
  const like = operation.like === undefined ? undefined : workspace.findTable(operation.like);
  const isLikeKnown =
    operation.like === undefined || (operation.likeIncludes !== undefined && like !== undefined && like.complete !== false);
  const parents = [operation.partitionOf, ...(operation.inherits ?? [])].flatMap((name) =>
    name === undefined ? [] : workspace.findTable(name),
  );
  const server = /^\s*create\s+foreign\s+table\b.*\b(server\s.*)$/is.exec(text)?.[1];
  const parent = operation.partitionOf === undefined ? undefined : workspace.tableOrUnseen(operation.partitionOf);
  const table: Table = {
    identity: workspace.newIdentity(),
    schema,
    name: operation.table.name,
    kind: server !== undefined ? 'foreign table' : operation.partitionKey === undefined ? 'table' : 'partitioned table',
    ...(server !== undefined && { server }),
    persistence: operation.persistence,
    columns: [],
    constraints: [],
    indexes: [],
    triggers: [],
    policies: [],
    rowSecurity: 'off',
    // The columns of a query are not in the text.
    complete: !operation.asQuery && isLikeKnown && parents.every((found) => found !== undefined && found.complete !== false),
    ...(operation.partitionKey !== undefined && { partitionKey: operation.partitionKey }),
    ...(operation.parameters !== undefined && {
      options: [...readOptions(operation.parameters)].map(([option, value]) => `${option}=${value}`).sort(),
    }),
    ...(operation.tablespace !== undefined && { tablespace: operation.tablespace }),
    ...(operation.accessMethod !== undefined && { accessMethod: operation.accessMethod }),
    ...(parent !== undefined && {
      partitionOf: { parent: relationKey(parent), bound: operation.partitionBound ?? 'DEFAULT', detachPending: false },
    }),
    ...(operation.inherits !== undefined && { inherits: operation.inherits.map((name) => qualifiedKey(workspace, name)) }),
  };
  workspace.tables.set(table);
  TableDraft.change(workspace, table, (draft) => {
    for (const model of parents) if (model !== undefined) inheritAll(workspace, draft, model);
    const likeAfter = operation.likeAfter ?? 0;
    for (const [place, column] of operation.columns.entries()) {
      if (like !== undefined && place === likeAfter) copyColumns(workspace, draft, like, operation.likeIncludes);
      const isInherited = draft.columns.some(({ name, inherited }) => name === column.name && inherited === true);
      if (isInherited) mergeColumn(workspace, draft, column);
      else addColumn(workspace, draft, column);
    }
    if (like !== undefined && operation.columns.length <= likeAfter) copyColumns(workspace, draft, like, operation.likeIncludes);
    // There are no rows yet: NOT VALID says nothing here (manual, CREATE TABLE has no such words).
    for (const constraint of operation.constraints) addConstraint(workspace, draft, { ...constraint, notValid: false });
    if (like !== undefined) copyParts(workspace, draft, like, operation.likeIncludes);
  });
}

/** A table takes its sequences with it; with CASCADE the foreign keys to it and the views on it too. */
export function dropTable(workspace: Workspace, table: Table, cascade: boolean): void {
  workspace.tables.delete(table);
  const key = relationKey(table);
  for (const sequence of workspace.sequences.values()) {
    if (sequence.ownedBy?.table === key) workspace.sequences.delete(sequence);
  }
  // Rules and statistics are parts of it.
  for (const object of workspace.definitions.values()) {
    if ((object.kind === 'rule' || object.kind === 'statistics') && object.dependsOn.includes(key)) workspace.definitions.delete(object);
  }
  for (const partition of workspace.tables.values()) {
    if (partition.partitionOf?.parent === key || (cascade && partition.inherits?.includes(key))) dropTable(workspace, partition, cascade);
  }
  if (!cascade) return;
  dropForeignKeysTo(workspace, table);
  dropPoliciesReading(workspace, table);
  dropDependents(workspace, key);
}

/** Everything that refers to the table by name follows: foreign keys, partitions, sequences, views. */
export function moveTable(workspace: Workspace, table: Table, schema: string, name: string): void {
  const oldKey = relationKey(table);
  const newKey = relationKey({ schema, name });
  const rename = (text: string) => renameRelation(text, table, { schema, name });
  workspace.tables.set({
    ...table,
    schema,
    name,
    indexes: table.indexes.map((index) => ({ ...index, definition: renameBehindOn(index.definition, rename) })),
  });
  for (const other of workspace.tables.values()) {
    const refers = other.constraints.some((constraint) => constraint.references === oldKey);
    if (!refers && other.partitionOf?.parent !== oldKey && other.inherits?.includes(oldKey) !== true) continue;
    workspace.tables.set({
      ...other,
      constraints: other.constraints.map((constraint) =>
        constraint.references === oldKey ? { ...constraint, references: newKey, definition: rename(constraint.definition) } : constraint,
      ),
      ...(other.partitionOf?.parent === oldKey && { partitionOf: { ...other.partitionOf, parent: newKey } }),
      ...(other.inherits !== undefined && { inherits: other.inherits.map((key) => (key === oldKey ? newKey : key)) }),
    });
  }
  for (const sequence of workspace.sequences.values()) {
    if (sequence.ownedBy?.table !== oldKey) continue;
    // SET SCHEMA moves owned sequences too (manual, ALTER TABLE); a rename leaves their names alone.
    workspace.sequences.set({ ...sequence, schema, ownedBy: { ...sequence.ownedBy, table: newKey } });
  }
  moveDependents(workspace, table, { schema, name }, rename);
}

/** Definitions hold by identity on a server, so they go on working: their text here has to say the new name. */
export function moveDependents(
  workspace: Workspace,
  old: { readonly schema: string; readonly name: string },
  now: { readonly schema: string; readonly name: string },
  rename: (text: string) => string,
): void {
  const [oldKey, newKey] = [relationKey(old), relationKey(now)];
  const isRelation = workspace.relationExists(now.schema, now.name);
  for (const object of workspace.definitions.values()) {
    if (!object.dependsOn.includes(oldKey)) continue;
    const renamed =
      isRelation && isView(object)
        ? withRelationRenamed(workspace, object, old, now)
        : { ...object, definition: rename(object.definition) };
    workspace.definitions.set({
      ...renamed,
      ...(object.kind === 'rule' && object.signature !== undefined && { signature: rename(object.signature) }),
      dependsOn: object.dependsOn.map((key) => (key === oldKey ? newKey : key)),
    });
  }
}

function renameRelation(
  text: string,
  from: { readonly schema: string; readonly name: string },
  to: { schema: string; name: string },
): string {
  const renamed = renameIdentifier(text, from.name, to.name);
  if (from.schema === to.schema) return renamed;
  const unqualified = renamed.replaceAll(`${quoteIdentifier(from.schema)}.${quoteIdentifier(to.name)}`, quoteIdentifier(to.name));
  return unqualified.replaceAll(quoteIdentifier(to.name), quoteQualified(to.schema, to.name));
}

function renameBehindOn(definition: string, rename: (text: string) => string): string {
  const position = definition.search(/\bon\b/i);
  return position === -1 ? definition : definition.slice(0, position) + rename(definition.slice(position));
}

function qualifiedKey(workspace: Workspace, name: ObjectName): string {
  const found = workspace.findTable(name);
  return found === undefined ? `${workspace.creationSchema(name)}.${name.name}` : relationKey(found);
}

/** ALTER TABLE forms that the reader hands over as text: those that the catalog shows. */
export function alterTable(workspace: Workspace, operation: Of<'alter table'>): void {
  const table = workspace.tableOrUnseen(operation.table);
  const detail = operation.detail.toUpperCase().replaceAll(/\s+/g, ' ').trim();
  const change = simpleChanges[detail];
  if (change !== undefined) workspace.tables.set({ ...table, ...change });
  const rowSecurity = rowSecurityAfter(detail, table.rowSecurity);
  if (rowSecurity !== undefined) workspace.tables.set({ ...table, rowSecurity });
  const trigger = /^(ENABLE|DISABLE)( REPLICA| ALWAYS)? TRIGGER "?(.+?)"?$/.exec(detail);
  if (trigger === null) return;
  const enabled = trigger[1] === 'DISABLE' ? 'D' : trigger[2] === ' REPLICA' ? 'R' : trigger[2] === ' ALWAYS' ? 'A' : 'O';
  const name = trigger[3];
  const all = name === 'ALL' || name === 'USER';
  workspace.tables.set({
    ...table,
    triggers: table.triggers.map((candidate) => (all || candidate.name.toUpperCase() === name ? { ...candidate, enabled } : candidate)),
  });
}

/** Whether it is forced on the owner is a switch of its own, which may be set first (manual, ALTER TABLE, FORCE ROW LEVEL SECURITY). */
function rowSecurityAfter(detail: string, now: Table['rowSecurity']): Table['rowSecurity'] | undefined {
  const isForced = now === 'forced' || now === 'off, forced';
  const isOn = now === 'on' || now === 'forced';
  switch (detail) {
    case 'ENABLE ROW LEVEL SECURITY':
      return isForced ? 'forced' : 'on';
    case 'DISABLE ROW LEVEL SECURITY':
      return isForced ? 'off, forced' : 'off';
    case 'FORCE ROW LEVEL SECURITY':
      return isOn ? 'forced' : 'off, forced';
    case 'NO FORCE ROW LEVEL SECURITY':
      return isOn ? 'on' : 'off';
    default:
      return undefined;
  }
}

const simpleChanges: Readonly<Record<string, Partial<Table>>> = {
  'SET LOGGED': { persistence: 'permanent' },
  'SET UNLOGGED': { persistence: 'unlogged' },
};

/** Columns and CHECKs become the parent's; keys, indexes, foreign keys and row triggers are matched or made (manual, ATTACH PARTITION). */
export function attachPartition(workspace: Workspace, operation: Of<'attach partition'>): void {
  const parent = workspace.tableOrUnseen(operation.table);
  const partition = workspace.tableOrUnseen(operation.partition);
  // The server refuses a partition with an identity of its own where partitions share their parent's.
  if (sharesIdentity(workspace) && partition.columns.some(({ identityKind }) => identityKind !== undefined)) return;
  const attached: Table = {
    ...partition,
    partitionOf: { parent: relationKey(parent), bound: operation.bound ?? 'DEFAULT', detachPending: false },
  };
  workspace.tables.set(attached);
  const checks = new Set(
    parent.constraints.filter((constraint) => constraint.kind === 'check' && isHeritable(constraint)).map(({ name }) => name),
  );
  withDescendants(workspace, attached, () =>
    TableDraft.change(workspace, attached, (draft) => {
      for (const { name, identityKind } of parent.columns) {
        const isShared = sharesIdentity(workspace) && identityKind !== undefined;
        draft.changeColumn(name, (column) => ({ ...column, inherited: true, ...(isShared && { identityKind }) }));
      }
      for (const name of checks) draft.changeConstraint(name, (constraint) => ({ ...constraint, inherited: true }));
      inheritAll(workspace, draft, parent);
    }),
  );
}

export function detachPartition(workspace: Workspace, operation: Of<'detach partition'>): void {
  const { partitionOf: _, ...rest } = workspace.tableOrUnseen(operation.partition);
  const own = ownParts(rest);
  const columns = sharesIdentity(workspace) ? own.columns.map(({ identityKind: __, ...column }) => column) : own.columns;
  workspace.tables.set({ ...rest, ...own, columns });
}
