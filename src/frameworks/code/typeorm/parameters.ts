import { holeCharacter, written } from '../../../code/text';
import type { Place, TextValue, Value } from '../../../code/value';
import { replaceMarks } from '../replacing';
import type { Dialect } from './dialects';

/**
 * `:name` and `:...name` as parameters of the engine, the way TypeORM's driver replaces them (`escapeQueryWithParameters` of the drivers):
 * those that the object of parameters has, or all of them where it is not known what it has. What is not replaced keeps its place.
 */
export function withParameters(sql: TextValue, parameters: Value, place: Place, dialect: Pick<Dialect, 'parameter'>): TextValue {
  const known = parameters.kind === 'object' && !parameters.open ? new Set(parameters.properties.keys()) : undefined;
  if (parameters.kind === 'primitive' || known?.size === 0) return sql;
  // A name may have a hole in it (`:id${index}`), which is one character here: such a parameter is one that the object has.
  const numbers = new Map<string, number>();
  return replaceMarks(sql, /(?<![:\w]):(?:\.\.\.)?([A-Za-z_][A-Za-z0-9_.\ufffc]*)/g, ([, name = '']) => {
    if (known !== undefined && !known.has(name) && !name.includes(holeCharacter)) return undefined;
    const number = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, number);
    return written(dialect.parameter(number), place);
  });
}
