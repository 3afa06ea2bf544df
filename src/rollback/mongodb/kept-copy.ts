import type { DocumentCommand, DocumentValue } from '../../model/document';
import { fieldOf, isEmptyDocument, itemsOf } from '../../model/document-value';
import type { Statement } from '../../model/migration';
import { array, documentOf, scalar } from '../../parse/mongodb/document';
import { callText, isSame } from './build';

/** Documents that a migration copied into a collection of their own before it changed or removed them. */
export interface KeptCopy {
  /** Where they are. */
  readonly collection: string;
  /** Number of the statement that copies them. */
  readonly statement: number;
}

/**
 * The copy of whole documents of a collection that was made before a statement: `[{ $match: ... }, { $out: ... }]` or `$merge`.
 * @param filters what the statement finds in the collection; the copy has to hold all of it. `all`: every document.
 */
export function keptCopy(
  statements: readonly Statement[],
  before: Statement,
  collection: string,
  filters: readonly DocumentValue[] | 'all',
): KeptCopy | undefined {
  for (const { index, operations } of statements.slice(0, statements.indexOf(before)).toReversed()) {
    for (const operation of operations) {
      if (operation.kind !== 'document command') continue;
      const copy = copyBy(operation, collection);
      if (copy === undefined) continue;
      const { match } = copy;
      const holds =
        match === undefined || isEmptyDocument(match) || (filters !== 'all' && filters.every((filter) => isSame(filter, match)));
      if (holds) return { collection: copy.into, statement: index };
    }
  }
  return undefined;
}

/** Where an aggregate copies whole documents of this collection, and which. */
function copyBy(
  { collection, effect }: DocumentCommand,
  name: string,
): { readonly into: string; readonly match?: DocumentValue } | undefined {
  if (effect.kind !== 'aggregate' || collection?.name !== name || collection.database !== undefined) return undefined;
  const into = effect.into?.collection;
  if (into?.name === undefined || into.database !== undefined || into.name === name) return undefined;
  const stages = itemsOf(effect.pipeline);
  const [first] = stages;
  if (stages.length === 1) return { into: into.name };
  const match = fieldOf(first, '$match');
  return stages.length === 2 && match !== undefined ? { into: into.name, match } : undefined;
}

/** Puts the documents back: those that are there get their old form, those that are gone come again. */
export function restoreText(copy: string, collection: string): string {
  const merge = documentOf([
    ['into', scalar(collection)],
    ['on', scalar('_id')],
    ['whenMatched', scalar('replace')],
    ['whenNotMatched', scalar('insert')],
  ]);
  return callText(copy, 'aggregate', array([documentOf([['$merge', merge]])]));
}
