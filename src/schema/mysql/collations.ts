import { type Engine, isAtLeast } from '../../model/engine';

/** Character sets of Unicode: MariaDB gives them other collations since 11.5. */
const unicode = new Set(['utf8mb4', 'utf8mb3', 'ucs2', 'utf16', 'utf32']);

/** Where the default is not `NAME_general_ci` (both manuals, Supported Character Sets and Collations). */
const others: Readonly<Record<string, string>> = {
  binary: 'binary',
  latin1: 'latin1_swedish_ci',
  big5: 'big5_chinese_ci',
  dec8: 'dec8_swedish_ci',
  hp8: 'hp8_english_ci',
  swe7: 'swe7_swedish_ci',
  sjis: 'sjis_japanese_ci',
  ujis: 'ujis_japanese_ci',
  tis620: 'tis620_thai_ci',
  euckr: 'euckr_korean_ci',
  gb2312: 'gb2312_chinese_ci',
  gbk: 'gbk_chinese_ci',
  gb18030: 'gb18030_chinese_ci',
  latin5: 'latin5_turkish_ci',
  cp932: 'cp932_japanese_ci',
  eucjpms: 'eucjpms_japanese_ci',
};

/** The name that the server writes: `utf8` is utf8mb3 to all supported versions. */
export function charsetName(name: string): string {
  const lower = name.toLowerCase();
  return lower === 'utf8' ? 'utf8mb3' : lower;
}

export function collationName(name: string): string {
  const lower = name.toLowerCase();
  return lower.startsWith('utf8_') ? `utf8mb3_${lower.slice('utf8_'.length)}` : lower;
}

/** The collation of a character set for which none is named. */
export function defaultCollation(charset: string, engine: Engine): string {
  const name = charsetName(charset);
  const other = others[name];
  if (other !== undefined) return other;
  if (engine.name === 'mysql') return name === 'utf8mb4' ? 'utf8mb4_0900_ai_ci' : `${name}_general_ci`;
  return unicode.has(name) && isAtLeast(engine, 11, 5) ? `${name}_uca1400_ai_ci` : `${name}_general_ci`;
}

/** The character set that a collation belongs to: its name begins with it. */
export function charsetOfCollation(collation: string): string {
  return charsetName(collation.replace(/_.*$/, ''));
}

/** What a server takes that was not told otherwise. MySQL since 8.0 and MariaDB since 11.6; the images of earlier ones set it too. */
export const serverCharset = 'utf8mb4';
