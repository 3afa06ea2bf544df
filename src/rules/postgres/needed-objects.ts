import type { Catalog, DefinedObject, Table } from '../../model/catalog';
import type { ObjectName } from '../../model/operation';
import { all, as, type NodeOf, strings } from '../../parse/postgres/operations/nodes';
import { statementTree } from '../../parse/postgres/read';
import { findNamed } from '../../schema/lookup';
import type { RuleContext, Step } from '../context';
import { callerOfName } from './called-functions';
import { extensionParts } from './extension-parts';
import type { Need } from './needed-columns';

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

function isRoutine(kind: DefinedObject['kind']): boolean {
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

/** Something that is in a schema. */
export function schemaContent(step: Step, { name }: ObjectName): Need | undefined {
  const { tables, sequences, types, definitions } = step.before;
  const isIn = ({ schema }: { readonly schema: string }) => schema === name;
  const kinds: readonly string[] = ['view', 'materialized view', 'function', 'procedure', 'aggregate'];
  const definition = definitions.find((object) => isIn(object) && kinds.includes(object.kind));
  const table = tables.find((candidate) => isIn(candidate) && candidate.presumed !== true);
  const type = types.find(isIn);
  const sequence = sequences.find(isIn);
  const [kind, content] = (
    [
      [table?.kind ?? '', table],
      [definition?.kind ?? '', definition],
      [type?.kind === 'domain' ? 'domain' : 'type', type],
      ['sequence', sequence],
    ] as const
  ).find(([, found]) => found !== undefined) ?? ['', undefined];
  if (content === undefined) return undefined;
  return {
    what: `schema ${name}`,
    by: `the ${kind} ${name}.${content.name}`,
    code: '2BP01',
    help: 'Drop or move first what is in it, by name. CASCADE would drop all of it, unnamed.',
  };
}

/** What was made of the types, functions and operator classes of an extension. */
export function extensionUser({ engine }: RuleContext, step: Step, { name }: ObjectName): Need | undefined {
  const parts = extensionParts(name, engine.major);
  const known = step.before.definitions.some((object) => object.kind === 'extension' && object.name === name);
  if (parts === undefined || !known) return undefined;
  const names = new Set(parts.types.flatMap((type) => [type, `public.${type}`]));
  const by =
    columnOfType(step.before.tables, names) ??
    indexByClass(step.before.tables, parts.operatorClasses) ??
    parts.functions
      .filter((called) => !step.before.definitions.some((object) => isRoutine(object.kind) && object.name === called))
      .map((called) => callerOfName(step.before, called, engine.major))
      .find((caller) => caller !== undefined) ??
    typeUser(step.before, names, []);
  return by === undefined ? undefined : { what: `extension ${name}`, by, code: '2BP01' };
}

function indexByClass(tables: readonly Table[], classes: readonly string[]): string | undefined {
  if (classes.length === 0) return undefined;
  const word = new RegExp(`(?<![\\w$])(?:${classes.join('|')})(?![\\w$])`, 'i');
  for (const table of tables) {
    const index = table.indexes.find(({ definition }) => word.test(definition));
    if (index !== undefined) return `the index ${index.name} of ${table.name}`;
  }
  return undefined;
}

/** What a role owns, or has privileges on, unless a migration takes those from it all at once. */
export function roleUser({ files }: RuleContext, step: Step, { name }: ObjectName): Need | undefined {
  const taken = new RegExp(`\\b(?:drop|reassign)\\s+owned\\s+by\\b[^;]*(?<![\\w$])"?${name.replaceAll(/\W/g, '\\$&')}"?(?![\\w$])`, 'i');
  if (files.some(({ text }) => taken.test(text))) return undefined;
  const { tables, sequences, types, definitions, schemas } = step.before;
  const help = `REASSIGN OWNED BY ${name} TO another role, then DROP OWNED BY ${name}, which takes its privileges: in each database that it is used in.`;
  for (const [kind, objects] of [
    ['table', tables],
    ['sequence', sequences],
    ['type', types],
    ['', definitions],
    ['schema', schemas],
  ] as const) {
    for (const object of objects) {
      const words = `the ${kind === '' && 'kind' in object ? object.kind : kind} ${object.name}`;
      if (object.owner === name) return { what: `role ${name}`, by: `${words}, which it owns,`, code: '2BP01', help };
      if (object.grants?.some((grant) => grant.startsWith(`${name}=`)) === true)
        return { what: `role ${name}`, by: `a privilege on ${words}`, code: '2BP01', help };
    }
  }
  return undefined;
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
