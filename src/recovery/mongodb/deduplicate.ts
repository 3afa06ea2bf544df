import type { DocumentField, DocumentValue } from '../../model/document';
import { collectionText } from '../../rollback/mongodb/collections';
import { keyFields } from '../../schema/mongodb/canonical';
import type { Repair } from '../repairs';
import { duplicateGroups } from './questions';
import { shellStep } from './words';

/** A field that marks what is deleted next: no document of anybody has it. */
const mark = 'faultlineDuplicate';

/**
 * Leaves one document of each key, the first by `_id`: a total order, so that no tie is left and doing it again changes nothing. Those behind it
 * are marked by one aggregation, so that they can be looked at, and deleted by the mark.
 */
export function deduplication(collection: string, keys: DocumentValue, options: readonly DocumentField[]): Repair | undefined {
  const groups = duplicateGroups(collection, keys, options);
  if (groups === undefined) return undefined;
  const shared = keyFields(keys)
    .map(({ name }) => name)
    .join(', ');
  const what = `documents of ${collection} that share ${shared}`;
  const grouped = groups.replace('.aggregate([', '.aggregate([{ $sort: { _id: 1 } }, ').replace(/\]\)\.toArray\(\)$/, '');
  const behind = '{ $project: { _id: 0, id: { $slice: ["$ids", 1, { $size: "$ids" }] } } }, { $unwind: "$id" }';
  const marked = `{ $project: { _id: "$id", ${mark}: { $literal: true } } }`;
  const merge = `{ $merge: { into: ${JSON.stringify(collection)}, on: "_id", whenMatched: "merge", whenNotMatched: "discard" } }`;
  return {
    steps: [
      {
        title: `Look at the ${what}`,
        why: 'All but one of them are deleted by what follows. Copy them to a collection of their own first, or correct them by hand instead.',
        text: `${groups};`,
        language: 'text',
      },
      shellStep(
        `Mark all but the first of the ${what}`,
        'The first by _id stays, whatever else they hold. A validator that allows no other field refuses the mark: switch it to validationAction "warn" for as long.',
        `${grouped}, ${behind}, ${marked}, ${merge}])`,
      ),
      shellStep(
        `Delete what was marked`,
        'A reference to one of them has to be pointed to the one that stays.',
        `${collectionText(collection)}.deleteMany({ ${mark}: true })`,
      ),
    ],
    loses: `all but one of the ${what}`,
    loss: [{ table: collection }],
  };
}
