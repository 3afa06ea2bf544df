import { type DefinedObject, relationKey, type Sequence, type Table } from '../model/catalog';
import type { ObjectName, Operation } from '../model/operation';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import { tokenize } from '../parse/postgres/lexer';
import { dropColumn, sequenceDefaults } from './columns';
import { dropCallers, dropDependents } from './dependents';
import { attributesOf, domainOf } from './domains';
import { dropIndex } from './indexes';
import { childrenOf, withDescendants } from './inheritance';
import { sequenceOptions } from './sequence-options';
import { dropTable } from './tables';
import type { Workspace } from './workspace';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** Object kinds that the catalog keeps as a whole CREATE statement. */
const definedKinds: Readonly<Partial<Record<string, DefinedObject['kind']>>> = {
  view: 'view',
  'materialized view': 'materialized view',
  function: 'function',
  procedure: 'procedure',
  rule: 'rule',
  extension: 'extension',
  publication: 'publication',
};

/** CREATE of anything but tables and indexes. `statement` is the whole text: it becomes the definition. */
export function createObject(workspace: Workspace, operation: Of<'create object'>, statement: string): void {
  switch (operation.objectKind) {
    case 'schema':
      createSchema(workspace, operation.object.name);
      return;
    case 'sequence':
      createSequence(workspace, operation, statement);
      return;
    case 'type':
    case 'domain':
      createType(workspace, operation, statement);
      return;
    case 'trigger':
    case 'policy':
      createOnTable(workspace, operation, operation.objectKind, statement);
      return;
    default: {
      const kind = definedKinds[operation.objectKind];
      if (kind !== undefined) createDefinition(workspace, operation, kind, statement);
    }
  }
}

function createSchema(workspace: Workspace, name: string): void {
  if (workspace.schemas.get('', name) === undefined) workspace.schemas.set({ identity: workspace.newIdentity(), schema: '', name });
}

function createSequence(workspace: Workspace, operation: Of<'create object'>, statement: string): void {
  const schema = workspace.creationSchema(operation.object);
  if (workspace.sequences.get(schema, operation.object.name) !== undefined) return;
  if (operation.ifNotExists && workspace.relationExists(schema, operation.object.name)) return;
  const option = sequenceOptions(statement);
  const dataType = option.as ?? 'bigint';
  const descending = option.increment?.startsWith('-') === true;
  const defaults = sequenceDefaults(dataType);
  const sequence: Sequence = {
    identity: workspace.newIdentity(),
    schema,
    name: operation.object.name,
    dataType,
    increment: option.increment ?? defaults.increment,
    minimum: option.minvalue ?? (descending ? `-${defaults.maximum}` : defaults.minimum),
    maximum: option.maxvalue ?? (descending ? '-1' : defaults.maximum),
    start: option.start ?? (descending ? (option.maxvalue ?? '-1') : (option.minvalue ?? defaults.start)),
    cache: option.cache ?? defaults.cache,
    cycle: option.cycle ?? false,
    persistence: 'permanent',
    ...(operation.ownedBy !== undefined && {
      ownedBy: { table: keyOf(workspace, operation.ownedBy.table), column: operation.ownedBy.column, internal: false },
    }),
  };
  workspace.sequences.set(sequence);
}

function createType(workspace: Workspace, operation: Of<'create object'>, statement: string): void {
  const schema = workspace.creationSchema(operation.object);
  if (workspace.types.get(schema, operation.object.name) !== undefined) return;
  const words = tokenize(statement).map((token) => token.word);
  const kind =
    operation.objectKind === 'domain' ? 'domain' : words.includes('enum') ? 'enum' : words.includes('range') ? 'range' : 'composite';
  workspace.types.set({
    identity: workspace.newIdentity(),
    schema,
    name: operation.object.name,
    kind,
    definition: statement,
    ...(kind === 'enum' && operation.labels !== undefined && { labels: operation.labels }),
    ...(kind === 'domain' && { domain: domainOf(statement) }),
    ...(kind === 'composite' && { attributes: attributesOf(statement) }),
  });
}

