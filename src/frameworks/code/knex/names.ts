import { withoutSources } from './sources';
import { Callback, Embedded, isRecord, outsideHoles } from './values';

/** Names as knex writes them: `formatter/wrappingFormatter.js`, and `wrapIdentifierImpl` of its Postgres client. */

export function quoteName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '*') return trimmed;
  const accessed = /^(.*?)(\[[0-9]+\])/s.exec(trimmed);
  const own = accessed?.[1] ?? trimmed;
  return `"${outsideHoles(own, (part) => part.replaceAll('"', '""'))}"${accessed?.[2] ?? ''}`;
}

/** A table or column in any of the forms that knex takes: `schema.table`, `a as b`, a raw expression, a query, `{ alias: table }`. */
export function wrap(value: unknown): string {
  if (value instanceof Embedded) {
    value.isPart = true;
    return value.embed(false);
  }
  if (value instanceof Callback) return value.asQuery().embed(true);
  if (typeof value === 'number') return String(value);
  if (isRecord(value)) {
    return Object.entries(value)
      .map(([alias, of]) => `${of instanceof Embedded ? wrapQuery(of) : wrap(of)} as ${quoteName(alias)}`)
      .join(', ');
  }
  return wrapString(String(value));
}

/** `wrap` of a list, or of one. */
export function columnize(value: unknown): string {
  return Array.isArray(value) ? value.map(wrap).join(', ') : wrap(value);
}

/** Prefixed with the schema, where there is one and the table is a plain name. */
export function qualified(schema: string | undefined, table: unknown): unknown {
  return schema === undefined || schema === '' || typeof table !== 'string' ? table : `${schema}.${table}`;
}

/**
 * The name of an index or constraint that was given none: table, columns and kind, in lower case (`_indexCommand` of
 * `schema/tablecompiler.js`).
 */
export function defaultName(kind: 'index' | 'unique' | 'foreign', table: unknown, columns: readonly unknown[]): string {
  const ownTable = outsideHoles(String(table), (part) => part.replace(/[.-]/g, '_'));
  return outsideHoles(`${ownTable}_${columns.map(plainName).join('_')}_${kind}`, (part) => part.toLowerCase());
}

function plainName(column: unknown): string {
  return column instanceof Embedded ? withoutSources(column.embed(false)) : String(column);
}

function wrapQuery(query: Embedded): string {
  query.isPart = true;
  const text = query.embed(true);
  return withoutSources(text).startsWith('(') ? text : `(${text})`;
}

/** What follows is not inside of a hole, whose name may be any expression. */
const outside = '(?![^\\ue000\\ue001]*\\ue001)';
const aliasSeparator = new RegExp(` as ${outside}`, 'i');
const dot = new RegExp(`\\.${outside}`);

function wrapString(value: string): string {
  const alias = aliasSeparator.exec(value);
  if (alias !== null) return `${wrapString(value.slice(0, alias.index))} as ${quoteName(value.slice(alias.index + 4))}`;
  return value
    .split(dot)
    .map((part) => quoteName(part))
    .join('.');
}
