import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';

/**
 * True when the server runs the statement inside a transaction block; false for those that it refuses there with 25001 (`PreventInTransactionBlock`
 * in the server's sources; the manual says so on the page of each command).
 */
export function isTransactional(statement: Pick<Statement, 'operations'>): boolean {
  return statement.operations.every((operation) => !refusedInTransaction(operation));
}

const refusedNodes = new Set(['CreateTableSpaceStmt', 'DropTableSpaceStmt', 'AlterDatabaseSetTablespaceStmt']);

function refusedInTransaction(operation: Operation): boolean {
  switch (operation.kind) {
    case 'create index':
      return operation.index.concurrently;
    case 'drop object':
      return operation.concurrently || operation.objectKind === 'database' || operation.objectKind === 'subscription';
    case 'create object':
      // CREATE SUBSCRIPTION makes its replication slot outside of transactions, which is the default.
      return operation.objectKind === 'database' || operation.objectKind === 'subscription';
    case 'reindex':
      return (
        operation.concurrently ||
        operation.targetKind === 'schema' ||
        operation.targetKind === 'database' ||
        operation.targetKind === 'system'
      );
    case 'detach partition':
      return operation.concurrently;
    case 'vacuum':
    case 'alter system':
      return true;
    case 'cluster':
      return operation.tables.length === 0;
    case 'other':
      return refusedNodes.has(operation.node);
    default:
      return false;
  }
}
