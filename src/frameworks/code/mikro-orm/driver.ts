import { type NativeCall, type NativeValue, native } from '../../../code/native';
import { emitSql } from '../../../code/sql/emit';
import { written } from '../../../code/text';
import { unknown, type Value } from '../../../code/value';
import type { Connection } from '../knex/context';
import { replaceMarks } from '../replacing';
import type { Dialect } from '../typeorm/dialects';

type Parameters = Pick<Dialect, 'parameter'>;

/**
 * `getConnection()` of the entity manager and of the driver. What it executes goes over a connection of its own from the pool, past the
 * transaction of the migration, unless that is handed over as the fourth argument (`AbstractSqlConnection.execute(sql, parameters, method,
 * ctx)`).
 */
export function connection(getKnex: (call: NativeCall) => Value, dialect: Parameters): NativeValue {
  return native({ name: 'the connection', methods: { execute: executing(dialect), executeDump: executing(dialect), getKnex } });
}

/** `AbstractSqlDriver.execute(sql, parameters, method, ctx)` hands over what its connection is given. */
export function driver(getKnex: (call: NativeCall) => Value, dialect: Parameters): NativeValue {
  return native({
    name: 'the driver',
    methods: { execute: executing(dialect), getConnection: () => connection(getKnex, dialect) },
  });
}

function executing(dialect: Parameters): (call: NativeCall) => Value {
  const past: Connection = 'other';
  return (call) => {
    emitSql(call, withParameters(call, dialect), isGiven(call.arg(3)) ? undefined : past);
    return unknown('rows', { source: call.place });
  };
}

function isGiven(context: Value): boolean {
  return !(context.kind === 'primitive' && (context.value === undefined || context.value === null));
}

/** `execute(sql, parameters)`: each `?` is a parameter where there are any (`Platform.formatQuery`); `\\?` is a question mark. */
export function withParameters(call: NativeCall, dialect: Pick<Dialect, 'parameter'>): Value {
  const [sql, parameters] = [call.arg(0), call.arg(1)];
  if (sql.kind !== 'text' || parameters.kind !== 'array' || (parameters.items.length === 0 && !parameters.open)) return sql;
  let count = 0;
  return replaceMarks(sql, /(?<![\\?])\?(?!\?)/g, () => written(dialect.parameter(++count), call.place));
}
