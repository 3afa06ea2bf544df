import type { Engine } from '../../model/engine';

/** A type in the server's words, and what it brings with it. */
export interface ServerType {
  readonly type: string;
  readonly charset?: string;
  readonly collation?: string;
  /** MariaDB's JSON is a text with a check. */
  readonly isJson?: boolean;
}

const synonyms: Readonly<Record<string, string>> = {
  integer: 'int',
  int4: 'int',
  int8: 'bigint',
  int2: 'smallint',
  int1: 'tinyint',
  int3: 'mediumint',
  middleint: 'mediumint',
  dec: 'decimal',
  numeric: 'decimal',
  fixed: 'decimal',
  real: 'double',
  'double precision': 'double',
  float4: 'float',
  float8: 'double',
  character: 'char',
  'character varying': 'varchar',
  'char varying': 'varchar',
  long: 'mediumtext',
  'long varchar': 'mediumtext',
  'long varbinary': 'mediumblob',
};

/** How wide MariaDB shows an integer for which no width is named: signed, unsigned. */
const widths: Readonly<Record<string, readonly [number, number]>> = {
  tinyint: [4, 3],
  smallint: [6, 5],
  mediumint: [9, 8],
  int: [11, 10],
  bigint: [20, 20],
};

const sizes: Readonly<Record<'text' | 'blob', readonly (readonly [number, string])[]>> = {
  text: [
    [63, 'tinytext'],
    [16383, 'text'],
    [4194303, 'mediumtext'],
  ],
  blob: [
    [255, 'tinyblob'],
    [65535, 'blob'],
    [16777215, 'mediumblob'],
  ],
};

/** A type as SHOW CREATE TABLE writes it (manual, Data Types; each proven on the server). */
export function serverType(text: string, engine: Engine): ServerType {
  const lower = text.trim().replaceAll(/\s+/g, ' ');
  const [, word = '', size, rest = ''] =
    /^((?:[a-z]\w*)(?: (?:precision|varying|varchar|varbinary))?)\s*(?:\((.*)\))?\s*([a-z ]*)$/is.exec(lower) ?? [];
  const national = /^(n|national )(var)?char/i.test(lower);
  const name = national ? (/var/i.test(word) ? 'varchar' : 'char') : (synonyms[word.toLowerCase()] ?? word.toLowerCase());
  const zerofill = /zerofill/i.test(rest);
  const unsigned = zerofill || /unsigned/i.test(rest);
  const words: TypeWords = { name, size, national, attributes: `${unsigned ? ' unsigned' : ''}${zerofill ? ' zerofill' : ''}`, engine };
  return widths[name] === undefined ? (writers[name] ?? plainType)(words) : { type: integerType(words, unsigned, zerofill) };
}

interface TypeWords {
  readonly name: string;
  readonly size: string | undefined;
  readonly national: boolean;
  /** ` unsigned zerofill`, as far as it is so. */
  readonly attributes: string;
  readonly engine: Engine;
}

function integerType({ name, size, attributes, engine }: TypeWords, unsigned: boolean, zerofill: boolean): string {
  const shown = size ?? String(widths[name]?.[unsigned ? 1 : 0]);
  const isBool = name === 'tinyint' && size === '1' && !unsigned;
  return `${name}${engine.name === 'mariadb' || zerofill || isBool ? `(${shown})` : ''}${attributes}`;
}

const plainType = ({ name, size, attributes }: TypeWords): ServerType => ({
  type: `${name}${size === undefined ? '' : `(${size.replaceAll(' ', '')})`}${attributes}`,
});
const labels = ({ name, size = '' }: TypeWords): ServerType => ({ type: `${name}(${size.replaceAll(/'\s*,\s*'/g, "','").trim()})` });
const counted = ({ name, size, national }: TypeWords): ServerType => ({
  type: `${name}(${size ?? 1})`,
  ...(national && { charset: 'utf8mb3' }),
});
const moment = ({ name, size }: TypeWords): ServerType => ({ type: size === undefined || size === '0' ? name : `${name}(${size})` });
const bool = (): ServerType => ({ type: 'tinyint(1)' });

function sized(name: 'text' | 'blob', size: string | undefined): ServerType {
  return { type: size === undefined ? name : (sizes[name].find(([most]) => Number(size) <= most)?.[1] ?? `long${name}`) };
}

