import type { Column, Table } from '../../model/catalog';
import type { ColumnSpecification } from '../../model/operation';

/** A type in its parts: `varchar(50)`, `decimal(10,2) unsigned`, `enum('a','b')`. */
export interface ColumnType {
  readonly base: string;
  /** What stands in brackets, split at its commas: `10`, `2`; of ENUM and SET the values as literals. */
  readonly parts: readonly string[];
  readonly unsigned: boolean;
}

const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);
const synonyms: Readonly<Record<string, string>> = {
  integer: 'int',
  bool: 'tinyint',
  boolean: 'tinyint',
  numeric: 'decimal',
  dec: 'decimal',
  fixed: 'decimal',
  real: 'double',
  'double precision': 'double',
  character: 'char',
  'character varying': 'varchar',
};

/** Reads a type as the server or a migration writes it. The display width of an integer means nothing, and is left out. */
export function columnType(text: string): ColumnType {
  const [, words = '', inside, rest = ''] = /^\s*([a-z][a-z0-9_ ]*?)\s*(?:\((.*)\))?\s*((?:unsigned|signed|zerofill|\s)*)$/is.exec(
    text,
  ) ?? [text, text];
  const lower = words.toLowerCase().trim();
  const bare = lower.replace(/\s+(unsigned|signed|zerofill)\b/g, '');
  const base = synonyms[bare] ?? bare;
  const unsigned = /\b(unsigned|zerofill)\b/i.test(`${lower} ${rest}`);
  const parts = inside === undefined ? defaultParts(base) : splitParts(inside);
  return { base, parts: integers.has(base) ? [] : parts, unsigned };
}

function defaultParts(base: string): readonly string[] {
  if (base === 'decimal') return ['10', '0'];
  if (base === 'char' || base === 'binary' || base === 'bit') return ['1'];
  return base === 'datetime' || base === 'timestamp' || base === 'time' ? ['0'] : [];
}

/** Splits at commas outside of quotes. */
function splitParts(text: string): readonly string[] {
  return (text.match(/'(?:[^'\\]|\\.|'')*'|[^,\s][^,]*/gs) ?? []).map((part) => part.trim());
}

/** The most bytes that a character takes. */
const characterBytes: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf8mb3: 3,
  utf8: 3,
  utf16: 4,
  utf16le: 4,
  utf32: 4,
  ucs2: 2,
  gb18030: 4,
  gbk: 2,
  sjis: 2,
  big5: 2,
};

export function bytesPerCharacter(charset: string): number {
  return characterBytes[charset] ?? 1;
}

const texts = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set']);

/** Does it hold characters, so that character set and collation matter? */
export function isText({ base }: ColumnType): boolean {
  return texts.has(base);
}

/** The collation of a column as it is, and the character set that it belongs to. */
export function collationOf(column: Column, table: Table): string | undefined {
  return column.collation ?? optionOf(table, 'collate');
}

export function optionOf(table: Table | undefined, name: string): string | undefined {
  const prefix = `${name}=`;
  return table?.options?.find((option) => option.startsWith(prefix))?.slice(prefix.length);
}

/** `utf8mb4_0900_ai_ci` belongs to utf8mb4. MariaDB's short names (`uca1400_ai_ci`) belong to any. */
export function charsetOfCollation(collation: string): string {
  const charset = collation.split('_', 1)[0] ?? collation;
  return charset === 'utf8' ? 'utf8mb3' : charset;
}

/** The bytes in which ENUM and SET keep a value, by how many there are (manual, "Data Type Storage Requirements"). */
export function listBytes({ base, parts }: ColumnType): number {
  if (base === 'enum') return parts.length < 256 ? 1 : 2;
  return [1, 2, 3, 4].find((bytes) => parts.length <= bytes * 8) ?? 8;
}

/** Is the new type the old one, to the letter that matters? */
export function isSameType(left: ColumnType, right: ColumnType): boolean {
  return left.base === right.base && left.unsigned === right.unsigned && left.parts.join(',') === right.parts.join(',');
}

/** Does it say NOT NULL, in its words or by being the primary key? */
export function isRequired(specification: ColumnSpecification): boolean {
  return specification.notNull || specification.primaryKey;
}
