import type { Catalog, SchemaObject, Sequence, Table } from '../../../model/catalog';
import { quoteIdentifier } from '../../../parse/postgres/identifiers';
import { definedObjects } from './definitions';
import { byName, column, constraint, index, policy, present, type RelationParts, trigger } from './parts';
import type { CatalogRows, RelationRow, SequenceRow } from './rows';
import { typeObject } from './types';

/** Rows by the relation they belong to. */
function byRelation<Row extends { relation: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.relation);
    if (group) group.push(row);
    else groups.set(row.relation, [row]);
  }
  return groups;
}

/**
 * The catalog of a database from the rows of the catalog queries.
 * @param excluded `schema.table` of relations that are no part of it (bookkeeping), with all that belongs to them.
 * @param known tables and sequences, by identity, that are made already.
 */
export function assembleCatalog(
  rows: CatalogRows,
  excluded: ReadonlySet<string>,
  known: ReadonlyMap<string, Table | Sequence> = new Map(),
): Catalog {
  const parts = {
    columns: byRelation(rows.columns),
    constraints: byRelation(rows.constraints),
    indexes: byRelation(rows.indexes),
    triggers: byRelation(rows.triggers),
    policies: byRelation(rows.policies),
    disabled: new Set(rows.disabledInternalTriggers.map((row) => row.relation)),
  };
  const relations = rows.relations.filter((row) => !excluded.has(`${row.schema}.${row.name}`));
  return {
    schemas: rows.schemas.map((row) => present<SchemaObject>({ ...row })).sort(byName),
    tables: relations
      .filter((row) => 'rpf'.includes(row.kind))
      .map((row) => (known.get(row.identity) as Table | undefined) ?? table(row, parts))
      .sort(byName),
    sequences: rows.sequences
      .filter((row) => !excluded.has(row.owned_by?.table ?? ''))
      .map((row) => (known.get(row.identity) as Sequence | undefined) ?? sequence(row))
      .sort(byName),
    types: rows.types.map(typeObject).sort(byName),
    definitions: definedObjects({ ...rows, relations }, parts).sort(byName),
  };
}

const tableKinds: Record<string, Table['kind']> = { r: 'table', p: 'partitioned table', f: 'foreign table' };
const persistences: Record<string, Table['persistence']> = { p: 'permanent', u: 'unlogged', t: 'temporary' };

function table(row: RelationRow, parts: RelationParts): Table {
  const parent = row.parents[0];
  const isPartition = row.bound !== null && parent !== undefined;
  return present<Table>({
    identity: row.identity,
    schema: row.schema,
    name: row.name,
    owner: row.owner,
    comment: row.comment,
    grants: row.grants,
    kind: tableKinds[row.kind] ?? 'table',
    persistence: persistences[row.persistence] ?? 'permanent',
    columns: (parts.columns.get(row.identity) ?? []).map(column),
    constraints: (parts.constraints.get(row.identity) ?? []).map(constraint).sort(byName),
    indexes: (parts.indexes.get(row.identity) ?? []).map(index).sort(byName),
    triggers: (parts.triggers.get(row.identity) ?? []).map(trigger).sort(byName),
    policies: (parts.policies.get(row.identity) ?? []).map((policyRow) => policy(policyRow, row)).sort(byName),
    rowSecurity: row.row_security_forced ? (row.row_security ? 'forced' : 'off, forced') : row.row_security ? 'on' : 'off',
    partitionOf: isPartition ? { parent, bound: row.bound ?? '', detachPending: row.detach_pending } : null,
    partitionKey: row.partition_key,
    inherits: !isPartition && row.parents.length > 0 ? row.parents : null,
    options: row.options.length > 0 ? row.options : null,
    replicaIdentity: row.replica_identity,
    accessMethod: row.access_method,
    tablespace: row.tablespace,
    server: row.server === null ? null : `SERVER ${quoteIdentifier(row.server)} OPTIONS (${row.server_options ?? ''})`,
    foreignKeyTriggersDisabled: parts.disabled.has(row.identity) ? true : null,
  });
}

function sequence(row: SequenceRow): Sequence {
  return present<Sequence>({
    identity: row.identity,
    schema: row.schema,
    name: row.name,
    owner: row.owner,
    comment: row.comment,
    grants: row.grants,
    dataType: row.data_type,
    start: row.start,
    increment: row.increment,
    minimum: row.minimum,
    maximum: row.maximum,
    cache: row.cache,
    cycle: row.cycle,
    persistence: persistences[row.persistence] ?? 'permanent',
    ownedBy: row.owned_by,
  });
}
