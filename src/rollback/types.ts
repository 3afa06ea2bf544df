import type { Catalog, TypeObject } from '../model/catalog';
import { relationKey } from '../model/catalog';
import { quoteIdentifier, quoteLiteral } from '../parse/postgres/identifiers';
import { match } from '../state/match';
import { type Change, type ChangeOptions, change } from './change';
import { mentions, namePattern, spoken, sqlName } from './names';
import { inOrderOfNeed } from './order';

const word = (type: TypeObject) => (type.kind === 'domain' ? 'DOMAIN' : 'TYPE');

/** How the types come to be those of the target. */
export interface TypePlan {
  /** Before tables and columns. */
  readonly first: readonly Change[];
  /** After them: what nothing uses any more. */
  readonly last: readonly Change[];
  /** Types that are made anew under their own name; the old one, with all that uses it, is called this meanwhile. */
  readonly setAside: readonly { readonly type: TypeObject; readonly aside: string }[];
}

/** Types to create, change in place, replace and drop. */
export function planTypes(from: Catalog, to: Catalog, options: ChangeOptions): TypePlan {
  const { pairs, added, removed } = match(from.types, to.types, relationKey);
  const replaced = pairs.filter(([a, b]) => mustReplace(a, b)).map(([, b]) => b);
  const setAside = replaced.map((type) => ({ type, aside: `${type.name.slice(0, 50)}_replaced` }));
  const create = (type: TypeObject) =>
    change(`create type`, `Create ${type.kind} ${spoken(type)}`, `It was there ${options.goal}.`, type.definition);
  const drop = (type: TypeObject) =>
    change('drop type', `Drop ${type.kind} ${spoken(type)}`, `It was not there ${options.goal}.`, `DROP ${word(type)} ${sqlName(type)}`);
  return {
    first: [
      ...setAside.map(({ type, aside }) =>
        change(
          'rename type',
          `Set ${spoken(type)} aside`,
          setAsideReason(type, options),
          `ALTER ${word(type)} ${sqlName(type)} RENAME TO ${quoteIdentifier(aside)}`,
        ),
      ),
      ...ordered([...added, ...replaced]).map(create),
      ...pairs.filter(([a, b]) => !mustReplace(a, b)).flatMap(([a, b]) => alterType(a, b, options)),
    ],
    last: [
      ...setAside.map(({ type, aside }) =>
        change(
          'drop type',
          `Drop what was ${spoken(type)}`,
          'Nothing uses it any more.',
          `DROP ${word(type)} ${sqlName({ schema: type.schema, name: aside })}`,
        ),
      ),
      ...ordered(removed).reverse().map(drop),
    ],
    setAside,
  };
}

function setAsideReason(type: TypeObject, options: ChangeOptions): string {
  return type.kind === 'enum'
    ? `A label can't be dropped from an enum: the type is made again as it was ${options.goal}, and its columns are converted.`
    : `It can't be changed in place: it is made again as it was ${options.goal}, and its columns are converted.`;
}

function ordered(types: readonly TypeObject[]): TypeObject[] {
  return inOrderOfNeed(
    types.map((type) => ({
      item: type,
      key: relationKey(type),
      needs: types.filter((other) => other !== type && mentions(type.definition, other)).map(relationKey),
    })),
  );
}

/** Labels can be added and renamed, never dropped or moved (manual, ALTER TYPE). */
function mustReplace(from: TypeObject, to: TypeObject): boolean {
  if (from.kind !== to.kind) return true;
  if (from.kind === 'enum') return !isSubsequence(from.labels ?? [], to.labels ?? []) && renamedLabel(from, to) === undefined;
  if (from.kind === 'domain') return from.domain?.baseType !== to.domain?.baseType;
  return from.kind === 'range' && from.definition !== to.definition;
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let place = 0;
  for (const label of whole) if (label === part[place]) place++;
  return place === part.length;
}

/**
 * As many labels of one and the same type, of which one differs: it was renamed, as none can be dropped. A new type in the place of the old one
 * has another label there, which means something else: its rows must not come to say the old one.
 */
