import type { DocumentCommand, DocumentWrite } from '../../model/document';
import type { Statement } from '../../model/migration';

/**
 * True for a command that changes several documents, each of them a commit of its own: interrupted, it leaves those that were done (manual,
 * "Atomicity and Transactions").
 */
export function writesSeveral({ effect }: DocumentCommand): boolean {
  switch (effect.kind) {
    case 'write':
      return effect.partial || effect.writes.length > 1 || effect.writes.some(mayReachSeveral);
    case 'aggregate':
      return effect.into?.stage === '$merge';
    // Collection by collection.
    case 'drop database':
      return true;
    default:
      return false;
  }
}

function mayReachSeveral(write: DocumentWrite): boolean {
  return (write.kind === 'update' || write.kind === 'delete') && write.many;
}

/** The same for a statement outside of transactions; what could not be read may do anything. */
export function keptInPart({ operations, unreadable }: Statement): boolean {
  if (unreadable !== undefined) return true;
  return operations.length > 1 || operations.some((operation) => operation.kind === 'document command' && writesSeveral(operation));
}

/** True for a command that leaves nothing in the database. */
export function isHarmless({ effect, method }: DocumentCommand): boolean {
  return effect.kind === 'read' || (effect.kind === 'aggregate' && effect.into === undefined) || harmlessMethods.has(method);
}

/** Of those without a meaning of their own. */
const harmlessMethods: ReadonlySet<string> = new Set([
  ...['ping', 'hello', 'isMaster', 'buildInfo', 'serverStatus', 'connectionStatus', 'getParameter', 'dbStats', 'collStats', 'explain'],
  ...['listCollections', 'listIndexes', 'listDatabases', 'collections', 'indexes', 'indexExists', 'indexInformation', 'stats', 'currentOp'],
  ...['print', 'printjson', 'startSession', 'endSession', 'getIndexes', 'getCollectionNames', 'getCollectionInfos', 'validate'],
]);
