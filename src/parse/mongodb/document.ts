import type { DocumentNode, DocumentValue } from '../../model/document';
import type { Span } from '../../model/text';

/** Makes values of documents for text that nobody wrote: rollbacks, recoveries, what was seen on the wire. */

/** Of what stands in no text. */
export const nowhere: Span = { start: 0, end: 0 };

/** A string, a number, a truth value or null. */
export function scalar(value: string | number | boolean | null): DocumentValue {
  return { kind: 'scalar', value, span: nowhere };
}

/** A value of a type that JSON has not: `bson('ObjectId', 'ObjectId("65f...")')`. */
export function bson(type: string, text: string): DocumentValue {
  return { kind: 'bson', type, text, span: nowhere };
}

/** What only a run would tell: `${name}` when it is written. */
export function hole(name: string): DocumentValue {
  return { kind: 'hole', name, span: nowhere };
}

export function array(items: readonly DocumentValue[]): DocumentValue {
  return { kind: 'array', items, span: nowhere };
}

/** A document; plain JavaScript values stand for scalars, fields whose value is undefined are left out. */
export function document(fields: Readonly<Record<string, DocumentValue | string | number | boolean | null | undefined>>): DocumentNode {
  return documentOf(Object.entries(fields));
}

/** The same in an order that an object would not keep: names that look like numbers. */
export function documentOf(
  fields: Iterable<readonly [name: string, value: DocumentValue | string | number | boolean | null | undefined]>,
): DocumentNode {
  const made = [...fields].flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [{ name, value: typeof value === 'object' && value !== null ? value : scalar(value), span: nowhere }];
  });
  return { kind: 'document', fields: made, span: nowhere };
}

/** The document without these fields; itself where it has none of them. */
export function without(value: DocumentNode, names: ReadonlySet<string>): DocumentNode {
  const fields = value.fields.filter((field) => !names.has(field.name));
  return fields.length === value.fields.length ? value : { ...value, fields };
}
