import { withoutSources } from './sources';
import { Embedded, outsideHoles } from './values';

/** Names that knex puts together by itself. */

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
