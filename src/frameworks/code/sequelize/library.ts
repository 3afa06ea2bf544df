import { type NativeCall, type NativeValue, native, nativeFunction } from '../../../code/native';
import { plainValue } from '../../../code/plain';
import { array, object, type Value } from '../../../code/value';
import { ownValue } from '../../../model/own-value';
import { operatorNames } from './expressions';
import { Cast, ColumnName, Comparison, DataType, FunctionCall, Literal, operatorPrefix } from './values';

/** `Sequelize` and the package `sequelize`: data types, functions, operators. None of it reaches the database. */

const typeNames = [
  ...['ABSTRACT', 'STRING', 'CHAR', 'TEXT', 'CITEXT', 'NUMBER', 'TINYINT', 'SMALLINT', 'MEDIUMINT', 'INTEGER', 'BIGINT', 'FLOAT', 'REAL'],
  ...['DOUBLE', 'DECIMAL', 'NUMERIC', 'TIME', 'DATE', 'DATEONLY', 'BOOLEAN', 'NOW', 'BLOB', 'UUID', 'UUIDV1', 'UUIDV4', 'HSTORE', 'JSON'],
  ...['JSONB', 'VIRTUAL', 'ARRAY', 'ENUM', 'RANGE', 'GEOMETRY', 'GEOGRAPHY', 'CIDR', 'INET', 'MACADDR', 'TSVECTOR'],
];

/** An argument as an ordinary value, with the library's own values in it. */
export function argumentOf(value: Value): unknown {
  return plainValue(value, libraryValue);
}

function libraryValue(value: Value): unknown {
  if (value.kind !== 'native') return undefined;
  const { data } = value;
  const isOwn =
    data instanceof DataType ||
    data instanceof Literal ||
    data instanceof FunctionCall ||
    data instanceof ColumnName ||
    data instanceof Cast ||
    data instanceof Comparison;
  return isOwn ? data : undefined;
}

/** `Sequelize.STRING`, `Sequelize.STRING(20)`, `new Sequelize.STRING(20)`, `Sequelize.INTEGER.UNSIGNED`. */
function dataType(type: DataType): NativeValue {
  const withArguments = (call: NativeCall): Value => dataType(new DataType(type.name, call.args.map(argumentOf), type.words));
  return native({
    name: `Sequelize.${type.name}`,
    reachesDatabase: false,
    data: type,
    call: withArguments,
    construct: withArguments,
    member: (name) => {
      if (name === 'BINARY') return dataType(new DataType(type.name, [{ ...lengthOf(type), binary: true }]));
      if (name !== 'UNSIGNED' && name !== 'ZEROFILL') return undefined;
      return dataType(new DataType(type.name, type.args, [...type.words, name]));
    },
  });
}

function lengthOf({ args }: DataType): { readonly length?: unknown } {
  return args[0] === undefined ? {} : { length: args[0] };
}

function expression(data: Literal | FunctionCall | ColumnName | Cast | Comparison): NativeValue {
  return native({ name: 'Sequelize', reachesDatabase: false, data });
}

const dataTypes: Readonly<Record<string, Value>> = Object.fromEntries(typeNames.map((name) => [name, dataType(new DataType(name))]));

const text = (value: string): Value => ({ kind: 'text', pieces: [{ kind: 'written', text: value, source: nowhere }] });
const nowhere = { path: '', span: { start: 0, end: 0 } };

const operators: Value = object(Object.fromEntries(operatorNames.map((name) => [name, text(operatorPrefix + name)])));

const deferrable: Value = object(
  Object.fromEntries(
    [
      ['INITIALLY_DEFERRED', 'DEFERRABLE INITIALLY DEFERRED'],
      ['INITIALLY_IMMEDIATE', 'DEFERRABLE INITIALLY IMMEDIATE'],
      ['NOT', 'NOT DEFERRABLE'],
    ].map(([name = '', sql = '']) => [name, text(sql)]),
  ),
);

const queryTypes: Value = object(
  Object.fromEntries(
    ['SELECT', 'INSERT', 'UPDATE', 'BULKUPDATE', 'BULKDELETE', 'DELETE', 'UPSERT', 'SHOWTABLES', 'DESCRIBE', 'RAW'].map((name) => [
      name,
      text(name),
    ]),
  ),
);

const isolationLevels: Value = object(
  Object.fromEntries(
    ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'].map((level) => [level.replace(' ', '_'), text(level)]),
  ),
);

function make(name: string, build: (args: readonly unknown[]) => Literal | FunctionCall | ColumnName | Cast | Comparison): NativeValue {
  return nativeFunction(`Sequelize.${name}`, (call) => expression(build(call.args.map(argumentOf))), false);
}

function group(name: 'and' | 'or'): NativeValue {
  return nativeFunction(`Sequelize.${name}`, (call) => object({ [operatorPrefix + name]: array(call.args) }), false);
}

/** What the class and each connection have alike. */
export const functions: Readonly<Record<string, Value>> = {
  literal: make('literal', ([value]) => new Literal(String(value))),
  asIs: make('asIs', ([value]) => new Literal(String(value))),
  fn: make('fn', ([name, ...args]) => new FunctionCall(String(name), args)),
  col: make('col', ([name]) => new ColumnName(String(name))),
  cast: make('cast', ([value, type]) => new Cast(value, String(type))),
  where: make('where', (args) => {
    const [left, comparator, right] = args.length < 3 ? [args[0], '=', args[1]] : args;
    return new Comparison(left, String(comparator), right);
  }),
  and: group('and'),
  or: group('or'),
  QueryTypes: queryTypes,
};

/** The class itself: the second argument of a migration, and what the package exports. */
export const library: NativeValue = native({
  name: 'Sequelize',
  reachesDatabase: false,
  member: (name): Value | undefined => {
    if (name === 'Sequelize' || name === 'default' || name === 'DataTypes') return library;
    if (name === 'Op') return operators;
    if (name === 'Deferrable') return deferrable;
    if (name === 'Transaction') return object({ ISOLATION_LEVELS: isolationLevels }, true);
    return ownValue(dataTypes, name) ?? ownValue(functions, name);
  },
});
