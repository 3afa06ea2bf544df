import type { TypeObject } from '../../../model/catalog';
import { ownValue } from '../../../model/own-value';
import { findNamed, type SearchedCatalog } from '../../../schema/lookup';

/** What a column of one type becomes by itself, as `pg_cast` has it on 12 to 18: implicit casts, and those of assignments. */
const byItself: Readonly<Record<string, string>> = {
  smallint: 'integer,bigint,numeric,real,double precision,oid',
  integer: 'smallint,bigint,numeric,real,double precision,money,oid',
  bigint: 'smallint,integer,numeric,real,double precision,money,oid',
  numeric: 'smallint,integer,bigint,real,double precision,money',
  real: 'smallint,integer,bigint,numeric,double precision',
  'double precision': 'smallint,integer,bigint,numeric,real',
  boolean: '',
  text: '',
  'character varying': '',
  character: '',
  uuid: '',
  json: 'jsonb',
  jsonb: 'json',
  date: 'timestamp without time zone,timestamp with time zone',
  'timestamp without time zone': 'date,timestamp with time zone,time without time zone',
  'timestamp with time zone': 'date,timestamp without time zone,time without time zone,time with time zone',
  'time without time zone': 'time with time zone,interval',
  'time with time zone': 'time without time zone',
  interval: 'time without time zone',
  bytea: '',
  inet: 'cidr',
  cidr: 'inet',
  money: 'numeric',
  xml: '',
};

const strings = new Set(['text', 'character varying', 'character']);

/** A type without lengths, and what it is of. `base` of a domain is what lies under it; undefined for types that nothing is known of. */
interface KnownType {
  readonly base: string | undefined;
  readonly isEnum: boolean;
}

/**
 * Does a value of one type turn into another without USING or a cast? Undefined where that is not known: types of extensions, composite
 * types, casts that somebody made.
 */
export function turnsByItself(catalog: SearchedCatalog, from: string, to: string): boolean | undefined {
  if (from === to) return true;
  const [source, target] = [knownType(catalog, from), knownType(catalog, to)];
  if (source.base === undefined || target.base === undefined) return undefined;
  if (source.base === target.base || strings.has(target.base)) return true;
  const isArray = (base: string) => base.endsWith('[]');
  if (isArray(source.base) !== isArray(target.base)) return false;
  if (isArray(source.base)) return turnsByItself(catalog, source.base.slice(0, -2), target.base.slice(0, -2));
  if (source.isEnum || target.isEnum) return false;
  return (ownValue(byItself, source.base) ?? '').split(',').includes(target.base);
}

/** Is there a cast that has to be asked for: `column::type`? As an expression over the column. Undefined where none is known. */
export function explicitCast(catalog: SearchedCatalog, from: string, to: string, column: string): string | undefined {
  const [source, target] = [knownType(catalog, from), knownType(catalog, to)];
  if (source.base === undefined || target.base === undefined) return undefined;
  if (strings.has(source.base)) return `${column}::${to}`;
  if (source.isEnum) return `${column}::text::${to}`;
  const pair = [source.base, target.base];
  return pair.includes('integer') && pair.includes('boolean') ? `${column}::${to}` : undefined;
}

function knownType(catalog: SearchedCatalog, type: string): KnownType {
  const base = type.replaceAll(/\(\s*\d+(?:\s*,\s*-?\d+)?\s*\)/g, '').replace(/(?:\[\d*\])+$/, '[]');
  const element = base.replace(/\[\]$/, '');
  if (Object.hasOwn(byItself, element)) return { base, isEnum: false };
  const named = ownType(catalog, element);
  if (named?.kind === 'enum') return { base: `${named.schema}.${named.name}${base.slice(element.length)}`, isEnum: true };
  if (named?.kind === 'domain' && named.domain !== undefined && base === element) return knownType(catalog, named.domain.baseType);
  return { base: undefined, isEnum: false };
}

function ownType(catalog: SearchedCatalog, written: string): TypeObject | undefined {
  const [name = '', schema] = written
    .split('.')
    .map((part) => part.replaceAll('"', ''))
    .reverse();
  return findNamed(catalog.types, { name, ...(schema !== undefined && { schema }) }, catalog.searchPath);
}
