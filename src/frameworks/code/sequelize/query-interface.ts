import { type NativeCall, type NativeValue, native, nativeFunction } from '../../../code/native';
import { writtenText } from '../../../code/plain';
import { undefinedValue, unknown, type Value } from '../../../code/value';
import { isMysqlFamily } from '../../../model/engine';
import type { Connection } from './connection';
import { describedTable, existence, isKnown } from './guards';
import { argumentOf } from './library';
import { quoteName, quotePath, quoteTable, tableParts } from './names';
import * as routines from './routines';
import * as rows from './rows';
import * as statements from './statements';

type Writer = (args: readonly unknown[], call: NativeCall) => readonly string[];

/** What each call sends, and which of its arguments have to be known for that. */
const writers: Readonly<Record<string, { readonly write: Writer; readonly structures?: readonly number[] }>> = {
  createTable: { write: ([table, attributes, options]) => statements.createTable(table, attributes, options), structures: [1] },
  dropTable: { write: ([table, options]) => statements.dropTable(table, options) },
  renameTable: { write: ([before, after]) => statements.renameTable(before, after) },
  addColumn: {
    write: ([table, column, attribute], call) =>
      statements.addColumn(table, String(column), attribute).map((sql) => guarded(sql, 'ADD COLUMN', false, table, column, call)),
  },
  removeColumn: {
    write: ([table, column], call) =>
      statements.removeColumn(table, String(column)).map((sql) => guarded(sql, 'DROP COLUMN', true, table, column, call)),
  },
  changeColumn: { write: ([table, column, attribute]) => statements.changeColumn(table, String(column), attribute), structures: [2] },
  renameColumn: { write: ([table, before, after]) => statements.renameColumn(table, String(before), String(after)) },
  addIndex: { write: ([table, second, third]) => statements.addIndex(table, second, third), structures: [1] },
  removeIndex: { write: ([table, name, options]) => statements.removeIndex(table, name, options) },
  addConstraint: { write: ([table, options]) => statements.addConstraint(table, options), structures: [1] },
  removeConstraint: { write: ([table, name]) => statements.removeConstraint(table, name) },
  createSchema: { write: ([name]) => statements.createSchema(name) },
  dropSchema: { write: ([name]) => statements.dropSchema(name) },
  dropEnum: { write: ([name]) => statements.dropEnum(name) },
  bulkInsert: { write: ([table, records, options]) => rows.bulkInsert(table, records, options), structures: [1] },
  insert: { write: ([, table, values, options]) => rows.insertRow(table, values, options), structures: [2] },
  bulkUpdate: { write: ([table, values, where, options]) => rows.bulkUpdate(table, values, where, options), structures: [1, 2] },
  bulkDelete: { write: ([table, where, options]) => rows.bulkDelete(table, where, options), structures: [1] },
  createFunction: { write: routines.createFunction },
  dropFunction: { write: ([name, params]) => routines.dropFunction(name, params) },
  renameFunction: { write: ([before, params, after]) => routines.renameFunction(before, params, after) },
  createTrigger: { write: routines.createTrigger },
  dropTrigger: { write: ([table, name]) => routines.dropTrigger(table, name) },
  renameTrigger: { write: ([table, before, after]) => routines.renameTrigger(table, before, after) },
};

/** Calls that only read, and change nothing in what the rest of the migration does. */
const readers = [
  'showAllTables',
  'showIndex',
  'showConstraint',
  'getForeignKeyReferencesForTable',
  'getForeignKeysForTables',
  'showAllSchemas',
  'pgListEnums',
  'rawSelect',
  'select',
  'databaseVersion',
];

/** Calls whose statements depend on what is in the database. */
const dynamic: Readonly<Record<string, string>> = {
  dropAllTables: 'it drops every table that is there when it runs',
  dropAllSchemas: 'it drops every schema that is there when it runs',
  dropAllEnums: 'it drops every enum type that is there when it runs',
};

