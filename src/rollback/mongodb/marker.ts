import type { DocumentField, DocumentValue } from '../../model/document';
import { textOf } from '../../model/document-value';

/**
 * A field by which a migration finds its own documents again: `migrationId`, `_migration`, `statusFrom: "backfill-1"`. Nobody else writes its
 * value, which a `status` or a `schemaVersion` can't promise.
 */
export function isMarker({ name, value }: { readonly name: string; readonly value: DocumentValue }): boolean {
  if (!isConstant(value)) return false;
  const isNamed = /(?:^|[._])_*(?:migration|migrated|backfill)/i.test(name);
  return isNamed || /migrat|backfill|\d{8}/i.test(textOf(value) ?? '');
}

export function markerIn(fields: readonly DocumentField[]): DocumentField | undefined {
  return fields.find(isMarker);
}

/** A single value that is the same in each run. */
export function isConstant(value: DocumentValue): boolean {
  if (value.kind === 'scalar') return value.value !== null;
  if (value.kind !== 'bson') return false;
  // What is made anew in each run has no text in its brackets.
  return value.type !== 'RegExp' && !/^(?:new\s+)?(?:ObjectId|ISODate|Date|UUID|Timestamp)\(\s*\)$/.test(value.text);
}
