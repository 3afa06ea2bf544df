import { relationKey } from '../../model/catalog';
import type { DocumentValue } from '../../model/document';
import { fieldsOf } from '../../model/document-value';
import type { RecoveryStep } from '../../model/simulation';
import { writeFieldName, writeText } from '../../parse/mongodb/names';
import { writeValue } from '../../parse/mongodb/write';
import { collectionText } from '../../rollback/mongodb/collections';
import { match } from '../../state/match';
import { backup, type DataLoss } from '../data-loss';
import { isReached } from '../done';
import type { RecoverySituation } from '../situation';
import { type ChangedField, changedFields, type FieldInverse, fieldInverse } from './changed-fields';
import { type ChangedDocument, type CollectionEvidence, evidenceOf, idOf, mostDocuments, newCollections } from './evidence';
import { namedValues, writersOf, writesTo } from './operations';
import { type ToldApart, toldApart } from './told-apart';
import { comparable, comparableOf, type Doc, same, shellValue } from './values';
import { documents, shellStep } from './words';

export interface DocumentsBack {
  readonly steps: readonly RecoveryStep[];
  readonly losses: readonly DataLoss[];
}

/** Takes back what became of the documents of collections that are in both states. */
export function documentsBack(situation: RecoverySituation): DocumentsBack {
  const evidence = evidenceOf(situation);
  const parts = [...evidence.map((entry) => collectionBack(entry, situation)), uncompared(situation, evidence)];
  return { steps: parts.flatMap(({ steps }) => steps), losses: parts.flatMap(({ losses }) => losses) };
}

/** What the steps for one collection rest on. */
interface Work {
  readonly evidence: CollectionEvidence;
  readonly situation: RecoverySituation;
  readonly named: ReadonlySet<string>;
  /** Filters with which the migration finds documents of the collection. */
  readonly filters: readonly DocumentValue[];
  /** ` (statement 2)`. */
  readonly by: string;
}

function collectionBack(evidence: CollectionEvidence, situation: RecoverySituation): DocumentsBack {
  const { migration } = situation;
  const reached = (index: number): boolean => isReached(situation, index);
  const writes = [evidence.collection, evidence.original].flatMap((name, place, names) =>
    names.indexOf(name) === place ? writesTo(name, migration, reached) : [],
  );
  const work: Work = {
    evidence,
    situation,
    named: namedValues(migration),
    filters: writes.flatMap(({ write }) => (write.kind === 'insert' || fieldsOf(write.filter).length === 0 ? [] : [write.filter])),
    by: writersOf(evidence.collection, migration, reached),
  };
  const added = addedBack(work);
  const parts = [added, ...changedBack(work, added.losses.length === 0 ? evidence.kept : evidence.now), removedBack(work)];
  return { steps: parts.flatMap(({ steps }) => steps), losses: parts.flatMap(({ losses }) => losses) };
}

const nothing: DocumentsBack = { steps: [], losses: [] };

function addedBack(work: Work): DocumentsBack {
  const { evidence, by } = work;
  const { added, collection, original } = evidence;
  if (added.length === 0) return nothing;
  const found = findAdded(work);
  if (found === undefined) {
    const [were, stay, them] = added.length === 1 ? ['was', 'stays', 'it'] : ['were', 'stay', 'them'];
    const text = `${documents(added.length)} that ${were} added to ${original}${by} ${stay}: nothing tells ${them} from the others; compare with a backup taken before the migration`;
    return { steps: [], losses: [{ text, loss: { table: original }, doubtful: false }] };
  }
  const look = found.filter === '{}' ? '' : ` Look first: ${collectionText(collection)}.find(${found.filter}).`;
  const why = `${added.length === 1 ? 'It was' : 'They were'} not there before the migration${by}, and ${found.because}.${look}`;
  return {
    steps: [
      shellStep(
        `Delete ${added.length === 1 ? 'the document that was' : `the ${documents(added.length)} that were`} added to ${collection}`,
        why,
        `${collectionText(collection)}.deleteMany(${found.filter})`,
      ),
    ],
    losses: [],
  };
}

