import type { Catalog, DefinedObject } from '../model/catalog';
import { relationKey } from '../model/catalog';
import { quoteIdentifier, quoteLiteral } from '../parse/postgres/identifiers';
import { routineShape } from '../parse/postgres/routine-shape';
import { canonical } from '../state/canonical';
import { match } from '../state/match';
import { type Change, type ChangeOptions, change } from './change';
import { textNames } from './columns';
import { mentions, namePattern, spoken, sqlName } from './names';
import { inOrderOfNeed } from './order';
import { createIndex } from './parts';

/** What happens to views, functions and the like. */
export interface DefinitionPlan {
  /** Event triggers that go: before all else, for each statement of DDL would rouse them. */
  readonly droppedFirst: readonly DefinedObject[];
  /** In the order in which they can go, by their names in the source. */
  readonly dropped: readonly DefinedObject[];
  /** Functions and what else columns may rest on, which are made again or give way to others of their name: they go when columns have gone. */
  readonly droppedBetween: readonly DefinedObject[];
  /** Those that are not made again: they go when the columns have changed. */
  readonly droppedLate: readonly DefinedObject[];
  /** Functions that tables rest on, to be there before tables. */
  readonly early: readonly DefinedObject[];
  readonly late: readonly DefinedObject[];
  /** Event triggers that come: after all else, for the same reason. */
  readonly last: readonly DefinedObject[];
  /** Kept as they are, perhaps with other comments and grants. */
  readonly kept: readonly (readonly [DefinedObject, DefinedObject])[];
}

/** Columns that go, change their type, or are made again. */
export interface Disturbed {
  /** Keys of their tables, by their names after renames. */
  readonly tables: ReadonlySet<string>;
  /** `table identity.column identity`. */
  readonly columns: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** How a definition is named by what depends on it. */
export function definitionKey(object: DefinedObject): string {
  const key = object.schema === '' ? object.name : relationKey(object);
  return object.signature === undefined ? key : `${key}${object.kind === 'rule' ? ' ' : ''}${object.signature}`;
}

/** Kinds of `other` objects that tables and columns are made of. */
const restsUnderTables = /^(server|foreign data wrapper|collation|operator|access method|language|text search) /;

const routines = new Set<DefinedObject['kind']>(['function', 'procedure', 'aggregate']);
const onRelations = new Set<DefinedObject['kind']>(['view', 'materialized view', 'rule']);

/**
 * @param original the source catalog, with the names that drops must use.
 * @param from the same after renames.
 * @param disturbed what views must not read meanwhile: they go, and come back.
 * @param dropped keys, in `original`, of tables that go: functions that take or give their rows go before them. Their names may be those
 *   that other tables get.
 */
export function planDefinitions(
  original: Catalog,
  from: Catalog,
  to: Catalog,
  disturbed: Disturbed,
  dropped: ReadonlySet<string>,
): DefinitionPlan {
  const { pairs, removed, added } = match(from.definitions, to.definitions, definitionKey);
  const gone = new Set<DefinedObject>(removed);
  const changed = new Set<DefinedObject>();
  for (const [a, b] of pairs) {
    if (sameDefinition(a, b)) continue;
    if (canReplace(a, b)) changed.add(b);
    else gone.add(a);
  }
  const originals = new Map(original.definitions.map((object, place) => [from.definitions[place], object]));
  const asNow = (object: DefinedObject) => originals.get(object) ?? object;
  takeAlong(from.definitions, gone, disturbed, dropped, asNow);
  const again = pairs.filter(([a]) => gone.has(a)).map(([, b]) => b);
  const created = orderedByNeed([...added, ...again, ...[...changed].filter((object) => !again.includes(object))]);
  const tableTexts = textsOfTables(to);
  const isEarly = (object: DefinedObject) =>
    object.kind === 'extension' ||
    (object.kind === 'other' && restsUnderTables.test(object.name)) ||
    (routines.has(object.kind) &&
      (mentions(tableTexts, object) || calls(tableTexts, object)) &&
      !object.dependsOn.some((key) => to.tables.some((table) => relationKey(table) === key)));
  const drops = orderedByNeed([...gone]).reverse();
  const vanishing = new Set([
    ...dropped,
    ...[...gone].filter((object) => onRelations.has(object.kind)).map((object) => definitionKey(asNow(object))),
  ]);
  const isLateDrop = (object: DefinedObject) =>
    object.kind === 'extension' ||
    object.kind === 'other' ||
    object.kind === 'aggregate' ||
    (routines.has(object.kind) && !asNow(object).dependsOn.some((key) => vanishing.has(key)));
  // Beside another one of its name a call may be of either (manual, Function Type Resolution).
  const isOverload = (object: DefinedObject) =>
    routines.has(object.kind) && added.some((other) => routines.has(other.kind) && relationKey(other) === relationKey(object));
  const isBetween = (object: DefinedObject) => isLateDrop(object) && (!removed.includes(object) || isOverload(object));
  const isRoused = (object: DefinedObject) => object.kind === 'event trigger';
  return {
    droppedFirst: drops.filter(isRoused),
    dropped: drops.filter((object) => !isLateDrop(object) && !isRoused(object)).map(asNow),
    droppedBetween: drops.filter(isBetween),
    droppedLate: drops.filter((object) => isLateDrop(object) && !isBetween(object)),
    early: created.filter(isEarly),
    late: created.filter((object) => !isEarly(object) && !isRoused(object)),
    last: created.filter(isRoused),
    kept: pairs.filter(([a]) => !gone.has(a)),
  };
}

/** Texts of the virtual schema call a function by its name alone. */
function calls(text: string, { name }: DefinedObject): boolean {
  return text.includes(name) && new RegExp(`${namePattern(quoteIdentifier(name)).source}\\s*\\(`).test(text);
}

/** All texts in tables that may name a function. */
function textsOfTables(catalog: Catalog): string {
  const texts = catalog.tables.flatMap((table) => [
    ...table.columns.flatMap((column) => [column.default ?? '', column.generated?.expression ?? '']),
    ...table.constraints.map((constraint) => constraint.definition),
    ...table.indexes.map((index) => index.definition),
  ]);
  return texts.join('\n');
}

function sameDefinition(a: DefinedObject, b: DefinedObject): boolean {
  return (
    a.definition === b.definition &&
    a.signature === b.signature &&
    a.populated === b.populated &&
    canonical(a.triggers) === canonical(b.triggers)
  );
}

/**
 * CREATE OR REPLACE keeps a view's columns, and a function's result and argument names (manual, CREATE VIEW, CREATE FUNCTION). The virtual
 * schema does not know a view's columns, so it can't tell that none would go.
 */
function canReplace(a: DefinedObject, b: DefinedObject): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'view')
    return (a.columns?.every((column, place) => column === b.columns?.[place]) ?? false) && canonical(a.triggers) === canonical(b.triggers);
  if (a.kind === 'extension') return true;
  // What can't be made again must not go.
  if (a.kind === 'other') return a.removal === undefined;
  const hasDefaults = (object: DefinedObject) => / DEFAULT /.test(object.definition.split('\n')[0] ?? '');
  return (
    (a.kind === 'function' || a.kind === 'procedure') &&
    a.signature === b.signature &&
    parameterNames(a) === parameterNames(b) &&
    givesTheSame(a, b) &&
    (!hasDefaults(a) || hasDefaults(b))
  );
}

