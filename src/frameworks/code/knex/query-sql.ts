import { holeMark } from '../../../code/plain';
import type { Conditions } from './conditions';
import { qualified } from './names';
import { asList, Embedded, isRecord } from './values';
import type { Writer } from './writer';

/** What a query builder collected: `query/querybuilder.js`. */
export interface QueryState {
  method: 'select' | 'insert' | 'update' | 'del' | 'truncate' | 'columnInfo';
  table: unknown;
  schema: string | undefined;
  only: boolean;
  distinct: string;
  columns: string[];
  joins: Join[];
  with: { readonly text: string; readonly recursive: boolean }[];
  unions: { readonly clause: string; readonly text: string; readonly wrapped: boolean }[];
  groups: string[];
  orders: string[];
  limit: unknown;
  offset: unknown;
  lock: string;
  alias: unknown;
  inserted: unknown;
  updated: Map<string, unknown>;
  counters: Map<string, number>;
  returning: unknown;
  updateFrom: unknown;
  using: unknown;
  onConflict: { readonly columns: unknown; readonly ignore: boolean; readonly merged?: unknown } | undefined;
}

export interface Join {
  readonly text: string;
  readonly table: string;
  readonly conditions: string;
}

export function emptyQuery(): QueryState {
  return {
    method: 'select',
    table: undefined,
    schema: undefined,
    only: false,
    distinct: '',
    columns: [],
    joins: [],
    with: [],
    unions: [],
    groups: [],
    orders: [],
    limit: undefined,
    offset: undefined,
    lock: '',
    alias: undefined,
    inserted: undefined,
    updated: new Map(),
    counters: new Map(),
    returning: undefined,
    updateFrom: undefined,
    using: undefined,
    onConflict: undefined,
  };
}

/** The statement: `query/querycompiler.js` and `dialects/postgres/query/pg-querycompiler.js`. Empty when knex sends none (an insert of no rows). */
export function querySql(query: QueryState, where: Conditions, having: Conditions, writer: Writer): string {
  const whereText = where.text === '' ? '' : ` where ${where.text}`;
  const table = query.table === undefined ? '' : `${query.only ? 'only ' : ''}${wrapTable(query, writer)}`;
  switch (query.method) {
    case 'insert':
      return insertSql(query, table, whereText, writer);
    case 'update':
      return `${withText(query)}update ${table} set ${assignments(updatedValues(query, writer), writer)}${query.updateFrom === undefined ? '' : ` from ${writer.wrap(query.updateFrom)}`}${whereText}${returningText(query, writer)}`;
    case 'del': {
      const using = [...asList(query.using).map((value) => writer.wrap(value)), ...query.joins.map((join) => join.table)];
      const joined = query.joins.map(({ conditions }) => conditions).filter((text) => text !== '');
      const conditions = [...(where.text === '' ? [] : [where.text]), ...joined].join(' and ');
      return `${withText(query)}delete from ${table}${using.length === 0 ? '' : ` using ${using.join(',')}`}${conditions === '' ? '' : ` where ${conditions}`}${returningText(query, writer)}`;
    }
    case 'truncate':
      return `truncate ${table} restart identity`;
    case 'columnInfo':
      return '';
    default:
      return selectSql(query, table, whereText, having);
  }
}

export function selectSql(query: QueryState, table: string, whereText: string, having: Conditions): string {
  const columns = query.columns.length === 0 ? '*' : query.columns.join(', ');
  const onlyUnions = query.table === undefined && query.columns.length === 0 && query.unions.length > 0;
  const joins = query.joins.map(({ text }) => ` ${text}`).join('');
  const main = onlyUnions ? '' : `select ${query.distinct}${columns}${table === '' ? '' : ` from ${table}`}${joins}${whereText}`;
  const wrapped = !onlyUnions && query.unions.some((union) => union.wrapped) ? `(${main})` : main;
  const unions = query.unions.map(({ clause, text, wrapped: inBrackets }, index) => {
    const own = inBrackets ? `(${text})` : text;
    return index === 0 && onlyUnions ? own : `${clause} ${own}`;
  });
  const parts = [
    wrapped,
    ...unions,
    query.groups.length === 0 ? '' : `group by ${query.groups.join(', ')}`,
    having.text === '' ? '' : `having ${having.text}`,
    query.orders.length === 0 ? '' : `order by ${query.orders.join(', ')}`,
    query.limit === undefined || query.limit === null ? '' : `limit ${number(query.limit)}`,
    query.offset === undefined || query.offset === null || query.offset === 0 ? '' : `offset ${number(query.offset)}`,
    query.lock,
  ];
  return withText(query) + parts.filter((part) => part !== '').join(' ');
}

