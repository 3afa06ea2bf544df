/**
 * The schema of a database as values. Two sources fill it: catalog queries on a live server (`engines/postgres/snapshot`), and the
 * virtual schema (`schema/`), which replays operations. One diff and one DDL writer serve both.
 *
 * Every object has an `identity` that survives a rename: the oid (columns: attribute number) on a live server, a counter in the
 * virtual schema. It is never part of a fingerprint, and is comparable only between catalogs of one lineage: a database and its
 * clones, or one replay.
 */
export interface Catalog {
  readonly schemas: readonly SchemaObject[];
  readonly tables: readonly Table[];
  readonly sequences: readonly Sequence[];
  readonly types: readonly TypeObject[];
  /** Views, functions and whatever else is dropped and created by its definition. */
  readonly definitions: readonly DefinedObject[];
}

interface Named {
  readonly identity: string;
  readonly schema: string;
  readonly name: string;
  readonly comment?: string;
  /** Live server only. */
  readonly owner?: string;
  /** Access privileges beyond the owner's own, as `grantee=privileges/grantor`, sorted. */
  readonly grants?: readonly string[];
}

export interface SchemaObject {
  readonly identity: string;
  /** Empty for the migration's own database, where the engine's databases are its schemas. */
  readonly name: string;
  /** What new tables get where they say nothing, `name=value`, sorted: `charset=utf8mb4`. */
  readonly options?: readonly string[];
  readonly comment?: string;
  readonly owner?: string;
  readonly grants?: readonly string[];
}

export interface Table extends Named {
  readonly kind: 'table' | 'partitioned table' | 'foreign table';
  readonly persistence: 'permanent' | 'unlogged' | 'temporary';
  readonly columns: readonly Column[];
  /** Live server only: the order of the columns is part of what the table is, as an engine lets people choose it. */
  readonly columnOrder?: 'significant';
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  readonly triggers: readonly Trigger[];
  readonly policies: readonly Policy[];
  /** `off, forced`: the owner is subject to it too, once it is switched on. */
  readonly rowSecurity: 'off' | 'on' | 'forced' | 'off, forced';
  /** The bound as the server writes it: `FOR VALUES FROM (1) TO (10)`. */
  readonly partitionOf?: { readonly parent: string; readonly bound: string; readonly detachPending: boolean };
  /** `RANGE (created_at)`. */
  readonly partitionKey?: string;
  readonly inherits?: readonly string[];
  /** Storage parameters, `name=value`, sorted. */
  readonly options?: readonly string[];
  readonly replicaIdentity?: string;
  readonly accessMethod?: string;
  readonly tablespace?: string;
  /** Foreign tables: `SERVER name OPTIONS (...)`. */
  readonly server?: string;
  /** True when DISABLE TRIGGER ALL switched off the triggers that check foreign keys. */
  readonly foreignKeyTriggersDisabled?: boolean;
  /** Virtual schema only: false when the table's creation was not seen, so that columns and constraints may be missing here. */
  readonly complete?: boolean;
  /** Virtual schema only: no migration that was read creates it, so it was there before all of them. */
  readonly presumed?: boolean;
  /** MongoDB: the database in which it is, where that is another than the migration's own. Its name begins with it: `archive.events`. */
  readonly database?: string;
}

export interface Column {
  readonly identity: string;
  readonly name: string;
  /** As `format_type` writes it. */
  readonly type: string;
  readonly notNull: boolean;
  /** The default's expression. */
  readonly default?: string;
  readonly identityKind?: 'always' | 'by default';
  readonly generated?: { readonly expression: string; readonly kind: 'stored' | 'virtual' };
  /** Only when it is not the type's own. */
  readonly collation?: string;
  readonly comment?: string;
  readonly storage?: string;
  readonly compression?: string;
  readonly statisticsTarget?: number;
  readonly grants?: readonly string[];
  /** True when it comes from a parent table alone. */
  readonly inherited?: boolean;
  /** MySQL and MariaDB: the expression of ON UPDATE. */
  readonly onUpdate?: string;
  /** MySQL and MariaDB: left out of `SELECT *`. */
  readonly invisible?: boolean;
  /** MariaDB: the condition of a CHECK written beside the column, which comes and goes with it. */
  readonly check?: string;
}

export interface Constraint {
  readonly identity: string;
  readonly name: string;
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclude' | 'not null' | 'trigger';
  /** As `pg_get_constraintdef` writes it, without NOT VALID. */
  readonly definition: string;
  readonly columns: readonly string[];
  readonly validated: boolean;
  /** False only from Postgres 18 on, for NOT ENFORCED. */
  readonly enforced: boolean;
  /** For foreign keys: the table that is referenced, `schema.name`. */
  readonly references?: string;
  readonly comment?: string;
  /** True when it comes from a parent table or a partitioned one: it can't be added or dropped here. */
  readonly inherited?: boolean;
}

