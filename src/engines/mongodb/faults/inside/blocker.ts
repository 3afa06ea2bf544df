import { BSON, type ClientSession, type Document, type MongoClient, MongoServerError } from 'mongodb';
import type { DatabaseAddress } from '../../../../model/sandbox';
import type { WireRequest } from '../../../../wire/mongodb/handlers';
import { encoded, type RawCommand } from '../../../../wire/mongodb/messages';
import { fieldOf } from '../../../../wire/mongodb/raw';
import { ImpossibleHere } from '../../../impossible';
import { withControlClient } from '../../connect';
import { ownNamespaceOf, targetOf, type WriteTarget, writeListOf } from './statements';

/** A transaction of ours that has written what a command needs, and has not ended. */
export interface Blocker {
  /** For people: "waits for a document of users that another session's transaction has written". */
  readonly what: string;
  /** Resolves when it is rolled back. Idempotent. */
  release(): Promise<void>;
}

/** Commands that need a collection for themselves: any write in it is in their way. */
const exclusive: ReadonlySet<string> = new Set(['createIndexes', 'dropIndexes', 'drop', 'collMod', 'renameCollection', 'convertToCapped']);

/**
 * @param target what the command writes next
 * @throws ImpossibleHere where it can't be held
 */
export async function block(address: DatabaseAddress, target: WriteTarget): Promise<Blocker> {
  let letGo: () => void = () => undefined;
  const letGoWhen = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let ended: Promise<void> | undefined;
  await new Promise<void>((resolve, reject) => {
    ended = withControlClient(address, async (_, client) => {
      const session = client.startSession();
      session.startTransaction();
      await write(client, target, session);
      resolve();
      await letGoWhen;
      await session.abortTransaction().catch(() => undefined);
      await session.endSession();
    }).catch(reject);
  });
  return {
    what: `waits for a document of ${target.collection} that another session's transaction has written`,
    release() {
      letGo();
      return ended ?? Promise.resolve();
    },
  };
}

/**
 * What a command that can't be halved writes. One that needs its whole collection waits for any document of it.
 * @throws ImpossibleHere where it writes nothing that could be held
 */
export function wholeTarget({ name, raw }: WireRequest): WriteTarget {
  const [item] = writeListOf(name, raw)?.items ?? [];
  const target = item ? targetOf(name, raw, item) : targetOfOne(name, raw);
  if (target === undefined) throw new ImpossibleHere('The command waits for nothing that another session could hold.');
  return target;
}

function targetOfOne(name: string, raw: RawCommand): WriteTarget | undefined {
  const namespace = ownNamespaceOf(name, raw);
  if (namespace === undefined) return undefined;
  if (name === 'findAndModify' || name === 'findandmodify') return { ...namespace, filter: fieldOf(raw.body, 'query')?.bytes ?? anything };
  return exclusive.has(name) ? { ...namespace, filter: anything } : undefined;
}

const anything = encoded({}).body;

function read(bytes: Buffer): Document {
  return BSON.deserialize(bytes, { promoteValues: false, bsonRegExp: true });
}

async function write(client: MongoClient, target: WriteTarget, session: ClientSession): Promise<void> {
  const database = client.db(target.database);
  const collection = database.collection<Document>(target.collection);
  if ('document' in target) {
    const there = await database.listCollections({ name: target.collection }, { nameOnly: true }).toArray();
    if (there.length === 0)
      throw new ImpossibleHere(`The collection ${target.collection} is not there yet, so nobody else can hold anything of it.`);
    await collection.insertOne(read(target.document), { session, bypassDocumentValidation: true }).catch(notFree);
    return;
  }
  const found = await collection.findOne(read(target.filter), { projection: { _id: 1 }, promoteValues: false });
  if (found === null) throw new ImpossibleHere(`No document of ${target.collection} is there that another session could hold.`);
  await collection.deleteOne({ _id: found._id }, { session }).catch(notFree);
}

/** It is there already, or the migration's own transaction has written it. */
function notFree(error: unknown): never {
  if (!(error instanceof MongoServerError)) throw error;
  throw new ImpossibleHere(`Another session can't hold what the command writes: ${error.message}`);
}