function insertSql(query: QueryState, table: string, whereText: string, writer: Writer): string {
  const { inserted } = query;
  if (Array.isArray(inserted) && inserted.length === 0) return '';
  const head = `${withText(query)}insert into ${table} `;
  const tail = conflictText(query, whereText, writer) + returningText(query, writer);
  if (inserted instanceof Embedded) {
    inserted.isPart = true;
    return head + inserted.embed(false) + tail;
  }
  const rows = asList(inserted).filter(isRecord);
  const columns = insertedColumns(rows);
  // Of rows that are not known there are no columns to name either.
  if (columns.length === 0) return `${head}default values${tail}`;
  const values = rows
    .map(
      (row) =>
        `(${writer.literals(
          columns.map((column) => row[column]),
          'DEFAULT',
        )})`,
    )
    .join(', ');
  return `${head}(${writer.columnize(columns)}) values ${values}${tail}`;
}

/** All properties of the rows, sorted. */
export function insertedColumns(rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))].sort();
}

function conflictText(query: QueryState, whereText: string, writer: Writer): string {
  const { onConflict } = query;
  if (onConflict === undefined) return '';
  const { columns, ignore, merged } = onConflict;
  const target = columns === true ? '' : ` ${columns instanceof Embedded ? columns.embed(false) : `(${writer.columnize(columns)})`}`;
  if (ignore) return ` on conflict${target} do nothing`;
  const updates = Array.isArray(merged)
    ? merged.map((column) => excluded(column, writer)).join(', ')
    : isRecord(merged)
      ? assignments(new Map(Object.entries(merged)), writer)
      : mergedColumns(query)
          .map((column) => excluded(column, writer))
          .join(', ');
  return ` on conflict${target} do update set ${updates}${whereText}`;
}

/** Those of the rows; where nothing is known of them, what stands for them. */
export function mergedColumns({ inserted }: QueryState): readonly string[] {
  const rows = asList(inserted);
  const columns = insertedColumns(rows.filter(isRecord));
  return columns.length > 0 ? columns : [String(rows.find((row) => typeof row === 'string') ?? 'id')];
}

function excluded(column: unknown, writer: Writer): string {
  const name = writer.wrap(String(column).split('.').at(-1));
  return `${name} = excluded.${name}`;
}

export function assignments(values: ReadonlyMap<string, unknown>, writer: Writer): string {
  const known = [...values].filter(([, value]) => value !== undefined);
  // knex refuses an update of nothing: what is not known is more than that.
  if (known.length === 0) return `${writer.quoteName(holeMark('column'))} = '${holeMark('value')}'`;
  return known
    .map(([column, value]) => `${writer.wrap(column)} = ${isRecord(value) ? writer.literal(JSON.stringify(value)) : writer.literal(value)}`)
    .join(', ');
}

export function updatedValues({ updated, counters }: QueryState, writer: Writer): ReadonlyMap<string, unknown> {
  const values = new Map(updated);
  for (const [column, amount] of counters) {
    if (!values.has(column)) values.set(column, new Counter(column, amount, writer));
  }
  return values;
}

/** `increment` and `decrement`. */
class Counter extends Embedded {
  constructor(
    private readonly column: string,
    private readonly amount: number,
    private readonly writer: Writer,
  ) {
    super();
  }

  embed(): string {
    return `${this.writer.wrap(this.column)} ${this.amount < 0 ? '-' : '+'} ${Math.abs(this.amount)}`;
  }
}

export function withText(query: QueryState): string {
  if (query.with.length === 0) return '';
  return `with ${query.with.some(({ recursive }) => recursive) ? 'recursive ' : ''}${query.with.map(({ text }) => text).join(', ')} `;
}

function returningText({ returning }: QueryState, writer: Writer): string {
  return returning === undefined || returning === null || returning === '' || (Array.isArray(returning) && returning.length === 0)
    ? ''
    : ` returning ${writer.columnize(returning)}`;
}

export function wrapTable({ schema, table }: QueryState, writer: Writer): string {
  if (!(table instanceof Embedded)) return writer.wrap(qualified(schema, table));
  table.isPart = true;
  return table.embed(true);
}

export function number(value: unknown): string {
  return value instanceof Embedded ? value.embed(true) : String(value);
}
