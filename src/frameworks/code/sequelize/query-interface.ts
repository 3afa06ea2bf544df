import { type NativeCall, type NativeValue, native, nativeFunction } from '../../../code/native';
import { writtenText } from '../../../code/plain';
import { undefinedValue, unknown, type Value } from '../../../code/value';
import type { Connection } from './connection';
import type { Dialect } from './dialects';
import { describedTable, existence } from './guards';
import { argumentOf } from './library';
import { tableParts } from './names';

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
    methods: { ...connection.methods(() => self), ...readMethods(), ...writeMethods(connection), ...nameMethods(connection.dialect) },
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
  // Makes SQL and sends none.
  const generator = native({ name: 'queryGenerator', reachesDatabase: false, methods: nameMethods(connection.dialect) });
  const sequelize = connection.value(() => self);
  return self;
}

function writeMethods(connection: Connection): Readonly<Record<string, (call: NativeCall) => Value>> {
  return Object.fromEntries(
    Object.entries(connection.dialect.writers).map(([name, { write, structures = [] }]) => [
      name,
      (call: NativeCall): Value => {
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

function nameMethods(dialect: Dialect): Readonly<Record<string, (call: NativeCall) => Value>> {
  return {
    quoteIdentifier: (call) => writtenText(dialect.quoteName(argumentOf(call.arg(0))), call.place),
    quoteIdentifiers: (call) => writtenText(dialect.quotePath(argumentOf(call.arg(0))), call.place),
    quoteTable: (call) => writtenText(dialect.quoteTable(argumentOf(call.arg(0))), call.place),
  };
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
