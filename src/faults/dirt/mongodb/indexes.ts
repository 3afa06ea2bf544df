import type { CollectionName, DocumentCommand, DocumentIndex, DocumentValue } from '../../../model/document';
import { fieldOf, isTrue, textOf } from '../../../model/document-value';
import { array, scalar } from '../../../parse/mongodb/document';
import { keyFields } from '../../../schema/mongodb/canonical';
import { type Dirt, type DirtAnswer, none } from '../recipe';
import type { DirtSituation } from '../situation';
import { type MetCollection, madeHere, meetCollection, oldPath } from './met';

/** Codes of mongod's error_codes.yml, and the numbers of assertions in its index code. */
const duplicateKey = '11000';
const parallelArrays = '171';
const notHashable = '16766';
const noGeometry = ['16755', '16572', '17125', '2'];
const noLanguage = '17262';

/** Documents on which an index can't be built. */
export function forIndexes(situation: DirtSituation, { collection }: DocumentCommand, indexes: readonly DocumentIndex[]): DirtAnswer {
  const met = meetCollection(situation, collection);
  if (met === undefined) return none(madeHere);
  const candidates = indexes.flatMap((index) => forIndex(situation, collection, met, index));
  return { candidates, otherwise: 'Such an index takes any documents.' };
}

function forIndex(
  situation: DirtSituation,
  collection: CollectionName | undefined,
  met: MetCollection,
  index: DocumentIndex,
): readonly Dirt[] {
  const fields = keyFields(index.keys);
  const keys = fields.map(({ name }) => name);
  const meets = fieldOf(index.options, 'partialFilterExpression');
  const one = (description: string, errors: readonly string[], values: readonly (readonly [string, DocumentValue])[]): Dirt => ({
    table: met.name,
    description: `${description} in ${met.name}`,
    errors,
    recipe: {
      kind: 'documents',
      documents: [{ set: values.map(([path, value]) => ({ path: oldPath(situation, collection, path), value })) }],
      ...(meets !== undefined && { meets }),
    },
  });
  const isSparse = isTrue(fieldOf(index.options, 'sparse'));
  const unique = isTrue(fieldOf(index.options, 'unique'))
    ? forUniqueKey(situation, { collection, met, keys, errors: [duplicateKey], isSparse, ...(meets !== undefined && { meets }) })
    : [];
  const kinds = new Map(fields.map(({ name, value }) => [name, textOf(value)]));
  const special = [...kinds].flatMap(([name, kind]): readonly Dirt[] => {
    if (kind === 'hashed') return [one(`a document whose ${name} is an array`, [notHashable], [[name, list]])];
    if (kind === '2dsphere' || kind === '2d') return [one(`a document whose ${name} is no place`, noGeometry, [[name, scalar('nowhere')]])];
    return kind === 'text'
      ? [one('a document in a language that no text index knows', [noLanguage], [['language', scalar('klingon')]])]
      : [];
  });
  return [...unique, ...special, ...parallel(keys, kinds, one)];
}

const list = array([scalar(1), scalar(2)]);

type One = (description: string, errors: readonly string[], values: readonly (readonly [string, DocumentValue])[]) => Dirt;

/** Of one document at most one of the keys may be an array (manual, "Multikey Indexes"). */
function parallel(keys: readonly string[], kinds: ReadonlyMap<string, string | undefined>, one: One): readonly Dirt[] {
  const plain = keys.filter((key) => kinds.get(key) === undefined && key !== '_id' && !key.includes('$**'));
  const [first] = plain;
  const second = plain.find((key) => key.split('.')[0] !== first?.split('.')[0]);
  if (first === undefined || second === undefined) return [];
  return [
    one(
      `a document whose ${first} and ${second} are both arrays`,
      [parallelArrays],
      [
        [first, list],
        [second, list],
      ],
    ),
  ];
}

export interface UniqueKey {
  readonly collection: CollectionName | undefined;
  readonly met: MetCollection;
  readonly keys: readonly string[];
  readonly errors: readonly string[];
  readonly isSparse?: boolean;
  /** The filter of a partial index. */
  readonly meets?: DocumentValue;
}

/** Two documents with the same keys; two without any, which count as null (manual, "Unique Indexes"), where the index holds such documents. */
export function forUniqueKey(
  situation: DirtSituation,
  { collection, met, keys, errors, isSparse = false, meets }: UniqueKey,
): readonly Dirt[] {
  if (keys.length === 0 || isUniqueAlready(met, keys)) return [];
  const old = keys.map((key) => oldPath(situation, collection, key));
  const both = { table: met.name, errors };
  const partial = meets !== undefined && { meets };
  const equal: Dirt = {
    ...both,
    description: `two documents of ${met.name} with the same ${keys.join(', ')}`,
    recipe: { kind: 'equal documents', keys: old, ...partial },
  };
  const missing: Dirt = {
    ...both,
    description: `two documents of ${met.name} without ${keys.join(', ')}, which counts as null`,
    recipe: { kind: 'equal documents', keys: old, missing: true, ...partial },
  };
  return isSparse ? [equal] : [equal, missing];
}

/** A unique index on some of the keys alone sees to it already. */
function isUniqueAlready({ old }: MetCollection, keys: readonly string[]): boolean {
  return (
    keys.includes('_id') ||
    (old?.indexes ?? []).some(
      (index) => index.unique && index.keys.every((key) => keys.includes(key)) && !/partialFilterExpression/.test(index.definition),
    )
  );
}
