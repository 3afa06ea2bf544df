import { callBack, isCallable } from '../../../code/callbacks';
import { type NativeCall, type NativeValue, native } from '../../../code/native';
import { plainValue, writtenText } from '../../../code/plain';
import { emitSql } from '../../../code/sql/emit';
import { textOfValue } from '../../../code/text';
import { likeliest, object, type TextValue, undefinedValue, unknown, type Value } from '../../../code/value';
import { recordOf } from '../plain-objects';
import { replaceMarks } from '../replacing';
import { plainArgument } from './boxed';
import * as statements from './statements';

type Writer = (args: readonly unknown[], hasCallback: boolean) => readonly string[];

const writers: Readonly<Record<string, { readonly write: Writer; readonly structures?: readonly number[] }>> = {
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
  insert: { write: ([table, second, third], hasCallback) => statements.insert(table, second, third, hasCallback), structures: [1] },
  createDatabase: { write: ([name]) => [`CREATE DATABASE "${String(name)}"`] },
  dropDatabase: {
    write: ([name, options]) => [`DROP DATABASE ${recordOf(options).ifExists === true ? 'IF EXISTS ' : ''}"${String(name)}"`],
  },
  switchDatabase: { write: ([name]) => [`SET search_path TO ${String(recordOf(name).schema ?? recordOf(name).database ?? name)}`] },
};

/** `db`: the driver that a migration gets. Every method takes a callback as its last argument, or gives a promise. */
export function driver(): NativeValue {
  const raw = (call: NativeCall): Value => {
    sendRaw(call);
    const rows = unknown('rows', { source: call.place });
    callBack(call, rows);
    return rows;
  };
  return native({
    name: 'db',
    methods: {
      runSql: raw,
      all: raw,
      ...Object.fromEntries(Object.entries(writers).map(([name, { write, structures = [] }]) => [name, writing(write, structures)])),
      escape: (call) => escaped(call, (text) => text.replaceAll("'", "''")),
      escapeString: (call) => escaped(call, (text) => `'${text.replaceAll("'", "''")}'`),
      escapeDDL: (call) => escaped(call, (text) => `"${text}"`),
    },
  });
}

function writing(write: Writer, structures: readonly number[]): (call: NativeCall) => Value {
  return (call) => {
    const hasCallback = isCallable(call.args.at(-1));
    const args = hasCallback ? call.args.slice(0, -1) : call.args;
    const missing = structures.find((position) => args[position]?.kind === 'unknown');
    if (missing === undefined) for (const sql of write(args.map(plainArgument), hasCallback)) emitSql(call, sql);
    else call.machine.unread(call.place, `\`${call.machine.textOf(call.argPlaces[missing] ?? call.place)}\` is known only when it runs`);
    callBack(call, unknown('result'));
    return undefinedValue;
  };
}

/** `?` becomes `$1` only where values are given. */
function sendRaw(call: NativeCall): void {
  const given = call.arg(0);
  const sql = (given.kind === 'native' ? given.text?.() : undefined) ?? given;
  const text = textOfValue(likeliest(sql));
  const second = call.args[1];
  if (text === undefined || second === undefined || isCallable(second)) emitSql(call, sql);
  else emitSql(call, numbered(text, call));
}

function numbered(text: TextValue, call: NativeCall): TextValue {
  let count = 0;
  return replaceMarks(text, /\?/g, () => {
    count++;
    return writtenText(`$${count}`, call.place);
  });
}

function escaped(call: NativeCall, change: (text: string) => string): Value {
  return writtenText(change(String(plainValue(call.arg(0)))), call.place);
}

const nowhere = { path: '', span: { start: 0, end: 0 } };

/** The names of `db-migrate-shared/data_type.js`. */
const dataTypes: Readonly<Record<string, string>> = {
  CHAR: 'char',
  STRING: 'string',
  TEXT: 'text',
  SMALLINT: 'smallint',
  BIGINT: 'bigint',
  INTEGER: 'int',
  SMALL_INTEGER: 'smallint',
  BIG_INTEGER: 'bigint',
  REAL: 'real',
  DATE: 'date',
  DATE_TIME: 'datetime',
  TIME: 'time',
  BLOB: 'blob',
  TIMESTAMP: 'timestamp',
  BINARY: 'binary',
  BOOLEAN: 'boolean',
  DECIMAL: 'decimal',
};

/** The package itself, which older migrations import: its data types. */
export function dbMigratePackage(): Value {
  const dataType = object(Object.fromEntries(Object.entries(dataTypes).map(([name, type]) => [name, writtenText(type, nowhere)])));
  return object({ dataType }, true);
}

/** What `setup` gets: the package, and bluebird's Promise. */
export function setupOptions(promise: Value): Value {
  return object({ dbmigrate: dbMigratePackage(), Promise: promise, ignoreOnInit: { kind: 'primitive', value: false } }, true);
}
