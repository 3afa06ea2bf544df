import { type DefinedObject, relationKey } from '../model/catalog';
import { namesIn } from './definitions';
import { type QueryNames, withRenamedColumn, withRenamedTable } from './queries';
import type { Workspace } from './workspace';

interface Relation {
  readonly schema: string;
  readonly name: string;
}

/** Views and rules that read a column under its new name. Those whose text can't be told stay as they are, and are marked. */
export function renameColumnInReaders(workspace: Workspace, table: Relation, old: string, newName: string): void {
  const key = relationKey(table);
  for (const object of workspace.definitions.values()) {
    if (!object.dependsOn.includes(key)) continue;
    if (isView(object)) {
      const text = namesOnce(object, table) ? withRenamedColumn(object.definition, namesOf(workspace, table), old, newName) : undefined;
      workspace.definitions.set(text === undefined ? { ...object, isOutdated: true } : { ...object, definition: text });
    } else if (object.kind === 'rule' && namesIn(object.definition, [old, 'new', 'old']).length > 0) {
      workspace.definitions.set({ ...object, isOutdated: true });
    }
  }
}

/** A view with a relation that it reads under its new name. */
export function withRelationRenamed(workspace: Workspace, object: DefinedObject, old: Relation, now: Relation): DefinedObject {
  const text = namesOnce(object, old) ? withRenamedTable(object.definition, namesOf(workspace, old), old, now) : undefined;
  return text === undefined ? { ...object, isOutdated: true } : { ...object, definition: text };
}

export function isView({ kind }: DefinedObject): boolean {
  return kind === 'view' || kind === 'materialized view';
}

/** Are relations of one name in several schemas told apart by the text? */
function namesOnce({ dependsOn }: DefinedObject, { name }: Relation): boolean {
  return dependsOn.filter((key) => key.split('.').at(-1) === name).length < 2;
}

function namesOf(workspace: Workspace, relation: Relation): QueryNames {
  return {
    isMeant: ({ schema = relation.schema, name }) => name === relation.name && schema === relation.schema,
    columnsOf: (name) => {
      const table = workspace.findTable(name);
      return table === undefined || table.complete === false ? undefined : new Set(table.columns.map((column) => column.name));
    },
  };
}
