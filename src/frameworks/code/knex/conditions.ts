import type { Dialect } from './dialects';
import { bind, Raw } from './raw';
import { placedText, withoutSources } from './sources';
import { Callback, Embedded, isRecord, type Place } from './values';
import type { Writer } from './writer';

/**
 * WHERE, HAVING and ON: `where*` of `query/querybuilder.js`, `having*`, and `query/joinclause.js`. All of them are a list of conditions,
 * each with AND or OR before it.
 */
export interface Condition {
  readonly joiner: 'and' | 'or';
  readonly text: string;
}

/** The name of a method, taken apart: `orWhereNotIn` is `or`, `where`, not, `In`. */
interface ConditionMethod {
  readonly joiner: 'and' | 'or' | undefined;
  readonly clause: 'where' | 'having' | 'on';
  readonly not: boolean;
  readonly kind: string;
}

const kinds = new Set([
  '',
  'In',
  'Null',
  'Between',
  'Exists',
  'Like',
  'ILike',
  'Raw',
  'Wrapped',
  'Column',
  'Val',
  'JsonObject',
  'JsonPath',
  'JsonSupersetOf',
  'JsonSubsetOf',
]);

/** Undefined when this is no method for a condition. */
export function conditionMethod(name: string, clauses: readonly ConditionMethod['clause'][]): ConditionMethod | undefined {
  const found = /^(?:(or|and)(?=[A-Z]))?(where|having|on)(.*)$/i.exec(name);
  if (found === null) return undefined;
  const [, joiner, given = '', rest = ''] = found;
  const clause = clauses.find((candidate) => candidate === given.toLowerCase());
  if (clause === undefined || (joiner === undefined) !== (given === given.toLowerCase())) return undefined;
  const json = /^Json(Not)?(.*)$/.exec(rest);
  const plain = /^(Not)?(.*)$/.exec(rest);
  const not = json?.[1] !== undefined || (json === null && plain?.[1] !== undefined) || rest.startsWith('NotJson');
  const kind = json === null ? (plain?.[2] ?? '') : `Json${json[2] ?? ''}`;
  return kinds.has(kind) ? { joiner: joiner === undefined ? undefined : joiner === 'or' ? 'or' : 'and', clause, not, kind } : undefined;
}

/** Conditions as they are collected, with knex's flags: `.or` and `.not` count for the next one. */
export class Conditions {
  readonly list: Condition[] = [];
  joiner: 'and' | 'or' = 'and';
  not = false;

  /** `group` calls a function with a builder of the same kind, and gives the conditions that it collects. */
  constructor(
    private readonly group: (callback: Callback) => string,
    private readonly dialect: Dialect,
  ) {}

  private get writer(): Writer {
    return this.dialect.writer;
  }

  get text(): string {
    return this.list.map(({ joiner, text }, index) => (index === 0 ? text : `${joiner} ${text}`)).join(' ');
  }

  /** One call of a method. */
  add(method: ConditionMethod, args: readonly unknown[], place: Place): void {
    if (method.joiner !== undefined) this.joiner = method.joiner;
    if (method.not) this.not = true;
    const [column, second] = args;
    const words = this.dialect.conditions;
    switch (method.kind) {
      case '':
      case 'Column':
      case 'Val':
        this.addBasic(args, method.kind === 'Column' || (method.clause === 'on' && method.kind === ''), place);
        return;
      case 'In':
        this.addIn(column, second);
        return;
      case 'Null':
        this.push(`${this.writer.wrap(column)} is ${this.takeNot()}null`);
        return;
      case 'Between':
        this.addBetween(column, second);
        return;
      case 'Exists':
        this.push(`${this.takeNot()}exists ${inBrackets(this.writer, column)}`);
        return;
      case 'Like':
      case 'ILike':
        this.push(words.like(columnText(this.writer, column), this.takeNot(), method.kind, second, this.writer));
        return;
      case 'Raw':
        this.addRaw(column, second, place);
        return;
      case 'Wrapped':
        this.addGroup(column);
        return;
      case 'JsonObject':
        this.push(words.jsonObject(columnText(this.writer, column), this.takeNot(), second, this.writer));
        return;
      case 'JsonPath':
        this.push(words.jsonPath(columnText(this.writer, column), this.takeNot(), args, this.writer));
        return;
      case 'JsonSupersetOf':
      case 'JsonSubsetOf':
        this.push(words.jsonContains(this.writer.wrap(column), this.takeNot(), method.kind, second, this.writer));
        return;
      default:
        return;
    }
  }