function createOnTable(workspace: Workspace, operation: Of<'create object'>, kind: 'trigger' | 'policy', statement: string): void {
  if (operation.on === undefined) return;
  const name = operation.object.name;
  const view = workspace.findDefinition(operation.on, ['view', 'materialized view']);
  const trigger = { identity: workspace.newIdentity(), name, definition: statement, enabled: 'O' };
  if (view !== undefined && kind === 'trigger') {
    const others = (view.triggers ?? []).filter((candidate) => candidate.name !== name);
    workspace.definitions.set({ ...view, triggers: [...others, trigger] });
    return;
  }
  const table = workspace.tableOrUnseen(operation.on);
  if (kind === 'trigger') {
    withDescendants(workspace, table, () =>
      workspace.tables.set({ ...table, triggers: [...table.triggers.filter((candidate) => candidate.name !== name), trigger] }),
    );
  } else {
    const policy = { identity: trigger.identity, name, definition: statement };
    workspace.tables.set({ ...table, policies: [...table.policies.filter((candidate) => candidate.name !== name), policy] });
  }
}

/** CREATE OR REPLACE keeps the object and its identity, and changes what it says. */
function createDefinition(workspace: Workspace, operation: Of<'create object'>, kind: DefinedObject['kind'], statement: string): void {
  // A publication is in no schema.
  const schema = kind === 'publication' ? '' : workspace.creationSchema(operation.object);
  const existing = findDefined(workspace, { schema, name: operation.object.name }, [kind], operation.signature);
  if (existing !== undefined && !operation.orReplace) return;
  if (kind === 'materialized view' && operation.ifNotExists && workspace.relationExists(schema, operation.object.name)) return;
  const on = kind === 'rule' ? operation.on : undefined;
  const signature = operation.signature ?? (on === undefined ? undefined : `ON ${quoteQualified(on.schema, on.name)}`);
  const uses = operation.uses ?? [];
  workspace.definitions.set({
    ...(existing ?? { identity: workspace.newIdentity() }),
    schema,
    name: operation.object.name,
    kind,
    definition: statement,
    dependsOn: (on === undefined ? uses : [...uses, on]).map((name) => keyOf(workspace, name)),
    ...(signature !== undefined && { signature }),
    ...(kind === 'materialized view' && { indexes: existing?.indexes ?? [], populated: !/\bwith\s+no\s+data\s*$/i.test(statement) }),
  });
}

export function dropObjects(workspace: Workspace, operation: Of<'drop object'>): void {
  for (const [position, name] of operation.objects.entries()) dropObject(workspace, operation, name, operation.signatures?.[position]);
}

function dropObject(workspace: Workspace, operation: Of<'drop object'>, name: ObjectName, signature: string | undefined): void {
  switch (operation.objectKind) {
    case 'table':
    case 'foreign table': {
      const table = workspace.findTable(name);
      if (table !== undefined) dropTable(workspace, table, operation.cascade);
      return;
    }
    case 'index':
      dropIndex(workspace, name);
      return;
    case 'sequence': {
      const sequence = workspace.sequences.find(name, workspace.lookupPath);
      if (sequence !== undefined) workspace.sequences.delete(sequence);
      return;
    }
    case 'type':
    case 'domain': {
      const type = workspace.types.find(name, workspace.lookupPath);
      if (type === undefined) return;
      workspace.types.delete(type);
      if (operation.cascade) dropColumnsOf(workspace, type);
      return;
    }
    case 'schema':
      dropSchema(workspace, name.name);
      return;
    case 'trigger':
    case 'policy':
      dropOnTable(workspace, operation, name.name);
      return;
    default: {
      const kind = definedKinds[operation.objectKind];
      const object = kind === undefined ? undefined : findDefined(workspace, name, [kind], signature);
      if (object === undefined) return;
      workspace.definitions.delete(object);
      if (!operation.cascade) return;
      dropDependents(workspace, relationKey(object));
      if (object.kind !== 'function') return;
      dropCallers(workspace, object, (table, column) =>
        dropColumn(workspace, { kind: 'drop column', table, column, ifExists: false, cascade: true }),
      );
    }
  }
}

