import type { DocumentValue } from '../../model/document';
import { isWhole } from '../../model/document-value';
import type { RecoverySituation } from '../situation';
import { type CollectionEvidence, evidenceOf, newCollections } from './evidence';
import { commandsIn, namedValues } from './operations';
import { comparable, type Doc, type Json } from './values';

/** Names of fields that say how far a document is, and values that say "not yet". */
const stateField = /^_?(?:migration|backfill)?_?(?:status|state|phase|stage)$/i;
const unfinishedValue =
  /^(migrating|in[-_ ]?progress|pending|processing|started|running|copying|backfilling|incomplete|building|partial)$/i;

/** Where the documents of a copy come from. */
export interface Source {
  readonly source: string;
  /** The filter with which the migration reads it. */
  readonly filter: DocumentValue | undefined;
  /** The field of the copy that holds its key. */
  readonly field: string;
}

/** Documents of a collection that say themselves that they are not done. */
export interface Marked {
  readonly collection: string;
  /** Those that the migration has written. */
  readonly docs: readonly Doc[];
  readonly mark: { readonly field: string; readonly value: Json };
  readonly unfinished: readonly Doc[];
  readonly origin?: Source;
}

/** Collections in which documents are marked as not done, by a value that the migration itself writes. */
export function markedDocuments(situation: RecoverySituation): Marked[] {
  const named = namedValues(situation.migration);
  const touched = (evidence: CollectionEvidence) => [...evidence.added, ...evidence.changed.map(({ now }) => now)];
  const candidates = [
    ...evidenceOf(situation).map((evidence) => ({ collection: evidence.collection, docs: touched(evidence) })),
    ...newCollections(situation).map(({ collection, now }) => ({ collection, docs: now })),
  ];
  return candidates.flatMap(({ collection, docs }): Marked[] => {
    const mark = markIn(docs, named);
    if (mark === undefined) return [];
    const unfinished = docs.filter((doc) => comparable(doc[mark.field] ?? null) === comparable(mark.value));
    const origin = sourceOf(situation, collection, docs);
    return [{ collection, docs, mark, unfinished, ...(origin !== undefined && { origin }) }];
  });
}

function markIn(docs: readonly Doc[], named: ReadonlySet<string>): Marked['mark'] | undefined {
  for (const doc of docs) {
    for (const [field, value] of Object.entries(doc)) {
      const isMark = typeof value === 'string' && unfinishedValue.test(value) && stateField.test(field);
      if (isMark && named.has(comparable(value))) return { field, value };
    }
  }
  return undefined;
}

/** Another collection that the migration reads. */
function sourceOf(situation: RecoverySituation, collection: string, docs: readonly Doc[]): Source | undefined {
  const read = situation.migration.up.statements.flatMap(commandsIn).find((command) => {
    const name = command.collection?.name;
    return command.effect.kind === 'read' && name !== collection && situation.partial.catalog.tables.some((table) => table.name === name);
  });
  if (read?.collection?.name === undefined) return undefined;
  const [filter] = read.arguments;
  const field = [...new Set(docs.flatMap((doc) => Object.keys(doc)))].find((name) => /^source_?id$/i.test(name)) ?? '_id';
  return { source: read.collection.name, filter: filter !== undefined && isWhole(filter) ? filter : undefined, field };
}
