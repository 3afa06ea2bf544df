import type { TextValue } from '../../../code/value';
import { computedColumns } from './computed-columns';
import { Conditions, conditionMethod } from './conditions';
import type { Dialect } from './dialects';
import { joinOf, joinTypes } from './joins';
import { emptyQuery, type QueryState } from './query-sql';
import { bind, Raw } from './raw';
import { placedText, sourced, withoutSources } from './sources';
import { asText, Callback, DateValue, Embedded, isHole, isRecord, type KnexObject, listOf, missing, type Place } from './values';
import type { Writer } from './writer';

const setOperations: Readonly<Record<string, string>> = { union: 'union', unionAll: 'union all', intersect: 'intersect', except: 'except' };

/** Calls that change how it is sent or what the code gets, but not the statement. */
const ignored = new Set(
  `options debug timeout queryContext comment hintComment on once off options
  clearSelect clearWhere clearOrder clearGroup clearHaving clear`.split(/\s+/),
);

/** A query builder: `knex('users').where(...)`. Calls change it; its statement is read off when it is sent. */
export class Query extends Embedded implements KnexObject {
  readonly where: Conditions;
  private readonly having: Conditions;
  private state: QueryState = emptyQuery();
  /** The chain so far. */
  place: Place;

  constructor(
    place: Place,
    private readonly dialect: Dialect,
  ) {
    super();
    this.place = place;
    this.where = new Conditions(whereGroup, dialect);
    this.having = new Conditions(whereGroup, dialect);
  }

  /** What was called last decides what it is: `insert`, `update`, `del`, else a read. */
  get isRead(): boolean {
    return this.state.method === 'select' || this.state.method === 'columnInfo';
  }

  get whereClause(): string {
    return this.where.text === '' ? '' : `where ${this.where.text}`;
  }

  /** Empty when nothing is sent. */
  get text(): TextValue {
    return placedText(this.sql, this.place);
  }

  get sql(): string {
    return this.dialect.querySql(this.state, this.where, this.having, this.writer);
  }

  private get writer(): Writer {
    return this.dialect.writer;
  }

  embed(asValue: boolean): string {
    const { alias } = this.state;
    const own = sourced(this.sql, this.place);
    const text = asValue || alias !== undefined ? `(${own})` : own;
    return alias === undefined ? text : `${text} as ${this.writer.quoteName(String(alias))}`;
  }

  read(property: string): unknown {
    if (property === 'or') this.where.joiner = 'or';
    else if (property === 'not') this.where.not = true;
    else if (property !== 'and') return missing;
    return this;
  }

  call(method: string, args: readonly unknown[], place: Place): unknown {
    if (place.path === this.place.path && place.span.start <= this.place.span.start && place.span.end >= this.place.span.end)
      this.place = place;
    if (ignored.has(method)) {
      if (method.startsWith('clear')) this.clear(method, args[0]);
      return this;
    }
    const condition = conditionMethod(method, ['where', 'having']);
    if (condition !== undefined) {
      (condition.clause === 'where' ? this.where : this.having).add(condition, args, place);
      return this;
    }
    return this.change(method, args, place);
  }

