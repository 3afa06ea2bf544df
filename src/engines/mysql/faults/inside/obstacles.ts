import type { Statement } from '../../../../model/migration';
import type { ObjectName, Operation } from '../../../../model/operation';
import { commitsImplicitly } from '../../../../plan/mysql/implicit-commit';

/** What another session can hold so that the server must wait while it executes a statement, from its text alone. */
export type Obstacle =
  /** A row in the middle of those that match: the rows before are written already. */
  | { readonly kind: 'middle row'; readonly table: ObjectName; readonly where?: string }
  /** All rows of a table, and the places where new ones would go. */
  | { readonly kind: 'all rows'; readonly table: ObjectName }
  /** The metadata of a table, by reading from it in an open transaction: no definition can be changed (manual, "Metadata Locking"). */
  | { readonly kind: 'metadata'; readonly table: ObjectName }
  /** A table against reading too. */
  | { readonly kind: 'table'; readonly table: ObjectName };

/**
 * Obstacles for a statement, the best first: what lets it do a part of its work comes before what stops it at once.
 * @param bodies Of the procedures that it calls.
 */
export function obstaclesOf(statement: Statement, bodies: readonly string[] = []): readonly Obstacle[] {
  const rows = [...statement.operations.flatMap(rowObstacles), ...bodies.flatMap(bodyObstacles)];
  if (rows.length > 0) return rows;
  const tables = tablesOf(statement.operations);
  // A view shares the metadata of what it reads from with every other reader.
  const isView = statement.operations.some((operation) => 'objectKind' in operation && operation.objectKind === 'view');
  if (commitsImplicitly(statement) && !isView) return tables.map((table) => ({ kind: 'metadata', table }));
  return tables.map((table) => ({ kind: 'table', table }));
}

function rowObstacles(operation: Operation): readonly Obstacle[] {
  switch (operation.kind) {
    case 'update':
    case 'delete': {
      const { table, where } = operation;
      return [
        { kind: 'middle row', table, ...(where !== undefined && { where }) },
        { kind: 'all rows', table },
      ];
    }
    case 'insert':
    case 'merge':
    case 'copy':
      return [{ kind: 'all rows', table: operation.table }];
    default:
      return [];
  }
}

const writes =
  /\b(?:(update|delete)(?:\s+(?:low_priority|quick|ignore|from))*|(?:insert|replace)(?:\s+(?:low_priority|delayed|high_priority|ignore|into))*)\s+(?:`([^`]+)`|([\w$]+))/gi;

/**
 * The rows that a body writes, verb by verb. Each statement of it commits by itself where autocommit is on: what comes before the row that is
 * held stays.
 */
function bodyObstacles(body: string): readonly Obstacle[] {
  return [...body.matchAll(writes)].flatMap(([, changes, quoted, bare]): Obstacle[] => {
    const table = { name: quoted ?? bare ?? '' };
    const all: Obstacle = { kind: 'all rows', table };
    return changes === undefined ? [all] : [{ kind: 'middle row', table }, all];
  });
}

/** Names of tables in operations; whether they exist the server is asked. */
function tablesOf(operations: readonly Operation[]): readonly ObjectName[] {
  const names = operations.flatMap((operation) => namesWithin(operation));
  return [...new Map(names.map((name) => [`${name.schema ?? ''}.${name.name}`, name])).values()];
}

/** Where operations, and what they consist of, have the names of what they are about. */
const nameKeys: ReadonlySet<string> = new Set([
  ...['table', 'tables', 'on', 'name', 'names', 'relation', 'relations', 'target', 'like', 'object', 'objects', 'uses'],
]);

function namesWithin(value: object): readonly ObjectName[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const parts: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
    return parts.flatMap((part) => {
      if (typeof part !== 'object' || part === null) return [];
      return nameKeys.has(key) && isName(part) ? [part] : namesWithin(part);
    });
  });
}

function isName(value: object): value is ObjectName {
  return 'name' in value && typeof value.name === 'string';
}
