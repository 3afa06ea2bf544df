import { type DefinedObject, relationKey } from '../model/catalog';
import type { ObjectName } from '../model/operation';
import type { Target } from './sentences';
import type { Workspace } from './workspace';

/** What every object carries beside its definition. */
export interface Attributes {
  readonly comment?: string;
  readonly owner?: string;
  readonly grants?: readonly string[];
}

/** Who runs the migrations, and so owns what they make: a word of the server's, never quoted. */
export const creator = 'CURRENT_USER';

type Change = <T extends Attributes>(object: T) => T;
type Named = Pick<Target, 'kind' | 'name' | 'signature' | 'on'>;

const relations = new Set(['table', 'view', 'materialized view', 'sequence', 'foreign table']);
const routines = new Set(['function', 'procedure', 'routine', 'aggregate']);

/** Changes what an object carries. False, and nothing is changed, when no migration that was read shows the object. */
export function changeAttributes(workspace: Workspace, target: Named, change: Change): boolean {
  const { kind, name } = target;
  if (relations.has(kind)) return changeRelation(workspace, name, change);
  if (kind === 'type' || kind === 'domain') {
    const type = workspace.types.find(name, workspace.lookupPath);
    if (type !== undefined) workspace.types.set(change(type));
    return type !== undefined;
  }
  if (kind === 'schema') {
    const schema = workspace.schemas.get('', name.name);
    if (schema !== undefined) workspace.schemas.set(change(schema));
    return schema !== undefined;
  }
  if (kind === 'trigger' || kind === 'policy') return changePart(workspace, target, change);
  if (kind === 'index') return changeIndex(workspace, name, change);
  const definition = findDefinition(workspace, target);
  if (definition !== undefined) workspace.definitions.set(change(definition));
  return definition !== undefined;
}

/** ALTER TABLE and GRANT ... ON name reach every kind of relation. */
function changeRelation(workspace: Workspace, name: ObjectName, change: Change): boolean {
  const table = workspace.findTable(name);
  const view = workspace.findDefinition(name, ['view', 'materialized view']);
  const sequence = workspace.sequences.find(name, workspace.lookupPath);
  if (table !== undefined && table.presumed !== true) workspace.tables.set(change(table));
  else if (view?.kind === 'view' || view?.kind === 'materialized view') workspace.definitions.set(change(view));
  else if (sequence !== undefined) workspace.sequences.set(change(sequence));
  else return false;
  return true;
}

function changePart(workspace: Workspace, { kind, name, on }: Named, change: Change): boolean {
  const table = on === undefined ? undefined : workspace.findTable(on);
  if (table === undefined) return false;
  const parts = kind === 'trigger' ? table.triggers : table.policies;
  if (!parts.some((part) => part.name === name.name)) return false;
  const changed = <T extends Attributes & { readonly name: string }>(part: T) => (part.name === name.name ? change(part) : part);
  workspace.tables.set(
    kind === 'trigger' ? { ...table, triggers: table.triggers.map(changed) } : { ...table, policies: table.policies.map(changed) },
  );
  return true;
}

function changeIndex(workspace: Workspace, name: ObjectName, change: Change): boolean {
  const schemas = name.schema === undefined ? workspace.lookupPath : [name.schema];
  const owns = (owner: { readonly schema: string; readonly indexes?: readonly { readonly name: string }[] }) =>
    schemas.includes(owner.schema) && owner.indexes?.some((index) => index.name === name.name) === true;
  const table = workspace.tables.values().find(owns);
  const view = workspace.definitions.values().find(owns);
  if (table !== undefined)
    workspace.tables.set({ ...table, indexes: table.indexes.map((index) => (index.name === name.name ? change(index) : index)) });
  else if (view?.indexes !== undefined)
    workspace.definitions.set({ ...view, indexes: view.indexes.map((index) => (index.name === name.name ? change(index) : index)) });
  return table !== undefined || view !== undefined;
}

/** A view, a function or whatever else is kept by its definition. Functions may share a name: then the argument types decide. */
export function findDefinition(workspace: Workspace, { kind, name, signature, on }: Named): DefinedObject | undefined {
  const schemas = name.schema === undefined ? [...workspace.lookupPath, ''] : [name.schema];
  const isKind = (object: DefinedObject) =>
    routines.has(kind)
      ? routines.has(object.kind)
      : object.kind === kind || (object.kind === 'other' && object.name.startsWith(`${kind} `));
  const found = workspace.definitions.values().filter((object) => {
    if (!isKind(object)) return false;
    if (object.kind === 'other') return object.name === otherName(kind, name, signature);
    return object.name === name.name && (kind === 'rule' || schemas.includes(object.schema));
  });
  if (kind === 'rule') return found.find((object) => on === undefined || object.dependsOn.includes(keyOf(workspace, on))) ?? found[0];
  if (found.length < 2 || signature === undefined) return found[0];
  return found.find((object) => bare(object.signature) === bare(signature));
}

/** How an object of a kind without a place of its own is called in the catalog: `collation app.german`. */
export function otherName(kind: string, name: ObjectName, signature = ''): string {
  return `${kind} ${name.schema === undefined ? '' : `${name.schema}.`}${name.name}${signature}`;
}

function keyOf(workspace: Workspace, name: ObjectName): string {
  const found = workspace.findTable(name);
  return found === undefined ? `${workspace.creationSchema(name)}.${name.name}` : relationKey(found);
}

/** Types as they are spelled in most texts: without spaces and argument names, short forms written out. */
function bare(signature: string | undefined): string {
  const types = (signature ?? '').replaceAll(/\s+/g, '').toLowerCase();
  return types
    .replaceAll(/\bint4?\b/g, 'integer')
    .replaceAll(/\bint8\b/g, 'bigint')
    .replaceAll(/\bbool\b/g, 'boolean');
}
