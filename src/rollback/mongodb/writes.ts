import type { Table } from '../../model/catalog';
import type { DocumentField, DocumentValue, DocumentWrite } from '../../model/document';
import { fieldOf, fieldsOf, isWhole, itemsOf, textOf } from '../../model/document-value';
import { array, documentOf, scalar } from '../../parse/mongodb/document';
import { callText } from './build';
import { type ChangeBack, changeBack } from './changes-back';
import { asksFor, conditionsOf, equalTo, isPresence, overlaps } from './filters';
import { isConstant, isMarker, markerIn } from './marker';
import { back, lost, notBack, nothing, together, type WriteBack } from './write-back';

/**
 * What takes back these writes of one command, last first.
 * @param table the collection as it is known, for its unique indexes.
 */
export function inverseOfWrites(writes: readonly DocumentWrite[], collection: string, table?: Table): WriteBack {
  const inserts = writes.flatMap((write) => (write.kind === 'insert' ? [write.document] : []));
  const others = writes.filter((write) => write.kind !== 'insert').toReversed();
  return together([...others.map((write) => inverseOfWrite(write, collection, table)), insertedBack(inserts, collection, table)]);
}

/** The same for one of them. */
export function inverseOfWrite(write: DocumentWrite, collection: string, table?: Table): WriteBack {
  switch (write.kind) {
    case 'insert':
      return insertedBack([write.document], collection, table);
    case 'delete':
      return lost(`the documents that are deleted from ${collection}`, { table: collection });
    case 'replace':
      return lost(`the documents of ${collection} that are replaced`, { table: collection });
    case 'update':
      return write.upsert ? upsertedBack(write, collection, table) : updatedBack(write, collection, table);
  }
}

/** Keys by which documents are found again: `_id`, then the keys of unique indexes, where every document gives them. */
function keysOf(table: Table | undefined): readonly (readonly string[])[] {
  return [['_id'], ...(table?.indexes ?? []).filter(({ unique }) => unique).map(({ keys }) => keys)];
}

function insertedBack(documents: readonly DocumentValue[], collection: string, table: Table | undefined): WriteBack {
  if (documents.length === 0) return nothing;
  const marker = documents[0] === undefined ? undefined : markerIn(fieldsOf(documents[0]));
  const isMarked = marker !== undefined && documents.every((each) => sameIn(each, marker));
  if (isMarked) return back(callText(collection, 'deleteMany', documentOf([[marker.name, marker.value]])));
  const key = keysOf(table).find((names) => documents.every((each) => names.every((name) => isGiven(fieldOf(each, name)))));
  if (key !== undefined) return back(deletionByKey(documents, key, collection));
  const texts = documents.map((each) => latestLike(each, collection));
  if (texts.includes(undefined)) {
    return notBack(`the documents that are inserted into ${collection}: only a run tells what they are. Give them an _id or a migrationId`);
  }
  return back(...texts.flatMap((text) => text ?? []).toReversed());
}

function sameIn(document: DocumentValue, marker: DocumentField): boolean {
  const value = fieldOf(document, marker.name);
  return value !== undefined && isConstant(value) && documentText(value) === documentText(marker.value);
}

function documentText(value: DocumentValue): string {
  return value.kind === 'bson' ? value.text : JSON.stringify(value.kind === 'scalar' ? value.value : value.kind);
}

function isGiven(value: DocumentValue | undefined): boolean {
  return value !== undefined && isWhole(value) && (isConstant(value) || value.kind === 'document');
}

function deletionByKey(documents: readonly DocumentValue[], key: readonly string[], collection: string): string {
  const [name, ...more] = key;
  const values = (document: DocumentValue) => key.map((each) => [each, fieldOf(document, each) ?? scalar(null)] as const);
  const [first, ...others] = documents;
  if (others.length === 0) return callText(collection, 'deleteOne', documentOf(first === undefined ? [] : values(first)));
  if (name !== undefined && more.length === 0) {
    const found = array(documents.map((each) => fieldOf(each, name) ?? scalar(null)));
    return callText(collection, 'deleteMany', documentOf([[name, documentOf([['$in', found]])]]));
  }
  return callText(collection, 'deleteMany', documentOf([['$or', array(documents.map((each) => documentOf(values(each))))]]));
}

/** One document that says the same, the newest: an equal one that was there before has the older `_id`. */
function latestLike(document: DocumentValue, collection: string): string | undefined {
  const known = fieldsOf(document).filter(({ value }) => isWhole(value) && (isConstant(value) || isPlainDocument(value)));
  if (known.length === 0 || document.kind !== 'document') return undefined;
  const newest = documentOf([['sort', documentOf([['_id', scalar(-1)]])]]);
  return callText(collection, 'findOneAndDelete', documentOf(known.map(({ name, value }) => [name, value] as const)), newest);
}

