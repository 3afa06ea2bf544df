import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';

/** A schema-qualified object as SQL. Objects of the virtual schema may have no schema of their own. */
export function sqlName(object: { readonly schema: string; readonly name: string }): string {
  return quoteQualified(object.schema === '' ? undefined : object.schema, object.name);
}

/** `schema.name` of a catalog key as SQL; a key without a dot is a bare name. */
export function sqlNameOfKey(key: string): string {
  const dot = key.indexOf('.');
  return dot < 0 ? quoteIdentifier(key) : quoteQualified(key.slice(0, dot), key.slice(dot + 1));
}

/** As people say it: without the schema where that is `public`. */
export function spoken(object: { readonly schema: string; readonly name: string }): string {
  return object.schema === 'public' || object.schema === '' ? object.name : `${object.schema}.${object.name}`;
}

/** `schema.name` as people say it. */
export function spokenKey(key: string): string {
  return key.startsWith('public.') ? key.slice('public.'.length) : key;
}

/** Finds an SQL name where it stands for itself and is no part of a longer name, also between quotes that it does not need. */
export function namePattern(sql: string): RegExp {
  return new RegExp(`(?<![\\w"$.])${sourceOf(sql)}(?![\\w"$])`, 'g');
}

/** The same for a column, which may stand behind a relation's name: `new.total`. */
export function columnPattern(sql: string): RegExp {
  return new RegExp(`(?<![\\w"$])${sourceOf(sql)}(?![\\w"$])`, 'g');
}

/** Object mappers write every name in quotes, and the virtual schema keeps texts as they were written. */
function sourceOf(sql: string): string {
  return sql.replace(/"(?:[^"]|"")*"|[a-z_]\w*|[^"a-z_]+/g, (part) => (/^[a-z_]\w*$/.test(part) ? `(?:${part}|"${part}")` : escaped(part)));
}

function escaped(sql: string): string {
  return sql.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** True when a text of the server's own writing (all names qualified) names this object. */
export function mentions(text: string, object: { readonly schema: string; readonly name: string }): boolean {
  return text.includes(object.name) && namePattern(sqlName(object)).test(text);
}
