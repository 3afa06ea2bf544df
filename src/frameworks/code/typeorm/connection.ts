import { nativeFunction } from '../../../code/native';
import { markedText, writtenText } from '../../../code/plain';
import { array, object, type Place, type Value } from '../../../code/value';
import type { Dialect } from './dialects';
import { optionsOf, text } from './options';
import { withParameters } from './parameters';

/** `queryRunner.connection.driver`: names between quotes, and what the driver is. `part` options gives the options of the connection. */
export function driverValue(place: Place, dialect: Dialect, part: 'driver' | 'options' = 'driver'): Value {
  const options = object({ type: writtenText(dialect.type, place) }, true);
  if (part === 'options') return options;
  // Closed: code asks `'sqlite' in driver`.
  return object({
    escape: nativeFunction(
      'driver.escape',
      (call) => {
        const name = call.arg(0);
        const escaped = name.kind === 'text' ? markedText(name) : (text(optionsOf(name)) ?? '');
        return writtenText(dialect.escapeName(escaped), call.place);
      },
      false,
    ),
    escapeQueryWithParameters: nativeFunction(
      'driver.escapeQueryWithParameters',
      (call) => {
        const sql = call.arg(0);
        const replaced = sql.kind === 'text' ? withParameters(sql, call.arg(1), call.place, dialect) : sql;
        return array([replaced, array([], true)]);
      },
      false,
    ),
    options,
    ...(dialect.type === 'postgres'
      ? { postgres: object({}, true), schema: writtenText('public', place), searchSchema: writtenText('public', place) }
      : { mysql: object({}, true) }),
  });
}
