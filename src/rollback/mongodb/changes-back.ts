import type { DocumentField, DocumentValue } from '../../model/document';
import { fieldOf, fieldsOf, isWhole, itemsOf, numberOf, textOf } from '../../model/document-value';
import { array, documentOf, scalar } from '../../parse/mongodb/document';
import { isSame, negative } from './build';
import { equalTo, excludes, isThere, lacks } from './filters';
import { isConstant, isMarker } from './marker';

/** The update that takes back what another one did to the documents that it changed. */
export interface ChangeBack {
  /** Operators with what they are given, `$unset` before `a`. */
  readonly operators: readonly { readonly operator: string; readonly field: string; readonly value: DocumentValue }[];
  /** Fields whose old values are gone. */
  readonly lost: readonly string[];
  /** What comes back otherwise than it was, as sentences without their collection: `where tags was missing it is empty afterwards`. */
  readonly notes: readonly string[];
  /** All fields that were written: a filter that asks for one of them finds other documents than before. */
  readonly written: readonly string[];
  /** Conditions by which the changed documents are found afterwards. */
  readonly found: readonly { readonly field: string; readonly value: DocumentValue; readonly isPresence: boolean }[];
}

const none: ChangeBack = { operators: [], lost: [], notes: [], written: [], found: [] };

function joined(parts: readonly ChangeBack[]): ChangeBack {
  return {
    operators: parts.flatMap((part) => part.operators),
    lost: [...new Set(parts.flatMap((part) => part.lost))],
    notes: [...new Set(parts.flatMap((part) => part.notes))],
    written: [...new Set(parts.flatMap((part) => part.written))],
    found: parts.flatMap((part) => part.found),
  };
}

/** @param change operators or a pipeline, without holes where an operator stands. */
export function changeBack(filter: DocumentValue, change: DocumentValue): ChangeBack {
  if (change.kind === 'array') return pipelineBack(filter, change);
  return joined(
    fieldsOf(change).flatMap(({ name: operator, value }) => fieldsOf(value).map((field) => operatorBack(operator, field, filter))),
  );
}

function operatorBack(operator: string, { name: field, value }: DocumentField, filter: DocumentValue): ChangeBack {
  // Which items of an array it was is decided by filters that find others afterwards.
  if (/\.\$(?:\[\w+\])?(?:\.|$)/.test(field)) return lostField(field);
  switch (operator) {
    case '$set':
      return setBack(field, value, filter);
    case '$unset':
      return lostField(field);
    case '$rename':
      return renamedBack(field, textOf(value), filter);
    case '$inc':
      return incrementedBack(field, value, filter);
    case '$mul':
      return numberOf(value) === -1 ? { ...none, written: [field], operators: [{ operator, field, value }] } : lostField(field);
    case '$push':
    case '$addToSet':
      return pushedBack(operator, field, value, filter);
    case '$setOnInsert':
      return none;
    default:
      return lacks(filter, field) === undefined ? lostField(field) : addedField(field, undefined, filter);
  }
}

function lostField(field: string): ChangeBack {
  return { ...none, lost: [field], written: [field] };
}

/** A field that the documents lacked goes again. */
function addedField(field: string, value: DocumentValue | undefined, filter: DocumentValue): ChangeBack {
  const wanted = value === undefined ? undefined : conditionFor(value);
  return {
    ...none,
    written: [field],
    operators: [{ operator: '$unset', field, value: scalar('') }],
    notes: lacks(filter, field) === 'or null' ? [`where ${field} was null it is missing afterwards`] : [],
    found: [
      wanted === undefined
        ? { field, value: documentOf([['$exists', scalar(true)]]), isPresence: true }
        : { field, value: wanted, isPresence: false },
    ],
  };
}

/** What finds a value that is the same in each run. `null` alone would find documents without the field as well; a document is found as it is. */
function conditionFor(value: DocumentValue): DocumentValue | undefined {
  if (!isSettled(value) || fieldsOf(value).some(({ name }) => name.startsWith('$'))) return undefined;
  return isNull(value) ? documentOf([['$type', 'null']]) : value;
}

function isNull(value: DocumentValue): boolean {
  return value.kind === 'scalar' && value.value === null;
}

/** Constants, and lists and documents of them. */
function isSettled(value: DocumentValue): boolean {
  if (value.kind === 'array') return isWhole(value) && value.items.every(isSettled);
  if (value.kind === 'document') return isWhole(value) && value.fields.every((field) => isSettled(field.value));
  return isNull(value) || isConstant(value);
}

function setBack(field: string, value: DocumentValue, filter: DocumentValue): ChangeBack {
  // A marker is this migration's own, whatever the filter says of it.
  if (lacks(filter, field) !== undefined || isMarker({ name: field, value })) return addedField(field, value, filter);
  const old = equalTo(filter, field);
  const isKnown = isConstant(value);
  const found = isKnown && excludes(filter, field, value) ? [{ field, value, isPresence: false }] : [];
  if (old === undefined || !isWhole(old) || !isConstant(old)) return { ...lostField(field), found };
  if (isSame(old, value)) return none;
  return { ...none, written: [field], found, operators: [{ operator: '$set', field, value: old }] };
}

