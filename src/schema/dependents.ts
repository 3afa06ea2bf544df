import { relationKey, type Table } from '../model/catalog';
import { namesIn } from './definitions';
import type { Workspace } from './workspace';

/** Views and functions that need `key`, and what needs them in turn. */
export function dropDependents(workspace: Workspace, key: string): void {
  for (const object of workspace.definitions.values()) {
    if (!object.dependsOn.includes(key)) continue;
    workspace.definitions.delete(object);
    dropDependents(workspace, relationKey(object));
  }
}

/** Views that read a column, as far as their text tells, and what needs them in turn. `*` may be any column. */
export function dropReaders(workspace: Workspace, table: Table, column: string): void {
  for (const object of workspace.definitions.values()) {
    if (object.kind !== 'view' && object.kind !== 'materialized view') continue;
    const reads = /[\s,.]\*/.test(object.definition) || namesIn(object.definition, [column]).length > 0;
    if (!reads || !object.dependsOn.includes(relationKey(table))) continue;
    workspace.definitions.delete(object);
    dropDependents(workspace, relationKey(object));
  }
}
