import type { Document } from 'bson';
import type { WireRequest } from '../../../wire/mongodb/handlers';
import type { RequestReader } from '../../command/recording';
import type { MongodbWire } from '../execution/types';
import { shellText } from '../shell/text';

/** Numbers of sessions begin behind those of connections: a transaction is its session's, whichever connections of a pool it uses. */
const firstSession = 1_000_000;

/** How MongoDB's requests are written down: each as the mongosh text that does the same. */
export const mongodbReader: RequestReader<MongodbWire> = {
  asked(request) {
    const { connection, inTransaction, transactionSession } = request;
    const text = textOf(request);
    return {
      connection: transactionSession === undefined ? connection.number : firstSession + transactionSession,
      protocol: 'command',
      texts: [text],
      sent: [text],
      inTransaction,
    };
  },
  answered({ name, inTransaction }, { results, error }) {
    const tag = tags[name] ?? name.toUpperCase();
    // A command that fails aborts its transaction.
    const isOpen = inTransaction && error === undefined && tags[name] === undefined;
    return { tags: results.map(() => tag), status: isOpen ? 'T' : 'I' };
  },
  connectionOf: ({ connection }) => connection,
};

/** Asked for more than once, and a write of many documents has a long one. */
const written = new WeakMap<WireRequest, string>();

function textOf(request: WireRequest): string {
  const known = written.get(request);
  if (known !== undefined) return known;
  const { database, databases } = request.connection.shared;
  const own = databases.toClient(database) ?? database;
  const text = shellText(withoutOwnDatabase(request.command, own), own);
  written.set(request, text);
  return text;
}

const tags: Readonly<Record<string, string>> = { commitTransaction: 'COMMIT', abortTransaction: 'ROLLBACK' };

/** Each run has a database of its own, so a stage must not name it: `$out: { db, coll }` writes beside what is read where it names none. */
function withoutOwnDatabase(command: Document, own: string): Document {
  const { pipeline } = command;
  if (command.aggregate === undefined || !Array.isArray(pipeline)) return command;
  const bare = (target: unknown): unknown => (isDocument(target) && target.db === own ? target.coll : target);
  const stages = pipeline.map((stage: Document) => {
    if (stage.$out !== undefined) return { ...stage, $out: bare(stage.$out) };
    return isDocument(stage.$merge) ? { ...stage, $merge: { ...stage.$merge, into: bare(stage.$merge.into) } } : stage;
  });
  return { ...command, pipeline: stages };
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
