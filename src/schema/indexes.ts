import type { DefinedObject, Index, Table } from '../model/catalog';
import type { ObjectName, Operation } from '../model/operation';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { indexDefinition, renameIdentifier } from './definitions';
import { childrenOf, withDescendants } from './inheritance';
import { isSameIndex } from './partition-parts';
import { chooseName, indexColumnNames, joinColumnNames } from './server-names';
import type { Workspace } from './workspace';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;
type Owner = Table | DefinedObject;

/** The name that CREATE INDEX gives: the text's, or the one the server chooses. */
export function indexName(workspace: Workspace, operation: Of<'create index'>): string {
  const { index } = operation;
  if (index.name !== undefined) return index.name;
  const owner = findOwner(workspace, index.table);
  const columns = workspace.findTable(index.table)?.columns.map((column) => column.name);
  const isColumn = (key: string) => columns?.includes(key) ?? /^[\w$]+$/.test(key);
  const names = indexColumnNames([...index.keys, ...(index.include ?? [])], isColumn);
  const schema = owner?.schema ?? workspace.creationSchema(index.table);
  return chooseName(index.table.name, joinColumnNames(names), 'idx', (name) => workspace.relationExists(schema, name));
}

export function createIndex(workspace: Workspace, operation: Of<'create index'>, statement: string | undefined): void {
  const name = indexName(workspace, operation);
  const owner = findOwner(workspace, operation.index.table) ?? workspace.tableOrUnseen(operation.index.table);
  if (owner.indexes?.some((index) => index.name === name) === true) return;
  // IF NOT EXISTS asks for the name alone: an index of another table has it too.
  if (operation.ifNotExists && workspace.relationExists(owner.schema, name)) return;
  const created: Index = {
    identity: workspace.newIdentity(),
    name,
    definition: indexDefinition(operation.index, name, statement),
    unique: operation.index.unique,
    keys: operation.index.keys,
    valid: true,
    ready: true,
    live: true,
  };
  const add = () => replaceIndexes(workspace, owner, [...(owner.indexes ?? []), created]);
  // ON ONLY makes it for the partitioned table alone: not valid, until one of each partition is attached.
  if (isTable(owner) && operation.index.only !== true) withDescendants(workspace, owner, add);
  else add();
}

export function dropIndex(workspace: Workspace, name: ObjectName): void {
  const found = findIndexOwner(workspace, name);
  // The server refuses to drop the index of a constraint (2BP01).
  if (found === undefined || found.indexes?.some((index) => index.name === name.name && index.constraint !== undefined) === true) return;
  const dropped = found.indexes?.find((index) => index.name === name.name);
  replaceIndexes(workspace, withoutIdentity(found, name.name), without(found, name.name));
  if (dropped !== undefined && isTable(found)) dropInherited(workspace, found, dropped);
}

/** The partitions' parts of an index go with it (manual, DROP INDEX). */
function dropInherited(workspace: Workspace, table: Table, dropped: Index): void {
  for (const child of childrenOf(workspace, table)) {
    const part = child.indexes.find((index) => index.inherited === true && index.constraint === undefined && isSameIndex(index, dropped));
    if (part === undefined) continue;
    replaceIndexes(workspace, child, without(child, part.name));
    dropInherited(workspace, child, part);
  }
}

export function renameIndex(workspace: Workspace, name: ObjectName, newName: string): void {
  const owner = findIndexOwner(workspace, name);
  if (owner === undefined) return;
  replaceIndexes(
    workspace,
    owner,
    (owner.indexes ?? []).map((index) =>
      index.name === name.name
        ? {
            ...index,
            name: newName,
            definition: renameIdentifier(index.definition, name.name, newName),
            ...(index.constraint !== undefined && { constraint: newName }),
          }
        : index,
    ),
  );
  const changed = workspace.tables.values().find((table) => table.identity === owner.identity);
  if (changed?.constraints.some((constraint) => constraint.name === name.name) !== true) return;
  workspace.tables.set({
    ...changed,
    constraints: changed.constraints.map((constraint) => (constraint.name === name.name ? { ...constraint, name: newName } : constraint)),
  });
}

/** What an index can be made on. */
function findOwner(workspace: Workspace, name: ObjectName): Owner | undefined {
  return workspace.findTable(name) ?? workspace.findDefinition(name, ['materialized view']);
}

function findIndexOwner(workspace: Workspace, name: ObjectName): Owner | undefined {
  const schemas = name.schema === undefined ? workspace.lookupPath : [name.schema];
  return [...workspace.tables.values(), ...workspace.definitions.values()].find(
    (owner) => schemas.includes(owner.schema) && owner.indexes?.some((index) => index.name === name.name) === true,
  );
}

/** A replica identity goes with its index (manual, ALTER TABLE, REPLICA IDENTITY). */
function withoutIdentity(owner: Owner, name: string): Owner {
  if (!isTable(owner) || owner.replicaIdentity !== `USING INDEX ${quoteIdentifier(name)}`) return owner;
  const { replicaIdentity: _, ...rest } = owner;
  return rest;
}

function without(owner: Owner, name: string): readonly Index[] {
  return (owner.indexes ?? []).filter((index) => index.name !== name);
}

function replaceIndexes(workspace: Workspace, owner: Owner, indexes: readonly Index[]): void {
  if (isTable(owner)) workspace.tables.set({ ...owner, indexes });
  else workspace.definitions.set({ ...owner, indexes });
}

function isTable(owner: Owner): owner is Table {
  return 'constraints' in owner;
}
