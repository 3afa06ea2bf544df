import type { Statement } from '../../model/migration';
import type { Operation } from '../../model/operation';

const committingNodes =
  /^(ANALYZE|CACHE INDEX|CHECK|FLUSH|LOAD INDEX|OPTIMIZE|REPAIR|RESET|START REPLICA|STOP REPLICA|START SLAVE|STOP SLAVE|CHANGE REPLICATION|CHANGE MASTER|INSTALL|UNINSTALL|SET PASSWORD|CREATE|ALTER|DROP|RENAME|GRANT|REVOKE|LOCK INSTANCE)\b/;

const session: ReadonlySet<Operation['kind']> = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'copy',
  'select',
  'set',
  'use',
  'do block',
  'call',
  'prepared statement',
  'transaction',
]);

/**
 * Does the statement commit the transaction that is open, and then itself? Nearly all that is not about rows or the session does (manual
 * of MySQL, "Statements That Cause an Implicit Commit"; MariaDB, "SQL statements That Cause an Implicit Commit").
 */
export function commitsImplicitly(statement: Pick<Statement, 'operations'>): boolean {
  return statement.operations.some(commits);
}

function commits(operation: Operation): boolean {
  if (session.has(operation.kind)) return false;
  switch (operation.kind) {
    case 'create table':
      return operation.persistence !== 'temporary';
    case 'drop object':
      return operation.temporary !== true;
    // It commits only where LOCK TABLES came before.
    case 'unlock tables':
      return false;
    case 'other':
      return committingNodes.test(operation.node);
    case 'table maintenance':
      return operation.action !== 'checksum';
    default:
      return true;
  }
}

/** Is it about the shape of the database, and not its rows? */
export function isDefinition(statement: Pick<Statement, 'operations'>): boolean {
  return statement.operations.some(
    (operation) => commits(operation) && !['lock table', 'analyze', 'table maintenance', 'other'].includes(operation.kind),
  );
}
