import { Missing, Opaque } from '../../../code/plain';
import { isRecord } from '../plain-objects';
import { quoteName, quotePath } from './names';
import { writeType } from './types';
import { Cast, ColumnName, Comparison, DataType, FunctionCall, Literal, operatorOf } from './values';

/**
 * Values and conditions (`where`) in SQL, from `escape`, `handleSequelizeMethod`, `whereItemsQuery` and what they call in
 * `dialects/abstract/query-generator.js`, and from `sql-string.js`.
 */

const comparators: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '!=',
  gte: '>=',
  gt: '>',
  lte: '<=',
  lt: '<',
  not: 'IS NOT',
  is: 'IS',
  in: 'IN',
  notIn: 'NOT IN',
  like: 'LIKE',
  notLike: 'NOT LIKE',
  iLike: 'ILIKE',
  notILike: 'NOT ILIKE',
  regexp: '~',
  notRegexp: '!~',
  iRegexp: '~*',
  notIRegexp: '!~*',
  between: 'BETWEEN',
  notBetween: 'NOT BETWEEN',
  overlap: '&&',
  contains: '@>',
  contained: '<@',
  adjacent: '-|-',
  strictLeft: '<<',
  strictRight: '>>',
  noExtendRight: '&<',
  noExtendLeft: '&>',
  match: '@@',
};

/** The names of `Sequelize.Op`. */
export const operatorNames: readonly string[] = [
  ...Object.keys(comparators),
  ...['startsWith', 'endsWith', 'substring', 'any', 'all', 'values', 'col', 'and', 'or'],
];

/** Text behind WHERE, or empty when there is no condition. */
export function writeCondition(where: unknown, joinedBy = ' AND '): string {
  if (where === null || where === undefined) return '';
  if (typeof where === 'string') return where;
  if (isExpression(where)) return writeExpression(where);
  if (Array.isArray(where))
    return joined(
      where.map((item) => grouped(item)),
      joinedBy,
    );
  if (!isRecord(where)) return '';
  const entries = Object.entries(where);
  // Operators come first, wherever they stand.
  const operators = entries.filter(([key]) => operatorOf(key) !== undefined);
  const columns = entries.filter(([key]) => operatorOf(key) === undefined);
  return joined(
    [...operators, ...columns].map(([key, value]) => writeItem(key, value)),
    joinedBy,
  );
}

/** `Sequelize.where(fn, operator, value)`. */
export function writeComparison({ left, comparator, right }: Comparison): string {
  const key = isExpression(left) ? writeExpression(left) : quoteName(left);
  if (isRecord(right)) return writeItem(new Literal(key), right);
  const operator = comparators[operatorOf(comparator) ?? ''] ?? comparator;
  const value = writeValue(right);
  if (value === 'NULL' && operator === '=') return `${key} IS NULL`;
  if (value === 'NULL' && operator === '!=') return `${key} IS NOT NULL`;
  return `${key} ${operator} ${value}`;
}

function writeItem(key: string | Literal, value: unknown): string {
  const name = keyText(key);
  const operator = typeof key === 'string' ? operatorOf(key) : undefined;
  if (operator === 'and' || operator === 'or' || operator === 'not') return writeGroup(operator, value);
  if (value === null) return `${name} IS NULL`;
  if (isExpression(value))
    return value instanceof Literal || value instanceof Comparison ? writeExpression(value) : `${name} = ${writeValue(value)}`;
  if (Array.isArray(value)) return writeOperator(name, 'in', value);
  if (!isRecord(value)) return `${name} = ${writeValue(value)}`;
  const parts = Object.entries(value).map(([inner, operand]) => {
    const innerOperator = operatorOf(inner);
    if (innerOperator === 'and' || innerOperator === 'or') return writeAlternatives(key, innerOperator, operand);
    return innerOperator === undefined ? writePath(name, [inner], operand) : writeOperator(name, innerOperator, operand);
  });
  return parts.length > 1 ? `(${joined(parts, ' AND ')})` : joined(parts, ' AND ');
}

function keyText(key: string | Literal): string {
  if (key instanceof Literal) return key.text;
  // `$table.column$` names a column of another table.
  if (/^\$.+\$$/.test(key)) {
    const parts = key.slice(1, -1).split('.');
    const path = parts.length > 2 ? [parts.slice(0, -1).join('->'), parts.at(-1)] : parts;
    return path.map(quoteName).join('.');
  }
  return quoteName(key);
}

function writeGroup(operator: 'and' | 'or' | 'not', value: unknown): string {
  const binding = operator === 'or' ? ' OR ' : ' AND ';
  const text = writeCondition(value, binding);
  if (text === '') return operator === 'and' ? '' : '0 = 1';
  return `${operator === 'not' ? 'NOT ' : ''}(${text})`;
}

/** `{ column: { [Op.or]: [1, null] } }`. */
function writeAlternatives(key: string | Literal, operator: 'and' | 'or', operand: unknown): string {
  const items = Array.isArray(operand)
    ? operand.map((item) => writeItem(key, item))
    : isRecord(operand)
      ? Object.entries(operand).map(([inner, value]) => writeItem(key, { [inner]: value }))
      : [];
  const text = joined(items, operator === 'or' ? ' OR ' : ' AND ');
  return text === '' ? '' : `(${text})`;
}