function renamedLabel(from: TypeObject, to: TypeObject): readonly [string, string] | undefined {
  if (from.identity !== to.identity) return undefined;
  const [a, b] = [from.labels ?? [], to.labels ?? []];
  const differing = a.flatMap((label, place) => (b[place] !== undefined && b[place] !== label ? [[label, b[place]] as const] : []));
  return a.length === b.length && differing.length === 1 ? differing[0] : undefined;
}

function alterType(from: TypeObject, to: TypeObject, options: ChangeOptions): Change[] {
  if (to.kind === 'enum') return alterEnum(from, to, options);
  if (to.kind === 'domain') return alterDomain(from, to, options);
  if (to.kind === 'composite') return alterComposite(from, to, options);
  return [];
}

function alterEnum(from: TypeObject, to: TypeObject, options: ChangeOptions): Change[] {
  const renamed = renamedLabel(from, to);
  const why = `It had this label ${options.goal}.`;
  if (renamed) {
    const text = `ALTER TYPE ${sqlName(to)} RENAME VALUE ${quoteLiteral(renamed[0])} TO ${quoteLiteral(renamed[1])}`;
    return [change('rename label', `Rename ${renamed[0]} of ${spoken(to)} to ${renamed[1]}`, why, text)];
  }
  const labels = to.labels ?? [];
  return labels.flatMap((label, place) => {
    if (from.labels?.includes(label)) return [];
    const previous = labels[place - 1];
    const next = labels.slice(place).find((other) => from.labels?.includes(other));
    const where = previous !== undefined ? ` AFTER ${quoteLiteral(previous)}` : next !== undefined ? ` BEFORE ${quoteLiteral(next)}` : '';
    const text = `ALTER TYPE ${sqlName(to)} ADD VALUE ${quoteLiteral(label)}${where}`;
    return [change('add label', `Add ${label} to ${spoken(to)}`, why, text)];
  });
}

