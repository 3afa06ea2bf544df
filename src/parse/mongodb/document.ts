import type { DocumentNode, DocumentValue } from '../../model/document';
import type { Span } from '../../model/text';

/** Values of documents: how to look into them, and how to make them for text that nobody wrote. */

/** The value of a document's field. Undefined where there is none, and for what is no document. As in JavaScript, the last of a name wins. */
export function fieldOf(value: DocumentValue | undefined, name: string): DocumentValue | undefined {
  return value?.kind === 'document' ? value.fields.findLast((field) => field.name === name)?.value : undefined;
}

/** The text of a string. */
export function textOf(value: DocumentValue | undefined): string | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

/** A number, of whichever BSON type. */
export function numberOf(value: DocumentValue | undefined): number | undefined {
  if (value?.kind === 'scalar') return typeof value.value === 'number' ? value.value : undefined;
  if (value?.kind !== 'bson' || !/^(?:NumberInt|NumberLong|NumberDecimal|Double)$/.test(value.type)) return undefined;
  const [digits] = /-?[\d.]+(?:[eE][+-]?\d+)?/.exec(value.text.slice(value.type.length)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether an option is switched on, as the server takes it: true, or a number that is not 0. A hole is not. */
export function isOn(value: DocumentValue | undefined): boolean {
  if (value?.kind === 'scalar') return value.value === true || (typeof value.value === 'number' && value.value !== 0);
  return (numberOf(value) ?? 0) !== 0;
}

/** True when some of it is known only to a run. */
export function hasHole(value: DocumentValue): boolean {
  switch (value.kind) {
    case 'hole':
      return true;
    case 'array':
      return value.partial === true || value.items.some(hasHole);
    case 'document':
      return value.partial === true || value.fields.some((field) => hasHole(field.value));
    default:
      return false;
  }
}

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
