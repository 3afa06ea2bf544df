import { quoteIdentifier, quoteLiteral } from '../../parse/postgres/identifiers';
import { sqlName } from '../../rollback/names';
import type { RowWords } from '../dialect';
import type { Requirement } from '../requirements';

/** PostgreSQL's words for rows and what they break. */
export const postgresRows: RowWords = {
  read: (table, key, most) => {
    const texts = (columns: readonly string[]) => `ARRAY[${columns.map((name) => `${quoteIdentifier(name)}::text`).join(', ')}]::text[]`;
    return `SELECT ${texts(key)} AS key, ${texts(table.columns.map((column) => column.name))} AS values FROM ONLY ${sqlName(table)} LIMIT ${most}`;
  },
  own: sqlName,
  alone: (table) => `ONLY ${sqlName(table)}`,
  brokenCondition,
  numberedDuplicates,
  deleteDuplicates: (requirement) =>
    `DELETE FROM ${sqlName(requirement.table)} t USING (${numberedDuplicates(requirement)}) d\nWHERE d.place > 1 AND t.tableoid = d.part AND t.ctid = d.line`,
  repoint: (requirement, { child, column, target }) => {
    const { table, keys } = requirement;
    return `UPDATE ${sqlName(child)} c SET ${quoteIdentifier(column)} = d.stays\nFROM (SELECT ${quoteIdentifier(target)} AS goes, first_value(${quoteIdentifier(target)}) OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${totalOrder(requirement)}) AS stays FROM ${sqlName(table)} t${whereAlike(requirement)}) d\nWHERE c.${quoteIdentifier(column)} = d.goes AND d.goes <> d.stays`;
  },
  deleteWhere: (table, condition) => `DELETE FROM ${sqlName(table)} t WHERE ${condition}`,
  deleteCopies: (table, columns, key, condition) => {
    // The key is the total order: no two rows share it, so no tie is left.
    const numbered = `SELECT ${key} AS copy, row_number() OVER (PARTITION BY ${columns.join(', ')} ORDER BY ${key}) AS place FROM ${sqlName(table)} WHERE ${condition}`;
    return `DELETE FROM ${sqlName(table)} t USING (${numbered}) d\nWHERE d.place > 1 AND t.${key} = d.copy`;
  },
  fillFrom: (table, source, column, { own, other }) =>
    `UPDATE ${sqlName(table)} t SET ${column} = s.${column} FROM ${sqlName(source)} s WHERE s.${other} = t.${own}`,
  asText: (value) => `${value}::text`,
  anyRow: 'SELECT',
  neutralValue: (type) => neutralValues.find(([types]) => types.test(type))?.[1],
  textLength: (type) => {
    if (!/^(character|varchar|char|bpchar)/.test(type)) return undefined;
    const length = /\((\d+)\)$/.exec(type)?.[1];
    return length === undefined ? undefined : Number(length);
  },
};

const named = (columns: readonly string[], alias: string) => columns.map((column) => `${alias}.${quoteIdentifier(column)}`);

/** Values that mean "nothing" and are not NULL, by type. */
const neutralValues: readonly (readonly [RegExp, string])[] = [
  [/^(smallint|integer|bigint|numeric|real|double precision)/, '0'],
  [/^(text|character varying|character|citext)/, "''"],
  [/^boolean$/, 'false'],
  [/^jsonb?$/, "'{}'"],
  [/\[\]$/, "'{}'"],
  [/^(date|timestamp)/, "'1970-01-01'"],
];

/** The condition that a row `t` breaks it. Not for duplicates, which break it together. */
function brokenCondition(requirement: Exclude<Requirement, { kind: 'unique' }>): string {
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

/**
 * The rows of each key with their place in a total order: by primary key where there is one, and always by where they lie, so that no two
 * are alike. The first of each is the one that stays.
 */
function numberedDuplicates(requirement: Extract<Requirement, { kind: 'unique' }>): string {
  const { table, keys } = requirement;
  return `SELECT t.*, t.tableoid AS part, t.ctid AS line, row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${totalOrder(requirement)}) AS place FROM ${sqlName(table)} t${whereAlike(requirement)}`;
}

/** Of which rows no two may be alike: not of those with a NULL in the key, as a rule, nor of those that the index leaves out. */
function whereAlike({ keys, predicate, nullsNotDistinct }: Extract<Requirement, { kind: 'unique' }>): string {
  const conditions = [
    ...(nullsNotDistinct ? [] : keys.map((key) => `${key} IS NOT NULL`)),
    ...(predicate === undefined ? [] : [`(${predicate})`]),
  ];
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** The primary key decides, unless it is the key in question; then where the rows lie. */
function totalOrder({ table, keys }: Extract<Requirement, { kind: 'unique' }>): string {
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
