import type { Column, Constraint, Index, Policy, Trigger } from '../../../model/catalog';
import { quoteIdentifier, quoteQualified } from '../../../parse/postgres/identifiers';
import type { ColumnRow, ConstraintRow, IndexRow, PolicyRow, RelationRow, TriggerRow } from './rows';

/** Leaves out what is null or undefined, so that an absent thing is absent and not undefined. */
export function present<T extends object>(value: { [K in keyof T]: T[K] | null | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== undefined)) as T;
}

/** Sorts by schema and name, by code unit: the same on every machine. */
export function byName(left: { schema?: string; name: string }, right: { schema?: string; name: string }): number {
  const [a, b] = [`${left.schema ?? ''}.${left.name}`, `${right.schema ?? ''}.${right.name}`];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows of what belongs to a relation, by the relation's oid. */
export interface RelationParts {
  readonly columns: ReadonlyMap<string, ColumnRow[]>;
  readonly constraints: ReadonlyMap<string, ConstraintRow[]>;
  readonly indexes: ReadonlyMap<string, IndexRow[]>;
  readonly triggers: ReadonlyMap<string, TriggerRow[]>;
  readonly policies: ReadonlyMap<string, PolicyRow[]>;
  readonly disabled: ReadonlySet<string>;
}

export function column(row: ColumnRow): Column {
  const generated = row.generated !== '' && row.expression !== null;
  return present<Column>({
    identity: row.identity,
    name: row.name,
    type: row.type,
    notNull: row.not_null,
    default: generated ? null : row.expression,
    identityKind: row.identity_kind === 'a' ? 'always' : row.identity_kind === 'd' ? 'by default' : null,
    generated: generated ? { expression: row.expression ?? '', kind: row.generated === 'v' ? 'virtual' : 'stored' } : null,
    collation: row.collation,
    comment: row.comment,
    storage: row.storage,
    compression: row.compression,
    statisticsTarget: row.statistics_target,
    grants: row.grants.length > 0 ? row.grants : null,
    inherited: row.inherited ? true : null,
  });
}

const constraintKinds: Record<string, Constraint['kind']> = {
  p: 'primary key',
  u: 'unique',
  f: 'foreign key',
  c: 'check',
  x: 'exclude',
  n: 'not null',
};

export function constraint(row: ConstraintRow): Constraint {
  return present<Constraint>({
    identity: row.identity,
    name: row.name,
    kind: constraintKinds[row.kind] ?? 'check',
    definition: row.definition.replace(/ (NOT VALID|NOT ENFORCED)$/, ''),
    columns: row.columns,
    validated: row.validated,
    enforced: row.enforced,
    references: row.references,
    comment: row.comment,
    inherited: row.inherited ? true : null,
  });
}

export function index(row: IndexRow): Index {
  return present<Index>({
    identity: row.identity,
    name: row.name,
    definition: row.definition,
    unique: row.is_unique,
    keys: row.keys,
    valid: row.valid,
    ready: row.ready,
    live: row.live,
    constraint: row.constraint,
    comment: row.comment,
    clustered: row.clustered ? true : null,
    replicaIdentity: row.replica_identity ? true : null,
    inherited: row.inherited ? true : null,
    schema: row.own_schema,
  });
}

export function trigger(row: TriggerRow): Trigger {
  return present<Trigger>({
    identity: row.identity,
    name: row.name,
    definition: row.definition,
    enabled: row.enabled,
    comment: row.comment,
    inherited: row.inherited ? true : null,
  });
}

const policyCommands: Record<string, string> = { r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE', '*': 'ALL' };

/** There is no pg_get_policydef: the statement is put together here. */
export function policy(row: PolicyRow, relation: RelationRow): Policy {
  const definition = [
    `CREATE POLICY ${quoteIdentifier(row.name)} ON ${quoteQualified(relation.schema, relation.name)}`,
    `AS ${row.permissive ? 'PERMISSIVE' : 'RESTRICTIVE'} FOR ${policyCommands[row.command] ?? 'ALL'} TO ${row.roles.join(', ')}`,
    ...(row.using === null ? [] : [`USING (${row.using})`]),
    ...(row.with_check === null ? [] : [`WITH CHECK (${row.with_check})`]),
  ].join(' ');
  return present<Policy>({ identity: row.identity, name: row.name, definition, comment: row.comment });
}
