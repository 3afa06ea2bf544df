import type { Cursor } from '../cursor';

/** A column's type, with the words that belong to it and to nothing else of the column. */
export interface DataType {
  /** As SHOW CREATE TABLE writes it on this engine, in lower case: `int unsigned`, `varchar(50)`, MariaDB `int(11)`. */
  readonly text: string;
  readonly charset?: string;
  readonly collation?: string;
  /** SERIAL: BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE. */
  readonly isSerial?: true;
}

/** Other names of types (manual, "Data Types"; "Using Data Types from Other Database Engines"). */
const synonyms: Readonly<Record<string, string>> = {
  integer: 'int',
  int1: 'tinyint',
  int2: 'smallint',
  int3: 'mediumint',
  int4: 'int',
  int8: 'bigint',
  middleint: 'mediumint',
  dec: 'decimal',
  numeric: 'decimal',
  fixed: 'decimal',
  real: 'double',
  float4: 'float',
  float8: 'double',
  character: 'char',
  nchar: 'char',
  varcharacter: 'varchar',
  nvarchar: 'varchar',
  long: 'mediumtext',
  geomcollection: 'geometrycollection',
};

const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);
const numbers = new Set([...integers, 'decimal', 'float', 'double']);
const texts = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set']);
const others = new Set(
  `bit year date time datetime timestamp binary varbinary tinyblob blob mediumblob longblob json geometry point linestring polygon
  multipoint multilinestring multipolygon geometrycollection vector`.split(/\s+/),
);
const ofMariadb = new Set(['uuid', 'inet4', 'inet6']);

/** Widths that MariaDB shows where none was written: signed, unsigned (SHOW CREATE TABLE). */
const widths: Readonly<Record<string, readonly [number, number]>> = {
  tinyint: [4, 3],
  smallint: [6, 5],
  mediumint: [9, 8],
  int: [11, 10],
  bigint: [20, 20],
};

/** Reads a type and what belongs to it: UNSIGNED, ZEROFILL, CHARACTER SET, COLLATE, BINARY, ASCII, UNICODE. */
export function dataType(cursor: Cursor): DataType {
  const name = typeName(cursor);
  if (name === 'serial') return { text: integer('bigint', '', ['unsigned'], cursor), isSerial: true };
  if (name === 'boolean') return { text: 'tinyint(1)' };
  const length = typeLength(cursor);
  if (numbers.has(name)) return { text: numeric(name, length, numberWords(cursor), cursor) };
  if (texts.has(name)) return textType(name, length, characterSet(cursor));
  return { text: other(name, length, cursor) };
}

/** Bytes that a character may take, by character set; four where it is not known here: that of utf8mb4, the servers' own. */
const bytesOf: Readonly<Record<string, number>> = { latin1: 1, ascii: 1, binary: 1, ucs2: 2, utf8: 3, utf8mb3: 3 };

/** TEXT and BLOB with a length become the smallest type that holds as much (manual, "Data Type Storage Requirements"). */
function sized(bytes: number): '' | 'tiny' | 'medium' | 'long' {
  if (bytes < 256) return 'tiny';
  if (bytes < 65_536) return '';
  return bytes < 16_777_216 ? 'medium' : 'long';
}

function textType(name: string, length: string, words: { readonly charset?: string; readonly collation?: string }): DataType {
  const isBinary = words.charset === 'binary' && name !== 'enum' && name !== 'set';
  let text = withLength(name, name === 'char' && length === '' ? '1' : length);
  if (name === 'text' && length !== '') text = `${sized(Number(length) * (bytesOf[words.charset ?? ''] ?? 4))}text`;
  if (!isBinary) return { text, ...words };
  // CHARACTER SET binary makes another type of it (manual, "The CHAR and VARCHAR Types").
  return { text: text.replace('varchar', 'varbinary').replace(/^char/, 'binary').replace('text', 'blob') };
}

function typeName(cursor: Cursor): string {
  cursor.accept('national');
  const { kind, word } = cursor.token();
  const name = synonyms[word] ?? word;
  if (kind !== 'word') {
    cursor.fail('a data type');
    return '';
  }
  cursor.index++;
  if (name === 'double') cursor.accept('precision');
  if (name === 'char' && cursor.acceptOne('varying', 'varchar', 'varcharacter') !== undefined) return 'varchar';
  if (word === 'long') return longName(cursor);
  if (word === 'bool' || word === 'boolean') return 'boolean';
  const isKnown =
    numbers.has(name) || texts.has(name) || others.has(name) || name === 'serial' || (cursor.isMariadb && ofMariadb.has(name));
  if (!isKnown) {
    cursor.index--;
    cursor.fail('a data type');
  }
  return name;
}

