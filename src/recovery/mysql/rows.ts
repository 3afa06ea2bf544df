import { mysqlWords } from '../../rollback/dialect';
import type { RowWords } from '../dialect';
import { isBytes } from '../literal';
import type { Requirement } from '../requirements';

const { quoteIdentifier, quoteLiteral, sqlName } = mysqlWords;

type Unique = Extract<Requirement, { kind: 'unique' }>;

/** The words of MySQL and MariaDB for rows and what they break. */
export const mysqlRows: RowWords = {
  read: (table, key, most) => {
    const text = (name: string) => {
      const type = table.columns.find((column) => column.name === name)?.type ?? '';
      // Bytes need not be characters, and JSON holds characters alone.
      return isBytes(type) ? `HEX(${quoteIdentifier(name)})` : `CAST(${quoteIdentifier(name)}${/^bit\b/.test(type) ? ' + 0' : ''} AS CHAR)`;
    };
    const list = (columns: readonly string[]) => `JSON_ARRAY(${columns.map(text).join(', ')})`;
    const names = table.columns.map((column) => column.name);
    return `SELECT ${list(key)} AS \`key\`, ${list(names)} AS \`values\` FROM ${sqlName(table)} LIMIT ${most}`;
  },
  own: sqlName,
  alone: sqlName,
  brokenCondition,
  numberedDuplicates,
  deleteDuplicates: (requirement) => {
    const { table } = requirement;
    const key = primaryKey(requirement);
    const same = key.map((column) => `d.${column} <=> t.${column}`).join(' AND ');
    return `DELETE t FROM ${sqlName(table)} t JOIN (${numberedDuplicates(requirement)}) d ON ${same}\nWHERE d.place > 1`;
  },
  repoint: (requirement, { child, column, target }) => {
    const { table, keys } = requirement;
    const [own, goes] = [quoteIdentifier(column), quoteIdentifier(target)];
    const staying = `SELECT ${goes} AS goes, first_value(${goes}) OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${totalOrder(requirement)}) AS stays FROM ${sqlName(table)} t WHERE ${withKeys(requirement)}`;
    return `UPDATE ${sqlName(child)} c JOIN (${staying}) d ON c.${own} = d.goes\nSET c.${own} = d.stays WHERE d.goes <> d.stays`;
  },
  // DELETE knows an alias of one table only since MySQL 8.0.16 and MariaDB 11.6; over several, always.
  deleteWhere: (table, condition) => `DELETE t FROM ${sqlName(table)} t WHERE ${condition}`,
  deleteCopies: (table, columns, key, condition) => {
    const numbered = `SELECT ${key} AS copy, row_number() OVER (PARTITION BY ${columns.join(', ')} ORDER BY ${key}) AS place FROM ${sqlName(table)} WHERE ${condition}`;
    return `DELETE t FROM ${sqlName(table)} t JOIN (${numbered}) d ON t.${key} = d.copy\nWHERE d.place > 1`;
  },
  fillFrom: (table, source, column, { own, other }) =>
    `UPDATE ${sqlName(table)} t JOIN ${sqlName(source)} s ON s.${other} = t.${own} SET t.${column} = s.${column}`,
  asText: (value) => value,
  anyRow: 'SELECT 1',
  neutralValue: (type) => neutralValues.find(([types]) => types.test(type))?.[1],
  textLength: (type) => {
    const length = /^(?:var)?char\((\d+)\)/.exec(type)?.[1];
    return length === undefined ? undefined : Number(length);
  },
};

const neutralValues: readonly (readonly [RegExp, string])[] = [
  [/^(tinyint|smallint|mediumint|int|bigint|decimal|float|double|bit)\b/, '0'],
  [/^(char|varchar|tinytext|text|mediumtext|longtext)\b/, "''"],
  [/^(date|datetime|timestamp)\b/, "'1970-01-02'"],
  [/^json$/, "'{}'"],
];

