import type { Operation } from '../model/operation';
import { ownValue } from '../model/own-value';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { findColumn, type SearchedCatalog } from '../schema/lookup';
import { storedType } from './domains';
import { type Fact, fact } from './fact';
import { isNew, label, type Situation, tableOf } from './situation';

/** ALTER COLUMN TYPE (manual, ALTER TABLE, "Notes"): no rewrite when the old type is binary coercible or its length only grows. */
export function typeChangeFact(operation: Extract<Operation, { kind: 'alter column type' }>, situation: Situation): Fact {
  const { table, column, type, using } = operation;
  const lock = [table, 'ACCESS EXCLUSIVE'] as const;
  if (isNew(situation, table)) return fact('metadata', `${label(table)} is made in this migration, so there are few rows or none`, lock);
  const from = findColumn(tableOf(situation, table), column)?.type;
  if (using !== undefined && !isPlainCast(using, column, type))
    return fact('rewrite', `USING ${using} is computed for every row: every row is written again`, lock);
  if (from === undefined)
    return fact('unknown', `Every row is written again unless the present type of ${column} is compatible with ${type}`, lock);
  const free = whyFreeWithDomains(from, type, situation.catalog);
  if (free === undefined) return fact('rewrite', `${from} to ${type} changes how values are stored: every row is written again`, lock);
  if (free === 'time zone') {
    return fact('unknown', `${from} to ${type} is free only when the session's TimeZone is UTC; else every row is written again`, lock);
  }
  if (!isIndexed(situation, operation) || !sortsAnew(situation, operation, from))
    return fact('metadata', `${from} to ${type}: ${free}`, lock);
  return fact('build', `The rows stay as they are, but values of ${column} sort in another way: its indexes are built again`, lock);
}

type TypeChange = Extract<Operation, { kind: 'alter column type' }>;

function isIndexed(situation: Situation, { table, column }: TypeChange): boolean {
  return tableOf(situation, table)?.indexes.some(({ keys }) => keys.includes(column)) === true;
}

/** An index is kept only where its operator class and its collation are (`CheckIndexCompatible` of indexcmds.c). */
function sortsAnew(situation: Situation, { table, column, type, collation }: TypeChange, from: string): boolean {
  const own = (name: string | undefined) => (name?.replace(/^"?pg_catalog"?\./, '') === '"default"' ? undefined : name);
  const present = findColumn(tableOf(situation, table), column)?.collation;
  return isCitext(from) !== isCitext(type) || own(present) !== own(collation);
}

/** Of the extension, in whatever schema that is. */
function isCitext(type: string): boolean {
  return /^(?:.*\.)?"?citext"?$/.test(type);
}

/** `column::type` or `CAST(column AS type)`: what the server does by itself. */
function isPlainCast(using: string, column: string, type: string): boolean {
  const text = using.replace(/\s+/g, ' ').trim().toLowerCase();
  const names = [column.toLowerCase(), quoteIdentifier(column).toLowerCase()];
  if (names.includes(text)) return true;
  const [subject, ...rest] = text.split('::');
  if (rest.length === 1) return names.includes(subject?.trim() ?? '') && sameSpelling(rest[0] ?? '', type);
  const cast = /^cast ?\( ?(.+?) as (.+?) ?\)$/.exec(text);
  return cast !== null && names.includes(cast[1] ?? '') && sameSpelling(cast[2] ?? '', type);
}

function sameSpelling(written: string, canonical: string): boolean {
  const short: Readonly<Record<string, string>> = {
    varchar: 'character varying',
    char: 'character',
    int: 'integer',
    int4: 'integer',
    int8: 'bigint',
    bool: 'boolean',
  };
  const text = written.trim();
  const expanded = text.replace(/^[a-z0-9]+/, (word) => ownValue(short, word) ?? word);
  return text === canonical || expanded === canonical || expanded.replace(/\s/g, '') === canonical.replace(/\s/g, '');
}

interface TypeParts {
  readonly base: string;
  readonly modifiers: readonly number[];
}

function partsOf(type: string): TypeParts {
  const modifiers = /\(([\d,]+)\)/.exec(type)?.[1]?.split(',').map(Number) ?? [];
  return { base: type.replace(/\([\d,]+\)/, ''), modifiers };
}

/** Pairs of types whose values are the same on disk (`pg_cast.castmethod = 'b'`), beside those handled by length. */
const binaryCoercible = new Set([
  'cidr>inet',
  'xml>text',
  'xml>character varying',
  'oid>integer',
  'integer>oid',
  'character varying>text',
  'text>character varying',
]);

/** The same for types that may be domains: a domain without constraints is stored as the type it is made of; constraints are checked for each row. */
export function whyFreeWithDomains(from: string, to: string, catalog: SearchedCatalog): string | undefined {
  if (from === to) return whyFree(from, to);
  const wanted = storedType(catalog, to);
  return wanted.isConstrained ? undefined : whyFree(storedType(catalog, from).type, wanted.type);
}

/** Why a change costs nothing; `time zone` when that depends on the session; undefined when it rewrites. */
export function whyFree(from: string, to: string): string | undefined {
  if (from === to) return 'it is the same type';
  const old = partsOf(from);
  const wanted = partsOf(to);
  if (isText(old.base) && isText(wanted.base)) return textIsFree(old, wanted) ? 'the values stay as they are on disk' : undefined;
  if (old.base !== wanted.base) {
    if (/^timestamp with(out)? time zone$/.test(old.base) && /^timestamp with(out)? time zone$/.test(wanted.base)) {
      return widens(old, wanted) ? 'time zone' : undefined;
    }
    return binaryCoercible.has(`${old.base}>${wanted.base}`) && wanted.modifiers.length === 0
      ? 'the values stay as they are on disk'
      : undefined;
  }
  switch (wanted.base) {
    case 'numeric':
      return numericIsFree(old, wanted) ? 'the precision only grows' : undefined;
    case 'bit varying':
      return widens(old, wanted) ? 'the length only grows' : undefined;
    case 'timestamp without time zone':
    case 'timestamp with time zone':
    case 'time without time zone':
    case 'time with time zone':
    case 'interval':
      return widens(old, wanted) ? 'the precision only grows' : undefined;
    default:
      return undefined;
  }
}

function isText(base: string): boolean {
  return base === 'text' || base === 'character varying' || isCitext(base);
}

/** To and from citext a cast WITHOUT FUNCTION leads (citext.sql), but a length is checked. */
function textIsFree(old: TypeParts, wanted: TypeParts): boolean {
  if (isCitext(old.base) || isCitext(wanted.base)) return wanted.modifiers.length === 0;
  return wanted.base === 'text' || widens(old, wanted);
}

/** No modifier is the widest. Seconds have six digits at most. */
function widens(old: TypeParts, wanted: TypeParts): boolean {
  const [limit] = wanted.modifiers;
  if (limit === undefined) return true;
  const isTime = wanted.base.startsWith('time') || wanted.base === 'interval';
  const present = old.modifiers[0] ?? (isTime ? 6 : Number.POSITIVE_INFINITY);
  return limit >= present;
}

function numericIsFree(old: TypeParts, wanted: TypeParts): boolean {
  const [precision, scale = 0] = wanted.modifiers;
  if (precision === undefined) return true;
  const [oldPrecision, oldScale = 0] = old.modifiers;
  return oldPrecision !== undefined && scale === oldScale && precision >= oldPrecision;
}
