import type { Column, Table } from '../model/catalog';
import type { ObjectName, Operation } from '../model/operation';
import { postgresWords, type SqlWords } from './dialect';

/** The tables whose rows an operation changes, beside what triggers and cascades do. */
export function writtenTables(operation: Operation): readonly ObjectName[] {
  switch (operation.kind) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'copy':
      return [operation.table];
    case 'truncate':
      return operation.tables;
    default:
      return [];
  }
}

/** Whether a name in a text may mean this table. A name without a schema may be in any: the search path is not known here. */
export function isNamed(name: ObjectName, table: { readonly schema: string; readonly name: string }): boolean {
  return name.name === table.name && (name.schema === undefined || name.schema === table.schema);
}

/**
 * A column as its table calls it. MySQL and MariaDB take names that differ in case alone for one; PostgreSQL's are exact, and a table has
 * the one that is meant.
 */
export function columnNamed(name: string, { columns }: Table): string {
  const isThere = columns.some((column) => column.name === name);
  return isThere ? name : (columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name);
}

/** The columns whose values are in the rows, and not computed from others. */
export function storedColumns({ columns }: Table): readonly Column[] {
  return columns.filter(({ generated }) => generated === undefined);
}

/** Names of the columns that are meant where none is listed (MySQL manual, Invisible Columns). */
export function unlistedColumns({ columns }: Table): readonly string[] {
  return columns.flatMap(({ name, invisible }) => (invisible === true ? [] : [name]));
}

/** A write with its columns as the table calls them. */
export function withColumnsOf(operation: Operation, table: Table | undefined): Operation {
  if (table === undefined || (operation.kind !== 'update' && operation.kind !== 'insert')) return operation;
  return { ...operation, columns: operation.columns.map((name) => columnNamed(name, table)) };
}

/** The rows of an INSERT as far as they are constants, as SQL literals. */
export type Rows = readonly (readonly (string | undefined)[])[];

/**
 * Statements that take back inserted rows: by a key where the rows give one, else one row for each that came, so that equal rows
 * that were there before stay. Empty where no value can be compared, and where one that is no constant may tell a row from others.
 */
export function insertedBack(columns: readonly string[], rows: Rows, table: Table, words: SqlWords = postgresWords): string[] {
  const listed = listedColumns(columns, table);
  const byKey = deletionByKey(columns, rows, table, words);
  if (byKey !== undefined) return [byKey];
  if (!rows.every((row) => row.every((value, place) => value !== undefined || isMoment(listed[place], table)))) return [];
  const texts = rows.map((row) => deletionOf(columns, [row], table, words));
  if (texts.includes(undefined)) return [];
  const key = table.constraints.find((constraint) => constraint.kind === 'primary key')?.columns ?? [];
  return texts.map((text) => words.deleteOne(table, (text ?? '').slice((text ?? '').indexOf('WHERE ')), key));
}

/** DELETE of inserted rows where they give a key. */
export function deletionByKey(columns: readonly string[], rows: Rows, table: Table, words: SqlWords): string | undefined {
  return keyIn(listedColumns(columns, table), rows, table) ? deletionOf(columns, rows, table, words) : undefined;
}

function listedColumns(columns: readonly string[], table: Table): readonly string[] {
  return columns.length > 0 ? columns : table.columns.map((column) => column.name);
}

/** The moment that a row is made at, `now()` or the client's clock, does not tell it from others more than a default would. */
function isMoment(name: string | undefined, { columns }: Table): boolean {
  return /^(timestamp|date|time)/.test(columns.find((column) => column.name === name)?.type ?? '');
}

/** True when the rows give all columns of a key, none of them NULL or left to its default. */
function keyIn(listed: readonly string[], rows: Rows, table: Table): boolean {
  return keysOf(table).some((key) => {
    const places = key.map((name) => listed.indexOf(name));
    const isGiven = (value: string | undefined) => value !== undefined && !/^(null|default)$/i.test(value);
    return key.length > 0 && !places.includes(-1) && rows.every((row) => places.every((place) => isGiven(row[place])));
  });
}

/** The columns of each key, of unique indexes as well: MySQL and MariaDB have nothing else but the primary key. */
function keysOf({ constraints, indexes, columns }: Table): readonly (readonly string[])[] {
  const isColumn = (key: string) => columns.some(({ name }) => name === key);
  const isWhole = ({ definition }: { readonly definition: string }) => !/\swhere\s/i.test(definition);
  return [
    ...constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique').map((constraint) => constraint.columns),
    ...indexes.filter((index) => index.unique && isWhole(index) && index.keys.every(isColumn)).map(({ keys }) => keys),
  ];
}

/** Types without an equality operator that takes a literal. */
const withoutEquality = /^(json|xml|point|line|lseg|box|path|polygon|circle|geometry|linestring|multi\w+|geometrycollection|float|double)$/;

/**
 * DELETE of inserted rows: by the key where the rows give it, else by all constants. Undefined where no value can be compared.
 * @param columns as the INSERT lists them; empty for all columns of the table in order.
 */
export function deletionOf(columns: readonly string[], rows: Rows, table: Table, words: SqlWords = postgresWords): string | undefined {
  const listed = listedColumns(columns, table);
  const types = new Map(table.columns.map((column) => [column.name, column.type]));
  const isComparable = (name: string) => (types.has(name) || table.complete === false) && !withoutEquality.test(types.get(name) ?? '');
  const usable = listed.map((name, place) => ({ name, place })).filter(({ name }) => isComparable(name));
  const key = table.constraints.find((constraint) => constraint.kind === 'primary key')?.columns ?? [];
  const isKnown = ({ place }: { readonly place: number }) => rows.every((row) => row[place] !== undefined);
  const byKey = key.length > 0 && key.every((name) => usable.some((column) => column.name === name && isKnown(column)));
  const chosen = byKey ? usable.filter(({ name }) => key.includes(name)) : usable;
  const conditions = rows.map((row) =>
    chosen.flatMap(({ name, place }) => condition(words.quoteIdentifier(name), row[place])).join(' AND '),
  );
  if (conditions.length === 0 || conditions.includes('')) return undefined;
  const where = conditions.length === 1 ? conditions.join() : conditions.map((text) => `(${text})`).join('\n   OR ');
  return `DELETE FROM ${words.sqlName(table)}\n WHERE ${where}`;
}

function condition(name: string, value: string | undefined): string[] {
  if (value === undefined || value.toUpperCase() === 'DEFAULT') return [];
  return [value.toUpperCase() === 'NULL' ? `${name} IS NULL` : `${name} = ${value}`];
}