  private change(method: string, args: readonly unknown[], place: Place): unknown {
    const { state } = this;
    // Before the tables of names are asked: every object has a `toString`.
    if (method === 'toString' || method === 'toQuery') return withoutSources(this.sql);
    const [first, second] = args;
    const computed = computedColumns(method, args, this.writer);
    if (computed !== undefined) {
      state.columns.push(...computed);
      return this;
    }
    const joinType = joinTypes[method];
    if (joinType !== undefined) {
      state.joins.push(joinOf(joinType, state.schema, args, place, this.dialect));
      return this;
    }
    const operation = setOperations[method];
    if (operation !== undefined) {
      this.addUnion(operation, args);
      return this;
    }
    const lock = this.dialect.locks[method];
    if (lock !== undefined) {
      const tables = listOf(args).filter((table) => table !== undefined);
      state.lock = `${lock}${tables.length === 0 ? '' : ` of ${tables.map((value) => this.writer.wrap(value)).join(', ')}`}`;
      return this;
    }
    switch (method) {
      case 'table':
      case 'from':
      case 'into':
        state.table = first;
        state.only = isRecord(second) && second.only === true;
        return this;
      case 'fromRaw':
        state.table = rawOf(first, second, place, this.writer);
        return this;
      case 'withSchema':
        state.schema = asText(first);
        return this;
      case 'as':
        state.alias = first;
        return this;
      case 'select':
      case 'column':
      case 'columns':
        this.addColumns(listOf(args));
        return this;
      case 'distinct':
        state.distinct = 'distinct ';
        this.addColumns(listOf(args));
        return this;
      case 'distinctOn':
        state.distinct = `distinct on (${this.writer.columnize(listOf(args))}) `;
        return this;
      case 'first':
        this.addColumns(listOf(args));
        state.limit = 1;
        return this;
      case 'pluck':
        this.addColumns([first]);
        return this;
      case 'joinRaw':
        state.joins.push({ text: rawOf(first, second, place, this.writer).embed(true), table: '', conditions: '' });
        return this;
      case 'with':
      case 'withRecursive':
      case 'withMaterialized':
      case 'withNotMaterialized':
      case 'withWrapped':
        this.addWith(method, args);
        return this;
      case 'groupBy':
        state.groups.push(this.writer.columnize(listOf(args)));
        return this;
      case 'groupByRaw':
        state.groups.push(rawOf(first, second, place, this.writer).embed(true));
        return this;
      case 'orderBy':
        this.addOrder(first, second, args[2]);
        return this;
      case 'orderByRaw':
        state.orders.push(rawOf(first, second, place, this.writer).embed(true));
        return this;
      case 'limit':
        state.limit = first;
        return this;
      case 'offset':
        state.offset = first;
        return this;
      case 'skipLocked':
      case 'noWait':
        state.lock += method === 'noWait' ? ' nowait' : ' skip locked';
        return this;
      case 'insert':
        state.method = 'insert';
        state.inserted = first;
        if (second !== undefined) state.returning = second;
        return this;
      case 'update':
        this.addUpdate(args);
        return this;
      case 'increment':
      case 'decrement':
        this.addCounter(first, second, method === 'increment' ? 1 : -1);
        return this;
      case 'del':
      case 'delete':
        state.method = 'del';
        if (first !== undefined) state.returning = first;
        return this;
      case 'truncate':
        state.method = 'truncate';
        if (first !== undefined) state.table = first;
        return this;
      case 'columnInfo':
        state.method = 'columnInfo';
        return this;
      case 'returning':
        state.returning = first;
        return this;
      case 'updateFrom':
        state.updateFrom = first;
        return this;
      case 'using':
        state.using = first;
        return this;
      case 'onConflict':
        return new OnConflict(this, first ?? true);
      case 'modify':
        if (first instanceof Callback) first.invoke([this, ...args.slice(1)], this);
        return this;
      case 'clone':
        return this.clone();
      case 'toSQL':
      case 'toNative':
        return { sql: withoutSources(this.sql), bindings: [] };
      default:
        return missing;
    }
  }

  setConflict(columns: unknown, ignore: boolean, merged: unknown): void {
    this.state.onConflict = { columns, ignore, merged };
  }

  private addColumns(columns: readonly unknown[]): void {
    this.state.columns.push(
      ...columns.filter((column) => column !== undefined && column !== null && column !== '').map((value) => this.writer.wrap(value)),
    );
  }

  private addUnion(clause: string, args: readonly unknown[]): void {
    const wrapped = args.at(-1) === true;
    const queries = args
      .filter((value) => typeof value !== 'boolean')
      .flatMap((value): readonly unknown[] => (Array.isArray(value) ? value : [value]));
    for (const query of queries) this.state.unions.push({ clause, text: queryText(query, this.writer), wrapped });
  }

  private addWith(method: string, args: readonly unknown[]): void {
    const [alias, second, third] = args;
    const columns = third === undefined ? '' : `(${this.writer.columnize(second)})`;
    const query = third ?? second;
    const materialized = method === 'withMaterialized' ? 'materialized ' : method === 'withNotMaterialized' ? 'not materialized ' : '';
    this.state.with.push({
      text: `${this.writer.wrap(alias)}${columns} as ${materialized}(${queryText(query, this.writer)})`,
      recursive: method === 'withRecursive',
    });
  }