/** The columns of a type go with it (manual, DROP TYPE, CASCADE). */
function dropColumnsOf(workspace: Workspace, type: { readonly schema: string; readonly name: string }): void {
  // Without its schema the name means another type of that name, where there is one.
  const isOnly = workspace.types.values().every(({ name }) => name !== type.name);
  const names = [...(isOnly ? [quoteIdentifier(type.name)] : []), quoteQualified(type.schema, type.name)];
  for (const table of workspace.tables.values()) {
    for (const column of table.columns) {
      if (!names.includes(column.type.replace(/(\[\d*\])+$/, ''))) continue;
      dropColumn(workspace, { kind: 'drop column', table, column: column.name, ifExists: false, cascade: true });
    }
  }
}

/** Functions may share a name: the argument types tell them apart where the text gives them. */
function findDefined(
  workspace: Workspace,
  name: ObjectName,
  kinds: readonly DefinedObject['kind'][],
  signature: string | undefined,
): DefinedObject | undefined {
  const schemas = name.schema === undefined ? [...workspace.lookupPath, ''] : [name.schema];
  if (!schemas.some((schema) => workspace.definitions.get(schema, name.name) !== undefined)) return undefined;
  const namesakes = workspace.definitions
    .values()
    .filter((object) => object.name === name.name && kinds.includes(object.kind) && schemas.includes(object.schema));
  const [only, ...others] = namesakes;
  return (
    namesakes.find((object) => signature === undefined || object.signature === signature) ??
    // Which type `users.id%TYPE` was is not remembered.
    (others.length === 0 && only?.signature?.includes('%') === true ? only : undefined)
  );
}

function dropSchema(workspace: Workspace, name: string): void {
  const schema = workspace.schemas.get('', name);
  if (schema !== undefined) workspace.schemas.delete(schema);
  for (const table of workspace.tables.values()) if (table.schema === name) dropTable(workspace, table, true);
  for (const sequence of workspace.sequences.values()) if (sequence.schema === name) workspace.sequences.delete(sequence);
  for (const type of workspace.types.values()) {
    if (type.schema !== name) continue;
    workspace.types.delete(type);
    dropColumnsOf(workspace, type);
  }
  for (const object of workspace.definitions.values()) if (object.schema === name) workspace.definitions.delete(object);
}

function dropOnTable(workspace: Workspace, operation: Of<'drop object'>, name: string): void {
  if (operation.on === undefined) return;
  const view = workspace.findDefinition(operation.on, ['view', 'materialized view']);
  if (view !== undefined) {
    workspace.definitions.set({ ...view, triggers: (view.triggers ?? []).filter((trigger) => trigger.name !== name) });
    return;
  }
  const table = workspace.findTable(operation.on);
  if (table === undefined) return;
  if (operation.objectKind === 'trigger') dropTrigger(workspace, table, name);
  else workspace.tables.set({ ...table, policies: table.policies.filter((policy) => policy.name !== name) });
}

function dropTrigger(workspace: Workspace, table: Table, name: string): void {
  workspace.tables.set({ ...table, triggers: table.triggers.filter((trigger) => trigger.name !== name) });
  for (const child of childrenOf(workspace, table)) {
    if (child.triggers.some((trigger) => trigger.name === name && trigger.inherited === true)) dropTrigger(workspace, child, name);
  }
}

function keyOf(workspace: Workspace, name: ObjectName): string {
  const found = workspace.findTable(name) ?? workspace.definitions.find(name, workspace.lookupPath);
  return found === undefined ? `${workspace.creationSchema(name)}.${name.name}` : relationKey(found);
}
