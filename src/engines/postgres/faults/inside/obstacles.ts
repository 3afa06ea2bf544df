import type { Statement } from '../../../../model/migration';
import type { ObjectName, Operation } from '../../../../model/operation';
import { endsTransactions } from '../../../../parse/postgres/nested';
import type { Obstacle } from './moment';

/** What can make the server wait while it executes a statement; best first. Empty where nothing is known that could. */
export function obstaclesOf({ operations, unreadable, sent }: Statement): readonly Obstacle[] {
  if (unreadable !== undefined) return [];
  const found = [...advisoryLocks(sent), ...operations.flatMap(obstaclesOfOperation)];
  const catalogs = operations.some(changesCatalog) ? [{ kind: 'catalogs' } as const] : [];
  const gate = found.find(({ kind }) => kind === 'gate in text');
  const best = merged(found.filter(({ kind }) => kind !== 'gate in text'));
  return [
    ...best,
    ...catalogs,
    ...(gate === undefined ? [] : [gate]),
    ...(readsTables(operations) ? [{ kind: 'named tables' } as const] : []),
  ];
}

/** Calls that wait for an advisory lock, with a key that stands in the text. */
function advisoryLocks(text: string): readonly Obstacle[] {
  const calls = text.matchAll(/\bpg_advisory_(?:xact_)?lock(?:_shared)?\s*\(\s*(-?\d+(?:\s*,\s*-?\d+)?)\s*\)/gi);
  return [...calls].map(([, key = '']) => ({ kind: 'advisory lock', key }));
}

/** The relations that a statement names in its operations. */
export function relationsOf({ operations }: Statement): readonly ObjectName[] {
  return operations.flatMap(obstaclesOfOperation).flatMap((obstacle) => ('relations' in obstacle ? obstacle.relations : []));
}

/** CONCURRENTLY has its own waits; what is done to the session reads nothing. */
function readsTables(operations: readonly Operation[]): boolean {
  return operations.some(({ kind }) => kind !== 'transaction' && kind !== 'set') && !operations.some(isConcurrent);
}

function isConcurrent(operation: Operation): boolean {
  return operation.kind === 'create index' ? operation.index.concurrently : 'concurrently' in operation && operation.concurrently;
}

/** Tables of the same mode become one obstacle: whichever the statement comes to first, it waits. */
function merged(obstacles: readonly Obstacle[]): readonly Obstacle[] {
  const tables = new Map<string, Extract<Obstacle, { kind: 'table' }>>();
  const rest: Obstacle[] = [];
  for (const obstacle of obstacles) {
    if (obstacle.kind !== 'table') {
      if (obstacle.kind !== 'row' || !rest.some(({ kind }) => kind === 'row')) rest.push(obstacle);
      continue;
    }
    const other = tables.get(obstacle.mode);
    tables.set(obstacle.mode, { ...obstacle, relations: [...(other?.relations ?? []), ...obstacle.relations] });
  }
  return [...rest, ...tables.values()];
}

function obstaclesOfOperation(operation: Operation): readonly Obstacle[] {
  switch (operation.kind) {
    case 'create index':
      return operation.index.concurrently ? [{ kind: 'old snapshot' }] : definition(operation.index.table);
    case 'reindex':
      return operation.concurrently ? [{ kind: 'old snapshot' }] : definition(operation.target);
    case 'drop object':
      if (operation.concurrently) return [{ kind: 'reader', relations: operation.objects }];
      return definition(...operation.objects, ...(operation.on === undefined ? [] : [operation.on]));
    case 'detach partition':
      if (operation.concurrently) return [{ kind: 'reader', relations: [operation.table] }];
      return definition(operation.table, operation.partition);
    case 'update':
    case 'delete':
    case 'merge':
      return [{ kind: 'row' }, { kind: 'table', relations: [operation.table], mode: 'EXCLUSIVE' }, { kind: 'gate in text' }];
    case 'insert':
      return [{ kind: 'table', relations: [operation.table], mode: 'EXCLUSIVE' }, { kind: 'gate in text' }];
    case 'copy':
      return [{ kind: 'table', relations: [operation.table], mode: 'EXCLUSIVE' }];
    case 'select':
      return [
        { kind: 'table', relations: operation.tables, mode: 'ACCESS EXCLUSIVE' },
        { kind: 'body tables', functions: operation.functions.map(nameOf) },
      ];
    case 'do block':
      return [{ kind: endsTransactions(operation.body) ? 'batches' : 'body tables', body: operation.body, functions: [] }];
    case 'call':
      return [{ kind: 'batches', functions: [operation.name] }];
    case 'lock table':
      return [{ kind: 'table', relations: operation.tables, mode: 'ACCESS EXCLUSIVE' }];
    default:
      return definition(...namedRelations(operation));
  }
}

function definition(...relations: readonly ObjectName[]): readonly Obstacle[] {
  return relations.length === 0 ? [] : [{ kind: 'table', relations, mode: 'SHARE UPDATE EXCLUSIVE' }];
}

/** Relations that were there before, whose definition an operation changes or reads under a lock. */
function namedRelations(operation: Operation): readonly ObjectName[] {
  switch (operation.kind) {
    case 'create table':
      return [
        ...operation.columns.flatMap(({ references }) => (references === undefined ? [] : [references.table])),
        ...operation.constraints.flatMap((constraint) => (constraint.kind === 'foreign key' ? [constraint.target.table] : [])),
        ...(operation.partitionOf === undefined ? [] : [operation.partitionOf]),
        ...(operation.inherits ?? []),
      ];
    case 'add constraint':
      return [operation.table, ...(operation.constraint.kind === 'foreign key' ? [operation.constraint.target.table] : [])];
    case 'create object':
      return [...(operation.on === undefined ? [] : [operation.on]), ...(operation.objectKind === 'view' ? [operation.object] : [])];
    case 'rename object':
    case 'set schema':
      return [operation.object];
    case 'refresh materialized view':
      return [operation.view];
    case 'comment':
      return operation.object === undefined ? [] : [operation.object];
    case 'truncate':
    case 'vacuum':
    case 'cluster':
    case 'analyze':
      return operation.tables;
    default:
      return 'table' in operation ? [operation.table] : [];
  }
}

/** These read or write rows, or say something to the session: no catalog is written. */
const rowsOnly: ReadonlySet<Operation['kind']> = new Set([
  ...(['insert', 'update', 'delete', 'merge', 'copy', 'select', 'lock table', 'transaction', 'set', 'call', 'alter system'] as const),
]);

function changesCatalog(operation: Operation): boolean {
  if (isConcurrent(operation)) return false;
  return !rowsOnly.has(operation.kind) && !(operation.kind === 'do block' && endsTransactions(operation.body));
}

/** The name as the parser's lists of functions have it: parts with dots between. */
function nameOf(text: string): ObjectName {
  const parts = text.split('.');
  const name = parts.at(-1) ?? text;
  const schema = parts.at(-2);
  return schema === undefined ? { name } : { schema, name };
}
