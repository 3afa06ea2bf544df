import type { ObjectName, Operation, OperationKind, OtherEngineOperationKind } from '../model/operation';
import type { PostgresLockMode } from '../model/plan';
import { findIndex } from '../schema/lookup';
import { catalogOnly, type Fact, fact, rowsWritten } from './fact';
import { addColumnFact } from './facts-column';
import { addConstraintFact, attachPartitionFact, setNotNullFact, validateConstraintFact } from './facts-constraint';
import { alterColumnFact, alterTableFact } from './facts-detail';
import { otherFact } from './facts-other';
import { isNew, label, type Situation, tableOf } from './situation';
import { typeChangeFact } from './type-change';

/** The operation of a kind, also where several kinds share a shape. */
type OperationOf<K extends OperationKind> = Operation extends infer O
  ? O extends { readonly kind: infer Kinds }
    ? K extends Kinds
      ? O
      : never
    : never
  : never;

type FactOf<K extends OperationKind> = (operation: OperationOf<K>, situation: Situation) => Fact;

/**
 * Locks and costs on PostgreSQL 12 to 18, in one place. Sources: the manual's "Explicit Locking" (13.3), the pages of the commands (ALTER
 * TABLE: "Description" for locks, "Notes" for rewrites and scans; CREATE INDEX: "Building Indexes Concurrently"). `test/engines/plan` runs
 * them on the server.
 */
const facts: { readonly [K in Exclude<OperationKind, OtherEngineOperationKind>]: FactOf<K> } = {
  'create table': createTable,
  'add column': addColumnFact,
  'drop column': ({ table, column }) =>
    fact('metadata', `The column is only marked as dropped; the values of ${column} stay on disk until the rows are written again`, [
      table,
      'ACCESS EXCLUSIVE',
    ]),
  'alter column type': typeChangeFact,
  'set default': ({ table }) => fact('metadata', 'Existing rows keep their values', [table, 'ACCESS EXCLUSIVE']),
  'drop default': ({ table }) => fact('metadata', 'Existing rows keep their values', [table, 'ACCESS EXCLUSIVE']),
  'set not null': setNotNullFact,
  'drop not null': ({ table }) => fact('metadata', catalogOnly, [table, 'ACCESS EXCLUSIVE']),
  'alter column': alterColumnFact,
  'add constraint': addConstraintFact,
  'validate constraint': validateConstraintFact,
  'drop constraint': dropConstraint,
  'rename constraint': ({ table }) => fact('metadata', catalogOnly, [table, 'ACCESS EXCLUSIVE']),
  'attach partition': attachPartitionFact,
  'detach partition': detachPartition,
  'alter table': alterTableFact,
  'rename column': ({ table }) => fact('metadata', 'Code that uses the old name breaks at once', [table, 'ACCESS EXCLUSIVE']),
  'rename object': renameObject,
  'set schema': ({ objectKind, object }) =>
    isRelation(objectKind) ? fact('metadata', catalogOnly, [object, 'ACCESS EXCLUSIVE']) : fact('metadata', catalogOnly),
  'create index': createIndex,
  reindex: reindex,
  'refresh materialized view': ({ view, concurrently }) =>
    concurrently
      ? fact('data', 'CONCURRENTLY runs the query, compares, and changes only the rows that differ; reads go on', [view, 'EXCLUSIVE'])
      : fact('rewrite', 'The view is filled anew from its query, and nobody can read it meanwhile', [view, 'ACCESS EXCLUSIVE']),
  'create object': createObject,
  'drop object': dropObject,
  'add enum value': () => fact('metadata', 'One row is added to the catalog; no table is locked'),
  'rename enum value': () => fact('metadata', catalogOnly),
  insert: ({ table }) => fact('data', rowsWritten, [table, 'ROW EXCLUSIVE']),
  update: ({ table, hasWhere }) =>
    fact('data', hasWhere ? 'It writes every row that matches again' : 'It writes every row of the table again', [table, 'ROW EXCLUSIVE']),
  delete: ({ table, hasWhere }) =>
    fact('data', hasWhere ? 'It removes rows' : 'It removes every row of the table', [table, 'ROW EXCLUSIVE']),
  merge: ({ table }) => fact('data', rowsWritten, [table, 'ROW EXCLUSIVE']),
  copy: ({ table }) => fact('data', rowsWritten, [table, 'ROW EXCLUSIVE']),
  truncate: ({ tables }) =>
    fact(
      'metadata',
      'The files are exchanged for empty ones, whatever the size',
      ...tables.map((table) => [table, 'ACCESS EXCLUSIVE'] as const),
    ),
  select: ({ tables }) => fact('none', 'It only reads', ...tables.map((table) => [table, 'ACCESS SHARE'] as const)),
  'lock table': ({ tables, mode }) => ({
    cost: 'none',
    because: 'It takes the lock and holds it to the end of the transaction',
    locks: tables.map((name) => ({ relation: label(name), name, mode })),
  }),
  transaction: () => fact('none', 'It controls the transaction'),
  set: () => fact('none', 'It changes a setting of the session'),
  'do block': () => fact('unknown', 'What a DO block locks and costs depends on its body'),
  call: () => fact('unknown', 'What a procedure locks and costs depends on its body'),
  comment: ({ objectKind, object }) =>
    object !== undefined && (objectKind === 'table' || objectKind === 'column')
      ? fact('metadata', catalogOnly, [object, 'SHARE UPDATE EXCLUSIVE'])
      : fact('metadata', catalogOnly),
  grant: () => fact('metadata', catalogOnly),
  revoke: () => fact('metadata', catalogOnly),
  vacuum: ({ full, tables }) =>
    full
      ? fact('rewrite', 'VACUUM FULL writes the whole table again', ...tables.map((table) => [table, 'ACCESS EXCLUSIVE'] as const))
      : fact(
          'scan',
          'VACUUM reads the pages that changed, beside normal work',
          ...tables.map((table) => [table, 'SHARE UPDATE EXCLUSIVE'] as const),
        ),
  cluster: ({ tables }) =>
    fact(
      'rewrite',
      'CLUSTER writes the whole table again, in the order of the index',
      ...tables.map((table) => [table, 'ACCESS EXCLUSIVE'] as const),
    ),
  analyze: ({ tables }) =>
    fact(
      'scan',
      'ANALYZE reads a sample of the rows, beside normal work',
      ...tables.map((table) => [table, 'SHARE UPDATE EXCLUSIVE'] as const),
    ),
  'alter system': () => fact('metadata', 'It changes the configuration file of the server'),
  other: otherFact,
};

