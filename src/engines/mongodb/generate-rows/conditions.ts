import type { Document } from 'mongodb';
import type { DocumentValue } from '../../../model/document';
import { booleanOf, fieldOf, fieldsOf, isWhole, itemsOf, numberOf, textOf } from '../../../model/document-value';
import type { FieldKind } from '../../../schema/mongodb/expressions';
import { pick } from '../../random';
import { knownValue } from './known';
import { type CollectionNeeds, kindOfValue } from './needs';
import { removeAt, setAt } from './paths';
import { textMatching } from './pattern';
import { valueOfKind } from './values';

/** One step of making a document meet a filter, or not. */
export type Change = { readonly path: string; readonly value: unknown } | { readonly path: string; readonly absent: true };

export interface ConditionSource {
  readonly row: number;
  readonly salt: string;
  /** Kinds of fields as the migration's other texts tell them. */
  readonly needs: Pick<CollectionNeeds, 'fields'>;
}

/** What makes a document meet this filter (or break it), as far as that can be read from it; conditions that can't are left out. */
export function changesFor(filter: DocumentValue, meets: boolean, source: ConditionSource): readonly Change[] {
  return fieldsOf(filter).flatMap(({ name, value }): readonly Change[] => {
    if (name === '$and') return itemsOf(value).flatMap((part) => changesFor(part, meets, source));
    if (name === '$nor') return itemsOf(value).flatMap((part) => changesFor(part, !meets, source));
    if (name === '$or') {
      const parts = itemsOf(value);
      const chosen = parts[pick(parts.length, source.salt, 'or', source.row)];
      return meets
        ? chosen === undefined
          ? []
          : changesFor(chosen, true, source)
        : parts.flatMap((part) => changesFor(part, false, source));
    }
    if (name.startsWith('$')) return [];
    return changeOf(name, value, meets, source);
  });
}

export function apply(document: Document, changes: readonly Change[]): void {
  for (const change of changes) {
    if ('absent' in change) removeAt(document, change.path);
    else if (change.value !== undefined) setAt(document, change.path, change.value);
  }
}

/** The condition on one field. */
function changeOf(path: string, condition: DocumentValue, meets: boolean, source: ConditionSource): readonly Change[] {
  const operators = fieldsOf(condition).filter(({ name }) => name.startsWith('$'));
  if (operators.length === 0) return equality(path, condition, meets, source);
  if (!meets) {
    // One broken condition is enough.
    for (const { name, value } of operators) {
      const broken = operatorChange(path, { name, value, all: condition }, false, source);
      if (broken.length > 0) return broken;
    }
    return [];
  }
  const bounds = range(path, condition, source);
  if (bounds !== undefined) return bounds;
  const found = operators.flatMap(({ name, value }) => operatorChange(path, { name, value, all: condition }, true, source));
  // `{ $exists: true, $ne: null }`: what says a value counts more than that there is one.
  const said = found.filter((change) => !('absent' in change));
  return found.length > 0 && said.length > 0 ? said.slice(-1) : found;
}

interface OperatorOf {
  readonly name: string;
  readonly value: DocumentValue;
  /** The document with all conditions on the field. */
  readonly all: DocumentValue;
}

function operatorChange(path: string, { name, value, all }: OperatorOf, meets: boolean, source: ConditionSource): readonly Change[] {
  switch (name) {
    case '$eq':
      return equality(path, value, meets, source);
    case '$ne':
      return equality(path, value, !meets, source);
    case '$in':
      return oneOf(path, itemsOf(value), meets, source);
    case '$nin':
      return oneOf(path, itemsOf(value), !meets, source);
    case '$exists':
      return (booleanOf(value) ?? numberOf(value) !== 0) === meets ? [present(path, source)] : [{ path, absent: true }];
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return beside(path, value, name.startsWith('$gt') === meets ? 1 : -1);
    case '$type':
      return typed(path, value, meets, source);
    case '$regex':
      return matching(path, value, textOf(fieldOf(all, '$options')) ?? '', meets, source);
    case '$size':
      return [{ path, value: Array.from({ length: (numberOf(value) ?? 1) + (meets ? 0 : 1) }, (_, at) => `item ${at + 1}`) }];
    case '$all':
      return meets && itemsOf(value).every(isWhole)
        ? [{ path, value: itemsOf(value).map(knownValue) }]
        : meets
          ? []
          : [{ path, value: [] }];
    case '$elemMatch':
      return element(path, value, meets, source);
    case '$mod': {
      const [divisor = 2, rest = 0] = itemsOf(value).map((item) => numberOf(item));
      return [{ path, value: divisor * source.row + rest + (meets ? 0 : 1) }];
    }
    case '$not':
      return changeOf(path, value, !meets, source);
    default:
      return [];
  }
}

function equality(path: string, value: DocumentValue, meets: boolean, source: ConditionSource): readonly Change[] {
  if (value.kind === 'bson' && value.type === 'RegExp') return matching(path, value, '', meets, source);
  if (!isWhole(value)) return meets ? [present(path, source)] : [];
  if (value.kind === 'scalar' && value.value === null) {
    // null is met by a field that is not there, too.
    return meets ? (source.row % 4 < 2 ? [{ path, absent: true }] : [{ path, value: null }]) : [present(path, source)];
  }
  return meets ? [{ path, value: knownValue(value) }] : [{ path, value: other(path, value, source) }];
}