/** LONG is MEDIUMTEXT, LONG VARCHAR as well, LONG VARBINARY is MEDIUMBLOB. */
function longName(cursor: Cursor): string {
  if (cursor.accept('varbinary')) return 'mediumblob';
  if (cursor.acceptOne('varchar', 'varcharacter') === undefined && cursor.acceptOne('char', 'character') !== undefined) {
    cursor.accept('varying');
  }
  return 'mediumtext';
}

/** What stands in brackets, without spaces between numbers; values of ENUM and SET as they are written. */
function typeLength(cursor: Cursor): string {
  if (!cursor.is('(')) return '';
  const from = cursor.index + 1;
  cursor.skipBrackets();
  return cursor.tokens
    .slice(from, cursor.index - 1)
    .map((token) => cursor.raw(token))
    .join('');
}

function withLength(name: string, length: string): string {
  return length === '' ? name : `${name}(${length})`;
}

function numberWords(cursor: Cursor): string[] {
  const found: string[] = [];
  for (let word = cursor.acceptOne('unsigned', 'signed', 'zerofill'); word !== undefined; ) {
    found.push(word);
    word = cursor.acceptOne('unsigned', 'signed', 'zerofill');
  }
  return found;
}

function numeric(name: string, length: string, words: readonly string[], cursor: Cursor): string {
  if (integers.has(name)) return integer(name, length, words, cursor);
  const signs = `${words.includes('unsigned') || words.includes('zerofill') ? ' unsigned' : ''}${words.includes('zerofill') ? ' zerofill' : ''}`;
  if (name === 'decimal') return `decimal(${length === '' ? '10,0' : length.includes(',') ? length : `${length},0`})${signs}`;
  // FLOAT(p) says how many bits are needed: up to 24 are a FLOAT, more a DOUBLE.
  if (name === 'float' && /^\d+$/.test(length)) return `${Number(length) > 24 ? 'double' : 'float'}${signs}`;
  return `${withLength(name, length)}${signs}`;
}

/** MySQL shows a width only for TINYINT(1) and with ZEROFILL (manual, "Numeric Type Attributes"); MariaDB always. */
function integer(name: string, length: string, words: readonly string[], { isMariadb }: Cursor): string {
  const zerofill = words.includes('zerofill');
  const unsigned = zerofill || words.includes('unsigned');
  const usual = String(widths[name]?.[unsigned ? 1 : 0] ?? '');
  const keepsWidth = isMariadb || zerofill || (name === 'tinyint' && length === '1' && !unsigned);
  const width = keepsWidth ? length || usual : '';
  return `${withLength(name, width)}${unsigned ? ' unsigned' : ''}${zerofill ? ' zerofill' : ''}`;
}

function other(name: string, length: string, { isMariadb }: Cursor): string {
  if (name === 'year') return isMariadb ? 'year(4)' : 'year';
  if (name === 'bit' || name === 'binary') return withLength(name, length || '1');
  if (name === 'datetime' || name === 'timestamp' || name === 'time') return withLength(name, length === '0' ? '' : length);
  if (name === 'blob' && length !== '') return `${sized(Number(length))}blob`;
  if (name === 'geometrycollection' && !isMariadb) return 'geomcollection';
  return withLength(name, length);
}

/** CHARACTER SET and COLLATE, which may stand in any order with BINARY (the binary collation), ASCII, UNICODE and BYTE. */
export function characterSet(cursor: Cursor): { readonly charset?: string; readonly collation?: string } {
  let charset: string | undefined;
  let collation: string | undefined;
  for (;;) {
    if (cursor.accept('character', 'set') || cursor.accept('char', 'set') || cursor.accept('charset')) charset = charsetName(cursor);
    else if (cursor.accept('collate')) collation = charsetName(cursor);
    else if (cursor.accept('ascii')) charset = 'latin1';
    else if (cursor.accept('unicode')) charset = 'ucs2';
    else if (cursor.accept('byte')) charset = 'binary';
    else if (!cursor.accept('binary')) break;
  }
  return { ...(charset !== undefined && { charset }), ...(collation !== undefined && { collation }) };
}

/** The name of a character set or collation, in lower case: a word, also BINARY and DEFAULT, or a string. */
export function charsetName(cursor: Cursor): string {
  if (cursor.acceptOne('binary') !== undefined) return 'binary';
  if (cursor.acceptOne('default') !== undefined) return 'default';
  if (cursor.token().kind === 'string') return cursor.string('the name of a character set').toLowerCase();
  return cursor.name('the name of a character set').toLowerCase();
}
