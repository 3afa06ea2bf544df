import { type Column, type DefinedObject, relationKey, type Table } from '../model/catalog';
import { tokenize } from '../parse/postgres/lexer';
import { identifierOf, namesIn } from './definitions';
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
  dropPoliciesReading(workspace, table, column);
}

/** Policies of other tables whose conditions read this one, or one column of it (manual, DROP TABLE, CASCADE). */
export function dropPoliciesReading(workspace: Workspace, table: Table, column?: string): void {
  const read = column === undefined ? [table.name] : [table.name, column];
  for (const other of workspace.tables.values()) {
    if (other.identity === table.identity || other.policies.length === 0) continue;
    const policies = other.policies.filter(({ definition }) => namesIn(definition, read).length < read.length);
    if (policies.length < other.policies.length) workspace.tables.set({ ...other, policies });
  }
}

/**
 * What calls a function, and goes with it: triggers, policies, checks, defaults, generated columns, indexes and views (manual, DROP FUNCTION,
 * CASCADE). Where a namesake with other arguments stays nothing goes, as their calls can't be told apart.
 * @param dropColumn takes a column away with all that reads it.
 */
export function dropCallers(workspace: Workspace, routine: DefinedObject, dropColumn: (table: Table, column: string) => void): void {
  const { name } = routine;
  if (workspace.definitions.values().some((other) => other.name === name && other.kind === routine.kind)) return;
  for (const table of workspace.tables.values()) {
    for (const column of table.columns) if (calls(column.generated?.expression ?? '', name)) dropColumn(table, column.name);
  }
  const isKept = ({ definition }: { readonly definition: string }) => !calls(definition, name);
  for (const table of workspace.tables.values()) {
    if (!textsOf(table).some((text) => calls(text, name))) continue;
    workspace.tables.set({
      ...table,
      columns: table.columns.map((column) => (calls(column.default ?? '', name) ? withoutDefault(column) : column)),
      triggers: table.triggers.filter(isKept),
      policies: table.policies.filter(isKept),
      constraints: table.constraints.filter(isKept),
      indexes: table.indexes.filter(isKept),
    });
  }
  for (const object of workspace.definitions.values()) {
    const rests = object.kind === 'view' || object.kind === 'materialized view' || object.kind === 'event trigger';
    if (!rests || isKept(object)) continue;
    workspace.definitions.delete(object);
    dropDependents(workspace, relationKey(object));
  }
}

function withoutDefault({ default: _, ...column }: Column): Column {
  return column;
}

function textsOf(table: Table): readonly string[] {
  const parts = [...table.triggers, ...table.policies, ...table.constraints, ...table.indexes];
  return [...parts.map(({ definition }) => definition), ...table.columns.map((column) => column.default ?? '')];
}

function calls(text: string, name: string): boolean {
  if (!text.includes(name)) return false;
  const tokens = tokenize(text);
  return tokens.some((token, place) => tokens[place + 1]?.word === '(' && identifierOf(text, token) === name);
}