/** What an operation locks and costs when it runs in this situation. */
export function operationFact<O extends Operation>(operation: O, situation: Situation): Fact {
  // The key decides the type of the operation; the compiler can't follow that through an index.
  const known = facts as Readonly<Partial<Record<OperationKind, unknown>>>;
  const find = (known[operation.kind] ?? otherEngines) as (operation: O, situation: Situation) => Fact;
  return find(operation, situation);
}

function otherEngines({ kind }: Operation): Fact {
  return fact('unknown', `PostgreSQL has no such statement (${kind})`);
}

function isRelation(kind: string): boolean {
  return ['table', 'view', 'materialized view', 'foreign table', 'sequence', 'index'].includes(kind);
}

function createTable(operation: Extract<Operation, { kind: 'create table' }>): Fact {
  const { table, columns, constraints, partitionOf, inherits = [], asQuery } = operation;
  const referenced = [
    ...columns.flatMap((column) => (column.references === undefined ? [] : [column.references.table])),
    ...constraints.flatMap((constraint) => (constraint.kind === 'foreign key' ? [constraint.target.table] : [])),
  ].filter((target) => label(target) !== label(table));
  const locks: (readonly [ObjectName, PostgresLockMode])[] = [
    ...referenced.map((target) => [target, 'SHARE ROW EXCLUSIVE'] as const),
    ...(partitionOf === undefined ? [] : [[partitionOf, 'ACCESS EXCLUSIVE'] as const]),
    ...inherits.map((parent) => [parent, 'SHARE UPDATE EXCLUSIVE'] as const),
  ];
  if (asQuery) return fact('data', 'It writes the rows of its query into a new table', ...locks);
  return fact('metadata', 'A new table is empty, and nobody waits for it', ...locks);
}

