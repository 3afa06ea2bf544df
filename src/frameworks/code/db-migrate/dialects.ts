import { type Engine, isMysqlFamily } from '../../../model/engine';
import { recordOf } from '../plain-objects';
import { mysqlWriters } from './mysql';
import { insert, jsonText, valueText } from './rows';
import * as statements from './statements';

/** What a call of the driver sends for its arguments. */
export type Writer = (args: readonly unknown[], hasCallback: boolean) => readonly string[];

/** What db-migrate's drivers send differently by engine. */
export interface Dialect {
  quoted(name: string): string;
  /** The mark of a parameter, from 1; absent where `?` stays as it is. */
  readonly parameter?: (number: number) => string;
  /** The calls of the driver, and which of their arguments have to be known. */
  readonly writers: Readonly<Record<string, { readonly write: Writer; readonly structures?: readonly number[] }>>;
}

const postgres: Dialect['writers'] = {
  createTable: { write: ([table, options]) => statements.createTable(table, options), structures: [1] },
  dropTable: { write: ([table, options]) => statements.dropTable(table, options) },
  renameTable: { write: ([before, after]) => [`ALTER TABLE "${String(before)}" RENAME TO "${String(after)}"`] },
  addColumn: { write: ([table, column, spec]) => statements.addColumn(table, column, spec) },
  removeColumn: { write: ([table, column]) => [`ALTER TABLE "${String(table)}" DROP COLUMN "${String(column)}"`] },
  renameColumn: {
    write: ([table, before, after]) => [`ALTER TABLE "${String(table)}" RENAME COLUMN "${String(before)}" TO "${String(after)}"`],
  },
  changeColumn: { write: ([table, column, spec]) => statements.changeColumn(table, column, spec), structures: [2] },
  addIndex: { write: ([table, name, columns, unique]) => statements.addIndex(table, name, columns, unique), structures: [2] },
  removeIndex: { write: (args) => [`DROP INDEX "${String(args[1] ?? args[0])}"`] },
  addForeignKey: {
    write: ([table, referenced, name, mapping, rules]) => statements.addForeignKey(table, referenced, name, mapping, rules),
    structures: [3],
  },
  removeForeignKey: { write: ([table, name]) => [`ALTER TABLE "${String(table)}" DROP CONSTRAINT "${String(name)}"`] },
  // Called with a callback, the driver turns values that are no strings into JSON and quotes them; without one it writes them as they are.
  insert: {
    write: ([table, second, third], hasCallback) =>
      insert(table, second, third, { quoted: (name) => `"${name}"`, text: hasCallback ? jsonText : valueText }),
    structures: [1],
  },
  createDatabase: { write: ([name]) => [`CREATE DATABASE "${String(name)}"`] },
  dropDatabase: {
    write: ([name, options]) => [`DROP DATABASE ${recordOf(options).ifExists === true ? 'IF EXISTS ' : ''}"${String(name)}"`],
  },
  switchDatabase: { write: ([name]) => [`SET search_path TO ${String(recordOf(name).schema ?? recordOf(name).database ?? name)}`] },
};

const onPostgres: Dialect = { quoted: (name) => `"${name}"`, parameter: (number) => `$${number}`, writers: postgres };
const onMysql: Dialect = { quoted: (name) => `\`${name}\``, writers: mysqlWriters };

export function dialectOf(engine: Engine): Dialect {
  return isMysqlFamily(engine) ? onMysql : onPostgres;
}
