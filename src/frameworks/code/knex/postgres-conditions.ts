import { isRecord } from './values';
import type { Writer } from './writer';

/** Conditions that are written differently by engine. `not` is empty or `not `; `column` is SQL already. */
export interface ConditionWords {
  /** `whereLike` and `whereILike`. */
  like(column: string, not: string, kind: 'Like' | 'ILike', value: unknown, writer: Writer): string;
  jsonObject(column: string, not: string, value: unknown, writer: Writer): string;
  jsonPath(column: string, not: string, args: readonly unknown[], writer: Writer): string;
  jsonContains(column: string, not: string, kind: 'JsonSupersetOf' | 'JsonSubsetOf', value: unknown, writer: Writer): string;
}

/** A value for a column of JSON. */
export function jsonLiteral(writer: Writer, value: unknown): string {
  return writer.literal(isRecord(value) || Array.isArray(value) ? JSON.stringify(value) : value);
}

/** `dialects/postgres/query/pg-querycompiler.js`. */
export const postgresConditions: ConditionWords = {
  like: (column, not, kind, value, writer) => `${column} ${not}${kind.toLowerCase()} ${writer.literal(value)}`,
  jsonObject: (column, not, value, writer) => `${column} ${not === '' ? '=' : '!='} ${jsonLiteral(writer, value)}`,
  jsonPath(column, not, [, path, operator, value], writer) {
    const cast = typeof value === 'number' ? (Number.isInteger(value) ? '::int' : '::float') : " #>> '{}'";
    return `${not}jsonb_path_query_first(${column}, ${writer.literal(path)})${cast} ${String(operator)} ${jsonLiteral(writer, value)}`;
  },
  jsonContains: (column, not, kind, value, writer) =>
    `${not}${column} ${kind === 'JsonSupersetOf' ? '@>' : '<@'} ${jsonLiteral(writer, value)}`,
};
