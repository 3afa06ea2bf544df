import type { DocumentField, DocumentValue } from './document';

/** What is asked of a value that may or may not be there, may be of any kind, and may be known in part. */

/** The fields of a document, in order; none for anything else. */
export function fieldsOf(value: DocumentValue | undefined): readonly DocumentField[] {
  return value?.kind === 'document' ? value.fields : [];
}

/** The value of a field that is written there. Undefined says nothing where `isPartial`. The last of several wins, as in JavaScript. */
export function fieldOf(value: DocumentValue | undefined, name: string): DocumentValue | undefined {
  return fieldsOf(value).findLast((field) => field.name === name)?.value;
}

/** True when more may be there than could be read: a hole, a spread, a loop. */
export function isPartial(value: DocumentValue | undefined): boolean {
  return (
    value !== undefined && (value.kind === 'hole' || ((value.kind === 'document' || value.kind === 'array') && value.partial === true))
  );
}

/** True when nothing in it, however deep, is left for a run to tell. */
export function isWhole(value: DocumentValue): boolean {
  if (isPartial(value)) return false;
  if (value.kind === 'document') return value.fields.every((field) => isWhole(field.value));
  return value.kind !== 'array' || value.items.every(isWhole);
}

export function itemsOf(value: DocumentValue | undefined): readonly DocumentValue[] {
  return value?.kind === 'array' ? value.items : [];
}

export function textOf(value: DocumentValue | undefined): string | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

export function booleanOf(value: DocumentValue | undefined): boolean | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'boolean' ? value.value : undefined;
}

/** A number, `NumberInt(5)`, `NumberLong("5")`, `Double(5)`, `NumberDecimal("5")`. */
export function numberOf(value: DocumentValue | undefined): number | undefined {
  if (value?.kind === 'scalar') return typeof value.value === 'number' ? value.value : undefined;
  if (value?.kind !== 'bson') return undefined;
  const [, digits] = /^(?:Number(?:Int|Long|Decimal)|Double|Int32|Long)\(\s*["']?(-?[\d.eE+-]+)["']?\s*\)$/.exec(value.text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** True for `true`, and for a number that is not 0: what the server takes for true in an option. False for what is not known. */
export function isTrue(value: DocumentValue | undefined): boolean {
  return booleanOf(value) === true || (numberOf(value) ?? 0) !== 0;
}

/** A filter or a document without any field. A hole is not that. */
export function isEmptyDocument(value: DocumentValue | undefined): boolean {
  return value?.kind === 'document' && value.fields.length === 0 && value.partial !== true;
}
