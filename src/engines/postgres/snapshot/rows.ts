/** The rows that the queries of `queries.ts` give, as the `pg` driver reads them. */

type Nullable = string | null;

interface NamedRow {
  identity: string;
  schema: string;
  name: string;
  owner: string;
  comment: Nullable;
  grants: string[];
}

export interface RelationRow extends NamedRow {
  kind: string;
  persistence: string;
  row_security: boolean;
  row_security_forced: boolean;
  replica_identity: Nullable;
  access_method: Nullable;
  tablespace: Nullable;
  options: string[];
  partition_key: Nullable;
  bound: Nullable;
  parents: string[];
  detach_pending: boolean;
  view_definition: Nullable;
  populated: boolean;
  server: Nullable;
  server_options: Nullable;
}

export interface ColumnRow {
  relation: string;
  identity: string;
  name: string;
  type: string;
  not_null: boolean;
  expression: Nullable;
  generated: string;
  identity_kind: string;
  collation: Nullable;
  storage: Nullable;
  compression: Nullable;
  statistics_target: number | null;
  comment: Nullable;
  inherited: boolean;
  numeric: boolean;
  grants: string[];
}

export interface ConstraintRow {
  identity: string;
  relation: string;
  name: string;
  kind: string;
  definition: string;
  validated: boolean;
  enforced: boolean;
  columns: string[];
  references: Nullable;
  comment: Nullable;
  inherited: boolean;
}

export interface IndexRow {
  identity: string;
  relation: string;
  name: string;
  definition: string;
  is_unique: boolean;
  valid: boolean;
  ready: boolean;
  live: boolean;
  clustered: boolean;
  replica_identity: boolean;
  keys: string[];
  constraint: Nullable;
  comment: Nullable;
  inherited: boolean;
  own_schema: Nullable;
}

export interface TriggerRow {
  identity: string;
  relation: string;
  name: string;
  definition: string;
  enabled: string;
  comment: Nullable;
  inherited: boolean;
}

export interface PolicyRow {
  identity: string;
  relation: string;
  name: string;
  permissive: boolean;
  command: string;
  roles: string[];
  using: Nullable;
  with_check: Nullable;
  comment: Nullable;
}

export interface SequenceRow extends NamedRow {
  persistence: string;
  data_type: string;
  start: string;
  increment: string;
  minimum: string;
  maximum: string;
  cache: string;
  cycle: boolean;
  owned_by: { table: string; column: string; internal: boolean } | null;
  used_by: { table: string; column: string } | null;
}

export interface TypeRow extends NamedRow {
  kind: string;
  labels: string[];
  attributes: string[];
  base_type: string;
  not_null: boolean;
  default: Nullable;
  collation: Nullable;
  checks: string[];
  range: Nullable;
}

export interface FunctionRow extends NamedRow {
  kind: string;
  arguments: string;
  result: Nullable;
  definition: string;
}

interface RuleRow {
  identity: string;
  schema: string;
  table: string;
  name: string;
  definition: string;
  comment: Nullable;
}

interface ExtensionRow {
  identity: string;
  schema: string;
  name: string;
  version: string;
  comment: Nullable;
}

export interface EventTriggerRow {
  identity: string;
  name: string;
  event: string;
  function: string;
  enabled: string;
  tags: string[] | null;
  comment: Nullable;
}

export interface PublicationRow {
  identity: string;
  name: string;
  all_tables: boolean;
  operations: string[];
  via_root: boolean;
  tables: string[];
  schemas: string[];
}

interface StatisticsRow {
  identity: string;
  schema: string;
  name: string;
  definition: string;
  comment: Nullable;
}

export interface OtherObjectRow {
  identity: string;
  type: string;
  name: string;
  detail: string;
  needs: string[];
}

export interface CatalogRows {
  schemas: Omit<NamedRow, 'schema'>[];
  relations: RelationRow[];
  columns: ColumnRow[];
  constraints: ConstraintRow[];
  indexes: IndexRow[];
  triggers: TriggerRow[];
  disabledInternalTriggers: { relation: string }[];
  policies: PolicyRow[];
  sequences: SequenceRow[];
  types: TypeRow[];
  functions: FunctionRow[];
  rules: RuleRow[];
  extensions: ExtensionRow[];
  eventTriggers: EventTriggerRow[];
  publications: PublicationRow[];
  statistics: StatisticsRow[];
  otherObjects: OtherObjectRow[];
  subscriptions: OtherObjectRow[];
  databaseObjects: { identity: string; name: string; definition: string; removal: string }[];
  defaultPrivileges: { identity: string; name: string; definition: string; removal: string }[];
  dependencies: { dependent: string; key: string | null; used: string | null }[];
  preparedTransactions: { gid: string }[];
}