function isPlainDocument(value: DocumentValue): boolean {
  return (
    value.kind === 'document' &&
    fieldsOf(value).every((field) => !field.name.startsWith('$') && (isConstant(field.value) || isPlainDocument(field.value)))
  );
}

type Update = Extract<DocumentWrite, { kind: 'update' }>;

const top = (field: string) => field.split('.')[0] ?? field;

function updatedBack({ filter, change, many }: Update, collection: string, table: Table | undefined): WriteBack {
  const undo = changeBack(filter, change);
  const gone = undo.lost.length === 0 ? [] : lostFields(undo.lost, collection);
  const losses =
    undo.lost.length === 0 ? [] : [{ table: collection, ...(!undo.lost.includes('*') && { columns: [...new Set(undo.lost.map(top))] }) }];
  if (undo.operators.length === 0) return { statements: [], told: gone, losses };
  const found = filterBack(filter, change, undo);
  const values = undo.operators.map(({ value }) => value);
  if (found === undefined || ![found.filter, ...values].every(isWhole)) {
    return together([
      { statements: [], told: gone, losses },
      notBack(`the update of ${collection}: nothing tells its documents from the others afterwards. Let it set a migrationId as well`),
    ]);
  }
  const isOne = !many && !isPinned(found.filter, table);
  if (isOne) {
    const which = notBack(`the update of one document of ${collection}: nothing tells which it was. Find it by its _id`);
    return together([{ statements: [], told: gone, losses }, which]);
  }
  const told = [...gone, ...undo.notes.map((note) => `In ${collection}, ${note}.`)];
  const shared = found.shared === undefined ? [] : [sharedNote(undo, collection, found.shared)];
  const statement = callText(collection, many ? 'updateMany' : 'updateOne', found.filter, operatorsText(undo));
  return {
    statements: [statement],
    told: [...told, ...shared],
    losses: found.shared !== undefined ? [...losses, ...sharedLosses(undo, collection)] : losses,
  };
}

function lostFields(fields: readonly string[], collection: string): readonly string[] {
  const what = fields.includes('*')
    ? `the old documents of ${collection}`
    : `the old values of ${fields.map((field) => `${collection}.${field}`).join(', ')}`;
  return lost(what).told;
}

/** What the update did is told by the values that it left, and others may have left the same. */
function sharedNote({ operators }: ChangeBack, collection: string, shared: 'value' | 'field'): string {
  const fields = [...new Set(operators.map(({ field }) => field))].join(', ');
  const which = shared === 'value' ? `held the same ${fields} before the migration` : `have ${fields} from elsewhere, whatever it is,`;
  return `Documents of ${collection} that ${which} are changed as well: a migrationId set beside it would tell them apart.`;
}

function sharedLosses({ operators }: ChangeBack, collection: string): WriteBack['losses'] {
  return [{ table: collection, columns: [...new Set(operators.map(({ field }) => top(field)))] }];
}

function operatorsText({ operators }: ChangeBack): DocumentValue {
  const names = [...new Set(operators.map(({ operator }) => operator))];
  return documentOf(
    names.map((name) => {
      const own = operators.filter(({ operator }) => operator === name);
      return [name, documentOf(own.map(({ field, value }) => [field, value] as const))] as const;
    }),
  );
}

interface FilterBack {
  readonly filter: DocumentValue;
  /** Others than the changed documents may be found, too: those with the same value, or all that have the field. */
  readonly shared?: 'value' | 'field';
}

/** How the changed documents are found now. What the filter asked of other fields still holds. */
function filterBack(filter: DocumentValue, change: DocumentValue, { written, found }: ChangeBack): FilterBack | undefined {
  const conditions = conditionsOf(filter);
  const removed = removedBy(change);
  const kept = conditions.filter(
    (condition) => !asksFor(condition, written) || (isPresence(condition) && !removed.some((field) => overlaps(field, condition.name))),
  );
  const keptFields = kept.map(({ name, value }) => [name, value] as const);
  const isUntouched = kept.length === conditions.length && filter.kind === 'document' && filter.partial !== true;
  const presences = found.filter(({ isPresence }) => isPresence);
  const values = found.filter(({ isPresence }) => !isPresence);
  const marker = values.find(({ field, value }) => isMarker({ name: field, value })) ?? markerSet(filter, change);
  if (marker !== undefined) return { filter: withField(keptFields, marker.field, marker.value) };
  if (isUntouched && values.length === 0) {
    return { filter: withFields(keptFields, presences) };
  }
  if (found.length === 0) return undefined;
  const chosen = values.length > 0 ? values : presences;
  return { filter: withFields(keptFields, chosen), shared: values.length > 0 ? 'value' : 'field' };
}

