import { type Engine, isMysqlFamily } from '../../../model/engine';
import { quoteLiteral } from '../../../parse/postgres/identifiers';
import { Column, type ColumnTable } from './columns';
import type { Conditions } from './conditions';
import { MysqlColumn } from './mysql/columns';
import { mysqlConditions } from './mysql/conditions';
import { mysqlQuerySql } from './mysql/query-sql';
import { MysqlTable } from './mysql/tables';
import { mysqlWriter } from './mysql/writer';
import { type ConditionWords, postgresConditions } from './postgres-conditions';
import { type QueryState, querySql } from './query-sql';
import { Table, type TableMethod } from './tables';
import { hasHole, outsideHoles, type Place } from './values';
import { Writer } from './writer';

/** What knex sends differently by engine: its dialects. */
export interface Dialect {
  readonly writer: Writer;
  /** As code asks for it: `knex.client.config.client`, `knex.client.dialect`, `knex.client.constructor.name`. */
  readonly client: { readonly driver: string; readonly configured: string; readonly dialect: string; readonly className: string };
  table(method: TableMethod, name: unknown, like: unknown, schema: string | undefined, place: Place): Table;
  column(table: ColumnTable, method: string, args: readonly unknown[], place: Place): Column;
  renameTable(from: unknown, to: unknown): string;
  renameView(from: unknown, to: unknown): string;
  querySql(query: QueryState, where: Conditions, having: Conditions, writer: Writer): string;
  /** Methods of the schema builder that knex refuses on this engine. */
  readonly refused: ReadonlySet<string>;
  /** What stands at the end of a query that locks rows, by the method. */
  readonly locks: Readonly<Record<string, string>>;
  readonly conditions: ConditionWords;
  /** `knex.fn.uuid()`. */
  readonly uuid: string;
  /** IF [NOT] EXISTS may stand at a column. */
  readonly hasColumnGuards: boolean;
}

const postgresWriter = new Writer({
  name(name) {
    const accessed = /^(.*?)(\[[0-9]+\])/s.exec(name);
    return `"${outsideHoles(accessed?.[1] ?? name, (part) => part.replaceAll('"', '""'))}"${accessed?.[2] ?? ''}`;
  },
  text: (text) => (hasHole(text) ? `'${outsideHoles(text, (part) => part.replaceAll("'", "''"))}'` : quoteLiteral(text)),
  date: (iso) => iso,
  list: (values, writer) => writer.quoteText(arrayText(values)),
});

/** `{a,"b c"}`, as both knex and pg write lists. */
function arrayText(values: readonly unknown[]): string {
  const items = values.map((value) => {
    if (value === undefined || value === null) return 'NULL';
    if (Array.isArray(value)) return arrayText(value);
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
    return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value));
  });
  return `{${items.join(',')}}`;
}

const postgres: Dialect = {
  writer: postgresWriter,
  client: { driver: 'pg', configured: 'postgres', dialect: 'postgresql', className: 'Client_PG' },
  table: (method, name, like, schema, place) => new Table(method, name, like, schema, place, postgres),
  column: (table, method, args, place) => new Column(table, method, args, place),
  renameTable: (from, to) => `alter table ${postgresWriter.wrap(from)} rename to ${postgresWriter.wrap(to)}`,
  renameView: (from, to) => `alter view ${postgresWriter.wrap(from)} rename to ${postgresWriter.wrap(to)}`,
  querySql,
  refused: new Set(),
  locks: { forUpdate: 'for update', forShare: 'for share', forNoKeyUpdate: 'for no key update', forKeyShare: 'for key share' },
  conditions: postgresConditions,
  uuid: '(gen_random_uuid())',
  hasColumnGuards: true,
};

function mysql(hasColumnGuards: boolean): Dialect {
  const renamed = (from: unknown, to: unknown): string => `rename table ${mysqlWriter.wrap(from)} to ${mysqlWriter.wrap(to)}`;
  const dialect: Dialect = {
    writer: mysqlWriter,
    client: { driver: 'mysql2', configured: 'mysql', dialect: 'mysql', className: 'Client_MySQL2' },
    table: (method, name, like, schema, place) => new MysqlTable(method, name, like, schema, place, dialect),
    column: (table, method, args, place) => new MysqlColumn(table, method, args, place),
    renameTable: renamed,
    renameView: renamed,
    querySql: mysqlQuerySql,
    refused: new Set(
      `createSchema createSchemaIfNotExists dropSchema dropSchemaIfExists createExtension createExtensionIfNotExists dropExtension
      dropExtensionIfExists createMaterializedView dropMaterializedView dropMaterializedViewIfExists refreshMaterializedView alterView
      view`.split(/\s+/),
    ),
    locks: { forUpdate: 'for update', forShare: 'lock in share mode' },
    conditions: mysqlConditions,
    uuid: '(UUID())',
    hasColumnGuards,
  };
  return dialect;
}

const dialects = { postgres, mysql: mysql(false), mariadb: mysql(true) };

export function dialectOf(engine: Engine): Dialect {
  if (!isMysqlFamily(engine)) return dialects.postgres;
  return engine.name === 'mariadb' ? dialects.mariadb : dialects.mysql;
}
