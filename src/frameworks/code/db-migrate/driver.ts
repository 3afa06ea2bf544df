import { callBack, isCallable } from '../../../code/callbacks';
import { type NativeCall, type NativeValue, native } from '../../../code/native';
import { plainValue, writtenText } from '../../../code/plain';
import { emitSql } from '../../../code/sql/emit';
import { textOfValue } from '../../../code/text';
import { likeliest, object, type TextValue, undefinedValue, unknown, type Value } from '../../../code/value';
import { replaceMarks } from '../replacing';
import { plainArgument } from './boxed';
import type { Dialect, Writer } from './dialects';

/** `db`: the driver that a migration gets. Every method takes a callback as its last argument, or gives a promise. */
export function driver(dialect: Dialect): NativeValue {
  const raw = (call: NativeCall): Value => {
    sendRaw(call, dialect);
    const rows = unknown('rows', { source: call.place });
    callBack(call, rows);
    return rows;
  };
  return native({
    name: 'db',
    methods: {
      runSql: raw,
      all: raw,
      ...Object.fromEntries(
        Object.entries(dialect.writers).map(([name, { write, structures = [] }]) => [name, writing(write, structures)]),
      ),
      escape: (call) => escaped(call, (text) => text.replaceAll("'", "''")),
      escapeString: (call) => escaped(call, (text) => `'${text.replaceAll("'", "''")}'`),
      escapeDDL: (call) => escaped(call, dialect.quoted),
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

/** `?` becomes the engine's own mark only where values are given. */
function sendRaw(call: NativeCall, dialect: Dialect): void {
  const given = call.arg(0);
  const sql = (given.kind === 'native' ? given.text?.() : undefined) ?? given;
  const text = textOfValue(likeliest(sql));
  const second = call.args[1];
  if (text === undefined || second === undefined || isCallable(second)) emitSql(call, sql);
  else emitSql(call, withParameters(text, call, dialect));
}

function withParameters(text: TextValue, call: NativeCall, { parameter }: Dialect): TextValue {
  let count = 0;
  return replaceMarks(text, /\?/g, () => {
    count++;
    return parameter === undefined ? undefined : writtenText(parameter(count), call.place);
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