  private addOrder(column: unknown, direction: unknown, nulls: unknown): void {
    if (Array.isArray(column)) {
      for (const item of column) {
        if (isRecord(item)) this.addOrder(item.column, item.order, item.nulls);
        else this.addOrder(item, undefined, undefined);
      }
      return;
    }
    const way = String(direction ?? 'asc').toLowerCase() === 'desc' ? 'desc' : 'asc';
    const text = column instanceof Embedded ? column.embed(true) : this.writer.columnize(column);
    this.state.orders.push(`${text} ${way}${nulls === undefined || nulls === '' ? '' : ` nulls ${String(nulls)}`}`);
  }

  /** `update({ a: 1 }, returning)` and `update('a', 1, returning)`. */
  private addUpdate([first, second, third]: readonly unknown[]): void {
    const { state } = this;
    state.method = 'update';
    if (isRecord(first)) {
      for (const [column, value] of Object.entries(first)) state.updated.set(column, value);
      if (second !== undefined) state.returning = second;
      return;
    }
    if (isHole(first) && second === undefined) state.updated.set(first, first);
    else state.updated.set(String(first), isRecord(second) ? JSON.stringify(second) : second);
    if (third !== undefined) state.returning = third;
  }

  private addCounter(column: unknown, amount: unknown, sign: 1 | -1): void {
    const { state } = this;
    state.method = 'update';
    const changes: readonly (readonly [string, unknown])[] = isRecord(column) ? Object.entries(column) : [[String(column), amount ?? 1]];
    for (const [name, by] of changes) {
      const number = Number(by);
      if (Number.isNaN(number))
        state.updated.set(
          name,
          new Raw(placedText(`${this.writer.wrap(name)} ${sign < 0 ? '-' : '+'} ${this.writer.literal(by)}`, this.place), this.place),
        );
      else state.counters.set(name, sign * number);
    }
  }

  private clear(method: string, what: unknown): void {
    const part = method === 'clear' ? String(what) : method.slice('clear'.length).toLowerCase();
    if (part === 'where') this.where.list.length = 0;
    else if (part === 'having') this.having.list.length = 0;
    else if (part === 'select' || part === 'columns') this.state.columns = [];
    else if (part === 'order') this.state.orders = [];
    else if (part === 'group') this.state.groups = [];
    else if (part === 'join') this.state.joins = [];
    else if (part === 'with') this.state.with = [];
    else if (part === 'union') this.state.unions = [];
    else if (part === 'limit') this.state.limit = undefined;
    else if (part === 'offset') this.state.offset = undefined;
    else if (part.startsWith('counter')) this.state.counters.clear();
  }

  private clone(): Query {
    const copy = new Query(this.place, this.dialect);
    const { state } = this;
    copy.state = {
      ...state,
      columns: [...state.columns],
      joins: [...state.joins],
      with: [...state.with],
      unions: [...state.unions],
      groups: [...state.groups],
      orders: [...state.orders],
      updated: new Map(state.updated),
      counters: new Map(state.counters),
    };
    copy.where.list.push(...this.where.list);
    copy.having.list.push(...this.having.list);
    return copy;
  }
}

/** `.onConflict(columns)`: what is called on it says what happens then. */
class OnConflict implements KnexObject {
  constructor(
    private readonly query: Query,
    private readonly columns: unknown,
  ) {}

  call(method: string, args: readonly unknown[], place: Place): unknown {
    if (method !== 'ignore' && method !== 'merge') return missing;
    this.query.setConflict(this.columns, method === 'ignore', args[0]);
    return this.query.call('options', [], place);
  }
}

/** The conditions that a function puts together, for a group in brackets. */
function whereGroup(callback: Callback): string {
  const query = callback.asQuery();
  query.isPart = true;
  return query instanceof Query ? query.where.text : '';
}

/** A query or raw expression without brackets of its own. */
function queryText(value: unknown, writer: Writer): string {
  const query = value instanceof Callback ? value.asQuery() : value;
  if (query instanceof Embedded) query.isPart = true;
  if (query instanceof Query) return sourced(query.sql, query.place);
  return query instanceof Raw ? query.embed() : writer.literal(query);
}

function rawOf(sql: unknown, bindings: unknown, place: Place, writer: Writer): Embedded {
  const raw =
    sql instanceof Embedded
      ? sql
      : new Raw(bind(placedText(sql instanceof DateValue ? sql.iso : String(sql), place), bindings, writer), place);
  raw.isPart = true;
  return raw;
}
