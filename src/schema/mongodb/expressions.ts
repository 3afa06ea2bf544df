import type { DocumentValue } from '../../model/document';
import { fieldOf, fieldsOf, itemsOf, textOf } from '../../model/document-value';

/** What kind of value a field is to have. `any`: its name decides. */
export type FieldKind =
  | 'any'
  | 'string'
  | 'number'
  | 'double'
  | 'long'
  | 'decimal'
  | 'boolean'
  | 'date'
  /** Long after now: a TTL index must not take its document away. */
  | 'late date'
  | 'objectId'
  | 'uuid'
  | 'array'
  | 'object'
  | 'point'
  | 'pair'
  | 'numeric text'
  | 'date text'
  | 'id text';

/**
 * Fields that an expression of an aggregation reads, each with the kind of value that the operator around it can take (manual, "Aggregation
 * Operators"). Fields of variables ($$this.x) are not the document's own; `$$ROOT.x` and `$$CURRENT.x` are.
 */
export function expressionNeeds(
  expression: DocumentValue,
  wanted: FieldKind = 'any',
): readonly (readonly [path: string, kind: FieldKind])[] {
  const text = textOf(expression);
  if (text !== undefined) {
    const [, path] = /^\$(?:\$(?:ROOT|CURRENT)\.)?([^$].*)$/.exec(text) ?? [];
    return path === undefined ? [] : [[path, wanted]];
  }
  if (expression.kind === 'array') return itemsOf(expression).flatMap((item) => expressionNeeds(item, wanted));
  return fieldsOf(expression).flatMap(({ name, value }) => {
    if (name === '$literal') return [];
    if (!name.startsWith('$')) return expressionNeeds(value, wanted);
    return operandNeeds(name, value, wanted);
  });
}

function operandNeeds(name: string, value: DocumentValue, wanted: FieldKind): ReturnType<typeof expressionNeeds> {
  const kind = kinds[name];
  if (name === '$convert') {
    const to = textOf(fieldOf(value, 'to')) ?? '';
    const input = fieldOf(value, 'input');
    return input === undefined ? [] : expressionNeeds(input, kinds[`$to${to.charAt(0).toUpperCase()}${to.slice(1)}`] ?? 'any');
  }
  if (/^\$(map|filter|reduce)$/.test(name)) {
    const input = fieldOf(value, 'input');
    const rest = fieldsOf(value)
      .filter((field) => field.name !== 'input')
      .flatMap((field) => expressionNeeds(field.value));
    return [...(input === undefined ? [] : expressionNeeds(input, 'array')), ...rest];
  }
  // What is given when a value is missing is of the kind that is wanted; a condition is not.
  if (name === '$ifNull') return expressionNeeds(value, wanted);
  if (name === '$cond') {
    const branches = value.kind === 'array' ? itemsOf(value).slice(1) : ['then', 'else'].flatMap((branch) => fieldOf(value, branch) ?? []);
    const condition = value.kind === 'array' ? itemsOf(value)[0] : fieldOf(value, 'if');
    return [
      ...(condition === undefined ? [] : expressionNeeds(condition)),
      ...branches.flatMap((branch) => expressionNeeds(branch, wanted)),
    ];
  }
  return expressionNeeds(value, kind ?? 'any');
}

const numeric = '$add $subtract $multiply $divide $mod $abs $ceil $floor $round $trunc $sqrt $pow $exp $ln $log $log10 $sum $avg';
const textual =
  '$concat $toUpper $toLower $trim $ltrim $rtrim $split $substr $substrCP $substrBytes $strLenCP $strLenBytes $indexOfCP $indexOfBytes $regexMatch $regexFind $regexFindAll $replaceOne $replaceAll $strcasecmp';
const temporal =
  '$year $month $dayOfMonth $dayOfWeek $dayOfYear $hour $minute $second $millisecond $week $isoWeek $dateToString $dateToParts $dateAdd $dateSubtract $dateTrunc $dateDiff';
const listing =
  '$size $arrayElemAt $first $last $slice $concatArrays $setUnion $setIntersection $setDifference $reverseArray $arrayToObject $anyElementTrue $allElementsTrue $in';

const kinds: Readonly<Record<string, FieldKind>> = {
  ...ofKind(numeric, 'number'),
  ...ofKind(textual, 'string'),
  ...ofKind(temporal, 'date'),
  ...ofKind(listing, 'array'),
  ...ofKind('$toInt $toLong $toDouble $toDecimal', 'numeric text'),
  ...ofKind('$toDate $dateFromString', 'date text'),
  $toObjectId: 'id text',
  $toString: 'number',
  $toBool: 'number',
  $objectToArray: 'object',
  $mergeObjects: 'object',
};

function ofKind(names: string, kind: FieldKind): Readonly<Record<string, FieldKind>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]));
}
