import { BSON, type Document, type MongoClient } from 'mongodb';
import type { DatabaseAddress } from '../../../../model/sandbox';
import type { WireRequest } from '../../../../wire/mongodb/handlers';
import { fieldOf, textOf } from '../../../../wire/mongodb/raw';
import { ImpossibleHere } from '../../../impossible';
import { withControlClient } from '../../connect';
import { collectionOf, filterOf, writeListOf } from './statements';

/** A transaction of ours that has written what a command needs, and has not ended. */
export interface Blocker {
  /** For people: "waits for a document of users that another session's transaction has written". */
  readonly what: string;
  /** Resolves when it is rolled back. Idempotent. */
  release(): Promise<void>;
}

/** What has to be written so that the command meets it. */
type Target =
  | { readonly kind: 'matching'; readonly collection: string; readonly filter: Document; readonly fromMiddle: boolean }
  | { readonly kind: 'inserted'; readonly collection: string; readonly document: Document };

/** Commands that need a collection for themselves: any write in it is in their way. */
const exclusive: ReadonlySet<string> = new Set(['createIndexes', 'dropIndexes', 'drop', 'collMod', 'renameCollection', 'convertToCapped']);

/** @throws ImpossibleHere where nothing can be held that the command needs */
export async function block(address: DatabaseAddress, request: WireRequest): Promise<Blocker> {
  const target = targetOf(request);
  if (target === undefined) throw new ImpossibleHere('The command waits for nothing that another session could hold.');
  let letGo: () => void = () => undefined;
  const letGoWhen = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let ended: Promise<void> | undefined;
  await new Promise<void>((resolve, reject) => {
    ended = withControlClient(address, async (_, client) => {
      const session = client.startSession();
      session.startTransaction();
      await write(client, address.database, target, session);
      resolve();
      await letGoWhen;
      await session.abortTransaction().catch(() => undefined);
      await session.endSession();
    }).catch(reject);
  });
  return {
    what: `waits for ${exclusive.has(request.name) ? 'the collection' : 'a document of'} ${target.collection} that another session's transaction has written`,
    release() {
      letGo();
      return ended ?? Promise.resolve();
    },
  };
}

function targetOf({ name, raw }: WireRequest): Target | undefined {
  const list = writeListOf(name, raw);
  if (list !== undefined) {
    const item = list.items[Math.floor(list.items.length / 2)];
    const collection = item && collectionOf(name, raw, item);
    if (item === undefined || collection === undefined) return undefined;
    const filter = filterOf(item);
    if (filter !== undefined) return { kind: 'matching', collection, filter: read(filter.bytes), fromMiddle: true };
    const document = name === 'insert' ? item : fieldOf(item, 'document')?.bytes;
    return document && { kind: 'inserted', collection, document: read(document) };
  }
  const named = textOf(fieldOf(raw.body, name));
  if (named === undefined) return undefined;
  if (name === 'findAndModify' || name === 'findandmodify') {
    const query = fieldOf(raw.body, 'query');
    return { kind: 'matching', collection: named, filter: query ? read(query.bytes) : {}, fromMiddle: false };
  }
  const collection = name === 'renameCollection' ? named.slice(named.indexOf('.') + 1) : named;
  return exclusive.has(name) ? { kind: 'matching', collection, filter: {}, fromMiddle: false } : undefined;
}

function read(bytes: Buffer): Document {
  return BSON.deserialize(bytes, { promoteValues: false, bsonRegExp: true });
}

async function write(
  client: MongoClient,
  database: string,
  target: Target,
  session: ReturnType<MongoClient['startSession']>,
): Promise<void> {
  const collection = client.db(database).collection<Document>(target.collection);
  if (target.kind === 'inserted') {
    const there = await client.db(database).listCollections({ name: target.collection }, { nameOnly: true }).toArray();
    if (there.length === 0)
      throw new ImpossibleHere(`The collection ${target.collection} is not there yet, so nobody else can hold anything of it.`);
    await collection.insertOne(target.document, { session, bypassDocumentValidation: true }).catch((error: Error) => {
      throw new ImpossibleHere(`Another session could not write the same document before: ${error.message}`);
    });
    return;
  }
  const count = target.fromMiddle ? await collection.countDocuments(target.filter) : 1;
  const found = await collection.findOne(target.filter, { skip: Math.floor(count / 2), projection: { _id: 1 }, promoteValues: false });
  if (found === null) throw new ImpossibleHere(`No document of ${target.collection} is there that another session could hold.`);
  await collection.deleteOne({ _id: found._id }, { session });
}
