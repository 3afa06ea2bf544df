import type { DocumentCommand, DocumentValue, DocumentWrite } from '../../../model/document';
import { fieldOf, fieldsOf, isEmptyDocument, isWhole, itemsOf, textOf } from '../../../model/document-value';
import { scalar } from '../../../parse/mongodb/document';
import { readValue } from '../../../parse/mongodb/value';
import { type Dirt, type DirtAnswer, type DocumentChanges, none } from '../recipe';
import type { DirtSituation } from '../situation';
import { type MetCollection, madeHere, meetCollection } from './met';
import { forOperators, forPipeline, type Target } from './updates';

const duplicateKey = '11000';
/** DocumentValidationFailure. */
const invalid = '121';
/** A list of documents to be inserted is looked at so far. */
const mostInserts = 3;

/** Documents of before that writes of one command stumble over. */
export function forWrites(situation: DirtSituation, { collection }: DocumentCommand, writes: readonly DocumentWrite[]): DirtAnswer {
  const met = meetCollection(situation, collection);
  if (met === undefined) return none(madeHere);
  const inserts = writes.filter(({ kind }) => kind === 'insert').slice(0, mostInserts);
  const candidates = [
    ...inserts.flatMap((write) => (write.kind === 'insert' ? forInsert(met, write.document) : [])),
    ...writes.flatMap((write) =>
      write.kind === 'update' || write.kind === 'replace' ? forUpdate(situation, { collection, met, filter: write.filter }, write) : [],
    ),
  ];
  const deletes = writes.length > 0 && writes.every(({ kind }) => kind === 'delete');
  return { candidates, otherwise: deletes ? 'It takes documents away, whatever is in them.' : "No document is known that it can't write." };
}

/** A document that has a key of it already. */
function forInsert(met: MetCollection, written: DocumentValue): readonly Dirt[] {
  const keys = [['_id'], ...(met.current?.indexes ?? []).filter(({ unique }) => unique).map((index) => index.keys)];
  return keys.flatMap((paths): readonly Dirt[] => {
    const set = paths.flatMap((path) => {
      const value = fieldOf(written, path);
      return value === undefined || !isWhole(value) ? [] : [{ path, value }];
    });
    if (set.length < paths.length) return [];
    const description = `a document of ${met.name} with the ${paths.join(', ')} of one that is inserted`;
    return [{ table: met.name, description, errors: [duplicateKey], recipe: { kind: 'documents', documents: [{ set }] } }];
  });
}

function forUpdate(
  situation: DirtSituation,
  target: Target,
  write: Exclude<DocumentWrite, { kind: 'insert' | 'delete' }>,
): readonly Dirt[] {
  const refused = forValidator(target);
  if (write.kind === 'replace') return refused;
  const operands =
    write.change.kind === 'array' ? forPipeline(situation, target, write.change) : forOperators(situation, target, write.change);
  return [...operands, ...refused, ...(write.many ? forConstant(target, write.change) : [])];
}

/** Two documents that get the same value in a unique field. */
function forConstant({ met, filter }: Target, change: DocumentValue): readonly Dirt[] {
  const unique = (met.current?.indexes ?? []).filter((index) => index.unique && index.keys.length === 1).flatMap(({ keys }) => keys);
  const set = fieldsOf(fieldOf(change, '$set')).filter(({ name, value }) => unique.includes(name) && isWhole(value));
  return set.map(({ name }) => ({
    table: met.name,
    description: `two documents of ${met.name} that both get the same ${name}, which is unique`,
    errors: [duplicateKey],
    recipe: { kind: 'documents', documents: [{}, {}], ...(!isEmptyDocument(filter) && { meets: filter }) },
  }));
}

/**
 * Documents that the collection's validator refuses: those that are older than it are there all the same, and an update of one is refused where the
 * level is strict (manual, "Specify Validation Level for Existing Documents").
 */
function forValidator({ met, filter }: Target): readonly Dirt[] {
  const option = (name: string) => {
    const entry = met.current?.options?.find((each) => each.startsWith(`${name}=`));
    return entry === undefined ? undefined : readValue(entry.slice(name.length + 1));
  };
  const validator = option('validator');
  const level = textOf(option('validationLevel')) ?? 'strict';
  const action = textOf(option('validationAction')) ?? 'error';
  if (validator === undefined || level !== 'strict' || action === 'warn') return [];
  return invalidChanges(validator).map(({ changes, words }) => ({
    table: met.name,
    description: `a document of ${met.name} ${words}, which the validator refuses`,
    errors: [invalid],
    recipe: { kind: 'documents', documents: [changes], meets: filter, unchecked: true },
  }));
}

/** Ways to be refused: without a required field, or with a value of another type. */
function invalidChanges(validator: DocumentValue): readonly { readonly changes: DocumentChanges; readonly words: string }[] {
  const schema = fieldOf(validator, '$jsonSchema');
  const required = itemsOf(fieldOf(schema, 'required')).flatMap((item) => textOf(item) ?? []);
  const typed = fieldsOf(fieldOf(schema, 'properties')).filter(({ value }) =>
    ['bsonType', 'enum', 'pattern', 'minimum'].some((name) => fieldOf(value, name) !== undefined),
  );
  const conditions = fieldsOf(validator).filter(({ name }) => !name.startsWith('$'));
  return [
    ...required.filter((name) => name !== '_id').map((name) => ({ changes: { unset: [name] }, words: `without ${name}` })),
    ...[...typed, ...conditions]
      .filter(({ name }) => name !== '_id')
      .map(({ name, value }) => ({ changes: { set: [{ path: name, value: wrong(value) }] }, words: `whose ${name} is of a wrong kind` })),
    ...conditions.map(({ name }) => ({ changes: { unset: [name] }, words: `without ${name}` })),
  ];
}

/** A truth where something else is wanted; a text where a truth is. */
function wrong(schema: DocumentValue): DocumentValue {
  const types = [fieldOf(schema, 'bsonType'), fieldOf(schema, '$type')].flatMap((value) =>
    [value, ...itemsOf(value)].flatMap((each) => textOf(each) ?? []),
  );
  return types.some((type) => type.startsWith('bool')) ? scalar('wrong') : scalar(false);
}