/** Fields that an update takes away. */
function removedBy(change: DocumentValue): readonly string[] {
  if (change.kind === 'array') return fieldsWritten(change);
  return fieldsOf(change)
    .filter(({ name }) => name === '$unset' || name === '$rename')
    .flatMap(({ value }) => fieldsOf(value).map((field) => field.name));
}

/** What a pipeline sets or unsets: any of it may go. */
function fieldsWritten(pipeline: DocumentValue): readonly string[] {
  return itemsOf(pipeline)
    .flatMap(fieldsOf)
    .flatMap(({ value }) => [
      ...fieldsOf(value).map(({ name }) => name),
      ...[value, ...itemsOf(value)].flatMap((each) => textOf(each) ?? []),
    ]);
}

/** A marker that the update sets, whatever its filter says of it: only this migration writes it. */
function markerSet(filter: DocumentValue, change: DocumentValue): { readonly field: string; readonly value: DocumentValue } | undefined {
  const stages = change.kind === 'array' ? itemsOf(change) : [change];
  const marker = markerIn(stages.flatMap((stage) => fieldsOf(fieldOf(stage, '$set') ?? fieldOf(stage, '$addFields'))));
  if (marker === undefined || equalTo(filter, marker.name) !== undefined) return undefined;
  return { field: marker.name, value: marker.value };
}

type Entry = readonly [name: string, value: DocumentValue];

function fieldsIn(value: DocumentValue): readonly Entry[] {
  return fieldsOf(value).map((field) => [field.name, field.value] as const);
}

function withFields(entries: readonly Entry[], more: ChangeBack['found']): DocumentValue {
  return more.reduce<DocumentValue>((all, { field, value }) => withField(fieldsIn(all), field, value), documentOf(entries));
}

function withField(entries: readonly Entry[], name: string, value: DocumentValue): DocumentValue {
  if (!entries.some(([known]) => known === name)) return documentOf([...entries, [name, value]]);
  return documentOf([['$and', array([documentOf(entries), documentOf([[name, value]])])]]);
}

/** Does the filter find one document at most: by `_id`, or by the keys of a unique index? */
function isPinned(filter: DocumentValue, table: Table | undefined): boolean {
  return keysOf(table).some((key) => key.every((name) => equalTo(filter, name) !== undefined));
}

/** What an upsert inserted can be told from what it found only where it changes nothing that it finds, or marks what it inserts. */
function upsertedBack(write: Update, collection: string, table: Table | undefined): WriteBack {
  const { filter, change } = write;
  const operators = fieldsOf(change);
  const said = [
    ...conditionsOf(filter).flatMap(({ name }) => {
      const value = name.startsWith('$') ? undefined : equalTo(filter, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
    ...operators.filter(({ name }) => name === '$setOnInsert').flatMap(({ value }) => fieldsIn(value)),
  ].filter(([, value]) => isWhole(value) && (isConstant(value) || isPlainDocument(value)));
  // What the filter asks for may be said again by what is inserted.
  const given = [...new Map(said)];
  const inserts = operators.filter(({ name }) => name === '$setOnInsert').flatMap(({ value }) => fieldsOf(value));
  const onlyInserts = change.kind === 'document' && operators.every(({ name }) => name === '$setOnInsert');
  const marker = markerIn(inserts);
  if (marker !== undefined) {
    const deletion = back(
      callText(collection, 'deleteMany', documentOf([...given.filter(([name]) => name !== marker.name), [marker.name, marker.value]])),
    );
    return onlyInserts ? deletion : together([deletion, updatedBack({ ...write, upsert: false }, collection, table)]);
  }
  if (!onlyInserts) return lost(`what the upsert finds in ${collection} and changes, told from what it inserts`, { table: collection });
  if (given.length === 0) return notBack(`the document that the upsert inserts into ${collection}: only a run tells what it is`);
  const told = [
    `A document of ${collection} that said the same before the migration is deleted as well: a migrationId in $setOnInsert would tell it apart.`,
  ];
  const method = isPinned(filter, table) ? 'deleteOne' : 'deleteMany';
  return { statements: [callText(collection, method, documentOf(given))], told, losses: [{ table: collection }] };
}
