import type { DocumentValue } from '../../model/document';
import { isWhole } from '../../model/document-value';
import type { RecoverySituation } from '../situation';
import { type CollectionEvidence, evidenceOf, idOf, mostDocuments, newCollections, readDocuments, readProbe } from './evidence';
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

/**
 * Another collection: one that the migration is seen to read, or the only one that has a document for each of the copy. What a tool reads
 * before it writes is not always among the statements.
 */
function sourceOf(situation: RecoverySituation, collection: string, docs: readonly Doc[]): Source | undefined {
  const field = [...new Set(docs.flatMap((doc) => Object.keys(doc)))].find((name) => /^source_?id$/i.test(name)) ?? '_id';
  const read = situation.migration.up.statements.flatMap(commandsIn).find((command) => {
    const name = command.collection?.name;
    return command.effect.kind === 'read' && name !== collection && situation.partial.catalog.tables.some((table) => table.name === name);
  });
  if (read?.collection?.name !== undefined) {
    const [filter] = read.arguments;
    return { source: read.collection.name, filter: filter !== undefined && isWhole(filter) ? filter : undefined, field };
  }
  const keys = docs.map((doc) => comparable(doc[field] ?? null));
  const holds = (name: string) => {
    const ids = new Set(readDocuments(situation.answers, readProbe('partial', name))?.map(idOf));
    return ids.size >= keys.length && keys.every((key) => ids.has(key));
  };
  const [source, ...others] = possibleSources(situation).filter((name) => name !== collection && holds(name));
  return source === undefined || others.length > 0 ? undefined : { source, filter: undefined, field };
}

/** Collections from before, where the migration writes marks at all: they are read to find the source of a copy. */
export function possibleSources(situation: RecoverySituation): string[] {
  const { migration, before, partial } = situation;
  if (![...namedValues(migration)].some((value) => unfinishedValue.test(value.replace(/^string:/, '')))) return [];
  const there = new Set(before.catalog.tables.map(({ name }) => name));
  return partial.data
    .filter(({ table, rowCount }) => there.has(table) && rowCount > 0 && rowCount <= mostDocuments)
    .map(({ table }) => table);
}
