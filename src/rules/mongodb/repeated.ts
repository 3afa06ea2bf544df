import type { DocumentValue, DocumentWrite } from '../../model/document';
import { fieldOf, fieldsOf, isPartial, itemsOf, numberOf, textOf } from '../../model/document-value';
import { conditionsOf, equalTo, excludes, lacks, mentions } from '../../rollback/mongodb/filters';

type Update = Extract<DocumentWrite, { kind: 'update' }>;

/** What makes an update another one the second time it runs. */
export interface Repeated {
  /** `$inc`, `$push`, or the operator of an expression. */
  readonly operator: string;
  readonly field: string;
}

/** Operators that change a field again when they run again. */
const repeating: ReadonlySet<string> = new Set(['$inc', '$mul', '$push', '$pop', '$bit']);

/** Expressions that give something else for what they gave: not `$toLower`, `$trim`, `$round`, whose results stay as they are. */
const growing: ReadonlySet<string> = new Set([
  ...[
    '$add',
    '$subtract',
    '$multiply',
    '$divide',
    '$pow',
    '$mod',
    '$concat',
    '$concatArrays',
    '$reverseArray',
    '$sqrt',
    '$exp',
    '$ln',
    '$log',
    '$log10',
  ],
  ...['$substr', '$substrBytes', '$substrCP', '$dateAdd', '$dateSubtract', '$not'],
]);

/** What would happen again in a retry, where nothing in the update's own filter leaves out what is done. */
export function repeatedBy({ filter, change }: Update): Repeated | undefined {
  if (isPartial(filter) || isPartial(change)) return undefined;
  const found = change.kind === 'array' ? repeatedByPipeline(change) : repeatedByOperators(change);
  return found === undefined || skipsDone(filter, change) ? undefined : found;
}

function repeatedByOperators(change: DocumentValue): Repeated | undefined {
  for (const { name: operator, value } of fieldsOf(change)) {
    if (!repeating.has(operator)) continue;
    const field = fieldsOf(value).find((each) => changesAgain(operator, each.value));
    if (field !== undefined) return { operator, field: field.name };
  }
  return undefined;
}

function changesAgain(operator: string, value: DocumentValue): boolean {
  if (operator === '$inc') return numberOf(value) !== 0;
  if (operator === '$mul') return numberOf(value) !== 1 && numberOf(value) !== 0;
  return operator !== '$bit' || fieldsOf(value).some(({ name }) => name === 'xor');
}

function repeatedByPipeline(pipeline: DocumentValue): Repeated | undefined {
  for (const { name: stage, value } of itemsOf(pipeline).flatMap(fieldsOf)) {
    if (stage !== '$set' && stage !== '$addFields') continue;
    for (const field of fieldsOf(value)) {
      const operator = growingIn(field.value, field.name);
      if (operator !== undefined) return { operator, field: field.name };
    }
  }
  return undefined;
}

/** An expression on the field itself whose result, put in again, gives another one. */
function growingIn(value: DocumentValue, field: string): string | undefined {
  if (value.kind === 'array') return value.items.map((item) => growingIn(item, field)).find((found) => found !== undefined);
  for (const { name, value: operand } of fieldsOf(value)) {
    if (growing.has(name) && operand.kind !== 'hole' && mentions(operand, [field])) return name;
    // A condition is how an expression itself leaves out what is done.
    const found = name === '$cond' || name === '$switch' ? undefined : growingIn(operand, field);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Does the filter no longer find a document once the update has changed it? */
export function skipsDone(filter: DocumentValue, change: DocumentValue): boolean {
  return changesOf(change).some(({ operator, field, value }) => leaves(filter, operator, field, value));
}

export interface FieldChange {
  readonly operator: string;
  readonly field: string;
  readonly value: DocumentValue;
}

/** Every field that an update changes; those of a pipeline as `$set` and `$unset`. */
export function changesOf(change: DocumentValue): readonly FieldChange[] {
  if (change.kind === 'array') {
    return itemsOf(change).flatMap((stage) =>
      fieldsOf(stage).flatMap(({ name, value }): readonly FieldChange[] => {
        if (name === '$unset')
          return [value, ...itemsOf(value)].flatMap((each) =>
            textOf(each) === undefined ? [] : [{ operator: '$unset', field: textOf(each) ?? '', value }],
          );
        if (name !== '$set' && name !== '$addFields') return [];
        return fieldsOf(value).map((each) => ({ operator: '$set', field: each.name, value: each.value }));
      }),
    );
  }
  return fieldsOf(change).flatMap(({ name: operator, value }) =>
    fieldsOf(value).map((each) => ({ operator, field: each.name, value: each.value })),
  );
}

function leaves(filter: DocumentValue, operator: string, field: string, value: DocumentValue): boolean {
  const target = operator === '$rename' ? (textOf(value) ?? field) : field;
  if (operator !== '$unset' && operator !== '$pull' && lacks(filter, target) !== undefined) return true;
  if (operator === '$unset' || operator === '$rename') return wantsThere(filter, field);
  if (operator === '$set' || operator === '$push' || operator === '$addToSet') {
    const each = fieldOf(value, '$each');
    const items = operator === '$push' && each !== undefined ? itemsOf(each) : [value];
    if (operator === '$set' && equalTo(filter, field) !== undefined && value.kind === 'hole') return true;
    // What only a run computes may still be ruled out by the type that the filter asks for.
    if (operator === '$set' && conditionsOf(filter).some(({ name, value: condition }) => name === field && asksForType(condition)))
      return true;
    return items.some((item) => excludes(filter, field, item) && (item.kind !== 'document' || operator !== '$set' || !isExpression(item)));
  }
  if (operator === '$inc' || operator === '$mul')
    return equalTo(filter, field) !== undefined || conditionsOf(filter).some(({ name }) => name === field);
  return false;
}

function isExpression(value: DocumentValue): boolean {
  return fieldsOf(value)[0]?.name.startsWith('$') === true;
}

function asksForType(condition: DocumentValue): boolean {
  return fieldOf(condition, '$type') !== undefined || fieldOf(fieldOf(condition, '$not'), '$type') !== undefined;
}

function wantsThere(filter: DocumentValue, field: string): boolean {
  return conditionsOf(filter).some(({ name }) => name === field);
}