/**
 * What a migration gets as its first argument. umzug gives a `context`, which by custom is the query interface, or the connection: this
 * value can be asked for either.
 */
export function queryInterface(connection: Connection): NativeValue {
  const self: NativeValue = native({
    name: 'queryInterface',
    methods: { ...connection.methods(() => self), ...readMethods(), ...writeMethods(connection), ...nameMethods() },
    properties: {
      sequelize: () => sequelize,
      queryInterface: () => self,
      context: () => self,
      queryGenerator: () => generator,
      QueryGenerator: () => generator,
    },
    member: (name) => {
      const why = dynamic[name];
      if (why === undefined) return undefined;
      return nativeFunction(`queryInterface.${name}`, (call) => {
        call.machine.unread(call.place, why);
        return undefinedValue;
      });
    },
  });
  const sequelize = connection.value(() => self);
  return self;
}

function writeMethods(connection: Connection): Readonly<Record<string, (call: NativeCall) => Value>> {
  return Object.fromEntries(
    Object.entries(writers).map(([name, { write, structures = [] }]) => [
      name,
      (call: NativeCall): Value => {
        if (isMysqlFamily(connection.engine)) {
          call.machine.unread(call.place, 'this call is not read for MySQL and MariaDB');
          return unknown('result');
        }
        const missing = structures.find((position) => isUnknown(call.arg(position)));
        if (missing !== undefined) {
          call.machine.unread(call.place, `\`${call.machine.textOf(call.argPlaces[missing] ?? call.place)}\` is known only when it runs`);
          return unknown('result');
        }
        const open = call.args.findIndex((value) => hasUnknownParts(value));
        for (const sql of write(call.args.map(argumentOf), call)) connection.send(call, sql, call.args);
        if (open !== -1) {
          call.machine.unread(
            call.place,
            `part of \`${call.machine.textOf(call.argPlaces[open] ?? call.place)}\` is known only when it runs`,
          );
        }
        return unknown('result');
      },
    ]),
  );
}

function readMethods(): Readonly<Record<string, (call: NativeCall) => Value>> {
  return {
    ...Object.fromEntries(readers.map((name) => [name, (call: NativeCall): Value => unknown(name, { source: call.place })])),
    describeTable: (call) => describedTable(tableParts(argumentOf(call.arg(0))).tableName, call),
    tableExists: (call) => existence(tableParts(argumentOf(call.arg(0))).tableName, call),
  };
}

function nameMethods(): Readonly<Record<string, (call: NativeCall) => Value>> {
  return {
    quoteIdentifier: (call) => writtenText(quoteName(argumentOf(call.arg(0))), call.place),
    quoteIdentifiers: (call) => writtenText(quotePath(argumentOf(call.arg(0))), call.place),
    quoteTable: (call) => writtenText(quoteTable(argumentOf(call.arg(0))), call.place),
  };
}

/** Makes SQL and sends none. */
const generator: NativeValue = native({ name: 'queryGenerator', reachesDatabase: false, methods: nameMethods() });

/** Code that asked first says what IF [NOT] EXISTS says. */
function guarded(
  sql: string,
  words: 'ADD COLUMN' | 'DROP COLUMN',
  exists: boolean,
  table: unknown,
  column: unknown,
  call: NativeCall,
): string {
  const { tableName } = tableParts(table);
  if (!isKnown(call.machine.conditions, exists, tableName, String(column))) return sql;
  return sql.replace(` ${words} `, ` ${words} ${exists ? 'IF EXISTS' : 'IF NOT EXISTS'} `);
}

function isUnknown(value: Value): boolean {
  return value.kind === 'unknown';
}

/** Objects and lists of which only a part can be seen. */
function hasUnknownParts(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.kind === 'array') return value.open || value.items.some((item) => hasUnknownParts(item, depth + 1));
  if (value.kind !== 'object' || value.type !== undefined) return false;
  return value.open || [...value.properties.values()].some((property) => hasUnknownParts(property, depth + 1));
}
