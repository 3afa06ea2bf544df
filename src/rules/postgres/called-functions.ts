import type { Table } from '../../model/catalog';
import type { ObjectName } from '../../model/operation';
import type { SearchedCatalog } from '../../schema/lookup';

/** Functions of the server itself: an expression may call those, whatever a migration made of the same name. */
const builtIn = new Set(['abs', 'concat', 'date', 'format', 'left', 'length', 'lower', 'md5', 'now', 'replace', 'right', 'round', 'upper']);

/**
 * What calls a function where the server remembers it (manual, "Dependency Tracking"): a default, a CHECK, an index, a policy, a view, and
 * from 15 on a generated column. Bodies of other functions are texts to the server. In words: `the default of a of t`. Undefined too when
 * several functions have the name, of which only types would tell one.
 */
export function callerOf(catalog: SearchedCatalog, { name }: ObjectName, major: number): string | undefined {
  if (builtIn.has(name) || catalog.definitions.filter((object) => object.kind === 'function' && object.name === name).length !== 1)
    return undefined;
  return callerOfName(catalog, name, major);
}

/** The same for a function of which nothing but its name is known: one of an extension. */
export function callerOfName(catalog: SearchedCatalog, name: string, major: number): string | undefined {
  const call = new RegExp(`(?<![\\w$"])(?:"?[\\w$]+"?\\s*\\.\\s*)?"?(?<![\\w$])${name.replaceAll(/\W/g, '\\$&')}"?\\s*\\(`, 'i');
  const calls = (text: string | undefined) => text !== undefined && call.test(withoutTexts(text));
  for (const table of catalog.tables) {
    const part = callingPart(table, calls, major);
    if (part !== undefined) return `${part} of ${table.name}`;
  }
  const view = catalog.definitions.find(({ kind, definition }) => (kind === 'view' || kind === 'materialized view') && calls(definition));
  return view === undefined ? undefined : `the ${view.kind} ${view.name}`;
}

function callingPart(table: Table, calls: (text: string | undefined) => boolean, major: number): string | undefined {
  for (const column of table.columns) {
    if (calls(column.default)) return `the default of ${column.name}`;
    if (major >= 15 && calls(column.generated?.expression)) return `the generated column ${column.name}`;
  }
  const check = table.constraints.find(({ kind, definition }) => kind === 'check' && calls(definition));
  if (check !== undefined) return `the constraint ${check.name}`;
  // The name and the table before the keys are no calls.
  const index = table.indexes.find(({ keys, definition }) => keys.some(calls) || calls(/\bwhere\b.*$/is.exec(definition)?.[0]));
  if (index !== undefined) return `the index ${index.name}`;
  const policy = table.policies.find(({ definition }) => calls(/\b(?:using|with\s+check)\b.*$/is.exec(definition)?.[0]));
  return policy === undefined ? undefined : `the policy ${policy.name}`;
}

function withoutTexts(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'/g, "''");
}
