import type { DocumentValue } from '../../../model/document';
import { fieldsOf, isWhole } from '../../../model/document-value';
import { writeValue } from '../../../parse/mongodb/write';
import { collectionText } from '../../../rollback/mongodb/collections';
import { none } from '../../check';
import { type CollectionEvidence, evidenceOf, idOf, newCollections } from '../../mongodb/evidence';
import { commandsIn, namedValues } from '../../mongodb/operations';
import { comparable, type Doc, isArray, type Json, shellValue } from '../../mongodb/values';
import { documents } from '../../mongodb/words';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

interface Migrating extends Finding {
  readonly unfinished: string;
  readonly neverInserted?: string;
}

/** Names of fields that say how far a document is, and values that say "not yet". */
const stateField = /^(?:.*\.)?_?(?:migration|backfill)?_?(?:status|state|phase|stage)$/i;
const unfinishedValue = /^(migrating|in[-_ ]?progress|pending|processing|started|running|copying|backfilling|incomplete)$/i;

interface Candidate {
  readonly collection: string;
  readonly docs: readonly Doc[];
}

function candidates(situation: RecoverySituation): Candidate[] {
  const touched = (evidence: CollectionEvidence) => [...evidence.added, ...evidence.changed.map(({ now }) => now)];
  return [
    ...evidenceOf(situation).map((evidence) => ({ collection: evidence.collection, docs: touched(evidence) })),
    ...newCollections(situation).map(({ collection, now }) => ({ collection, docs: now })),
  ];
}

/** The field and the value by which documents say that they are not done, as the migration itself writes it. */
function markerOf(docs: readonly Doc[], named: ReadonlySet<string>): { field: string; value: Json; count: number } | undefined {
  for (const doc of docs) {
    for (const [field, value] of Object.entries(doc)) {
      if (typeof value !== 'string' || !unfinishedValue.test(value) || !stateField.test(field) || !named.has(comparable(value))) continue;
      return { field, value, count: docs.filter((other) => comparable(other[field] ?? null) === comparable(value)).length };
    }
  }
  return undefined;
}

interface Source {
  readonly source: string;
  /** The filter with which the migration reads it. */
  readonly filter: DocumentValue | undefined;
  /** The field that holds its key. */
  readonly field: string;
}

/** Where the documents come from: another collection that the migration reads. */
function sourceOf(situation: RecoverySituation, { collection, docs }: Candidate): Source | undefined {
  const read = situation.migration.up.statements.flatMap(commandsIn).find((command) => {
    const name = command.collection?.name;
    return command.effect.kind === 'read' && name !== collection && situation.partial.catalog.tables.some((table) => table.name === name);
  });
  if (read?.collection?.name === undefined) return undefined;
  const [filter] = read.arguments;
  const field = [...new Set(docs.flatMap((doc) => Object.keys(doc)))].find((name) => /^source_?id$/i.test(name)) ?? '_id';
  return { source: read.collection.name, filter: filter !== undefined && isWhole(filter) ? filter : undefined, field };
}

/** Documents of the source that never came: no marker finds them, since there is nothing to carry one. */
function neverInserted({ source, filter, field }: Source, target: string): string {
  const lookup = `{ $lookup: { from: ${JSON.stringify(target)}, localField: "_id", foreignField: ${JSON.stringify(field)}, as: "found" } }`;
  const chosen = fieldsOf(filter).length === 0 || filter === undefined ? '' : `{ $match: ${writeValue(filter)} }, `;
  return `${collectionText(source)}.aggregate([${chosen}${lookup}, { $match: { found: { $size: 0 } } }]).toArray()`;
}

function found(situation: RecoverySituation): Migrating[] {
  const named = namedValues(situation.migration);
  return candidates(situation).flatMap((candidate): Migrating[] => {
    const marker = markerOf(candidate.docs, named);
    if (marker === undefined || isArray(marker.value)) return [];
    const { collection } = candidate;
    const origin = sourceOf(situation, candidate);
    const unfinished = `${collectionText(collection)}.countDocuments({ ${JSON.stringify(marker.field)}: ${shellValue(marker.value)} })`;
    const missing = origin && neverInserted(origin, collection);
    const ids = new Set(candidate.docs.map(idOf)).size;
    const detail = `${documents(marker.count)} of ${ids} are still ${marker.field}: ${shellValue(marker.value)}. Setting that to done would call complete what is not: their data comes from the source again, in the same update as the mark. Those that were never inserted carry no mark at all: only a comparison with the source finds them.`;
    return [
      {
        object: `${collection}.${marker.field}`,
        detail,
        query: [unfinished, ...(missing === undefined ? [] : [missing])].map((text) => `${text};`).join(' '),
        unfinished,
        ...(missing !== undefined && { neverInserted: `${missing}.length` }),
      },
    ];
  });
}

/** A copy or backfill with a mark in each document, stopped before its end (recipes 22 to 24 and 46). */
export const leftMigrating = defineMode<Migrating>({
  name: "documents left 'migrating'",
  engines: ['mongodb'],
  detect: found,
  // Documents that came go by what tells them apart: their mark, the keys that the migration names.
  back: () => [],
  // The statements that are left derive them from what the migration read.
  forward: () => [],
  validate: (entries, _, way) =>
    way === 'back'
      ? []
      : entries.flatMap(({ object, unfinished, neverInserted: missing }) => [
          none(`No document is left unfinished by ${object}`, unfinished),
          ...(missing === undefined ? [] : [none(`Every document of the source has come`, missing)]),
        ]),
});
