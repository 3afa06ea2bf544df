import type { DocumentField, DocumentValue } from '../../model/document';
import { booleanOf, fieldOf, fieldsOf, isPartial, itemsOf, numberOf, textOf } from '../../model/document-value';
import { isSame } from './build';

/** What a filter says of the documents that it finds. */

/** Its conditions, those of `$and` among them: all of them hold. */
export function conditionsOf(filter: DocumentValue): readonly DocumentField[] {
  return fieldsOf(filter).flatMap((field) => (field.name === '$and' ? itemsOf(field.value).flatMap(conditionsOf) : [field]));
}

/** Is one path the other, or within it: `address` and `address.city`? */
export function overlaps(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}.`) || right.startsWith(`${left}.`);
}

function conditionsOn(filter: DocumentValue, field: string): readonly DocumentValue[] {
  return conditionsOf(filter).flatMap(({ name, value }) => (name === field ? [value] : []));
}

/**
 * Whether the found documents lack a field: `missing` by `$exists: false`; `or null` where it may be there and be null, which `{ field: null }`
 * finds too (manual, "Query for Null or Missing Fields").
 */
export function lacks(filter: DocumentValue, field: string): 'missing' | 'or null' | undefined {
  const conditions = conditionsOf(filter);
  const own = conditions.filter(({ name }) => overlaps(field, name) && field.startsWith(name)).map(({ value }) => value);
  if (own.some((value) => isFalse(fieldOf(value, '$exists')))) return 'missing';
  if (own.some(isNull)) return 'or null';
  const choices = conditions.filter(({ name }) => name === '$or').map(({ value }) => itemsOf(value).map((choice) => lacks(choice, field)));
  const said = choices.filter((each) => each.length > 0 && !each.includes(undefined));
  if (said.length === 0) return undefined;
  return said.some((each) => each.every((one) => one === 'missing')) ? 'missing' : 'or null';
}

function isFalse(value: DocumentValue | undefined): boolean {
  return booleanOf(value) === false || numberOf(value) === 0;
}

function isNull(value: DocumentValue): boolean {
  const equal = fieldOf(value, '$eq') ?? onlyItem(fieldOf(value, '$in')) ?? value;
  return equal.kind === 'scalar' && equal.value === null;
}

function onlyItem(value: DocumentValue | undefined): DocumentValue | undefined {
  const items = itemsOf(value);
  return items.length === 1 ? items[0] : undefined;
}

/** Operators that no missing field meets (manual, "Query for Null or Missing Fields"). */
const wanting: ReadonlySet<string> = new Set(['$gt', '$gte', '$lt', '$lte', '$type', '$regex', '$size', '$all', '$elemMatch', '$mod']);

/** Does the filter want the field to be there: `$exists: true`, a value, a bound? */
export function isThere(filter: DocumentValue, field: string): boolean {
  return conditionsOn(filter, field).some((condition) => {
    if (!isOperators(condition)) return !isNull(condition) && condition.kind !== 'hole';
    return fieldsOf(condition).some(({ name, value }) => {
      if (name === '$exists') return !isFalse(value);
      if (name === '$ne') return isNull(value);
      if (name === '$nin') return itemsOf(value).some(isNull);
      if (name === '$eq') return !isNull(value) && value.kind !== 'hole';
      if (name === '$in')
        return value.kind === 'array' && value.partial !== true && !value.items.some((item) => isNull(item) || item.kind === 'hole');
      return wanting.has(name);
    });
  });
}

/** `{ field: { $exists: true } }` alone: it holds as long as nobody removes the field. */
export function isPresence({ name, value }: DocumentField): boolean {
  const [only, ...more] = fieldsOf(value);
  return !name.startsWith('$') && only?.name === '$exists' && more.length === 0 && !isFalse(only.value);
}

/** The value that the filter wants a field to have; undefined where it wants none, or something else than a value. */
export function equalTo(filter: DocumentValue, field: string): DocumentValue | undefined {
  return conditionsOn(filter, field)
    .map((value) => fieldOf(value, '$eq') ?? (isOperators(value) ? onlyItem(fieldOf(value, '$in')) : value))
    .find((value) => value !== undefined && value.kind !== 'hole' && !(value.kind === 'bson' && value.type === 'RegExp'));
}

/** `{ $gt: 5 }`, and not the value `{ a: 5 }`. */
function isOperators(value: DocumentValue): boolean {
  return fieldsOf(value)[0]?.name.startsWith('$') === true;
}

/**
 * Does a document that the filter finds surely not hold this value in the field: is it none of those that have been there already? An
 * array holds a value that is an item of it, which is how filters see arrays.
 */
export function excludes(filter: DocumentValue, field: string, value: DocumentValue): boolean {
  if (lacks(filter, field) !== undefined) return !(value.kind === 'scalar' && value.value === null);
  return conditionsOf(filter).some((condition) => {
    if (condition.name === '$or') {
      const choices = itemsOf(condition.value);
      return choices.length > 0 && !isPartial(condition.value) && choices.every((choice) => excludes(choice, field, value));
    }
    if (condition.name === '$nor') return itemsOf(condition.value).some((choice) => holdsOnlyFor(choice, field, value));
    return condition.name === field && excludedBy(condition.value, value);
  });
}

/** `{ field: value }` alone, as it stands in `$nor`. */
function holdsOnlyFor(filter: DocumentValue, field: string, value: DocumentValue): boolean {
  const conditions = conditionsOf(filter);
  const [only] = conditions;
  return conditions.length === 1 && only?.name === field && !isOperators(only.value) && isSame(only.value, value);
}

function excludedBy(condition: DocumentValue, value: DocumentValue): boolean {
  if (!isOperators(condition)) {
    const isKnown = condition.kind === 'scalar' || (condition.kind === 'bson' && condition.type !== 'RegExp');
    return isKnown && value.kind !== 'hole' && value.kind !== 'array' && !isSame(condition, value);
  }
  return fieldsOf(condition).some(({ name, value: operand }) => {
    switch (name) {
      case '$ne':
        return isSame(operand, value);
      case '$nin':
        return itemsOf(operand).some((item) => isSame(item, value));
      case '$eq':
        return excludedBy(operand, value);
      case '$in':
        return operand.kind === 'array' && operand.partial !== true && operand.items.every((item) => excludedBy(item, value));
      case '$not':
        return isSame(fieldOf(operand, '$eq') ?? operand, value) || fieldOf(operand, '$elemMatch') !== undefined;
      default:
        return excludedByOrder(name, operand, value);
    }
  });
}

function excludedByOrder(operator: string, operand: DocumentValue, value: DocumentValue): boolean {
  const [bound, wanted] = [numberOf(operand), numberOf(value)];
  if (bound === undefined || wanted === undefined) return false;
  if (operator === '$lt') return wanted >= bound;
  if (operator === '$lte') return wanted > bound;
  if (operator === '$gt') return wanted <= bound;
  return operator === '$gte' && wanted < bound;
}

/** Does a condition ask for one of these fields, by name or, in an expression, as `$field`? Where that can't be seen it does. */
export function asksFor({ name, value }: DocumentField, fields: readonly string[]): boolean {
  if (!name.startsWith('$')) return fields.some((field) => overlaps(name, field));
  return mentions(value, fields);
}

/** Does a value name one of the fields, as a key of it or as `$field` in a text? */
export function mentions(value: DocumentValue, fields: readonly string[]): boolean {
  switch (value.kind) {
    case 'hole':
      return true;
    case 'scalar': {
      const path = textOf(value);
      return path?.startsWith('$') === true && fields.some((field) => overlaps(path.replace(/^\$+(?:ROOT\.|CURRENT\.)?/, ''), field));
    }
    case 'array':
      return value.partial === true || value.items.some((item) => mentions(item, fields));
    case 'document':
      return (
        value.partial === true ||
        value.fields.some(
          (field) =>
            (!field.name.startsWith('$') && fields.some((wanted) => overlaps(field.name, wanted))) || mentions(field.value, fields),
        )
      );
    default:
      return false;
  }
}