function brokenCondition(requirement: Exclude<Requirement, { kind: 'unique' }>): string {
  switch (requirement.kind) {
    case 'not null':
      return `t.${quoteIdentifier(requirement.column)} IS NULL`;
    case 'foreign key': {
      // A key with a NULL in it points nowhere and is no orphan (manual, FOREIGN KEY Constraints).
      const { table, columns, parent, parentColumns } = requirement;
      const own = columns.map((column) => `t.${quoteIdentifier(column)}`);
      const pairs = parentColumns.map((column, place) => `p.${quoteIdentifier(column)} = ${own[place]}`);
      // A table can't be read in the statement that changes it, but for what was read before (1093).
      const keys = parentColumns.map(quoteIdentifier).join(', ');
      const source = parent === table ? `(SELECT DISTINCT ${keys} FROM ${sqlName(parent)})` : sqlName(parent);
      return [...own.map((column) => `${column} IS NOT NULL`), `NOT EXISTS (SELECT 1 FROM ${source} p WHERE ${pairs.join(' AND ')})`].join(
        ' AND ',
      );
    }
    case 'check':
      return `NOT (${requirement.expression})`;
    case 'cast':
      return `NOT (${fits(requirement)})`;
  }
}

function primaryKey({ table }: Unique): string[] {
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? table.columns.map(({ name }) => name);
  return key.map(quoteIdentifier);
}

/** The primary key decides, unless it is the key in question. NULL comes first by itself. */
function totalOrder(requirement: Unique): string {
  const key = primaryKey(requirement);
  const decides = key.filter((column) => !requirement.keys.includes(column));
  return (decides.length > 0 ? decides : key).map((column) => `t.${column}`).join(', ');
}

function numberedDuplicates(requirement: Unique): string {
  const { table, keys } = requirement;
  return `SELECT t.*, row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${totalOrder(requirement)}) AS place FROM ${sqlName(table)} t WHERE ${withKeys(requirement)}`;
}

/** A key with a NULL in it has no duplicate. */
function withKeys({ keys }: Unique): string {
  return keys.map((key) => `${key} IS NOT NULL`).join(' AND ');
}

const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  tinyint: [-128n, 127n],
  smallint: [-32768n, 32767n],
  mediumint: [-8388608n, 8388607n],
  int: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
};

/** Whether a value has room in the new type; where nothing is known of the types, it has. */
function fits({ table, column, type }: Extract<Requirement, { kind: 'cast' }>): string {
  const name = `t.${quoteIdentifier(column)}`;
  const from = table.columns.find((candidate) => candidate.name === column)?.type ?? '';
  const isText = /^(char|varchar|tinytext|text|mediumtext|longtext|enum)\b/.test(from);
  const length = /^(?:var)?char\((\d+)\)/.exec(type)?.[1];
  if (length !== undefined) return `${name} IS NULL OR char_length(${name}) <= ${length}`;
  const labels = /^(?:enum|set)\((.*)\)$/s.exec(type)?.[1];
  if (labels !== undefined) return `${name} IS NULL OR ${name} IN (${labels})`;
  const range = ranges[/^[a-z]+/.exec(type)?.[0] ?? ''];
  if (range !== undefined) {
    const [least, greatest] = /unsigned/.test(type) ? [0n, range[1] * 2n + 1n] : range;
    const isNumber = isText ? `${name} REGEXP ${quoteLiteral('^ *[-+]?[0-9]+(\\.[0-9]+)? *$')} AND ` : '';
    return `${name} IS NULL OR (${isNumber}${name} + 0 BETWEEN ${least} AND ${greatest})`;
  }
  if (/^(decimal|float|double)/.test(type) && isText)
    return `${name} IS NULL OR ${name} REGEXP ${quoteLiteral('^ *[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+) *$')}`;
  if (type === 'json') return `${name} IS NULL OR json_valid(${name})`;
  return 'true';
}
