import { relationKey, type Table } from '../../model/catalog';
import type { State, TableData } from '../../model/state';
import { collectionText } from '../../rollback/mongodb/collections';
import { match } from '../../state/match';
import { type AnswerRow, type Answers, answerTo, type Probe } from '../probe';
import type { RecoverySituation } from '../situation';
import { comparable, type Doc, same } from './values';

/** Larger collections are not compared document by document. */
export const mostDocuments = 5_000;

export interface ChangedDocument {
  readonly old: Doc;
  readonly now: Doc;
}

/** What became of the documents of a collection between two states. */
export interface CollectionEvidence {
  /** Its name now. */
  readonly collection: string;
  /** Its name before. */
  readonly original: string;
  readonly added: readonly Doc[];
  readonly removed: readonly Doc[];
  readonly changed: readonly ChangedDocument[];
  /** All that are there now, but for those that were added. */
  readonly kept: readonly Doc[];
  readonly now: readonly Doc[];
  readonly before: readonly Doc[];
}

export const readProbe = (database: Probe['database'], collection: string): Probe => ({
  database,
  text: `${collectionText(collection)}.find({}).sort({ _id: 1 }).limit(${mostDocuments + 1}).toArray()`,
});

const dataOf = (state: State, table: Table): TableData | undefined => state.data.find((data) => data.table === relationKey(table));

/** Collections of both states whose documents differ, in the migration's own database. */
function differing({ before, partial }: Pick<RecoverySituation, 'before' | 'partial'>): { original: string; collection: string }[] {
  return match(before.catalog.tables, partial.catalog.tables, relationKey).pairs.flatMap(([original, now]) => {
    const [then, current] = [dataOf(before, original), dataOf(partial, now)];
    if (then === undefined || current === undefined || now.database !== undefined) return [];
    if (then.rowsHash === current.rowsHash && then.rowCount === current.rowCount) return [];
    if (Math.max(then.rowCount, current.rowCount) > mostDocuments) return [];
    return [{ original: original.name, collection: now.name }];
  });
}

/** Collections that came: what was taken out of another one may be in them. */
function cameNew({ before, partial }: RecoverySituation): string[] {
  return match(before.catalog.tables, partial.catalog.tables, relationKey)
    .added.filter((table) => table.database === undefined && (dataOf(partial, table)?.rowCount ?? 0) <= mostDocuments)
    .map(({ name }) => name);
}

/** What has to be asked so that `evidenceOf` and `newCollections` can answer. */
export function documentProbes(situation: RecoverySituation): Probe[] {
  return [
    ...differing(situation).flatMap(({ original, collection }) => [readProbe('before', original), readProbe('partial', collection)]),
    ...cameNew(situation).map((name) => readProbe('partial', name)),
  ];
}

/** Collections of which every document was compared. Empty where nothing was asked. */
export function evidenceOf(situation: RecoverySituation): CollectionEvidence[] {
  return differing(situation).flatMap(({ original, collection }) => {
    const then = readDocuments(situation.answers, readProbe('before', original));
    const now = readDocuments(situation.answers, readProbe('partial', collection));
    return then === undefined || now === undefined ? [] : [compare(original, collection, then, now)];
  });
}

/** The documents of collections that the migration has made. */
export function newCollections(situation: RecoverySituation): { readonly collection: string; readonly now: readonly Doc[] }[] {
  return cameNew(situation).flatMap((collection) => {
    const now = readDocuments(situation.answers, readProbe('partial', collection));
    return now === undefined ? [] : [{ collection, now }];
  });
}

/** What it gave; undefined where it was not asked, and where there are too many. */
export function readDocuments(answers: Answers | undefined, probe: Probe): readonly Doc[] | undefined {
  const rows: readonly AnswerRow[] | undefined = answerTo(answers, probe);
  return rows === undefined || rows.length > mostDocuments ? undefined : (rows as readonly Doc[]);
}

export const idOf = (doc: Doc): string => comparable(doc._id ?? null);

function compare(original: string, collection: string, before: readonly Doc[], now: readonly Doc[]): CollectionEvidence {
  const [then, current] = [new Map(before.map((doc) => [idOf(doc), doc])), new Map(now.map((doc) => [idOf(doc), doc]))];
  const kept = now.filter((doc) => then.has(idOf(doc)));
  return {
    collection,
    original,
    before,
    now,
    kept,
    added: now.filter((doc) => !then.has(idOf(doc))),
    removed: before.filter((doc) => !current.has(idOf(doc))),
    changed: kept.flatMap((doc) => {
      const old = then.get(idOf(doc));
      return old === undefined || sameFields(old, doc) ? [] : [{ old, now: doc }];
    }),
  };
}

/** The order of the fields of a document says nothing. */
function sameFields(left: Doc, right: Doc): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => same(left[name], right[name]));
}