/** A value of the same kind that is not this one. */
function other(path: string, value: DocumentValue, source: ConditionSource): unknown {
  const boolean = booleanOf(value);
  if (boolean !== undefined) return !boolean;
  const number = numberOf(value);
  if (number !== undefined) return number + source.row;
  return make(path, kindOfValue(value), source);
}

function oneOf(path: string, values: readonly DocumentValue[], meets: boolean, source: ConditionSource): readonly Change[] {
  const [first] = values;
  if (first === undefined) return [];
  const chosen = values[pick(values.length, source.salt, path, source.row)] ?? first;
  return equality(path, meets ? chosen : first, meets, source);
}

/** Lower and upper bound together: a value between. */
function range(path: string, condition: DocumentValue, { row }: ConditionSource): readonly Change[] | undefined {
  const low = fieldOf(condition, '$gte') ?? fieldOf(condition, '$gt');
  const high = fieldOf(condition, '$lte') ?? fieldOf(condition, '$lt');
  if (low === undefined || high === undefined) return undefined;
  const [from, to] = [comparable(low), comparable(high)];
  if (from === undefined || to === undefined || typeof from.number !== 'number') return undefined;
  const between = from.number + ((to.number - from.number) * ((row % 8) + 1)) / 10;
  return [{ path, value: from.isDate ? new Date(between) : to.number - from.number > 10 ? Math.floor(between) : between }];
}

/** A value on one side of a bound. */
function beside(path: string, bound: DocumentValue, side: 1 | -1): readonly Change[] {
  const known = comparable(bound);
  if (known !== undefined) return [{ path, value: known.isDate ? new Date(known.number + side * 86_400_000) : known.number + side }];
  const text = textOf(bound);
  if (text === undefined) return [];
  return [{ path, value: side === 1 ? `${text}z` : text === '' ? '' : String.fromCharCode(Math.max(text.charCodeAt(0) - 1, 32)) }];
}

function comparable(value: DocumentValue): { readonly number: number; readonly isDate: boolean } | undefined {
  const number = numberOf(value);
  if (number !== undefined) return { number, isDate: false };
  if (value.kind !== 'bson' || !isWhole(value)) return undefined;
  const made: unknown = knownValue(value);
  return made instanceof Date && !Number.isNaN(made.getTime()) ? { number: made.getTime(), isDate: true } : undefined;
}

function typed(path: string, value: DocumentValue, meets: boolean, source: ConditionSource): readonly Change[] {
  const first = value.kind === 'array' ? itemsOf(value)[0] : value;
  const name = textOf(first) ?? typeNumbers[numberOf(first) ?? 0] ?? '';
  const kind = bsonTypeKinds[name];
  if (name === 'null') return [meets ? { path, value: null } : present(path, source)];
  if (kind === undefined) return [];
  return [{ path, value: make(path, meets ? kind : kind === 'string' || kind === 'numeric text' ? 'number' : 'numeric text', source) }];
}

/** Aliases of `$type` (manual, "$type"). */
export const bsonTypeKinds: Readonly<Record<string, FieldKind>> = {
  double: 'double',
  string: 'string',
  object: 'object',
  array: 'array',
  objectId: 'objectId',
  bool: 'boolean',
  date: 'date',
  int: 'number',
  long: 'long',
  decimal: 'decimal',
  number: 'number',
};
const typeNumbers: Readonly<Record<number, string>> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  16: 'int',
  18: 'long',
  19: 'decimal',
};

function matching(path: string, value: DocumentValue, options: string, meets: boolean, source: ConditionSource): readonly Change[] {
  const [, pattern = textOf(value), flags = options] = (value.kind === 'bson' && /^\/(.*)\/(\w*)$/s.exec(value.text)) || [];
  if (pattern === undefined) return [];
  const text = meets ? textMatching(pattern, flags, source.row) : unlike(pattern, flags, source.row);
  return text === undefined ? [] : [{ path, value: text }];
}

function unlike(pattern: string, flags: string, row: number): string | undefined {
  try {
    const expression = new RegExp(pattern, flags.replace(/[^imsu]/g, ''));
    return [`plain ${row}`, `${row}`, '-', ''].find((text) => !expression.test(text));
  } catch {
    return undefined;
  }
}

function element(path: string, condition: DocumentValue, meets: boolean, source: ConditionSource): readonly Change[] {
  if (!meets) return [{ path, value: [] }];
  const isScalar = fieldsOf(condition).some(({ name }) => name.startsWith('$') && !/^\$(and|or|nor|expr)$/.test(name));
  if (isScalar) {
    const found = changeOf('value', condition, true, source).flatMap((change) => ('value' in change ? [change.value] : []));
    return found.length === 0 ? [] : [{ path, value: found.slice(-1) }];
  }
  const item: Document = {};
  apply(item, changesFor(condition, true, source));
  return Object.keys(item).length === 0 ? [] : [{ path, value: [item] }];
}

function present(path: string, source: ConditionSource): Change {
  return { path, value: make(path, source.needs.fields.get(path) ?? 'any', source) };
}

/** A text is one that the migration's other operators can take. */
function make(path: string, kind: FieldKind, { row, salt, needs }: ConditionSource): unknown {
  const wanted = needs.fields.get(path);
  const isText = kind === 'string' && wanted !== undefined && / text$/.test(wanted);
  return valueOfKind(isText ? wanted : kind, { row, salt: `${salt} ${path}`, name: path.split('.').at(-1) ?? path });
}
