import type { DocumentField, DocumentValue } from '../../model/document';
import { fieldOf, isTrue } from '../../model/document-value';
import { writeFieldName } from '../../parse/mongodb/names';
import { writeValue } from '../../parse/mongodb/write';
import { collectionText } from '../../rollback/mongodb/collections';
import { keyFields } from '../../schema/mongodb/canonical';

/** Questions about documents: each gives one number, and counts what must not be there. */

/**
 * Groups of documents that a unique index would refuse. A document without the field counts as one with null in it; a sparse index leaves out
 * those without any of its fields, a partial one those that its filter does not take (manual, Unique Indexes).
 */
export function duplicateGroups(collection: string, keys: DocumentValue, options: readonly DocumentField[]): string | undefined {
  const paths = keyFields(keys).map(({ name }) => name);
  if (paths.length === 0 || paths.some((path) => path.includes('$'))) return undefined;
  const all: DocumentValue = { kind: 'document', fields: options, span: keys.span };
  const partial = fieldOf(all, 'partialFilterExpression');
  const isSparse = isTrue(fieldOf(all, 'sparse'));
  const conditions = [
    ...(partial === undefined ? [] : [writeValue(partial)]),
    ...(isSparse ? [`{ $or: [${paths.map((path) => `{ ${writeFieldName(path)}: { $exists: true } }`).join(', ')}] }`] : []),
  ];
  const matched =
    conditions.length === 0 ? '' : `{ $match: ${conditions.length === 1 ? conditions.join() : `{ $and: [${conditions.join(', ')}] }`} }, `;
  const key = paths.map((path, place) => `k${place}: { $ifNull: ["$${path}", null] }`).join(', ');
  return `${collectionText(collection)}.aggregate([${matched}{ $group: { _id: { ${key} }, count: { $sum: 1 }, ids: { $push: "$_id" } } }, { $match: { count: { $gt: 1 } } }]).toArray()`;
}

export function duplicatesOf(collection: string, keys: DocumentValue, options: readonly DocumentField[]): string | undefined {
  const groups = duplicateGroups(collection, keys, options);
  return groups === undefined ? undefined : `${groups}.length`;
}

/** Documents that a validator refuses. Those that were there before it are never asked by the server (manual, Schema Validation). */
export function invalidDocuments(collection: string, validator: string): string {
  return `${collectionText(collection)}.countDocuments(${invalidFilter(validator)})`;
}

export function invalidFilter(validator: string): string {
  return `{ $nor: [${validator}] }`;
}

/** Documents whose reference finds nothing: null and missing ones apart, which refer to nothing on purpose. No limit: a sample proves nothing. */
export function orphansOf(child: string, field: string, parent: string): string {
  const lookup = `{ $lookup: { from: ${JSON.stringify(parent)}, localField: ${JSON.stringify(field)}, foreignField: "_id", as: "found" } }`;
  return `${collectionText(child)}.aggregate([{ $match: { ${writeFieldName(field)}: { $ne: null } } }, ${lookup}, { $match: { found: { $size: 0 } } }]).toArray()`;
}

/** The other half of that: those that refer to nothing. */
export function withoutReference(child: string, field: string): string {
  return `${collectionText(child)}.countDocuments({ ${writeFieldName(field)}: null })`;
}