function renamedBack(from: string, to: string | undefined, filter: DocumentValue): ChangeBack {
  if (to === undefined) return lostField(from);
  return {
    ...none,
    written: [from, to],
    operators: [{ operator: '$rename', field: to, value: scalar(from) }],
    found: [{ field: to, value: documentOf([['$exists', scalar(true)]]), isPresence: true }],
    notes: lacks(filter, to) === 'missing' ? [] : [`where ${to} was there beside ${from}, its old value is lost`],
  };
}

function incrementedBack(field: string, value: DocumentValue, filter: DocumentValue): ChangeBack {
  if (lacks(filter, field) !== undefined) return addedField(field, value, filter);
  const opposite = negative(value);
  if (opposite === undefined) return lostField(field);
  return {
    ...none,
    written: [field],
    operators: [{ operator: '$inc', field, value: opposite }],
    notes: isThere(filter, field) ? [] : [`where ${field} was missing it is 0 afterwards`],
  };
}

const modifiers: ReadonlySet<string> = new Set(['$each', '$position', '$slice', '$sort']);

function pushedBack(operator: string, field: string, value: DocumentValue, filter: DocumentValue): ChangeBack {
  if (lacks(filter, field) !== undefined) return addedField(field, undefined, filter);
  const isPlain = !fieldsOf(value).some(({ name }) => modifiers.has(name));
  const each = fieldOf(value, '$each');
  const items = isPlain ? [value] : fieldsOf(value).length === 1 ? itemsOf(each) : [];
  const isKnown = items.length > 0 && items.every(isWhole) && (isPlain || each?.kind === 'array');
  const notes = isThere(filter, field) ? [] : [`where ${field} was missing it is empty afterwards`];
  if (isKnown && items.every((item) => excludes(filter, field, item))) {
    const pulled = items.length === 1 ? documentOf([['$eq', items[0] ?? scalar(null)]]) : documentOf([['$in', array(items)]]);
    const [first] = items;
    const found = first === undefined ? [] : [{ field, value: items.length === 1 ? first : pulled, isPresence: false }];
    return { ...none, written: [field], notes, found, operators: [{ operator: '$pull', field, value: pulled }] };
  }
  if (operator === '$addToSet' || !isPlain) return lostField(field);
  return { ...none, written: [field], notes, operators: [{ operator: '$pop', field, value: scalar(1) }] };
}

/** A pipeline computes new values from old ones: only fields that the documents lacked can be taken away again. */
function pipelineBack(filter: DocumentValue, pipeline: DocumentValue): ChangeBack {
  const stages = itemsOf(pipeline).flatMap(fieldsOf);
  const removed = stages
    .filter(({ name }) => name === '$unset')
    .flatMap(({ value }) => [value, ...itemsOf(value)].flatMap((item) => textOf(item) ?? []));
  const moved = movedBy(stages, removed, filter);
  const parts = stages.flatMap(({ name, value }): ChangeBack[] => {
    if (!isSetting(name)) return [];
    return fieldsOf(value).map((field): ChangeBack => {
      const source = sourceOf(field.value);
      if (source !== undefined && moved.get(source) === field.name) return renamedBack(source, field.name, filter);
      // Its old value is kept in another field, and comes back from there.
      if (moved.has(field.name)) return none;
      // A text that begins so is a path or a variable.
      const isExpression =
        textOf(field.value)?.startsWith('$') === true || field.value.kind === 'document' || itemsOf(field.value).length > 0;
      const constant = isExpression || !isSettled(field.value) ? undefined : field.value;
      const isOwn = constant !== undefined && isMarker({ name: field.name, value: constant });
      return lacks(filter, field.name) === undefined && !isOwn ? lostField(field.name) : addedField(field.name, constant, filter);
    });
  });
  const others = stages.some(({ name }) => !['$set', '$addFields', '$unset'].includes(name));
  const gone = removed.filter((field) => !moved.has(field)).map(lostField);
  return joined([...parts, ...gone, ...(others ? [lostField('*')] : [])]);
}

function isSetting(stage: string): boolean {
  return stage === '$set' || stage === '$addFields';
}

/** The field that `"$field"` is; undefined for other values, and for variables. */
function sourceOf(value: DocumentValue): string | undefined {
  return /^\$([^$].*)$/.exec(textOf(value) ?? '')?.[1];
}

/** Fields that are copied and then removed, which is a rename by other words, or written anew, with where their old values are kept. */
function movedBy(stages: readonly DocumentField[], removed: readonly string[], filter: DocumentValue): ReadonlyMap<string, string> {
  const moved = new Map<string, string>();
  const written = new Set<string>();
  for (const [place, { name: stage, value }] of stages.entries()) {
    if (!isSetting(stage)) continue;
    const later = stages.slice(place).filter(({ name }) => isSetting(name));
    for (const { name, value: given } of fieldsOf(value)) {
      const source = sourceOf(given);
      if (source === undefined || source === name || moved.has(source) || written.has(source) || written.has(name)) continue;
      // A field that the documents lacked holds nothing but the copy.
      const isKept = lacks(filter, name) !== undefined && later.some((each) => fieldOf(each.value, source) !== undefined);
      if (removed.includes(source) || isKept) moved.set(source, name);
    }
    for (const { name } of fieldsOf(value)) written.add(name);
  }
  return moved;
}
