import type { ChangedDocument } from './evidence';
import { comparable, type Doc, isArray, isDoc, type Json, numberIn, same, shellValue, typeOf, valueAt } from './values';

/** One field that is another one than before in a set of documents: always the same documents within a group. */
export interface ChangedField {
  readonly path: string;
  readonly values: readonly { readonly old: Json | undefined; readonly now: Json | undefined; readonly doc: ChangedDocument }[];
}

/** The fields that differ, by path: into embedded documents, not into arrays. */
export function changedFields(changed: readonly ChangedDocument[]): ChangedField[] {
  const found = new Map<string, { old: Json | undefined; now: Json | undefined; doc: ChangedDocument }[]>();
  for (const doc of changed)
    for (const { path, old, now } of differences(doc.old, doc.now, '')) found.set(path, [...(found.get(path) ?? []), { old, now, doc }]);
  return [...found].map(([path, values]) => ({ path, values }));
}

function differences(old: Doc, now: Doc, prefix: string): { path: string; old: Json | undefined; now: Json | undefined }[] {
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((name) => {
    const [then, current, path] = [old[name], now[name], `${prefix}${name}`];
    if (same(then, current)) return [];
    if (isDoc(then) && isDoc(current) && !name.includes('.')) return differences(then, current, `${path}.`);
    return [{ path, old: then, now: current }];
  });
}

/**
 * How a field gets its old value: a part of an update with operators, or an expression for a pipeline where the value comes from the
 * document itself.
 */
export type FieldInverse = { readonly path: string; readonly because: string } & (
  | { readonly operator: '$unset' }
  | { readonly operator: '$set' | '$inc' | '$pull'; readonly value: string }
  | { readonly operator: 'expression'; readonly expression: string }
);

/** What is known beside the field itself. */
export interface InverseFacts {
  /** Values that the migration's text names. */
  readonly named: ReadonlySet<string>;
  readonly fields: readonly ChangedField[];
}

/**
 * The old value of a field, where it follows from what is in the documents and from the migration's own text. Old values that neither of them
 * holds are data of the simulation, which no other database has.
 */
export function fieldInverse(field: ChangedField, facts: InverseFacts): FieldInverse | undefined {
  const { path, values } = field;
  if (values.every(({ old }) => old === undefined)) return { path, operator: '$unset', because: 'it was not there before' };
  return (
    constant(field, facts) ??
    moved(field, facts) ??
    arithmetic(field, facts) ??
    arrayItem(field, facts) ??
    converted(field) ??
    mapped(field, facts)
  );
}

function constant({ path, values }: ChangedField, { named }: InverseFacts): FieldInverse | undefined {
  const [first] = values;
  if (first?.old === undefined || values.some(({ old }) => !same(old, first.old)) || !named.has(comparable(first.old))) return undefined;
  return { path, operator: '$set', value: shellValue(first.old), because: 'the migration names the value that it was' };
}

/** The old value is in another field of the same document: it was renamed, or copied before it was removed. */
function moved({ path, values }: ChangedField, { fields }: InverseFacts): FieldInverse | undefined {
  if (values.some(({ old }) => old === undefined)) return undefined;
  const place = fields.find(
    (other) => other.path !== path && values.every(({ old, doc }) => old !== undefined && same(valueAt(doc.now, other.path).value, old)),
  );
  return place && { path, operator: 'expression', expression: `"$${place.path}"`, because: `its value is in ${place.path}` };
}

