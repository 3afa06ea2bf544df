import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { endsTransactions } from '../parse/postgres/nested';

/**
 * True when the server runs the statement inside a transaction block; false for those that it refuses there with 25001 (`PreventInTransactionBlock`
 * in the server's sources; the manual says so on the page of each command).
 */
export function isTransactional(statement: Pick<Statement, 'operations'>): boolean {
  return statement.operations.every((operation) => !refusedInTransaction(operation));
}

const refusedNodes = new Set(['CreateTableSpaceStmt', 'DropTableSpaceStmt', 'AlterDatabaseStmt (SET TABLESPACE)', 'DiscardStmt (ALL)']);

/** REINDEX of these works table by table, each in a transaction of its own. */
const severalTables: ReadonlySet<string> = new Set(['schema', 'database', 'system']);

/** CREATE SUBSCRIPTION makes its replication slot outside of transactions, unless it is told to make none. */
function makesSlot({ objectKind, withoutSlot }: Extract<Operation, { kind: 'create object' }>): boolean {
  return objectKind === 'subscription' && withoutSlot !== true;
}

function refusedInTransaction(operation: Operation): boolean {
  switch (operation.kind) {
    case 'create index':
      return operation.index.concurrently;
    case 'drop object':
      return operation.concurrently || operation.objectKind === 'database' || operation.objectKind === 'subscription';
    case 'create object':
      return operation.objectKind === 'database' || makesSlot(operation);
    case 'reindex':
      return operation.concurrently || severalTables.has(operation.targetKind);
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

/**
 * True when the statement may commit before it ends: a procedure, of which only the server knows the body, or a DO block that says so
 * (manual, "Transaction Management" of PL/pgSQL). What could not be read may do anything.
 */
export function commitsInside({ operations, unreadable }: Statement): boolean {
  if (unreadable !== undefined) return true;
  return operations.some((operation) => {
    if (operation.kind === 'call') return true;
    return operation.kind === 'do block' && endsTransactions(operation.body);
  });
}