export interface Index {
  readonly identity: string;
  readonly name: string;
  /** As `pg_get_indexdef` writes it. */
  readonly definition: string;
  readonly unique: boolean;
  /** Column names, or expression texts, in order. */
  readonly keys: readonly string[];
  /** False for what a failed CREATE INDEX CONCURRENTLY leaves: not used by any query, though perhaps maintained. */
  readonly valid: boolean;
  readonly ready: boolean;
  readonly live: boolean;
  /** The constraint that owns it: such an index comes and goes with the constraint. */
  readonly constraint?: string;
  readonly comment?: string;
  readonly clustered?: boolean;
  readonly replicaIdentity?: boolean;
  /** True when it is a partition of an index of the partitioned table. */
  readonly inherited?: boolean;
  /** Where it is not in its table's schema: an invalid index of the table's TOAST table. */
  readonly schema?: string;
  /** Virtual schema of MySQL and MariaDB: the server made it for a foreign key, and drops it when another one serves. */
  readonly implicit?: boolean;
}

export interface Trigger {
  readonly identity: string;
  readonly name: string;
  /** As `pg_get_triggerdef` writes it. */
  readonly definition: string;
  /** `O` fires normally, `D` disabled, `R` replica, `A` always. */
  readonly enabled: string;
  readonly comment?: string;
  /** True when it comes from the partitioned table. */
  readonly inherited?: boolean;
}

export interface Policy {
  readonly identity: string;
  readonly name: string;
  /** A whole CREATE POLICY statement. */
  readonly definition: string;
  readonly comment?: string;
}

export interface Sequence extends Named {
  readonly dataType: string;
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cache: string;
  readonly cycle: boolean;
  readonly persistence: 'permanent' | 'unlogged' | 'temporary';
  /** The column it belongs to. `internal` for identity columns, whose sequence can't be dropped alone. */
  readonly ownedBy?: { readonly table: string; readonly column: string; readonly internal: boolean };
}

export interface TypeObject extends Named {
  readonly kind: 'enum' | 'composite' | 'domain' | 'range';
  /** In order; enums only. */
  readonly labels?: readonly string[];
  /** A whole CREATE TYPE or CREATE DOMAIN statement. */
  readonly definition: string;
  /** Composite types: `name type`, in order. */
  readonly attributes?: readonly string[];
  /** What ALTER DOMAIN can change. `checks` are whole clauses: `CONSTRAINT name CHECK (...)`. */
  readonly domain?: { readonly baseType: string; readonly notNull: boolean; readonly default?: string; readonly checks: readonly string[] };
}

export interface DefinedObject extends Named {
  readonly kind:
    | 'view'
    | 'materialized view'
    | 'function'
    | 'procedure'
    | 'aggregate'
    | 'rule'
    | 'extension'
    | 'event trigger'
    | 'publication'
    | 'statistics'
    /** Casts, operators, collations, default privileges and the like, by the server's own words for them. */
    | 'other';
  /** Kind `other`: what takes it away where that is not DROP and its name. Given with a `definition` that can be executed. */
  readonly removal?: string;
  /** What follows the name in DROP and COMMENT: the argument types of a function, `ON table` of a rule. */
  readonly signature?: string;
  /** A whole CREATE statement. */
  readonly definition: string;
  /** Keys of the objects it needs, so that they can be ordered: `schema.name` of relations and types, `schema.name(args)` of functions. */
  readonly dependsOn: readonly string[];
  /** Views: the output columns as `name type`, in order. Functions: the result type. What CREATE OR REPLACE can't change freely. */
  readonly columns?: readonly string[];
  /** Live server only: the columns it reads, as `table identity.column identity`. */
  readonly columnsUsed?: readonly string[];
  /** Storage parameters of a view, `name=value`, sorted. */
  readonly options?: readonly string[];
  /** Indexes of a materialized view. */
  readonly indexes?: readonly Index[];
  readonly triggers?: readonly Trigger[];
  /** Virtual schema only: something that it names was renamed, and its text could not surely be made to say so. */
  readonly isOutdated?: boolean;
  /** False for a materialized view WITH NO DATA. */
  readonly populated?: boolean;
}

export const emptyCatalog: Catalog = { schemas: [], tables: [], sequences: [], types: [], definitions: [] };

/** A build that was broken off leaves an index that no query uses. */
export function isUsable({ valid, ready, live }: Index): boolean {
  return valid && ready && live;
}

/**
 * `schema.name`, the key by which catalogs refer to relations; the name alone where there is no schema, as in MySQL for the migration's own
 * database. Not quoted: for comparing, not for SQL.
 */
export function relationKey(object: { readonly schema: string; readonly name: string }): string {
  return object.schema === '' ? object.name : `${object.schema}.${object.name}`;
}

const noKeys: readonly string[] = [];

/** Keys of the tables that a table has its columns from: the one it is a partition of, or those it inherits, in their order. */
export function parentKeys({ partitionOf, inherits }: Pick<Table, 'partitionOf' | 'inherits'>): readonly string[] {
  if (partitionOf === undefined) return inherits ?? noKeys;
  return [partitionOf.parent];
}
