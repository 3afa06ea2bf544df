import { type MessagePort, workerData } from 'node:worker_threads';
import {
  BSON,
  type ClientSession,
  type ClientSessionOptions,
  Collection,
  type Document,
  MongoClient,
  type TransactionOptions,
} from 'mongodb';
import type { Answer, Question, WorkerOrder } from './message';

/** The driver in a thread of its own: the script's thread waits for its answers, as a shell does. */
const { url, signal, port } = workerData as WorkerOrder & { readonly port: MessagePort };
const client = new MongoClient(url, { promoteLongs: false });
const flag = new Int32Array(signal);
const cursors = new Map<number, AsyncCursor>();
const sessions = new Map<number, ClientSession>();
let last = 0;

interface AsyncCursor {
  hasNext(): Promise<boolean>;
  readBufferedDocuments(): readonly Document[];
  close(): Promise<void>;
}

type Methods = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;

port.on('message', async (question: Question) => {
  port.postMessage(await answer(question));
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
});

async function answer(question: Question): Promise<Answer> {
  try {
    return { value: BSON.serialize({ v: await carriedOut(question) }, { ignoreUndefined: true }) };
  } catch (error) {
    const { name, message, code, codeName, errorLabels, result, writeErrors, errInfo } = error as Record<string, unknown>;
    const details = { code, codeName, errorLabels, result, writeErrors, errInfo };
    return { error: { name: String(name), message: String(message), details: asBson(details) } };
  }
}

/** Errors of a bulk hold objects of the driver; what of them is no data is left out. */
function asBson(details: Document): Uint8Array {
  try {
    return BSON.serialize(JSON.parse(JSON.stringify(details)) as Document, { ignoreUndefined: true });
  } catch {
    return BSON.serialize({ code: details.code }, { ignoreUndefined: true });
  }
}

async function carriedOut(question: Question): Promise<unknown> {
  switch (question.what) {
    case 'call': {
      const result = await called(question);
      // A rename answers with the collection itself, which is an object of the driver and no data.
      return result instanceof Collection ? null : result;
    }
    case 'open': {
      last += 1;
      cursors.set(last, called(question) as AsyncCursor);
      return last;
    }
    case 'next':
      return nextDocuments(question.cursor ?? 0);
    case 'close': {
      await cursors.get(question.cursor ?? 0)?.close();
      cursors.delete(question.cursor ?? 0);
      return null;
    }
    default:
      return ofSession(question);
  }
}

function called({ database, collection, method = '', documents, options, session }: Question): unknown {
  const db = client.db(database);
  const target = (collection === undefined ? db : db.collection(collection)) as unknown as Methods;
  const given = documents === undefined ? [] : (BSON.deserialize(documents, { promoteValues: false }).v as readonly unknown[]);
  const read = options === undefined ? {} : (BSON.deserialize(options).v as Document);
  const chosen = session === undefined ? read : { ...read, session: sessionOf(session) };
  const call = target[method];
  if (call === undefined) throw new Error(`The driver has no method ${method}.`);
  return call.call(target, ...given.map(plain), chosen);
}

/** A name is a text on both sides; only documents keep the types of what they hold. */
function plain(value: unknown): unknown {
  return value instanceof BSON.Int32 || value instanceof BSON.Double ? value.valueOf() : value;
}

/** As many as the server has sent in one answer: the next are asked for when these are used up. */
async function nextDocuments(number: number): Promise<readonly Document[]> {
  const cursor = cursors.get(number);
  if (cursor === undefined || !(await cursor.hasNext())) return [];
  return cursor.readBufferedDocuments();
}

function sessionOf(number: number): ClientSession {
  const session = sessions.get(number);
  if (session === undefined) throw new Error('The session has ended.');
  return session;
}

async function ofSession({ method, session = 0, options }: Question): Promise<unknown> {
  const read = options === undefined ? {} : (BSON.deserialize(options).v as Document);
  switch (method) {
    case 'start': {
      last += 1;
      sessions.set(last, client.startSession(read as ClientSessionOptions));
      return last;
    }
    case 'startTransaction':
      sessionOf(session).startTransaction(read as TransactionOptions);
      return null;
    case 'commitTransaction':
      await sessionOf(session).commitTransaction();
      return null;
    case 'abortTransaction':
      await sessionOf(session).abortTransaction();
      return null;
    default:
      await sessions.get(session)?.endSession();
      return null;
  }
}