/** Longer lists of keys are nothing that a person reads; a migration that lists so many has them in its own text. */
const mostKeys = 200;

function findAdded({ evidence, named, situation }: Work): ToldApart | undefined {
  const { added, kept, now, collection, before } = evidence;
  if (before.length === 0 || kept.length === 0)
    return { filter: '{}', because: before.length === 0 ? 'the collection was empty' : 'no other is there' };
  if (added.length <= mostKeys && added.every(({ _id }) => _id !== undefined && named.has(comparable(_id)))) {
    const ids = added.map(({ _id = null }) => shellValue(_id));
    const filter = ids.length === 1 ? `{ _id: ${ids.join()} }` : `{ _id: { $in: [${ids.join(', ')}] } }`;
    return { filter, because: 'the migration names their keys' };
  }
  const paths = [...new Set(added.flatMap((doc) => Object.keys(doc)))].filter((name) => name !== '_id');
  const marked = toldApart(added, now, paths, [], named);
  return (
    marked ??
    byContent(
      evidence,
      writesTo(collection, situation.migration, (index) => isReached(situation, index)).flatMap(({ write }) =>
        write.kind === 'insert' ? [write.document] : [],
      ),
    ) ??
    byTime(added, kept)
  );
}

/** More contents than this are no longer a filter that a person reads. */
const mostContents = 20;

/** Documents that the statement lists, by all that it says of them: no document of before looks like one. */
function byContent({ added, kept }: CollectionEvidence, inserted: readonly DocumentValue[]): ToldApart | undefined {
  const contents = inserted.flatMap((document) => {
    const fields = fieldsOf(document).filter(({ name, value }) => name !== '_id' && comparableOf(value) !== undefined);
    const looksSo = (doc: Doc) =>
      fields.every(({ name, value }) => doc[name] !== undefined && comparable(doc[name] ?? null) === comparableOf(value));
    return fields.length === 0 || !added.some(looksSo)
      ? []
      : [{ looksSo, text: writeValue({ kind: 'document', fields, span: document.span }) }];
  });
  const filters = [...new Map(contents.map((content) => [content.text, content])).values()];
  if (filters.length === 0 || filters.length > mostContents) return undefined;
  const isMeant = (doc: Doc) => filters.some(({ looksSo }) => looksSo(doc));
  if (!added.every(isMeant) || kept.some(isMeant)) return undefined;
  const texts = filters.map(({ text }) => text);
  return {
    filter: texts.length === 1 ? texts.join() : `{ $or: [${texts.join(', ')}] }`,
    because: 'no document from before holds what the migration lists',
  };
}

/** The first four bytes of an ObjectId are the second in which it was made (BSON types, ObjectId): those of the run lie behind all others. */
function byTime(added: readonly Doc[], kept: readonly Doc[]): ToldApart | undefined {
  const idText = (doc: Doc) => /^o:([0-9a-f]{24})$/.exec(idOf(doc))?.[1];
  const ids = added.map(idText);
  if (ids.includes(undefined)) return undefined;
  const first =
    ids
      .flatMap((id) => id ?? [])
      .sort()[0]
      ?.slice(0, 8) ?? '';
  const from = `${first}0000000000000000`;
  if (kept.some((doc) => (idText(doc) ?? '') >= from)) return undefined;
  return {
    filter: `{ _id: { $gte: ObjectId("${from}") } }`,
    because: `their ObjectIds were made after all others, from the second of the run's first one (0x${first}) on. On another database take the second in which the migration was started there; assumed: nobody else has inserted since`,
  };
}

/** Fields that are others, in groups of the same documents: one update each. */
function changedBack(work: Work, present: readonly Doc[]): DocumentsBack[] {
  const fields = changedFields(work.evidence.changed);
  const groups = new Map<string, ChangedField[]>();
  for (const field of fields) {
    const key = field.values.map(({ doc }) => idOf(doc.now)).join(' ');
    groups.set(key, [...(groups.get(key) ?? []), field]);
  }
  return [...groups.values()].map((group) => groupBack(work, group, fields, present));
}