function writeOperator(name: string, operator: string, operand: unknown): string {
  const comparator = comparators[operator] ?? '=';
  switch (operator) {
    case 'not':
      return writeNot(name, operand);
    case 'in':
    case 'notIn':
      return writeList(name, comparator, operand);
    case 'between':
    case 'notBetween': {
      const [low, high] = Array.isArray(operand) ? operand : [operand, operand];
      return `${name} ${comparator} ${writeValue(low)} AND ${writeValue(high)}`;
    }
    case 'any':
    case 'all':
      return `${name} = ${operator.toUpperCase()} (${writeValue(operand)})`;
    case 'col':
      return `${name} = ${columnPath(operand)}`;
    case 'startsWith':
      return `${name} LIKE ${writeValue(`${patternOf(operand)}%`)}`;
    case 'endsWith':
      return `${name} LIKE ${writeValue(`%${patternOf(operand)}`)}`;
    case 'substring':
      return `${name} LIKE ${writeValue(`%${patternOf(operand)}%`)}`;
    default:
      return writeCompared(name, comparator, operand);
  }
}

function writeNot(name: string, operand: unknown): string {
  if (Array.isArray(operand)) return writeList(name, 'NOT IN', operand);
  return `${name} ${operand === null || typeof operand === 'boolean' ? 'IS NOT' : '!='} ${writeValue(operand)}`;
}

function writeList(name: string, comparator: string, operand: unknown): string {
  if (operand instanceof Literal) return `${name} ${comparator} ${operand.text}`;
  if (!Array.isArray(operand)) return `${name} ${comparator} (${writeValue(operand)})`;
  if (operand.length === 0) return comparator === 'IN' ? `${name} IN (NULL)` : '';
  return `${name} ${comparator} (${operand.map((item) => writeValue(item)).join(', ')})`;
}

function writeCompared(name: string, comparator: string, operand: unknown): string {
  if (operand === null && comparator === '=') return `${name} IS NULL`;
  if (operand === null && comparator === '!=') return `${name} IS NOT NULL`;
  if (isRecord(operand)) {
    const [[inner, value] = []] = Object.entries(operand);
    const kind = inner === undefined ? undefined : operatorOf(inner);
    if (kind === 'any' || kind === 'all') return `${name} ${comparator} ${kind.toUpperCase()} (${writeValue(value)})`;
    if (kind === 'col') return `${name} ${comparator} ${columnPath(value)}`;
  }
  return `${name} ${comparator} ${writeValue(operand)}`;
}

function columnPath(operand: unknown): string {
  return String(operand).split('.').map(quoteName).join('.');
}

function patternOf(operand: unknown): string {
  return operand instanceof Literal ? operand.text : String(operand);
}

/** Into a JSON column: `{ data: { a: { b: 1 } } }`. */
function writePath(name: string, path: readonly string[], operand: unknown): string {
  if (isRecord(operand)) {
    const parts = Object.entries(operand).map(([key, value]) => {
      const operator = operatorOf(key);
      return operator === undefined ? writePath(name, [...path, key], value) : writeOperator(pathText(name, path, value), operator, value);
    });
    return joined(parts, ' AND ');
  }
  return writeOperator(pathText(name, path, operand), 'eq', operand);
}

function pathText(name: string, path: readonly string[], operand: unknown): string {
  const text = `(${name}#>>${writeValue(`{${path.join(',')}}`)})`;
  const type = typeof operand === 'number' ? 'DOUBLE PRECISION' : typeof operand === 'boolean' ? 'BOOLEAN' : undefined;
  return type === undefined ? text : `CAST(${text} AS ${type})`;
}

function grouped(item: unknown): string {
  const text = writeCondition(item);
  const size = Array.isArray(item) ? item.length : isRecord(item) ? Object.keys(item).length : 0;
  return size > 1 ? `(${text})` : text;
}

function joined(parts: readonly string[], by: string): string {
  return parts.filter((part) => part !== '').join(by);
}

/** A value in SQL. What only running the code would tell stands there as it is, without quotes: it can be of any type. */
export function writeValue(value: unknown, type?: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (isExpression(value)) return writeExpression(value);
  if (value instanceof Missing) return String(value);
  if (value instanceof Opaque) return String(new Missing('value'));
  if (type instanceof DataType && typeof value === 'object') {
    if (type.name === 'JSON' || type.name === 'JSONB') return quoteText(JSON.stringify(value));
    if (type.name === 'ARRAY' && Array.isArray(value)) return writeArray(value, type);
  }
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `ARRAY[${value.map((item) => writeValue(item)).join(',')}]`;
  return quoteText(isRecord(value) ? JSON.stringify(value) : String(value));
}

/** Backslashes are left as they are: the library counts on standard_conforming_strings. */
function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function writeArray(values: readonly unknown[], type: DataType): string {
  const items = values.map((value) => writeValue(value, type.args[0]));
  return `ARRAY[${items.join(',')}]::${writeType(type)}`;
}

export function isExpression(value: unknown): value is Literal | FunctionCall | ColumnName | Cast | Comparison {
  return (
    value instanceof Literal ||
    value instanceof FunctionCall ||
    value instanceof ColumnName ||
    value instanceof Cast ||
    value instanceof Comparison
  );
}

export function writeExpression(value: Literal | FunctionCall | ColumnName | Cast | Comparison): string {
  if (value instanceof Literal) return value.text;
  if (value instanceof ColumnName) return value.name.startsWith('*') ? '*' : quotePath(value.name);
  if (value instanceof Cast) {
    const inner = isRecord(value.value) ? writeCondition(value.value) : writeValue(value.value);
    return `CAST(${inner} AS ${value.type.toUpperCase()})`;
  }
  if (value instanceof Comparison) return writeComparison(value);
  const args = value.args.map((argument) => (isRecord(argument) ? writeCondition(argument) : writeValue(argument)));
  return `${value.name}(${args.join(', ')})`;
}
