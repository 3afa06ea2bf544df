import { quoteLiteral } from '../../../parse/postgres/identifiers';
import { withoutSources } from './sources';
import { Callback, DateValue, Embedded, hasHole, isRecord, outsideHoles } from './values';

/**
 * Values as SQL. knex sends those of queries beside the text (`$1`), where Postgres takes their type from what they are compared with; a
 * quoted literal does the same. In DDL it writes them into the text itself: `_escapeBinding` of its Postgres client.
 */
export function literal(value: unknown): string {
  if (value instanceof Embedded) {
    value.isPart = true;
    return value.embed(true);
  }
  if (value instanceof Callback) return value.asQuery().embed(true);
  if (value === undefined || value === null) return 'NULL';
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return quoteText(value);
  if (value instanceof DateValue) return quoteText(value.iso);
  if (Array.isArray(value)) return quoteText(arrayText(value));
  return quoteText(JSON.stringify(value));
}

/** Values with commas between. `absent` stands for one that is undefined. */
export function literals(values: readonly unknown[], absent = 'NULL'): string {
  return values
    .map((value) => (value === undefined ? absent : isRecord(value) ? quoteText(JSON.stringify(value)) : literal(value)))
    .join(', ');
}

/** What stands behind IN: `(1, 2)`, `((1, 2), (3, 4))`, `(select ...)`. */
export function inList(values: unknown): string {
  if (!Array.isArray(values)) {
    const text = literal(values);
    return withoutSources(text).startsWith('(') ? text : `(${text})`;
  }
  if (Array.isArray(values[0])) return `(${values.map((row: unknown) => `(${literals(Array.isArray(row) ? row : [row])})`).join(', ')})`;
  return `(${literals(values)})`;
}

/** A string as SQL; what is not known in it stays as it is. */
export function quoteText(text: string): string {
  return hasHole(text) ? `'${outsideHoles(text, (part) => part.replaceAll("'", "''"))}'` : quoteLiteral(text);
}

/** `{a,"b c"}`, as both knex and pg write lists. */
function arrayText(values: readonly unknown[]): string {
  const items = values.map((value) => {
    if (value === undefined || value === null) return 'NULL';
    if (Array.isArray(value)) return arrayText(value);
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
    return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value));
  });
  return `{${items.join(',')}}`;
}