/** The same number was added to each, or each multiplied with it, and the migration's text names that number. */
function arithmetic({ path, values }: ChangedField, { named }: InverseFacts): FieldInverse | undefined {
  const pairs = values.map(({ old, now }) => [numberIn(old), numberIn(now)] as const);
  const [first] = pairs;
  if (first?.[0] === undefined || first[1] === undefined) return undefined;
  const close = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
  const difference = Number((first[1] - first[0]).toPrecision(12));
  if (pairs.every(([old, now]) => old !== undefined && now !== undefined && close(now - old, difference)) && isNamed(named, difference))
    return { path, operator: '$inc', value: String(-difference), because: `${difference} was added to it` };
  const [old, now] = pairs.find(([value]) => value !== undefined && value !== 0) ?? [];
  if (old === undefined || now === undefined) return undefined;
  const factor = Number((now / old).toPrecision(12));
  if (factor === 0 || !isNamed(named, factor) || !pairs.every(([a, b]) => a !== undefined && b !== undefined && close(b, a * factor)))
    return undefined;
  const types = new Set(values.map(({ old: value }) => (value === undefined ? '' : typeOf(value))));
  const [type] = types;
  // Dividing gives a double.
  const divided = `{ $divide: ["$${path}", ${factor}] }`;
  const whole = type === 'int' ? 'Int' : 'Long';
  const expression = types.size === 1 && (type === 'int' || type === 'long') ? `{ $to${whole}: { $round: [${divided}, 0] } }` : divided;
  return { path, operator: 'expression', expression, because: `it was multiplied by ${factor}` };
}

function isNamed(named: ReadonlySet<string>, value: number): boolean {
  return named.has(`n:${value}`) || named.has(`n:${-value}`);
}

/** One item came to an array, which had none like it, and the text names it. */
function arrayItem({ path, values }: ChangedField, { named }: InverseFacts): FieldInverse | undefined {
  const items = values.map(({ old, now }) => {
    if (!isArray(old) || !isArray(now) || now.length !== old.length + 1) return undefined;
    const known = new Set(old.map(comparable));
    const [item, ...others] = now.filter((each) => !known.has(comparable(each)));
    return others.length === 0 ? item : undefined;
  });
  const [item] = items;
  if (item === undefined || !items.every((each) => each !== undefined && same(each, item)) || !named.has(comparable(item)))
    return undefined;
  return { path, operator: '$pull', value: shellValue(item), because: 'the item was put into it, and it had none like it' };
}

/** The value is the same in another type: what converts it back gives what it was. */
function converted({ path, values }: ChangedField): FieldInverse | undefined {
  const types = new Set(values.map(({ old, now }) => `${old === undefined ? '' : typeOf(old)} ${now === undefined ? '' : typeOf(now)}`));
  const [only] = types;
  if (types.size !== 1 || only === undefined) return undefined;
  const [from = '', to = ''] = only.split(' ');
  const back = { int: '$toInt', long: '$toLong', double: '$toDouble', decimal: '$toDecimal', string: '$toString', objectId: '$toObjectId' }[
    from
  ];
  if (from === to || back === undefined) return undefined;
  const means = (value: Json | undefined) =>
    typeof value === 'string' ? value : value === undefined ? '' : String(numberIn(value) ?? comparable(value).slice(2));
  if (!values.every(({ old, now }) => means(old) === means(now))) return undefined;
  return { path, operator: 'expression', expression: `{ ${back}: "$${path}" }`, because: `the same value of type ${to} is in it` };
}

/** More pairs of values than this are data, and no rule. */
const mostPairs = 12;

/** Each value of now stands for one of before, and the text names all of these. */
function mapped({ path, values }: ChangedField, { named }: InverseFacts): FieldInverse | undefined {
  const oldOf = new Map<string, { old: Json; now: Json }>();
  for (const { old, now } of values) {
    if (old === undefined || now === undefined || !named.has(comparable(old))) return undefined;
    const known = oldOf.get(comparable(now));
    if (known !== undefined && !same(known.old, old)) return undefined;
    oldOf.set(comparable(now), { old, now });
  }
  if (oldOf.size > mostPairs) return undefined;
  const branches = [...oldOf.values()].map(
    ({ old, now }) => `{ case: { $eq: ["$${path}", { $literal: ${shellValue(now)} }] }, then: { $literal: ${shellValue(old)} } }`,
  );
  const expression = `{ $switch: { branches: [${branches.join(', ')}], default: "$${path}" } }`;
  return { path, operator: 'expression', expression, because: 'the migration names the old values, one for each new one' };
}
