import type { Table } from '../model/catalog';
import { type Engine, isMysqlFamily } from '../model/engine';
import * as mysql from '../parse/mysql/identifiers';
import * as postgres from '../parse/postgres/identifiers';

/** How names and values are written for an engine. */
export interface SqlWords {
  readonly quoteIdentifier: (name: string) => string;
  readonly quoteLiteral: (value: string) => string;
  /** An object with its schema, where it has one. */
  readonly sqlName: (object: { readonly schema: string; readonly name: string }) => string;
  /** The same from a catalog's key, `schema.name`; a key without a dot is a bare name. */
  readonly sqlNameOfKey: (key: string) => string;
  /** DELETE of the latest one among equal rows. `where` with its word; `key`: the primary key's columns. */
  readonly deleteOne: (table: Table, where: string, key: readonly string[]) => string;
}

interface Quoting {
  readonly quoteIdentifier: (name: string) => string;
  readonly quoteLiteral: (value: string) => string;
  readonly quoteQualified: (schema: string | undefined, name: string) => string;
}

function wordsOf({ quoteIdentifier, quoteLiteral, quoteQualified }: Quoting): Omit<SqlWords, 'deleteOne'> {
  return {
    quoteIdentifier,
    quoteLiteral,
    sqlName: ({ schema, name }) => quoteQualified(schema === '' ? undefined : schema, name),
    sqlNameOfKey: (key) => {
      const dot = key.indexOf('.');
      return dot < 0 ? quoteIdentifier(key) : quoteQualified(key.slice(0, dot), key.slice(dot + 1));
    },
  };
}

const latestFirst = (key: readonly string[], quote: (name: string) => string) => key.map((name) => `${quote(name)} DESC`).join(', ');

export const postgresWords: SqlWords = {
  ...wordsOf(postgres),
  deleteOne: (table, where, key) => {
    const latest = key.length > 0 ? latestFirst(key, postgres.quoteIdentifier) : 'ctid DESC';
    const row = table.kind === 'partitioned table' ? '(tableoid, ctid)' : 'ctid';
    const name = postgresWords.sqlName(table);
    return `DELETE FROM ${name}\n WHERE ${row} = (SELECT ${row.replaceAll(/[()]/g, '')} FROM ${name} ${where} ORDER BY ${latest} LIMIT 1)`;
  },
};

export const mysqlWords: SqlWords = {
  ...wordsOf(mysql),
  deleteOne: (table, where, key) => {
    const order = key.length > 0 ? ` ORDER BY ${latestFirst(key, mysql.quoteIdentifier)}` : '';
    return `DELETE FROM ${mysqlWords.sqlName(table)}\n ${where}${order} LIMIT 1`;
  },
};

export function sqlWordsOf(engine: Engine): SqlWords {
  return isMysqlFamily(engine) ? mysqlWords : postgresWords;
}