/** A live server tells the result of a function; in the virtual schema its text does, where that can be read alone. */
function givesTheSame(a: DefinedObject, b: DefinedObject): boolean {
  if (a.columns !== undefined || b.columns !== undefined) return canonical(a.columns) === canonical(b.columns);
  const [from, to] = [routineShape(a.definition)?.result, routineShape(b.definition)?.result];
  return from === undefined || to === undefined || from === to;
}

/** The parameters as the definition has them, without defaults and spaces: other names are refused (42P13), other spellings of types are rare. */
function parameterNames({ definition }: DefinedObject): string {
  const open = definition.indexOf('(');
  let [depth, close] = [0, open];
  for (; close < definition.length; close++) {
    if (definition[close] === '(') depth += 1;
    else if (definition[close] === ')' && --depth === 0) break;
  }
  return definition
    .slice(open + 1, close)
    .replace(/\s*(?:\bDEFAULT\b|=)[^,]*/gi, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

/** The virtual schema knows the tables that a view reads; of the columns only what its text says, and `*` may say any. */
function reads(object: DefinedObject, disturbed: Disturbed): boolean {
  if (object.columnsUsed !== undefined) return object.columnsUsed.some((column) => disturbed.columns.has(column));
  if (!object.dependsOn.some((key) => disturbed.tables.has(key))) return false;
  return /[\s,.]\*/.test(object.definition) || textNames(object.definition, disturbed.names);
}

/** Views and rules on what goes or changes, functions on the rows of what goes, and what rests on these in turn. */
function takeAlong(
  definitions: readonly DefinedObject[],
  gone: Set<DefinedObject>,
  disturbed: Disturbed,
  dropped: ReadonlySet<string>,
  asNow: (object: DefinedObject) => DefinedObject,
): void {
  const vanishing = new Set([...dropped, ...[...gone].map((object) => definitionKey(asNow(object)))]);
  for (let before = -1; before !== gone.size; ) {
    before = gone.size;
    for (const object of definitions) {
      const restsOnColumns = onRelations.has(object.kind) || object.definition.includes('BEGIN ATOMIC');
      const isInTheWay = asNow(object).dependsOn.some((key) => vanishing.has(key)) || (restsOnColumns && reads(object, disturbed));
      if (gone.has(object) || !isInTheWay) continue;
      gone.add(object);
      vanishing.add(definitionKey(asNow(object)));
    }
  }
}

function orderedByNeed(objects: readonly DefinedObject[]): DefinedObject[] {
  // The virtual schema names a function without its arguments.
  const bySimple = new Map(objects.map((object) => [definitionKey(object).replace(/\(.*$/s, ''), definitionKey(object)]));
  const needs = (object: DefinedObject) => object.dependsOn.map((key) => bySimple.get(key) ?? key);
  return inOrderOfNeed(objects.map((item) => ({ item, key: definitionKey(item), needs: needs(item) })));
}

const words: Partial<Record<DefinedObject['kind'], string>> = {
  'materialized view': 'MATERIALIZED VIEW',
  'event trigger': 'EVENT TRIGGER',
};

/** How DROP, COMMENT and GRANT name it: `VIEW public.v`, `FUNCTION public.f(integer)`, `RULE r ON public.t`. */
export function definitionTarget(object: DefinedObject): string {
  if (object.kind === 'other') return object.name;
  const word = words[object.kind] ?? object.kind.toUpperCase();
  const bare = object.schema === '' || object.kind === 'extension' || object.kind === 'rule';
  const name = bare ? quoteIdentifier(object.name) : sqlName(object);
  const signature = object.signature ?? '';
  return `${word} ${name}${object.kind === 'rule' ? ' ' : ''}${signature}`;
}

export function dropDefinition(object: DefinedObject, options: ChangeOptions, comesBack: boolean): Change {
  const why = comesBack ? 'It rests on something that changes below; it is made again afterwards.' : `It was not there ${options.goal}.`;
  const name = object.kind === 'other' ? object.name : `${object.kind} ${spoken(object)}`;
  return change(`drop ${object.kind}`, `Drop ${name}`, why, object.removal ?? `DROP ${definitionTarget(object)}`);
}

/** The statement that makes it, with a materialized view's indexes and a view's triggers. */
export function createDefinition(object: DefinedObject, options: ChangeOptions, exists: boolean): Change[] {
  if (object.removal !== undefined)
    return [change('create other', `Set ${object.name}`, `They were so ${options.goal}.`, object.definition)];
  if (object.kind === 'other') {
    const unknown = `Not undone: ${object.name}, which was ${exists ? 'another one' : 'there'} ${options.goal}. Write it by hand.`;
    return [change('create other', `Create ${object.name} by hand`, unknown, `-- ${unknown}`, { unknown })];
  }
  if (object.isOutdated === true) {
    const unknown = `Not undone: ${object.kind} ${spoken(object)}, as what it reads was renamed after it was made, and its text in the migrations has the old names. Write it by hand.`;
    return [change(`create ${object.kind}`, `Create ${object.name} by hand`, unknown, `-- ${unknown}`, { unknown })];
  }
  const title = `${exists ? 'Restore' : 'Create'} ${object.kind} ${spoken(object)}`;
  const why = `It was ${exists ? 'another one' : 'there'} ${options.goal}.`;
  if (object.kind === 'extension' && exists) {
    const version = /VERSION (.*)$/.exec(object.definition)?.[1] ?? quoteLiteral('');
    return [change('alter extension', title, why, `ALTER EXTENSION ${quoteIdentifier(object.name)} UPDATE TO ${version}`)];
  }
  const canStand = exists && ['view', 'function', 'procedure'].includes(object.kind);
  const orReplace = canStand ? object.definition.replace(/^create\s+(or\s+replace\s+)?/i, 'CREATE OR REPLACE ') : object.definition;
  const text = object.kind === 'materialized view' && object.populated === false ? `${orReplace}\nWITH NO DATA` : orReplace;
  return [
    change(
      `create ${object.kind}`,
      title,
      why,
      text,
      object.kind === 'materialized view' && object.populated !== false ? { refills: relationKey(object) } : {},
    ),
    ...(object.indexes ?? []).map((index) => createIndex(object, index, { ...options, concurrently: false })),
    ...(exists ? [] : (object.triggers ?? [])).map((trigger) =>
      change('create trigger', `Create trigger ${trigger.name} on ${spoken(object)}`, why, trigger.definition),
    ),
  ];
}
