import type { Catalog, DefinedObject, Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { all, as, type NodeOf, strings } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import { findNamed } from '../../../schema/lookup';
import type { Step } from '../../context';
import type { Need } from './need';

/** The names that a type goes by: without its schema only where no other type has that name. */
export type TypeNames = ReadonlySet<string>;

/** What has a type, other than a column: another type, the signature of a function, a cast in a view. `going`: what is dropped with it. */
export function typeUser(catalog: Catalog, names: TypeNames, going: readonly ObjectName[]): string | undefined {
  const stays = ({ name }: { readonly name: string }) => !going.some((other) => other.name === name);
  const isMeant = (type: string) => names.has(plainType(type));
  const type = catalog.types.find(
    (candidate) =>
      stays(candidate) &&
      (isMeant(candidate.domain?.baseType ?? '') ||
        candidate.attributes?.some((attribute) => isMeant(attribute.replace(/^("[^"]*"|\S+)\s+/, '')))),
  );
  if (type !== undefined) return `the ${type.kind === 'domain' ? 'domain' : 'type'} ${type.name}`;
  const routine = catalog.definitions.find(
    ({ kind, definition }) => isRoutine(kind) && signatureTypes(definition).some((used) => names.has(used)),
  );
  if (routine !== undefined) return `the ${routine.kind} ${routine.name}`;
  const view = catalog.definitions.find(
    (object) =>
      (object.kind === 'view' || object.kind === 'materialized view') && [...names].some((name) => castsTo(object.definition, name)),
  );
  return view === undefined ? undefined : `the ${view.kind} ${view.name}`;
}

/** A column of this type, in words. */
export function columnOfType(tables: readonly Table[], names: TypeNames): string | undefined {
  for (const table of tables) {
    const column = table.columns.find(({ type }) => names.has(plainType(type)));
    if (column !== undefined) return `the column ${column.name} of ${table.name}`;
  }
  return undefined;
}

function plainType(type: string): string {
  if (!/[(["]/.test(type)) return type;
  return type
    .replace(/\s*\(.*\)/, '')
    .replace(/(\[\])+$/, '')
    .replaceAll('"', '');
}

export function isRoutine(kind: DefinedObject['kind']): boolean {
  return kind === 'function' || kind === 'procedure';
}

/** `users`, and `app.users` where the schema is written. What is copied by %TYPE is not remembered. */
function signatureTypes(definition: string): readonly string[] {
  const routine = as(statementTree(definition), 'CreateFunctionStmt');
  if (routine === undefined) return [];
  const types = [routine.returnType, ...all(routine.parameters, 'FunctionParameter').map(({ argType }) => argType)];
  return types.flatMap((type) => (type === undefined || type.pct_type === true ? [] : nameOf(type)));
}

function nameOf({ names }: NodeOf<'TypeName'>): readonly string[] {
  const parts = strings(names);
  return parts.length === 0 ? [] : [parts.join('.')];
}

function castsTo(definition: string, name: string): boolean {
  const quoted = name
    .split('.')
    .map((part) => `"?${part.replaceAll(/\W/g, '\\$&')}"?`)
    .join('\\s*\\.\\s*');
  const text = definition.replaceAll(/'(?:[^']|'')*'/g, "''");
  return new RegExp(`(?:::\\s*|\\bcast\\s*\\([^()]*\\bas\\s+)${quoted}(?![\\w$."])`, 'i').test(text);
}

/** Is there a type or a table, here by its row type, of this name? The names by which it can be meant. */
export function namesOfType(step: Step, type: { readonly schema: string; readonly name: string }): TypeNames {
  const namesakes = [...step.before.types, ...step.before.tables].filter(({ name }) => name === type.name);
  const key = `${type.schema}.${type.name}`;
  return new Set(namesakes.length === 1 ? [type.name, key] : [key]);
}

/** A type or domain that is in use. */
export function neededType(step: Step, name: ObjectName, going: readonly ObjectName[]): Need | undefined {
  const type = findNamed(step.before.types, name, step.before.searchPath);
  if (type === undefined) return undefined;
  const names = namesOfType(step, type);
  const by = columnOfType(step.before.tables, names) ?? typeUser(step.before, names, going);
  return by === undefined ? undefined : { what: `type ${type.name}`, by, code: '2BP01' };
}

/** A table whose row type is in use. */
export function neededRowType(step: Step, table: Table, going: readonly ObjectName[]): Need | undefined {
  const names = namesOfType(step, table);
  const others = step.before.tables.filter(
    ({ name, identity }) => identity !== table.identity && !going.some((other) => other.name === name),
  );
  const by = columnOfType(others, names) ?? typeUser(step.before, names, going);
  return by === undefined ? undefined : { what: table.name, by, code: '2BP01' };
}
