import { quoteLiteral } from '../../../parse/postgres/identifiers';
import { greatestAmount, isAmount } from '../../amounts';
import type { FillColumn, FillTable } from './catalog';
import { type Constant, constantsOf, isConstant } from './constants';
import { pick, saltOf, type ValueSource, valueFor } from './values';

/** Candidate values of a column, as SQL expressions over `g.i`. */
export type Candidates = ReadonlyMap<string, readonly string[]>;

/** The expression for a column's value that tries for nothing but the type and the default. Undefined when no value is known. */
export function plainValue(column: FillColumn, source: ValueSource, unique: boolean): string | undefined {
  const plain = valueFor(column.form, source);
  const fallback = defaultOf(column);
  if (fallback === undefined || unique) return plain ?? fallback;
  // Rows as the application would have made them: mostly the default.
  const choice = column.form.kind === 'e' || column.form.base === 'bool';
  const varied = holdsAmounts(column) ? `${fallback} + 1 + ${pick(other(source, 'amount'), greatestAmount)}` : choice ? plain : undefined;
  return varied === undefined ? fallback : `CASE WHEN ${pick(other(source, 'default'), 4)} = 0 THEN ${varied} ELSE ${fallback} END`;
}

const fractional = new Set(['numeric', 'float4', 'float8']);
const whole = new Set(['int4', 'int8']);

function holdsAmounts({ name, default: fallback, form: { base, length, scale } }: FillColumn): boolean {
  if (fallback === null || (!fractional.has(base) && !whole.has(base))) return false;
  // Room for two digits before the point.
  if (length !== null && length - (scale ?? 0) < 2) return false;
  const [initial, ...others] = constantsOf(fallback);
  return initial !== undefined && others.length === 0 && isAmount(name, fractional.has(base), Number(initial.text));
}

/** The expression that takes one of the candidates in each row. */
export function oneOf(candidates: readonly string[], column: FillColumn, source: ValueSource): string {
  const branches = candidates.map((candidate, at) => `WHEN ${at} THEN (${candidate})::${column.form.cast}`);
  return `CASE ${pick(other(source, 'candidate'), branches.length)} ${branches.join(' ')} END`;
}

/**
 * Values that might meet the conditions on a column: plain ones, the default, and ones near the constants that the conditions name, or
 * of the shapes that patterns ask for most.
 */
export function candidatesFor(column: FillColumn, source: ValueSource, conditions: readonly string[]): readonly string[] {
  const plain = valueFor(column.form, source);
  const fallback = defaultOf(column);
  const all = [...(plain === undefined ? [] : [plain]), ...(fallback === undefined ? [] : [fallback])];
  return [...new Set([...all, ...near(column, source, conditions.flatMap(constantsOf))])];
}

function defaultOf(column: FillColumn): string | undefined {
  return column.default !== null && isConstant(column.default) ? `(${column.default})` : undefined;
}

/** CHECKs, domain CHECKs and partition bounds that read the column. */
export function conditionsOn(table: FillTable, column: FillColumn): readonly string[] {
  const checks = table.checks.filter((check) => check.columns.includes(column.name)).map((check) => check.expression);
  const bounds = table.partitionColumns.includes(column.name) ? table.partitionConditions : [];
  return [...checks, ...column.form.domainChecks, ...bounds];
}

const numeric = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric']);
const textual = new Set(['text', 'varchar', 'bpchar', 'citext']);
const temporal = new Set(['date', 'timestamp', 'timestamptz']);

function near(column: FillColumn, source: ValueSource, constants: readonly Constant[]): readonly string[] {
  const { base, cast } = column.form;
  if (numeric.has(base)) {
    const fraction = `${pick(other(source, 'fraction'), 1000)}::numeric / 1000`;
    return numbers(constants).flatMap((number) => [
      `${number}`,
      `${number} + 1`,
      `${number} - 1`,
      `${number} + ${fraction}`,
      `${number} + mod(${source.row}, 100)`,
    ]);
  }
  if (temporal.has(base)) {
    const plain = valueFor(column.form, source) ?? 'NULL';
    const days = `${pick(other(source, 'days'), 27)} * interval '1 day'`;
    const moments = constants.filter((constant) => constant.type === base).map((constant) => `${quoteLiteral(constant.text)}::${cast}`);
    return [
      `${plain} + ${days}`,
      ...moments.flatMap((moment) => [moment, `${moment} + ${days}`, `${moment} + ${source.row} * interval '1 second'`]),
    ];
  }
  if (!textual.has(base)) return [];
  const lengths = [...new Set(numbers(constants).map(Number))].filter(
    (number) => Number.isInteger(number) && number > 0 && number <= 10_000,
  );
  const texts = constants
    .filter((constant) => ['text', 'varchar', 'bpchar', ''].includes(constant.type))
    .map((constant) => quoteLiteral(constant.text));
  return [
    ...texts,
    ...shapes(source),
    ...lengths.map((length) => `rpad(lpad(${source.row}::text, least(${length}, 6), 'A'), ${length}, 'x')`),
  ];
}

/** Texts of the forms that CHECKs with patterns ask for most. */
function shapes(source: ValueSource): readonly string[] {
  const { row } = source;
  const letters = (count: number) =>
    Array.from({ length: count }, (_, at) => `chr((65 + mod((${row} - 1) / ${26 ** (count - 1 - at)}, 26))::integer)`).join(' || ');
  const digits = (count: number) => `lpad(mod(${row}, ${10 ** count})::text, ${count}, '0')`;
  return [
    `'user' || ${row} || '@example.org'`,
    `'https://example.org/' || ${row}`,
    `'item-' || ${row}`,
    `'item_' || ${row}`,
    `'+1555' || lpad(${row}::text, 7, '0')`,
    `'#' || lpad(to_hex(${row}), 6, '0')`,
    `mod(${row}, 10) || '.' || mod(${row}, 7) || '.' || ${row}`,
    `md5(${row}::text)`,
    `md5(${row}::text)::uuid::text`,
    `${letters(2)} || '-' || ${digits(4)}`,
    `${letters(3)} || '-' || ${digits(4)}`,
    ...[2, 3, 4, 6].flatMap((count) => [letters(count), `lower(${letters(count)})`]),
    ...[2, 3, 4, 5, 6, 8, 10].map(digits),
  ];
}

function numbers(constants: readonly Constant[]): readonly string[] {
  const parsed = constants.filter((constant) => constant.text.trim() !== '' && Number.isFinite(Number(constant.text)));
  // A negative number in brackets: `- -1` would begin a comment without the blank, and `-1::integer` binds the wrong way round.
  return [...new Set(parsed.map((constant) => (constant.text.startsWith('-') ? `(${constant.text})` : constant.text)))].slice(0, 100);
}

/** A series of its own for one purpose. */
export function other(source: ValueSource, purpose: string): ValueSource {
  return { ...source, salt: saltOf(String(source.salt), purpose) };
}
