import type { DocumentField, DocumentValue } from '../../model/document';

/**
 * A field by which a migration finds its own documents again: `migrationId`, `_migration`, `backfillBatch`. Nobody else writes its value,
 * which a `status` or a `schemaVersion` can't promise.
 */
export function isMarker({ name, value }: { readonly name: string; readonly value: DocumentValue }): boolean {
  return /(?:^|[._])_*(?:migration|migrated|backfill)/i.test(name) && isConstant(value) && value.kind !== 'array';
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