function alterDomain(from: TypeObject, to: TypeObject, options: ChangeOptions): Change[] {
  const [a, b] = [from.domain, to.domain];
  if (a === undefined || b === undefined) return [];
  const alter = (what: string, text: string) =>
    change('alter domain', `${what} of domain ${spoken(to)}`, `It was so ${options.goal}.`, `ALTER DOMAIN ${sqlName(to)} ${text}`);
  const nameOf = (check: string) => /^CONSTRAINT ("(?:[^"]|"")+"|[^ ]+)/.exec(check)?.[1] ?? '';
  return [
    ...a.checks.filter((check) => !b.checks.includes(check)).map((check) => alter('Drop a check', `DROP CONSTRAINT ${nameOf(check)}`)),
    ...(a.default === b.default ? [] : [alter('Set the default', b.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${b.default}`)]),
    ...(a.notNull === b.notNull ? [] : [alter(b.notNull ? 'Forbid NULL' : 'Allow NULL', b.notNull ? 'SET NOT NULL' : 'DROP NOT NULL')]),
    ...b.checks.filter((check) => !a.checks.includes(check)).map((check) => alter('Add a check', `ADD ${check}`)),
  ];
}

function alterComposite(from: TypeObject, to: TypeObject, options: ChangeOptions): Change[] {
  const split = (attribute: string) => /^("(?:[^"]|"")+"|[^ ]+) (.*)$/s.exec(attribute)?.slice(1) ?? [attribute, ''];
  const before = new Map((from.attributes ?? []).map((attribute) => split(attribute) as [string, string]));
  const after = new Map((to.attributes ?? []).map((attribute) => split(attribute) as [string, string]));
  const alter = (title: string, text: string) =>
    change('alter type', title, `It was so ${options.goal}.`, `ALTER TYPE ${sqlName(to)} ${text} CASCADE`);
  const renamed = new Map(renamedAttributes([...before], [...after]));
  for (const [old, name] of renamed) before.set(name, before.get(old) ?? '');
  for (const old of renamed.keys()) before.delete(old);
  return [
    ...[...renamed].map(([old, name]) => alter(`Rename attribute ${old} of ${spoken(to)}`, `RENAME ATTRIBUTE ${old} TO ${name}`)),
    ...[...before.keys()]
      .filter((name) => !after.has(name))
      .map((name) => alter(`Drop attribute ${name} of ${spoken(to)}`, `DROP ATTRIBUTE ${name}`)),
    ...[...after].flatMap(([name, type]) => {
      const old = before.get(name);
      if (old === undefined) return [alter(`Add attribute ${name} to ${spoken(to)}`, `ADD ATTRIBUTE ${name} ${type}`)];
      return old === type ? [] : [alter(`Change attribute ${name} of ${spoken(to)}`, `ALTER ATTRIBUTE ${name} TYPE ${type}`)];
    }),
  ];
}

/** Attributes at the same place and of the same type that are called otherwise, and by no name of the other side. */
function renamedAttributes(from: readonly (readonly [string, string])[], to: readonly (readonly [string, string])[]): [string, string][] {
  const has = (attributes: readonly (readonly [string, string])[], name: string) => attributes.some(([other]) => other === name);
  return from.flatMap(([name, type], place): [string, string][] => {
    const other = to[place];
    return other !== undefined && other[1] === type && !has(to, name) && !has(from, other[0]) ? [[name, other[0]]] : [];
  });
}

/** Texts of the virtual schema name a type as its author did: often without the schema. */
function bareAside(columnType: string, plan: TypePlan): string {
  const found = plan.setAside.find(
    ({ type }) => columnType === quoteIdentifier(type.name) || columnType === `${quoteIdentifier(type.name)}[]`,
  );
  return found === undefined ? columnType : columnType.replace(quoteIdentifier(found.type.name), sqlName(found.type));
}

/** `(mood, integer)` with the types that are set aside by their full names. */
function qualifiedSignature(signature: string, plan: TypePlan): string {
  const types = signature.replace(/^\(|\)$/g, '').split(/,\s*/);
  return signature.startsWith('(') ? `(${types.map((type) => bareAside(type, plan)).join(', ')})` : signature;
}

/** `'new'::mood`, `RETURNS SETOF mood`: where nothing but a type can stand. */
function qualifiedCasts(text: string, plan: TypePlan): string {
  return plan.setAside.reduce((result, { type }) => {
    const bare = namePattern(quoteIdentifier(type.name)).source;
    return result.replace(
      new RegExp(`(::\\s*|\\bRETURNS\\s+(?:SETOF\\s+)?)${bare}`, 'gi'),
      (_, before: string) => `${before}${sqlName(type)}`,
    );
  }, text);
}

/** The catalog with every use of a set-aside type under its new name: what uses it then shows as changed. */
export function withTypesSetAside(catalog: Catalog, plan: TypePlan): Catalog {
  const rename = (text: string) =>
    plan.setAside.reduce(
      (result, { type, aside }) => result.replace(namePattern(sqlName(type)), () => sqlName({ schema: type.schema, name: aside })),
      text,
    );
  if (plan.setAside.length === 0) return catalog;
  return {
    ...catalog,
    tables: catalog.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => ({
        ...column,
        type: rename(bareAside(column.type, plan)),
        ...(column.default === undefined ? {} : { default: rename(column.default) }),
        ...(column.generated === undefined ? {} : { generated: { ...column.generated, expression: rename(column.generated.expression) } }),
      })),
      constraints: table.constraints.map((constraint) => ({ ...constraint, definition: rename(constraint.definition) })),
      indexes: table.indexes.map((index) => ({ ...index, definition: rename(index.definition) })),
      policies: table.policies.map((policy) => ({ ...policy, definition: rename(policy.definition) })),
      triggers: table.triggers.map((trigger) => ({ ...trigger, definition: rename(trigger.definition) })),
    })),
    definitions: catalog.definitions.map((object) => ({
      ...object,
      definition: rename(qualifiedCasts(object.definition, plan)),
      ...(object.signature === undefined ? {} : { signature: rename(qualifiedSignature(object.signature, plan)) }),
    })),
  };
}
