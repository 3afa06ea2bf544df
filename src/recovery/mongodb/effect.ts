import type { DocumentField, DocumentValue } from '../../model/document';
import { fieldsOf, isPartial, itemsOf, textOf } from '../../model/document-value';
import { writeFieldName } from '../../parse/mongodb/names';
import { writeValue } from '../../parse/mongodb/write';
import { comparable, comparableOf, type Doc, isArray, valueAt } from './values';

/** By what a document shows that an update has been there. */
export interface UpdateEffect {
  /** Conditions that hold together in a document that was updated. */
  readonly targets: readonly Target[];
  /** What adds up when it is done twice, `$inc of hits`; empty when doing it again changes nothing. */
  readonly blind: readonly string[];
}

interface Target {
  /** One field of a filter: `"status": "active"`. */
  readonly text: string;
  readonly holds: (doc: Doc) => boolean;
}

/** Reads it from operators or a pipeline. What is computed for each document, or only a run tells (`new Date()`), shows nothing. */
export function effectOf(change: DocumentValue): UpdateEffect {
  const parts = change.kind === 'array' ? itemsOf(change).flatMap(stageParts) : fieldsOf(change).flatMap(operatorParts);
  const unread = isPartial(change) ? ['a part that could not be read'] : [];
  return {
    targets: parts.flatMap((part) => ('text' in part ? [part] : [])),
    blind: [...new Set([...parts.flatMap((part) => ('blind' in part ? [part.blind] : [])), ...unread])],
  };
}

/** Whether a document shows the whole of it; undefined where nothing could show it. */
export function shows({ targets }: UpdateEffect, doc: Doc): boolean | undefined {
  return targets.length === 0 ? undefined : targets.every(({ holds }) => holds(doc));
}

/** A filter without the documents that show the effect already. */
export function notYet(filter: DocumentValue, { targets }: UpdateEffect): string {
  const missing = `{ $nor: [{ ${targets.map(({ text }) => text).join(', ')} }] }`;
  return fieldsOf(filter).length === 0 && !isPartial(filter) ? missing : `{ $and: [${writeValue(filter)}, ${missing}] }`;
}

type Part = Target | { readonly blind: string };

const adding: ReadonlySet<string> = new Set(['$inc', '$mul', '$push', '$pushAll', '$pop', '$bit']);

function operatorParts({ name, value }: DocumentField): Part[] {
  return fieldsOf(value).flatMap((field): Part[] => {
    if (adding.has(name)) return [{ blind: `${name} of ${field.name}` }];
    // A place in an array (`a.$[i].b`) is no path of a filter: no condition shows it. Doing it again changes nothing.
    if (/\.\$/.test(field.name)) return [];
    switch (name) {
      case '$set':
        return equalTo(field);
      case '$unset':
        return [missing(field.name)];
      case '$rename':
        return [missing(field.name)];
      case '$addToSet':
        return contains(field);
      default:
        return [];
    }
  });
}

/** `$set` to the value of another field is the same again, unless it is computed from itself. */
function stageParts(stage: DocumentValue): Part[] {
  return fieldsOf(stage).flatMap(({ name, value }): Part[] => {
    if (name === '$unset') return (value.kind === 'array' ? itemsOf(value) : [value]).flatMap((item) => missing(textOf(item) ?? ''));
    if (name !== '$set' && name !== '$addFields') return [{ blind: name }];
    return fieldsOf(value).flatMap((field): Part[] => {
      if (readsField(field.value, field.name)) return [{ blind: `${field.name}, which is computed from itself` }];
      return isConstant(field.value) ? equalTo(field) : [];
    });
  });
}

function readsField(expression: DocumentValue, path: string): boolean {
  const text = textOf(expression);
  if (text !== undefined) return text === `$${path}` || text.startsWith(`$${path}.`);
  return [...itemsOf(expression), ...fieldsOf(expression).map(({ value }) => value)].some((each) => readsField(each, path));
}

function isConstant(value: DocumentValue): boolean {
  return (value.kind === 'scalar' && !(textOf(value) ?? '').startsWith('$')) || value.kind === 'bson';
}

function equalTo({ name, value }: DocumentField): Target[] {
  const wanted = comparableOf(value);
  // A filter takes null for what is missing, and an embedded document of operators for a condition.
  if (wanted === undefined || (value.kind === 'scalar' && value.value === null)) return [];
  const text =
    value.kind === 'document' ? `${writeFieldName(name)}: { $eq: ${writeValue(value)} }` : `${writeFieldName(name)}: ${writeValue(value)}`;
  return [
    {
      text,
      holds: (doc) => {
        const { value: found } = valueAt(doc, name);
        return found !== undefined && comparable(found) === wanted;
      },
    },
  ];
}

function missing(path: string): Target {
  return { text: `${writeFieldName(path)}: { $exists: false }`, holds: (doc) => valueAt(doc, path).value === undefined };
}

function contains({ name, value }: DocumentField): Target[] {
  const wanted = fieldsOf(value).some((field) => field.name === '$each') ? undefined : comparableOf(value);
  if (wanted === undefined) return [];
  return [
    {
      text: `${writeFieldName(name)}: ${writeValue(value)}`,
      holds: (doc) => {
        const { value: found } = valueAt(doc, name);
        return isArray(found) && found.some((item) => comparable(item) === wanted);
      },
    },
  ];
}
