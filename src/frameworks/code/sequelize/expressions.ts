import { Missing, Opaque } from '../../../code/plain';
import { isRecord } from '../plain-objects';
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

/** What is written differently by engine in values and conditions. */
export interface Words {
  quoteName(name: unknown): string;
  /** A name with dots. */
  quotePath(name: unknown): string;
  quoteText(text: string): string;
  /** A list as one value. */
  list(items: readonly string[]): string;
  /** What lies in a column of JSON, to be compared with the operand. */
  jsonPath(column: string, path: readonly string[], operand: unknown): string;
  castType(type: string): string;
  /** Operators that are not those of PostgreSQL. */
  readonly comparators: Readonly<Record<string, string>>;
}

/** Values and conditions in the words of one engine. */
export class Expressions {
  private readonly comparators: Readonly<Record<string, string>>;

  constructor(private readonly words: Words) {
    this.comparators = { ...comparators, ...words.comparators };
  }

  /** Text behind WHERE, or empty when there is no condition. */
  writeCondition(where: unknown, joinedBy = ' AND '): string {
    if (where === null || where === undefined) return '';
    if (typeof where === 'string') return where;
    if (isExpression(where)) return this.writeExpression(where);
    if (Array.isArray(where))
      return joined(
        where.map((item) => this.grouped(item)),
        joinedBy,
      );
    if (!isRecord(where)) return '';
    const entries = Object.entries(where);
    // Operators come first, wherever they stand.
    const operators = entries.filter(([key]) => operatorOf(key) !== undefined);
    const columns = entries.filter(([key]) => operatorOf(key) === undefined);
    return joined(
      [...operators, ...columns].map(([key, value]) => this.writeItem(key, value)),
      joinedBy,
    );
  }

  /** `Sequelize.where(fn, operator, value)`. */
  private writeComparison({ left, comparator, right }: Comparison): string {
    const key = isExpression(left) ? this.writeExpression(left) : this.words.quoteName(left);
    if (isRecord(right)) return this.writeItem(new Literal(key), right);
    const operator = this.comparators[operatorOf(comparator) ?? ''] ?? comparator;
    const value = this.writeValue(right);
    if (value === 'NULL' && operator === '=') return `${key} IS NULL`;
    if (value === 'NULL' && operator === '!=') return `${key} IS NOT NULL`;
    return `${key} ${operator} ${value}`;
  }

  private writeItem(key: string | Literal, value: unknown): string {
    const name = this.keyText(key);
    const operator = typeof key === 'string' ? operatorOf(key) : undefined;
    if (operator === 'and' || operator === 'or' || operator === 'not') return this.writeGroup(operator, value);
    if (value === null) return `${name} IS NULL`;
    if (isExpression(value))
      return value instanceof Literal || value instanceof Comparison ? this.writeExpression(value) : `${name} = ${this.writeValue(value)}`;
    if (Array.isArray(value)) return this.writeOperator(name, 'in', value);
    if (!isRecord(value)) return `${name} = ${this.writeValue(value)}`;
    const parts = Object.entries(value).map(([inner, operand]) => {
      const innerOperator = operatorOf(inner);
      if (innerOperator === 'and' || innerOperator === 'or') return this.writeAlternatives(key, innerOperator, operand);
      return innerOperator === undefined ? this.writePath(name, [inner], operand) : this.writeOperator(name, innerOperator, operand);
    });
    return parts.length > 1 ? `(${joined(parts, ' AND ')})` : joined(parts, ' AND ');
  }

  private keyText(key: string | Literal): string {
    if (key instanceof Literal) return key.text;
    // `$table.column$` names a column of another table.
    if (/^\$.+\$$/.test(key)) {
      const parts = key.slice(1, -1).split('.');
      const path = parts.length > 2 ? [parts.slice(0, -1).join('->'), parts.at(-1)] : parts;
      return path.map((part) => this.words.quoteName(part)).join('.');
    }
    return this.words.quoteName(key);
  }

  private writeGroup(operator: 'and' | 'or' | 'not', value: unknown): string {
    const binding = operator === 'or' ? ' OR ' : ' AND ';
    const text = this.writeCondition(value, binding);
    if (text === '') return operator === 'and' ? '' : '0 = 1';
    return `${operator === 'not' ? 'NOT ' : ''}(${text})`;
  }

  /** `{ column: { [Op.or]: [1, null] } }`. */
  private writeAlternatives(key: string | Literal, operator: 'and' | 'or', operand: unknown): string {
    const items = Array.isArray(operand)
      ? operand.map((item) => this.writeItem(key, item))
      : isRecord(operand)
        ? Object.entries(operand).map(([inner, value]) => this.writeItem(key, { [inner]: value }))
        : [];
    const text = joined(items, operator === 'or' ? ' OR ' : ' AND ');
    return text === '' ? '' : `(${text})`;
  }