function detachPartition(operation: OperationOf<'detach partition'>, { version }: Situation): Fact {
  const { table, partition, concurrently, finalize } = operation;
  if (concurrently || finalize) {
    const because = 'CONCURRENTLY works in two transactions and waits for others in between';
    return fact('metadata', because, [table, 'SHARE UPDATE EXCLUSIVE'], [partition, 'ACCESS EXCLUSIVE']);
  }
  // The partition's own lock was weaker before 14.
  return fact(
    'metadata',
    catalogOnly,
    [table, 'ACCESS EXCLUSIVE'],
    [partition, version < 14 ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'],
  );
}

function dropConstraint({ table, constraint }: Extract<Operation, { kind: 'drop constraint' }>, situation: Situation): Fact {
  const known = tableOf(situation, table)?.constraints.find((candidate) => candidate.name === constraint);
  const [schema, name] = known?.references?.split('.') ?? [];
  const referenced =
    schema === undefined || name === undefined ? [] : [[schema === 'public' ? { name } : { schema, name }, 'ACCESS EXCLUSIVE'] as const];
  return fact('metadata', catalogOnly, [table, 'ACCESS EXCLUSIVE'], ...referenced);
}

function renameObject({ objectKind, object }: Extract<Operation, { kind: 'rename object' }>): Fact {
  // ALTER INDEX RENAME takes the weaker lock since 12 (release notes of 12, E.24.3.3).
  if (objectKind === 'index') return fact('metadata', catalogOnly, [object, 'SHARE UPDATE EXCLUSIVE']);
  const because = 'Code that uses the old name breaks at once';
  return isRelation(objectKind) ? fact('metadata', because, [object, 'ACCESS EXCLUSIVE']) : fact('metadata', because);
}

function createIndex({ index, ifNotExists }: Extract<Operation, { kind: 'create index' }>, situation: Situation): Fact {
  const mode = index.concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'SHARE';
  if (isNew(situation, index.table))
    return fact('metadata', `${label(index.table)} is made in this migration, so there is little to index`, [index.table, mode]);
  // The lock comes first, the name after it (`DefineIndex` of indexcmds.c).
  if (ifNotExists && isIndexThere(situation, index))
    return fact('metadata', `${index.name} is there already: IF NOT EXISTS builds nothing`, [index.table, mode]);
  if (index.only && tableOf(situation, index.table)?.kind === 'partitioned table') {
    return fact('metadata', 'ONLY: the index of a partitioned table is empty until indexes of its partitions are attached', [
      index.table,
      mode,
    ]);
  }
  return index.concurrently
    ? fact('build', 'CONCURRENTLY reads the table twice and waits for other transactions, while reads and writes go on', [
        index.table,
        mode,
      ])
    : fact('build', 'The whole table is read, and nobody can write to it meanwhile', [index.table, mode]);
}

function isIndexThere(situation: Situation, { name, table }: Extract<Operation, { kind: 'create index' }>['index']): boolean {
  const schema = tableOf(situation, table)?.schema;
  return name !== undefined && schema !== undefined && findIndex(situation.catalog, { schema, name }) !== undefined;
}

/**
 * REINDEX (manual, "REINDEX", notes): without CONCURRENTLY writes wait for the table's lock, and nearly all queries for that of an index,
 * as the planner opens every index of a table.
 */
function reindex({ target, targetKind, concurrently }: Extract<Operation, { kind: 'reindex' }>, situation: Situation): Fact {
  const because = concurrently
    ? 'The indexes are built anew, while reads and writes go on'
    : 'The indexes are built anew: nobody can write meanwhile, and queries wait as well, since the planner opens every index';
  const [tableMode, indexMode] = concurrently
    ? (['SHARE UPDATE EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE'] as const)
    : (['SHARE', 'ACCESS EXCLUSIVE'] as const);
  if (targetKind === 'table') {
    const indexes = concurrently ? [] : (tableOf(situation, target)?.indexes ?? []);
    const named = indexes.map(({ name }) => [{ ...target, name }, indexMode] as const);
    return fact('build', because, [target, tableMode], ...named);
  }
  if (targetKind !== 'index') return fact('build', because);
  const owner = findIndex(situation.catalog, target)?.owner;
  const table = owner === undefined ? [] : [[ownName(owner), tableMode] as const];
  return fact('build', because, [target, indexMode], ...table);
}

function ownName({ schema, name }: { readonly schema: string; readonly name: string }): ObjectName {
  return schema === 'public' ? { name } : { schema, name };
}

function createObject({ objectKind, object, on, orReplace }: Extract<Operation, { kind: 'create object' }>): Fact {
  switch (objectKind) {
    case 'trigger':
      return fact('metadata', catalogOnly, ...(on === undefined ? [] : [[on, 'SHARE ROW EXCLUSIVE'] as const]));
    case 'policy':
    case 'rule':
      return fact('metadata', catalogOnly, ...(on === undefined ? [] : [[on, 'ACCESS EXCLUSIVE'] as const]));
    case 'view':
      return fact('metadata', catalogOnly, ...(orReplace ? [[object, 'ACCESS EXCLUSIVE'] as const] : []));
    case 'materialized view':
      return fact('data', 'It writes the rows of its query into a new relation');
    default:
      return fact('metadata', catalogOnly);
  }
}

function dropObject(operation: Extract<Operation, { kind: 'drop object' }>, situation: Situation): Fact {
  const { objectKind, objects, concurrently, on } = operation;
  if (objectKind === 'index') {
    const mode = concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
    const owners = objects.flatMap((object) => findIndex(situation.catalog, object)?.owner ?? []).map(ownName);
    const because = concurrently ? 'CONCURRENTLY waits for other transactions, while reads and writes go on' : catalogOnly;
    return fact('metadata', because, ...[...owners, ...objects].map((relation) => [relation, mode] as const));
  }
  if (on !== undefined) return fact('metadata', catalogOnly, [on, 'ACCESS EXCLUSIVE']);
  if (!isRelation(objectKind)) return fact('metadata', catalogOnly);
  const referenced = objects
    .flatMap((object) => tableOf(situation, object)?.constraints ?? [])
    .flatMap(({ references }) => (references === undefined ? [] : [references.split('.')]))
    .flatMap(([schema, name]) => (schema === undefined || name === undefined ? [] : [ownName({ schema, name })]));
  return fact(
    'metadata',
    'The files are removed, whatever the size',
    ...[...objects, ...referenced].map((relation) => [relation, 'ACCESS EXCLUSIVE'] as const),
  );
}
