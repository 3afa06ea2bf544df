import type { NativeCall } from '../../../code/native';
import { type Engine, isMysqlFamily } from '../../../model/engine';
import type { Expressions } from './expressions';
import { onMysql, quoteMysqlName, quoteMysqlPath, quoteMysqlTable } from './mysql/words';
import { mysqlWriters } from './mysql/writers';
import { quoteName, quotePath, quoteTable } from './names';
import { onPostgres } from './postgres-words';
import { postgresWriters } from './postgres-writers';

type Writer = (args: readonly unknown[], call: NativeCall) => readonly string[];

/** What Sequelize sends differently by engine: its dialects. */
export interface Dialect {
  /** As `getDialect` gives it. */
  readonly name: string;
  quoteName(name: unknown): string;
  quotePath(name: unknown): string;
  quoteTable(table: unknown): string;
  /** The mark of a bound value, from 1. */
  parameter(number: number): string;
  readonly expressions: Expressions;
  /** What each call of the query interface sends, and which of its arguments have to be known for that. */
  readonly writers: Readonly<Record<string, { readonly write: Writer; readonly structures?: readonly number[] }>>;
}

const postgres: Dialect = {
  name: 'postgres',
  quoteName,
  quotePath,
  quoteTable,
  parameter: (number) => `$${number}`,
  expressions: onPostgres,
  writers: postgresWriters,
};

function mysql(name: 'mysql' | 'mariadb'): Dialect {
  return {
    name,
    quoteName: quoteMysqlName,
    quotePath: quoteMysqlPath,
    quoteTable: quoteMysqlTable,
    parameter: () => '?',
    expressions: onMysql,
    writers: mysqlWriters,
  };
}

const dialects = { postgres, mysql: mysql('mysql'), mariadb: mysql('mariadb') };

export function dialectOf(engine: Engine): Dialect {
  if (!isMysqlFamily(engine)) return dialects.postgres;
  return engine.name === 'mariadb' ? dialects.mariadb : dialects.mysql;
}
