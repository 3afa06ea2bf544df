import type { DefinedObject, Trigger } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import type { Setting } from './parts';

type CreateObject = Extract<Operation, { kind: 'create object' }>;

const kinds: Readonly<Partial<Record<CreateObject['objectKind'], DefinedObject['kind']>>> = {
  view: 'view',
  function: 'function',
  procedure: 'procedure',
  event: 'other',
};

/** A statement as it makes the object where none is: without OR REPLACE, IF NOT EXISTS, and who defined it. */
function definitionOf(text: string): string {
  return text
    .replace(/^(\s*CREATE)\s+OR\s+REPLACE\b/i, '$1')
    .replace(/\s+DEFINER\s*=\s*(?:`[^`]*`|'[^']*'|[\w.%-]+|CURRENT_USER(?:\s*\(\s*\))?)(?:\s*@\s*(?:`[^`]*`|'[^']*'|[\w.%-]+))?/i, '')
    .replace(/^(\s*CREATE(?:\s+AGGREGATE)?\s+\w+)\s+IF\s+NOT\s+EXISTS\b/i, '$1')
    .trim();
}

/** @param text the statement that makes it. */
export function createObject(setting: Setting, operation: CreateObject, text: string): void {
  const { workspace } = setting;
  const { object, objectKind } = operation;
  if (objectKind === 'trigger') {
    createTrigger(setting, operation, text);
    return;
  }
  if (objectKind === 'database' || objectKind === 'schema') {
    if (workspace.schemas.get('', object.name) === undefined)
      workspace.schemas.set({ identity: workspace.newIdentity(), schema: '', name: object.name });
    return;
  }
  const kind = kinds[objectKind];
  if (kind === undefined) return;
  const known = definitionNamed(setting, object, kind);
  if (known !== undefined && !operation.orReplace) return;
  workspace.definitions.set({
    identity: known?.identity ?? workspace.newIdentity(),
    schema: workspace.creationSchema(object),
    name: object.name,
    kind,
    definition: definitionOf(text),
    dependsOn: (operation.uses ?? []).map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`)).sort(),
    ...(objectKind === 'event' && { removal: `DROP EVENT ${quoteQualified(object.schema, object.name)}` }),
  });
}

function definitionNamed({ workspace }: Setting, name: ObjectName, kind: DefinedObject['kind']): DefinedObject | undefined {
  const schema = workspace.creationSchema(name);
  return workspace.definitions.values().find((object) => object.kind === kind && object.schema === schema && object.name === name.name);
}

function createTrigger({ workspace }: Setting, operation: CreateObject, text: string): void {
  const { object, on, when, body } = operation;
  const table = on === undefined ? undefined : workspace.tableOrUnseen(on);
  if (table === undefined) return;
  if (table.triggers.some(({ name }) => name === object.name) && !operation.orReplace) return;
  const trigger: Trigger = {
    identity: workspace.newIdentity(),
    name: object.name,
    definition:
      when === undefined || body === undefined
        ? definitionOf(text)
        : `CREATE TRIGGER ${quoteIdentifier(object.name)} ${when.toUpperCase()} ON ${quoteIdentifier(table.name)} FOR EACH ROW ${body}`,
    enabled: 'O',
  };
  workspace.tables.set({ ...table, triggers: [...table.triggers.filter(({ name }) => name !== object.name), trigger] });
}

export function dropDefinitions(setting: Setting, operation: Extract<Operation, { kind: 'drop object' }>): void {
  const { workspace } = setting;
  for (const name of operation.objects) {
    if (operation.objectKind === 'trigger') dropTrigger(setting, name);
    if (operation.objectKind === 'database' || operation.objectKind === 'schema') {
      const schema = workspace.schemas.get('', name.name);
      if (schema !== undefined) workspace.schemas.delete(schema);
      for (const table of workspace.tables.values().filter((candidate) => candidate.schema === name.name)) workspace.tables.delete(table);
    }
    const kind = kinds[operation.objectKind];
    const known = kind === undefined ? undefined : definitionNamed(setting, name, kind);
    if (known !== undefined) workspace.definitions.delete(known);
  }
}

/** Triggers have their names in the database, and not in their table. */
function dropTrigger({ workspace }: Setting, { name }: ObjectName): void {
  const table = workspace.tables.values().find(({ triggers }) => triggers.some((trigger) => trigger.name === name));
  if (table !== undefined) workspace.tables.set({ ...table, triggers: table.triggers.filter((trigger) => trigger.name !== name) });
}