function groupBack(work: Work, group: readonly ChangedField[], fields: readonly ChangedField[], present: readonly Doc[]): DocumentsBack {
  const { evidence, by, named, filters } = work;
  const { collection, original } = evidence;
  const touched: readonly ChangedDocument[] = group[0]?.values.map(({ doc }) => doc) ?? [];
  const paths = [...group.map(({ path }) => path), ...new Set(touched.flatMap(({ now }) => Object.keys(now)))];
  const found = toldApart(
    touched.map(({ now }) => now),
    present,
    paths,
    filters,
    named,
  );
  const lost = (paths_: readonly string[], why: string): DataLoss[] =>
    paths_.length === 0
      ? []
      : [
          {
            text: `values of ${paths_.map((path) => `${original}.${path}`).join(', ')} in ${documents(touched.length)}${by}: ${why}${backup}`,
            loss: { table: original, columns: columnsAt(paths_, work) },
            doubtful: false,
          },
        ];
  if (found === undefined)
    return {
      steps: [],
      losses: lost(
        group.map(({ path }) => path),
        'nothing tells the documents that were changed from the others; ',
      ),
    };
  const inverses = group.map((field) => ({ field, inverse: fieldInverse(field, { named, fields }) }));
  const known = inverses.flatMap(({ inverse }) => inverse ?? []);
  const losses = lost(
    inverses.flatMap(({ field, inverse }) => (inverse === undefined ? [field.path] : [])),
    '',
  );
  if (known.length === 0) return { steps: [], losses };
  const [sole, ...others] = known;
  // The title names a field that is alone. Names of fields are never capitalized.
  const because =
    sole !== undefined && others.length === 0
      ? `${sole.because.charAt(0).toUpperCase()}${sole.because.slice(1)}`
      : known.map(({ path, because: reason }) => `${path}: ${reason}`).join('; ');
  const title = `Give ${known.map(({ path }) => path).join(', ')} of ${documents(touched.length)} of ${collection} back what ${known.length === 1 ? 'it was' : 'they were'}`;
  const why = `${because}. Which documents${by}: ${found.because}.`;
  return { steps: [shellStep(title, why, `${collectionText(collection)}.updateMany(${found.filter}, ${updateText(known)})`)], losses };
}

/** Everything that a state hashes apart and that holds these values: the paths themselves, what is above and what is below them. */
function columnsAt(paths: readonly string[], { evidence, situation: { before, partial } }: Work): string[] {
  const hashed = [...before.data, ...partial.data]
    .filter(({ table }) => table === evidence.original || table === evidence.collection)
    .flatMap(({ columnHashes = {} }) => Object.keys(columnHashes));
  const plain = (column: string) => column.replaceAll('[]', '');
  const concerns = (column: string, path: string) => column === path || path.startsWith(`${column}.`) || column.startsWith(`${path}.`);
  return [...new Set([...paths, ...hashed.filter((column) => paths.some((path) => concerns(plain(column), path)))])];
}

/** An update with operators where they suffice; else a pipeline, of which each stage sees what the one before has done. */
export function updateText(inverses: readonly FieldInverse[]): string {
  const unset = inverses.filter(({ operator }) => operator === '$unset');
  const others = inverses.filter(({ operator }) => operator !== '$unset');
  if (others.every(({ operator }) => operator !== 'expression')) {
    const operators = [...new Set(inverses.map(({ operator }) => operator))].map((operator) => {
      const parts = inverses.filter((inverse) => inverse.operator === operator);
      return `${operator}: { ${parts.map((part) => `${writeFieldName(part.path)}: ${'value' in part ? part.value : '""'}`).join(', ')} }`;
    });
    return `{ ${operators.join(', ')} }`;
  }
  const set = others.map((inverse) => `${writeFieldName(inverse.path)}: ${expressionOf(inverse)}`);
  const stages = [
    `{ $set: { ${set.join(', ')} } }`,
    ...(unset.length === 0 ? [] : [`{ $unset: [${unset.map(({ path }) => writeText(path)).join(', ')}] }`]),
  ];
  return `[${stages.join(', ')}]`;
}

