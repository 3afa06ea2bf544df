import type { Document, MongoClient } from 'mongodb';
import type { FieldKind } from '../../../schema/mongodb/expressions';
import { documentValue } from '../shell/value';
import type { ReadCollection } from '../snapshot/objects';
import { exactReading } from '../snapshot/values';
import { knownValue } from './known';
import { type DocumentPlan, makeDocument } from './make';
import { CollectionNeeds, type Reference } from './needs';
import { isDocument, valueAt } from './paths';

/** A collection to be filled, there already or only named by the migration. */
export interface Fillable {
  readonly key: string;
  readonly database: string;
  readonly name: string;
  readonly existing: number;
  readonly plan: DocumentPlan;
}

/** So many of the documents that are there serve as examples. */
const mostTemplates = 50;
/** References are followed so far: collections may refer to each other in a circle. */
const greatestDepth = 4;

/** What is known of every collection, those that are not there yet among them. Nothing is written. @throws the driver's error. */
export async function plansOf(
  client: MongoClient,
  database: string,
  collections: readonly ReadCollection[],
  needs: ReadonlyMap<string, CollectionNeeds>,
  seed: number,
): Promise<readonly Fillable[]> {
  const views = new Set(collections.filter(({ type }) => type === 'view').map(({ key }) => key));
  const missing = [...needs.keys()].filter((name) => !collections.some(({ key }) => key === name) && !views.has(name));
  const all = [
    ...collections.filter(({ type }) => type !== 'view'),
    ...missing.map((name): ReadCollection => ({ key: name, database, name, type: 'collection', options: {}, indexes: [] })),
  ];
  const made = new Map<string, Fillable>();
  for (const collection of all) {
    const { key, name } = collection;
    const documents = client.db(collection.database).collection(name);
    const existing = await documents.countDocuments({});
    const templates = await documents.find({}, exactReading).sort({ _id: 1 }).limit(mostTemplates).toArray();
    const plan = planOf(collection, needs.get(key) ?? new CollectionNeeds(), { templates, seed, referred: referrer(made) });
    made.set(key, { key, database: collection.database, name, existing, plan });
  }
  return [...made.values()];
}

function planOf(
  { key, options, indexes }: ReadCollection,
  needs: CollectionNeeds,
  rest: Pick<DocumentPlan, 'templates' | 'seed' | 'referred'>,
): DocumentPlan {
  const { $jsonSchema: schema, ...conditions } = (options.validator ?? {}) as Document;
  const meant = needs.schemas.map(knownValue).filter(isDocument);
  const { timeField, metaField } = (options.timeseries ?? {}) as { timeField?: string; metaField?: string };
  if (timeField !== undefined) needs.field(timeField, 'date');
  if (metaField !== undefined) needs.field(metaField, 'string');
  const own = indexes.filter(({ name }) => name !== '_id_').map(shapeOf);
  for (const index of own) for (const [path, kind] of index.kinds) needs.field(path, kind);
  const late = [...needs.fields].flatMap(([path, kind]) => (kind === 'late date' ? [path] : []));
  return {
    ...rest,
    name: key,
    schemas: [...(isDocument(schema) ? [schema] : []), ...meant],
    conditions: Object.keys(conditions).length === 0 ? [] : [documentValue(conditions)],
    unique: [...own.filter(({ unique }) => unique).map(({ paths }) => paths), ...needs.unique],
    expiring: [...new Set([...own.filter(({ expires }) => expires).flatMap(({ paths }) => paths), ...late])],
    needs,
  };
}

interface IndexShape {
  readonly paths: readonly string[];
  readonly kinds: readonly (readonly [path: string, kind: FieldKind])[];
  readonly unique: boolean;
  readonly expires: boolean;
}

/** What an index asks of the fields that it holds. */
function shapeOf({ key, unique, expireAfterSeconds, weights }: Document): IndexShape {
  const keys = Object.entries((key ?? {}) as Document).filter(([path]) => !path.startsWith('_fts') && !path.includes('$**'));
  const expires = expireAfterSeconds !== undefined;
  const texts = Object.keys((weights ?? {}) as Document).filter((path) => !path.includes('$**'));
  return {
    paths: keys.map(([path]) => path),
    kinds: [
      ...keys.map(([path, kind]): readonly [string, FieldKind] => [path, expires ? 'late date' : (kindsByIndex[String(kind)] ?? 'any')]),
      ...texts.map((path): readonly [string, FieldKind] => [path, 'string']),
    ],
    unique: unique === true,
    expires,
  };
}

const kindsByIndex: Readonly<Record<string, FieldKind>> = { '2dsphere': 'point', '2d': 'pair' };

/** The value of a document that is there, or of one that is going to be. */
function referrer(all: ReadonlyMap<string, Fillable>): DocumentPlan['referred'] {
  let depth = 0;
  return ({ collection, foreignPath }: Reference, row) => {
    const foreign = all.get(collection);
    if (foreign === undefined || depth >= greatestDepth) return undefined;
    const { templates } = foreign.plan;
    if (templates.length > 0) return valueAt(templates[(row - 1) % templates.length], foreignPath);
    depth++;
    try {
      return valueAt(makeDocument(foreign.plan, row, 1), foreignPath);
    } finally {
      depth--;
    }
  };
}