  /** `where(...)` in its many forms; `asColumn`: what is compared with is a column. */
  private addBasic(args: readonly unknown[], asColumn: boolean, place: Place): void {
    const [column] = args;
    if (column instanceof Callback) this.addGroup(column);
    else if (isRecord(column)) this.addObject(Object.entries(column), asColumn, place);
    else if (column instanceof Embedded && args.length === 1) this.addRaw(column, undefined, place);
    else if (typeof column === 'boolean') this.push(`${this.takeNot()}1 = ${column ? 1 : 0}`);
    else this.addComparison(args, asColumn);
  }

  private addComparison([column, second, third]: readonly unknown[], asColumn: boolean): void {
    const isShort = third === undefined;
    const value = isShort ? second : third;
    const given = isShort ? '=' : second instanceof Embedded ? second.embed(false) : String(second).toLowerCase().trim();
    const operator = /^(?:not (?=in$|between$)|is not$)/.test(given) ? given.replace(/^not | not$/, '') : given;
    if (operator !== given && (operator !== 'is' || value === null)) this.not = true;
    if (operator === 'in') this.addIn(column, value);
    else if (operator === 'between') this.addBetween(column, value);
    else if (value === null && !asColumn && (isShort || operator === 'is'))
      this.push(`${this.writer.wrap(column)} is ${this.takeNot()}null`);
    else
      this.push(
        `${this.takeNot()}${columnText(this.writer, column)} ${given} ${asColumn ? asValue(this.writer, value) : this.writer.literal(value)}`,
      );
  }

  private addObject(parts: readonly (readonly [string, unknown])[], asColumn: boolean, place: Place): void {
    const { joiner, not } = this;
    // With OR, the properties of an object are one group joined by AND.
    if (joiner === 'or' && !not && parts.length > 1) {
      this.addObjectGroup(parts, asColumn, place);
      return;
    }
    for (const part of parts) {
      this.joiner = joiner;
      this.not = not;
      this.addBasic(part, asColumn, place);
    }
  }

  private addObjectGroup(parts: readonly (readonly [string, unknown])[], asColumn: boolean, place: Place): void {
    const inner = new Conditions(this.group, this.dialect);
    for (const part of parts) inner.addBasic(part, asColumn, place);
    this.push(`(${inner.text})`);
  }

  private addIn(column: unknown, values: unknown): void {
    const isEmpty = Array.isArray(values) && values.length === 0;
    this.push(
      isEmpty
        ? `1 = ${this.takeNot() === '' ? 0 : 1}`
        : `${columnText(this.writer, column)} ${this.takeNot()}in ${this.writer.inList(values)}`,
    );
  }

  private addBetween(column: unknown, values: unknown): void {
    const [low, high]: readonly unknown[] = Array.isArray(values) ? values : [values, values];
    this.push(`${this.writer.wrap(column)} ${this.takeNot()}between ${this.writer.literal(low)} and ${this.writer.literal(high)}`);
  }

  private addRaw(sql: unknown, bindings: unknown, place: Place): void {
    const raw = sql instanceof Embedded ? sql : new Raw(bind(placedText(String(sql), place), bindings, this.writer), place);
    raw.isPart = true;
    this.push(`${this.takeNot()}${raw.embed(true)}`);
  }

  private addGroup(callback: unknown): void {
    const text = callback instanceof Callback ? this.group(callback) : '';
    if (text !== '') this.push(`${this.takeNot()}(${text})`);
  }

  private push(text: string): void {
    this.list.push({ joiner: this.joiner, text });
    this.joiner = 'and';
    this.not = false;
  }

  private takeNot(): string {
    const { not } = this;
    this.not = false;
    return not ? 'not ' : '';
  }
}

function columnText(writer: Writer, column: unknown): string {
  return Array.isArray(column) ? `(${writer.columnize(column)})` : writer.wrap(column);
}

/** The other side of a comparison between columns; a query gets brackets. */
function asValue(writer: Writer, value: unknown): string {
  if (!(value instanceof Embedded)) return writer.wrap(value);
  value.isPart = true;
  return value.embed(true);
}

function inBrackets(writer: Writer, value: unknown): string {
  const text = writer.literal(value);
  return withoutSources(text).startsWith('(') ? text : `(${text})`;
}