function expressionOf(inverse: FieldInverse): string {
  switch (inverse.operator) {
    case 'expression':
      return inverse.expression;
    case '$set':
      return `{ $literal: ${inverse.value} }`;
    case '$inc':
      return `{ $add: ["$${inverse.path}", ${inverse.value}] }`;
    case '$pull':
      return `{ $filter: { input: "$${inverse.path}", as: "item", cond: { $ne: ["$$item", { $literal: ${inverse.value} }] } } }`;
    case '$unset':
      return '"$$REMOVE"';
  }
}

/** Documents that are gone: out of a collection that holds them still, where there is one. */
function removedBack(work: Work): DocumentsBack {
  const { evidence, by } = work;
  const { removed, original, collection } = evidence;
  if (removed.length === 0) return nothing;
  const copy = copyOf(work);
  if (copy === undefined) {
    const text = `${documents(removed.length)} of ${original} that are gone${by}: ${backup}`;
    return { steps: [], losses: [{ text, loss: { table: original }, doubtful: false }] };
  }
  const match_ = copy.filter === '{}' ? '' : `{ $match: ${copy.filter} }, `;
  const unset = copy.extra.length === 0 ? '' : `{ $unset: ${JSON.stringify(copy.extra)} }, `;
  const merge = `{ $merge: { into: ${JSON.stringify(collection)}, on: "_id", whenMatched: "keepExisting", whenNotMatched: "insert" } }`;
  return {
    steps: [
      shellStep(
        `Copy the ${documents(removed.length)} that are gone back into ${collection}`,
        `They are still in ${copy.collection}, where the migration has put them${by}.`,
        `${collectionText(copy.collection)}.aggregate([${match_}${unset}${merge}])`,
      ),
    ],
    losses: [],
  };
}

/** Another collection that has each of them, perhaps with more fields than they had. */
function copyOf({ evidence, situation, named }: Work): { collection: string; filter: string; extra: readonly string[] } | undefined {
  const wanted = new Map(evidence.removed.map((doc) => [idOf(doc), doc]));
  const others = [...newCollections(situation), ...evidenceOf(situation).filter(({ collection }) => collection !== evidence.collection)];
  for (const { collection, now } of others) {
    const copies = now.filter((doc) => wanted.has(idOf(doc)));
    const holds = (doc: Doc) => Object.entries(wanted.get(idOf(doc)) ?? {}).every(([name, value]) => same(doc[name], value));
    if (copies.length !== wanted.size || !copies.every(holds)) continue;
    const extra = [...new Set(copies.flatMap((doc) => Object.keys(doc).filter((name) => wanted.get(idOf(doc))?.[name] === undefined)))];
    const found = toldApart(copies, now, [...new Set(copies.flatMap((doc) => Object.keys(doc)))], [], named);
    if (found !== undefined) return { collection, filter: found.filter, extra };
  }
  return undefined;
}

/** Collections that differ and that nobody has compared document by document. */
function uncompared(situation: RecoverySituation, evidence: readonly CollectionEvidence[]): DocumentsBack {
  const { before, partial, migration } = situation;
  const compared = new Set(evidence.map(({ original }) => original));
  const losses = match(before.catalog.tables, partial.catalog.tables, relationKey).pairs.flatMap(([original, table]): DataLoss[] => {
    const then = before.data.find((data) => data.table === relationKey(original));
    const now = partial.data.find((data) => data.table === relationKey(table));
    if (compared.has(original.name) || (then?.rowsHash === now?.rowsHash && then?.rowCount === now?.rowCount)) return [];
    const reason = table.database === undefined ? `more than ${mostDocuments}` : 'in another database';
    const why = situation.answers === undefined ? '' : `, ${reason}, so that they were not compared one by one`;
    const text = `documents of ${original.name}${writersOf(table.name, migration, (index) => isReached(situation, index))}${why}: ${backup}`;
    return [{ text, loss: { table: relationKey(original) }, doubtful: false }];
  });
  return { steps: [], losses };
}
