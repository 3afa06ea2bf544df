import { quoteIdentifier, quoteLiteral } from '../parse/postgres/identifiers';
import { spoken, sqlName } from '../rollback/names';
import type { Requirement } from './requirements';

const named = (columns: readonly string[], alias: string) => columns.map((column) => `${alias}.${quoteIdentifier(column)}`);

/** A query that counts the rows which break it. Duplicates are counted without the one of each key that may stay. */
export function countViolations(requirement: Requirement): string {
  return `SELECT count(*) FROM ${brokenRows(requirement)} broken`;
}

/** A query that shows them: to be looked at before anything is changed. */
export function showViolations(requirement: Requirement): string {
  return `SELECT * FROM ${brokenRows(requirement)} broken;`;
}

/** In words: `rows of orders whose customer_id is not in customers`. */
export function spokenViolations(requirement: Requirement): string {
  const table = spoken(requirement.table);
  switch (requirement.kind) {
    case 'unique':
      return `rows of ${table} that share ${requirement.keys.join(', ')}`;
    case 'not null':
      return `rows of ${table} whose ${requirement.column} is NULL`;
    case 'foreign key':
      return `rows of ${table} whose ${requirement.columns.join(', ')} is not in ${spoken(requirement.parent)}`;
    case 'check':
      return `rows of ${table} for which ${requirement.expression} is false`;
    case 'cast':
      return `rows of ${table} whose ${requirement.column} is no ${requirement.type}`;
  }
}

/** The condition that a row `t` breaks it. Not for duplicates, which break it together. */
export function brokenCondition(requirement: Exclude<Requirement, { kind: 'unique' }>): string {
  switch (requirement.kind) {
    case 'not null':
      return `t.${quoteIdentifier(requirement.column)} IS NULL`;
    case 'foreign key': {
      // A key with a NULL in it points nowhere and is no orphan (manual, CREATE TABLE, MATCH SIMPLE).
      const { columns, parent, parentColumns } = requirement;
      const own = named(columns, 't');
      const pairs = named(parentColumns, 'p').map((column, place) => `${column} = ${own[place]}`);
      return [
        ...own.map((column) => `${column} IS NOT NULL`),
        `NOT EXISTS (SELECT FROM ${sqlName(parent)} p WHERE ${pairs.join(' AND ')})`,
      ].join(' AND ');
    }
    case 'check':
      return `NOT (${requirement.expression})`;
    case 'cast':
      return `NOT (${castWorks(requirement)})`;
  }
}

function brokenRows(requirement: Requirement): string {
  if (requirement.kind !== 'unique') return `(SELECT t.* FROM ${sqlName(requirement.table)} t WHERE ${brokenCondition(requirement)})`;
  return `(SELECT * FROM (${numberedDuplicates(requirement)}) d WHERE d.place > 1)`;
}

/**
 * The rows of each key with their place in a total order: by primary key where there is one, and always by where they lie, so that no two
 * are alike. The first of each is the one that stays.
 */
export function numberedDuplicates(requirement: Extract<Requirement, { kind: 'unique' }>): string {
  const { table, keys, predicate, nullsNotDistinct } = requirement;
  const conditions = [
    ...(nullsNotDistinct ? [] : keys.map((key) => `${key} IS NOT NULL`)),
    ...(predicate === undefined ? [] : [`(${predicate})`]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT t.*, t.tableoid AS part, t.ctid AS line, row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${totalOrder(requirement)}) AS place FROM ${sqlName(table)} t${where}`;
}

/** The primary key decides, unless it is the key in question; then where the rows lie. */
export function totalOrder({ table, keys }: Extract<Requirement, { kind: 'unique' }>): string {
  const primary = (table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? []).map(quoteIdentifier);
  const decides = primary.filter((column) => !keys.includes(column));
  return [...decides.map((column) => `t.${column} NULLS LAST`), 't.tableoid', 't.ctid'].join(', ');
}

/** Types whose texts a pattern tells, for servers before 16, which have no pg_input_is_valid. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/^(smallint|integer|bigint)$/, '^\\s*[-+]?\\d{1,18}\\s*$'],
  [/^(numeric|real|double precision)/, '^\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?\\s*$'],
  [/^boolean$/, '^\\s*(t|true|f|false|y|yes|n|no|on|off|1|0)\\s*$'],
  [/^uuid$/, '^\\s*[{]?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}[}]?\\s*$'],
  [/^(date|timestamp)/, '^\\s*\\d{4}-\\d{1,2}-\\d{1,2}'],
];

/** The cast of ALTER COLUMN TYPE is one for assignment: text that is too long is refused, not cut (manual, CREATE CAST). */
function castWorks({ table, column, type, using }: Extract<Requirement, { kind: 'cast' }>): string {
  const name = `t.${quoteIdentifier(column)}`;
  const length = /^(?:character varying|varchar|character|char|bpchar)\((\d+)\)$/.exec(type)?.[1];
  if (length !== undefined) return `${name} IS NULL OR length(rtrim(${name}::text)) <= ${length}`;
  const from = table.columns.find((candidate) => candidate.name === column)?.type ?? '';
  // What a USING of the author's own does with a value is not known; only a plain cast of a text can be asked about.
  if (!/^(text|character varying|character|citext)/.test(from) || (using !== undefined && !isPlainCast(using, column))) return 'true';
  const pattern = patterns.find(([types]) => types.test(type))?.[1];
  if (pattern === undefined) return `${name} IS NULL OR pg_input_is_valid(${name}::text, ${quoteLiteral(type)})`;
  return `${name} IS NULL OR ${name}::text ~* ${quoteLiteral(pattern)}`;
}

function isPlainCast(using: string, column: string): boolean {
  const text = using.replaceAll(/\s+/g, ' ').toLowerCase();
  const name = column.toLowerCase();
  return text.startsWith(`${name}::`) || text.startsWith(`"${name}"::`) || text.startsWith(`cast(${name} as `) || text === name;
}
