import type { Table } from '../../../model/catalog';
import { quoteLiteral, unquoteIdentifier, unquoteLiteral } from '../../../parse/mysql/identifiers';
import { tokensOf } from '../../../schema/mysql/tokens';
import { type TypeForm, wholeTypes } from './form';
import { type ValueSource, valueFor } from './values';

/** Makes one kind of value for a row; undefined where the type has none. */
export type Maker = (form: TypeForm, source: ValueSource) => string | undefined;

/** A condition on the rows of a table, with the columns that it reads: a CHECK, or the partitions' bounds. */
export interface Condition {
  /** Of a CHECK: the server names it when it refuses a row. */
  readonly name?: string;
  readonly text: string;
  readonly columns: readonly string[];
}

export function conditionsOf(table: Table): readonly Condition[] {
  const checks = table.constraints
    .filter(({ kind, enforced }) => kind === 'check' && enforced)
    .map(({ name, definition }) => ({ name, text: definition }));
  // MariaDB: a CHECK that stands with its column bears the column's name. That a text is JSON is known of its type.
  const own = table.columns.flatMap(({ name, check }) =>
    check === undefined || /^\s*json_valid\(/i.test(check) ? [] : [{ name, text: `\`${name}\` ${check}` }],
  );
  const bounds = table.partitionKey === undefined ? [] : [{ text: table.partitionKey }];
  return [...checks, ...own, ...bounds].map((condition) => ({ ...condition, columns: columnsIn(condition.text, table) }));
}

function columnsIn(text: string, table: Table): string[] {
  const named = new Set(
    tokensOf(text).flatMap(({ kind, text: token }) => (kind === 'name' || kind === 'word' ? [unquoteIdentifier(token)] : [])),
  );
  return table.columns.filter(({ name }) => named.has(name)).map(({ name }) => name);
}

/**
 * Kinds of values that might meet the conditions on a column: plain ones, then ones near the constants that the conditions name, or of the shapes
 * that patterns ask for most, and no value at last where there may be none.
 */
export function candidatesFor(form: TypeForm, conditions: readonly Condition[], nullable: boolean): readonly Maker[] {
  const constants = conditions.flatMap(({ text }) => constantsOf(text));
  const compared = conditions.some(({ columns }) => columns.length > 1);
  const all = [valueFor, ...(compared ? [further] : []), ...near(form, constants), ...(nullable ? [() => 'NULL'] : [])];
  return all.filter((maker) => maker(form, { row: 1, salt: '', name: '' }) !== undefined);
}

/** Above the plain value of a row, for columns that have to be greater than another one. */
const further: Maker = (form, source) => valueFor(form, { ...source, row: source.row + 30_000 });

interface Constant {
  readonly kind: 'number' | 'string';
  readonly text: string;
}

function constantsOf(text: string): Constant[] {
  const tokens = tokensOf(text);
  return tokens.flatMap(({ kind, text: token }, place): Constant[] => {
    if (kind === 'number') return [{ kind, text: tokens[place - 1]?.text === '-' ? `-${token}` : token }];
    // `_utf8mb4'text'`, with its quotes escaped once more where it stands in a definition.
    if (kind === 'string') return [{ kind, text: unquoteLiteral(token.replace(/^_\w+?\s*(?=\\?['"])/, '').replaceAll("\\'", "'")) }];
    return [];
  });
}

const textTypes = /^(char|varchar|tinytext|text|mediumtext|longtext)$/;
const timeTypes = /^(date|datetime|timestamp)$/;
const decimalTypes = /^(decimal|float|double)$/;

function near(form: TypeForm, constants: readonly Constant[]): Maker[] {
  const numbers = [...new Set(constants.map(({ text }) => Number(text.trim() === '' ? Number.NaN : text)).filter(Number.isFinite))].slice(
    0,
    60,
  );
  if (wholeTypes.has(form.base) || decimalTypes.test(form.base)) {
    return numbers.flatMap((number): Maker[] => [
      (_, { row }) => String(number + (row % 100)),
      (_, { row }) => String(number - (row % 100)),
      () => String(number),
      () => String(number + 1),
      () => String(number - 1),
      ...(decimalTypes.test(form.base) ? [((_, { row }) => String(number + ((row % 100) + 1) / 1000)) as Maker] : []),
    ]);
  }
  if (form.base === 'year') return numbers.flatMap((number): Maker[] => [() => String(number), () => String(number + 1)]);
  if (timeTypes.test(form.base)) return times(form, constants, numbers);
  if (form.base === 'enum' || form.base === 'set') return form.labels.map((label) => () => quoteLiteral(label));
  if (!textTypes.test(form.base)) return [];
  const strings = [...new Set(constants.filter(({ kind }) => kind === 'string').map(({ text }) => text))].slice(0, 100);
  const room = form.length ?? 200;
  const lengths = numbers.filter((number) => Number.isInteger(number) && number > 0 && number <= room);
  return [
    ...strings
      .filter((text) => text.length <= room)
      .map(
        (text): Maker =>
          () =>
            quoteLiteral(text),
      ),
    ...strings
      .filter((text) => /[%_]/.test(text))
      .map(
        (text): Maker =>
          (_, { row }) =>
            quoteLiteral(text.replaceAll('%', `x${row}`).replaceAll('_', 'x')),
      ),
    ...shapes.map(
      (shape): Maker =>
        (_, { row }) =>
          shape(row).length <= room ? quoteLiteral(shape(row)) : undefined,
    ),
    ...lengths.map(
      (length): Maker =>
        (_, { row }) =>
          quoteLiteral(String(row).padStart(Math.min(length, 6), 'A').slice(-length).padEnd(length, 'x')),
    ),
  ];
}

/** Around the moments that are named, and in the years that are. */
function times(form: TypeForm, constants: readonly Constant[], numbers: readonly number[]): Maker[] {
  const named = constants
    .map(({ text }) => Date.parse(`${text.trim().replace(' ', 'T')}${/\d:\d/.test(text) ? 'Z' : ''}`))
    .filter(Number.isFinite);
  const years = numbers
    .filter((number) => Number.isInteger(number) && number >= 1000 && number <= 9998)
    .map((year) => Date.UTC(year, 0, 1));
  // TO_DAYS, which partitions by ranges rest on: day 719528 is 1970-01-01 (manual, Date and Time Functions).
  const days = numbers
    .filter((number) => Number.isInteger(number) && number > 700_000 && number < 800_000)
    .map((day) => (day - 719_528) * 86_400_000);
  const seconds = numbers
    .filter((number) => Number.isInteger(number) && number > 100_000_000 && number < 4_000_000_000)
    .map((at) => at * 1000);
  const write = (at: number) => {
    const text = new Date(at)
      .toISOString()
      .slice(0, form.base === 'date' ? 10 : 19)
      .replace('T', ' ');
    return quoteLiteral(text);
  };
  return [...new Set([...named, ...years, ...days, ...seconds])].flatMap((at): Maker[] => [
    (_, { row }) => write(at + (row % 27) * 86_400_000),
    (_, { row }) => write(at - (1 + (row % 27)) * 86_400_000),
    () => write(at),
  ]);
}

const letters = (row: number, count: number) =>
  Array.from({ length: count }, (_, at) => String.fromCharCode(65 + (Math.floor((row - 1) / 26 ** (count - 1 - at)) % 26))).join('');
const digits = (row: number, count: number) => String(row % 10 ** count).padStart(count, '0');

/** Texts of the forms that CHECKs with patterns ask for most. */
const shapes: readonly ((row: number) => string)[] = [
  (row) => `user${row}@example.org`,
  (row) => `https://example.org/${row}`,
  (row) => `item-${row}`,
  (row) => `item_${row}`,
  (row) => `+1555${digits(row, 7)}`,
  (row) => `#${row.toString(16).padStart(6, '0')}`,
  (row) => `${row % 10}.${row % 7}.${row}`,
  (row) => `10.0.${(row >> 8) & 255}.${row & 255}`,
  (row) => `${letters(row, 2)}-${digits(row, 4)}`,
  (row) => `${letters(row, 3)}-${digits(row, 4)}`,
  ...[2, 3, 4, 6].flatMap((count) => [(row: number) => letters(row, count), (row: number) => letters(row, count).toLowerCase()]),
  ...[2, 3, 4, 5, 6, 8, 10].map((count) => (row: number) => digits(row, count)),
  (row) => `{"number": ${row}}`,
];
