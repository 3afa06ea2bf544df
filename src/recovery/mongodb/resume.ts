import { fieldsOf } from '../../model/document-value';
import { writeFieldName } from '../../parse/mongodb/names';
import { writeValue } from '../../parse/mongodb/write';
import { collectionText } from '../../rollback/mongodb/collections';
import type { Probe } from '../probe';
import type { RecoverySituation } from '../situation';
import { idOf, readDocuments, readProbe } from './evidence';
import { type Marked, markedDocuments, possibleSources, type Source } from './marks';
import { comparable, type Doc, type Json, same, shellValue, typeOf } from './values';

/** How the fields of a copy come from its source, learned from the documents that are done: expressions of an aggregation. */
export interface Derivation {
  readonly marked: Marked & { readonly origin: Source };
  /** Without key and mark. */
  readonly fields: readonly { readonly name: string; readonly expression: string }[];
  /** What the mark says of a document that is done. */
  readonly done: Json;
}

/** One document that is done may be like its source by chance. */
const fewestDone = 2;

/** The sources have to be read for that. */
export function resumeProbes(situation: RecoverySituation): Probe[] {
  return possibleSources(situation).map((name) => readProbe('partial', name));
}

/**
 * Copies with marks whose documents can be made again from their source, as the ones that are done show: each field is that of the source, always
 * the same, or a time. Nothing of a document that is not done is trusted.
 */
export function derivations(situation: RecoverySituation): Derivation[] {
  return markedDocuments(situation).flatMap((marked): Derivation[] => {
    const { origin, mark, docs, unfinished } = marked;
    const sources = origin && readDocuments(situation.answers, readProbe('partial', origin.source));
    if (origin === undefined || sources === undefined) return [];
    const byKey = new Map(sources.map((doc) => [idOf(doc), doc]));
    const finished = docs.filter((doc) => !unfinished.includes(doc));
    const [first] = finished;
    const done = first?.[mark.field];
    if (first === undefined || done === undefined || finished.length < fewestDone) return [];
    if (!finished.every((doc) => same(doc[mark.field], done))) return [];
    const pairs = finished.flatMap((doc) => {
      const source = byKey.get(comparable(doc[origin.field] ?? null));
      return source === undefined ? [] : [{ doc, source }];
    });
    const names = Object.keys(first).filter((name) => name !== '_id' && name !== origin.field && name !== mark.field);
    const fields = names.map((name) => ({ name, expression: learned(name, pairs) }));
    const isKnown = pairs.length === finished.length && finished.every((doc) => sameNames(doc, first));
    if (!isKnown || fields.some(({ expression }) => expression === undefined)) return [];
    return [
      {
        marked: { ...marked, origin },
        done,
        fields: fields.flatMap(({ name, expression }) => (expression === undefined ? [] : [{ name, expression }])),
      },
    ];
  });
}

const sameNames = (left: Doc, right: Doc) =>
  Object.keys(left).length === Object.keys(right).length && Object.keys(left).every((name) => name in right);

interface PairOfDocs {
  readonly doc: Doc;
  readonly source: Doc;
}

/** The same field of the source first, then any other, then what is always the same, then a time of the run. */
function learned(name: string, pairs: readonly PairOfDocs[]): string | undefined {
  const [first] = pairs;
  const value = first?.doc[name];
  if (first === undefined || value === undefined) return undefined;
  const candidates = [name, ...Object.keys(first.source).filter((other) => other !== name)];
  const copied = candidates.find((field) =>
    pairs.every(({ doc, source }) => source[field] !== undefined && same(doc[name], source[field])),
  );
  if (copied !== undefined) return JSON.stringify(`$${copied}`);
  if (pairs.every(({ doc }) => same(doc[name], value))) return `{ $literal: ${shellValue(value)} }`;
  const joined = joinedOf(name, pairs, Object.keys(first.source));
  if (joined !== undefined) return joined;
  return pairs.every(({ doc }) => doc[name] !== undefined && typeOf(doc[name]) === 'date') ? '"$$NOW"' : undefined;
}

/** Two texts of the source with a sign between them: `first last`. */
function joinedOf(name: string, pairs: readonly PairOfDocs[], fields: readonly string[]): string | undefined {
  const texts = fields.filter((field) => pairs.every(({ source }) => typeof source[field] === 'string'));
  for (const left of texts) {
    for (const right of texts) {
      for (const between of [' ', ', ', '-', '_', '']) {
        const isSo = ({ doc, source }: PairOfDocs) => doc[name] === `${String(source[left])}${between}${String(source[right])}`;
        if (left !== right && pairs.every(isSo)) return `{ $concat: ["$${left}", ${JSON.stringify(between)}, "$${right}"] }`;
      }
    }
  }
  return undefined;
}

/**
 * Makes again from the source what was never inserted and what is not done, data and mark in one write. What the article's recipe does, setting
 * the mark over the data that is in the copy, calls complete what has none.
 */
export function resumeText({ marked: { collection, mark, origin }, fields, done }: Derivation): string {
  const { source, filter, field } = origin;
  const chosen = filter === undefined || fieldsOf(filter).length === 0 ? '' : `{ $match: ${writeValue(filter)} }, `;
  const lookup = `{ $lookup: { from: ${JSON.stringify(collection)}, localField: "_id", foreignField: ${JSON.stringify(field)}, as: "found" } }`;
  const missing = `{ $match: { $or: [{ found: { $size: 0 } }, { ${writeFieldName(`found.${mark.field}`)}: { $ne: ${shellValue(done)} } }] } }`;
  const key = field === '_id' ? [] : [`${writeFieldName(field)}: "$_id"`, '_id: 0'];
  const projected = [
    ...key,
    ...fields.map(({ name, expression }) => `${writeFieldName(name)}: ${expression}`),
    `${writeFieldName(mark.field)}: { $literal: ${shellValue(done)} }`,
  ].join(', ');
  const merge = `{ $merge: { into: ${JSON.stringify(collection)}, on: ${JSON.stringify(field)}, whenMatched: "merge", whenNotMatched: "insert" } }`;
  return `${collectionText(source)}.aggregate([${chosen}${lookup}, ${missing}, { $project: { ${projected} } }, ${merge}])`;
}

/** Documents of the source that never came: no mark finds them, since there is nothing to carry one. */
export function neverInserted({ source, filter, field }: Source, target: string): string {
  const lookup = `{ $lookup: { from: ${JSON.stringify(target)}, localField: "_id", foreignField: ${JSON.stringify(field)}, as: "found" } }`;
  const chosen = filter === undefined || fieldsOf(filter).length === 0 ? '' : `{ $match: ${writeValue(filter)} }, `;
  return `${collectionText(source)}.aggregate([${chosen}${lookup}, { $match: { found: { $size: 0 } } }]).toArray()`;
}