/** Types whose words the server changes. */
const writers: Readonly<Record<string, (words: TypeWords) => ServerType>> = {
  bool,
  boolean: bool,
  enum: labels,
  set: labels,
  char: counted,
  binary: counted,
  bit: counted,
  varchar: counted,
  datetime: moment,
  timestamp: moment,
  time: moment,
  text: ({ size }) => sized('text', size),
  blob: ({ size }) => sized('blob', size),
  year: ({ engine }) => ({ type: engine.name === 'mariadb' ? 'year(4)' : 'year' }),
  json: ({ engine }) => (engine.name === 'mariadb' ? { type: 'longtext', collation: 'utf8mb4_bin', isJson: true } : { type: 'json' }),
  decimal: ({ size = '10,0', attributes }) => ({
    type: `decimal(${size.includes(',') ? size.replaceAll(' ', '') : `${size},0`})${attributes}`,
  }),
  // One number is a precision in bits: from 25 on it takes a double.
  float: ({ size = '', attributes }) => {
    if (size.includes(',')) return { type: `float(${size.replaceAll(' ', '')})${attributes}` };
    return { type: `${Number(size) > 24 ? 'double' : 'float'}${attributes}` };
  },
};

export const isTextType = (type: string) => /^(char|varchar|tinytext|text|mediumtext|longtext|enum|set)\b/.test(type);
const isNumberType = (type: string) => /^(tinyint|smallint|mediumint|int|bigint|decimal|float|double|bit|year)\b/.test(type);

/** A literal or CURRENT_TIMESTAMP as the default of a column of this type, in the server's spelling. */
export function serverDefault(text: string, type: string, engine: Engine): string {
  const value = text.trim();
  const moment = /^(?:current_timestamp|now|localtime|localtimestamp)\s*(?:\(\s*(\d*)\s*\))?$/i.exec(value);
  if (moment !== null) return momentText(moment[1] ?? '', engine);
  if (/^bit\b/.test(type)) return bitDefault(value);
  const bare = unquoted(/^true$/i.test(value) ? '1' : /^false$/i.test(value) ? '0' : value);
  const written = isNumberType(type) ? numberDefault(bare, type) : timeDefault(bare, type);
  return engine.name === 'mariadb' && isNumberType(type) ? written : `'${written.replaceAll("'", "''")}'`;
}

/** The moment of the statement, for DEFAULT and ON UPDATE. */
export function momentText(digits: string, engine: Engine): string {
  const precision = digits === '' || digits === '0' ? '' : digits;
  if (engine.name === 'mariadb') return `current_timestamp(${precision})`;
  return precision === '' ? 'CURRENT_TIMESTAMP' : `CURRENT_TIMESTAMP(${precision})`;
}

function unquoted(value: string): string {
  const quote = value.charAt(0);
  if (quote !== "'" && quote !== '"') return value;
  return value
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replaceAll(/\\(.)/g, '$1');
}

function bitDefault(value: string): string {
  const digits = /^b'([01]+)'$/i.exec(value)?.[1];
  if (digits !== undefined) return `b'${digits.replace(/^0+(?=.)/, '')}'`;
  const number = /^(?:true|false)$/i.test(value) ? Number(/^true$/i.test(value)) : Number(unquoted(value));
  return Number.isNaN(number) ? value : `b'${number.toString(2)}'`;
}

function numberDefault(value: string, type: string): string {
  const decimals = /^decimal\(\d+,(\d+)\)/.exec(type)?.[1];
  const number = Number(value);
  if (value === '' || Number.isNaN(number)) return value;
  if (decimals !== undefined && Math.abs(number) < 1e15) return number.toFixed(Number(decimals));
  return /^0x/i.test(value) || Number.isInteger(number) || /^(float|double)/.test(type) ? String(number) : value;
}

function timeDefault(value: string, type: string): string {
  const day = /^(\d{4})-(\d{1,2})-(\d{1,2})(.*)$/.exec(value);
  const date = day === null ? value : `${day[1]}-${day[2]?.padStart(2, '0')}-${day[3]?.padStart(2, '0')}${day[4] ?? ''}`;
  if (/^time\b(?!stamp)/.test(type)) return /^\d{1,2}:\d\d$/.test(value) ? `${value.padStart(5, '0')}:00` : value;
  if (!/^(datetime|timestamp)/.test(type) || day === null) return /^date\b/.test(type) ? date : value;
  const digits = Number(/\((\d)\)/.exec(type)?.[1] ?? 0);
  const moment = day[4] === '' ? `${date} 00:00:00` : date;
  return digits === 0 || moment.includes('.') ? moment : `${moment}.${'0'.repeat(digits)}`;
}