  private writeOperator(name: string, operator: string, operand: unknown): string {
    const comparator = this.comparators[operator] ?? '=';
    switch (operator) {
      case 'not':
        return this.writeNot(name, operand);
      case 'in':
      case 'notIn':
        return this.writeList(name, comparator, operand);
      case 'between':
      case 'notBetween': {
        const [low, high] = Array.isArray(operand) ? operand : [operand, operand];
        return `${name} ${comparator} ${this.writeValue(low)} AND ${this.writeValue(high)}`;
      }
      case 'any':
      case 'all':
        return `${name} = ${operator.toUpperCase()} (${this.writeValue(operand)})`;
      case 'col':
        return `${name} = ${this.columnPath(operand)}`;
      case 'startsWith':
        return `${name} LIKE ${this.writeValue(`${patternOf(operand)}%`)}`;
      case 'endsWith':
        return `${name} LIKE ${this.writeValue(`%${patternOf(operand)}`)}`;
      case 'substring':
        return `${name} LIKE ${this.writeValue(`%${patternOf(operand)}%`)}`;
      default:
        return this.writeCompared(name, comparator, operand);
    }
  }

  private writeNot(name: string, operand: unknown): string {
    if (Array.isArray(operand)) return this.writeList(name, 'NOT IN', operand);
    return `${name} ${operand === null || typeof operand === 'boolean' ? 'IS NOT' : '!='} ${this.writeValue(operand)}`;
  }

  private writeList(name: string, comparator: string, operand: unknown): string {
    if (operand instanceof Literal) return `${name} ${comparator} ${operand.text}`;
    if (!Array.isArray(operand)) return `${name} ${comparator} (${this.writeValue(operand)})`;
    if (operand.length === 0) return comparator === 'IN' ? `${name} IN (NULL)` : '';
    return `${name} ${comparator} (${operand.map((item) => this.writeValue(item)).join(', ')})`;
  }

  private writeCompared(name: string, comparator: string, operand: unknown): string {
    if (operand === null && comparator === '=') return `${name} IS NULL`;
    if (operand === null && comparator === '!=') return `${name} IS NOT NULL`;
    if (isRecord(operand)) {
      const [[inner, value] = []] = Object.entries(operand);
      const kind = inner === undefined ? undefined : operatorOf(inner);
      if (kind === 'any' || kind === 'all') return `${name} ${comparator} ${kind.toUpperCase()} (${this.writeValue(value)})`;
      if (kind === 'col') return `${name} ${comparator} ${this.columnPath(value)}`;
    }
    return `${name} ${comparator} ${this.writeValue(operand)}`;
  }

  private columnPath(operand: unknown): string {
    return String(operand)
      .split('.')
      .map((part) => this.words.quoteName(part))
      .join('.');
  }

  /** Into a JSON column: `{ data: { a: { b: 1 } } }`. */
  private writePath(name: string, path: readonly string[], operand: unknown): string {
    if (isRecord(operand)) {
      const parts = Object.entries(operand).map(([key, value]) => {
        const operator = operatorOf(key);
        return operator === undefined
          ? this.writePath(name, [...path, key], value)
          : this.writeOperator(this.pathText(name, path, value), operator, value);
      });
      return joined(parts, ' AND ');
    }
    return this.writeOperator(this.pathText(name, path, operand), 'eq', operand);
  }

  private pathText(name: string, path: readonly string[], operand: unknown): string {
    return this.words.jsonPath(name, path, operand);
  }

  private grouped(item: unknown): string {
    const text = this.writeCondition(item);
    const size = Array.isArray(item) ? item.length : isRecord(item) ? Object.keys(item).length : 0;
    return size > 1 ? `(${text})` : text;
  }

  /** A value in SQL. What only running the code would tell stands there as it is, without quotes: it can be of any type. */
  writeValue(value: unknown, type?: unknown): string {
    if (value === null || value === undefined) return 'NULL';
    if (isExpression(value)) return this.writeExpression(value);
    if (value instanceof Missing) return String(value);
    if (value instanceof Opaque) return String(new Missing('value'));
    if (type instanceof DataType && typeof value === 'object') {
      if (type.name === 'JSON' || type.name === 'JSONB') return this.words.quoteText(JSON.stringify(value));
      if (type.name === 'ARRAY' && Array.isArray(value)) return this.writeArray(value, type);
    }
    if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
    if (Array.isArray(value)) return this.words.list(value.map((item) => this.writeValue(item)));
    return this.words.quoteText(isRecord(value) ? JSON.stringify(value) : String(value));
  }

  private writeArray(values: readonly unknown[], type: DataType): string {
    const items = values.map((value) => this.writeValue(value, type.args[0]));
    return `ARRAY[${items.join(',')}]::${writeType(type)}`;
  }

  writeExpression(value: Literal | FunctionCall | ColumnName | Cast | Comparison): string {
    if (value instanceof Literal) return value.text;
    if (value instanceof ColumnName) return value.name.startsWith('*') ? '*' : this.words.quotePath(value.name);
    if (value instanceof Cast) {
      const inner = isRecord(value.value) ? this.writeCondition(value.value) : this.writeValue(value.value);
      return `CAST(${inner} AS ${this.words.castType(value.type).toUpperCase()})`;
    }
    if (value instanceof Comparison) return this.writeComparison(value);
    const args = value.args.map((argument) => (isRecord(argument) ? this.writeCondition(argument) : this.writeValue(argument)));
    return `${value.name}(${args.join(', ')})`;
  }
}

function patternOf(operand: unknown): string {
  return operand instanceof Literal ? operand.text : String(operand);
}

function joined(parts: readonly string[], by: string): string {
  return parts.filter((part) => part !== '').join(by);
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
