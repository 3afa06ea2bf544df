/**
 * Types as Liquibase writes them for PostgreSQL (its classes in `liquibase.datatype.core`): a changelog says `datetime`, `clob` or
 * `java.sql.Types.VARCHAR(20)` for all databases. What it does not know goes to the server as it stands.
 */
const types: Readonly<Record<string, string>> = {
  int: 'INTEGER',
  integer: 'INTEGER',
  int4: 'INTEGER',
  bigint: 'BIGINT',
  int8: 'BIGINT',
  smallint: 'SMALLINT',
  int2: 'SMALLINT',
  tinyint: 'SMALLINT',
  boolean: 'BOOLEAN',
  bool: 'BOOLEAN',
  double: 'DOUBLE PRECISION',
  currency: 'DECIMAL',
  number: 'numeric',
  nvarchar: 'VARCHAR',
  nvarchar2: 'VARCHAR',
  varchar2: 'VARCHAR',
  nchar: 'CHAR',
  clob: 'TEXT',
  nclob: 'TEXT',
  longvarchar: 'TEXT',
  longnvarchar: 'TEXT',
  longtext: 'TEXT',
  mediumtext: 'TEXT',
  tinytext: 'TEXT',
  blob: 'OID',
  longblob: 'BYTEA',
  varbinary: 'BYTEA',
  longvarbinary: 'BYTEA',
  binary: 'BYTEA',
  datetime: 'TIMESTAMP WITHOUT TIME ZONE',
  timestamp: 'TIMESTAMP WITHOUT TIME ZONE',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  time: 'time WITHOUT TIME ZONE',
};

/** Of these, what is in brackets behind the name is left out. */
const withoutLength = new Set(['TEXT', 'OID', 'BYTEA', 'INTEGER', 'BIGINT', 'SMALLINT', 'BOOLEAN', 'DOUBLE PRECISION']);

export interface WrittenType {
  readonly text: string;
  /** It numbers its rows, as `autoIncrement` says it, too. */
  readonly isSerial: boolean;
}

export function postgresType(type: string): WrittenType {
  const bare = type.trim().replace(/^java\.sql\.Types\./i, '');
  const serial = /^(big|small)?serial$/i.exec(bare);
  if (serial !== null) return { text: { big: 'BIGINT', small: 'SMALLINT' }[serial[1]?.toLowerCase() ?? ''] ?? 'INTEGER', isSerial: true };
  const [, name = '', length = '', rest = ''] = /^(\w+)\s*(\([^)]*\))?(.*)$/s.exec(bare) ?? [];
  const known = rest.trim() === '' ? types[name.toLowerCase()] : undefined;
  if (known === undefined) return { text: bare, isSerial: false };
  if (length === '' || withoutLength.has(known)) return { text: known, isSerial: false };
  // The precision of a moment stands behind its first word.
  return { text: known.replace(/^\w+/, (first) => `${first}${length}`), isSerial: false };
}
