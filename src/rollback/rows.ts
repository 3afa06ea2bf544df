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

/**
 * Statements that take back inserted constants: by a key where the rows give one, else one row for each that came, so that equal rows
 * that were there before stay. Empty where no value can be compared.
 */
export function insertedBack(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  table: Table,
  words: SqlWords = postgresWords,
): string[] {
  const listed = columns.length > 0 ? columns : table.columns.map((column) => column.name);
  if (keyIn(listed, rows, table)) {
    const text = deletionOf(columns, rows, table, words);
    return text === undefined ? [] : [text];
  }
  const texts = rows.map((row) => deletionOf(columns, [row], table, words));
  if (texts.includes(undefined)) return [];
  const key = table.constraints.find((constraint) => constraint.kind === 'primary key')?.columns ?? [];
  return texts.map((text) => words.deleteOne(table, (text ?? '').slice((text ?? '').indexOf('WHERE ')), key));
}

/** True when the rows give all columns of a key, none of them NULL or left to its default. */
function keyIn(listed: readonly string[], rows: readonly (readonly string[])[], table: Table): boolean {
  const keys = table.constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique').map((constraint) => constraint.columns);
  return keys.some((key) => {
    const places = key.map((name) => listed.indexOf(name));
    const isGiven = (value: string | undefined) => value !== undefined && !/^(null|default)$/i.test(value);
    return key.length > 0 && !places.includes(-1) && rows.every((row) => places.every((place) => isGiven(row[place])));
  });
}

/** Types without an equality operator that takes a literal. */
const withoutEquality = /^(json|xml|point|line|lseg|box|path|polygon|circle|geometry|linestring|multi\w+|geometrycollection|float|double)$/;

/**
 * DELETE of constant rows: by the key where the rows give it, else by all values. Undefined where no value can be compared.
 * @param columns as the INSERT lists them; empty for all columns of the table in order.
 * @param rows SQL literals.
 */
export function deletionOf(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  table: Table,
  words: SqlWords = postgresWords,
): string | undefined {
  const listed = columns.length > 0 ? columns : table.columns.map((column) => column.name);
  const types = new Map(table.columns.map((column) => [column.name, column.type]));
  const isComparable = (name: string) => (types.has(name) || table.complete === false) && !withoutEquality.test(types.get(name) ?? '');
  const usable = listed.map((name, place) => ({ name, place })).filter(({ name }) => isComparable(name));
  const key = table.constraints.find((constraint) => constraint.kind === 'primary key')?.columns ?? [];
  const byKey = key.length > 0 && key.every((name) => usable.some((column) => column.name === name));
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
