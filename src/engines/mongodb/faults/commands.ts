import type { WireRequest } from '../../../wire/mongodb/handlers';
import { encoded, type RawCommand } from '../../../wire/mongodb/messages';
import { documentOf, fieldsOf } from '../../../wire/mongodb/raw';

/** What ties a command to its session, and to its transaction where it has one. */
const tiesOfTransaction: ReadonlySet<string> = new Set([
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  '$clusterTime',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
]);
const tiesOfSession: ReadonlySet<string> = new Set(['lsid', '$clusterTime']);

/**
 * Another command in this one's place: in the same session, and in the same transaction, which a command that fails aborts as any other does.
 * A number for retrying belongs to writes alone, and stays away.
 */
export function inPlaceOf(request: WireRequest, document: Record<string, unknown>): RawCommand {
  const kept = request.inTransaction ? tiesOfTransaction : tiesOfSession;
  const ties = fieldsOf(request.raw.body).filter(({ name }) => kept.has(name));
  const own = fieldsOf(encoded({ ...document, $db: document.$db ?? request.connection.shared.database }).body);
  return { body: documentOf([...own, ...ties]), sequences: [] };
}

/**
 * A command that the server refuses with BadValue (2): a query whose operator does not exist. It is refused when the server carries it out and
 * not when it reads it, so that a transaction has begun by then and is aborted.
 */
export function refused(request: WireRequest): RawCommand {
  return inPlaceOf(request, { find: 'faultline', filter: { '$faultline: command refused on purpose': 1 }, limit: 1 });
}
