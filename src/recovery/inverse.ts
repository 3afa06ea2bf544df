import { type ColumnEvidence, conditionFor, type TableEvidence } from './evidence';
import { literalOf } from './literal';

/** How overwritten values come back: `SET ... WHERE ...` of an UPDATE, and why that is known. */
export interface Inverse {
  readonly set: string;
  readonly where: string;
  readonly because: string;
}

/** More pairs of values than this are data, and no rule. */
const mostPairs = 12;

/**
 * The old values of a column, where they follow from what is there and from the migration's own text: NULL, a number that was added or
 * multiplied, or values that the text names. Old values that it does not name are data of the simulation, which no other database has.
 */
export function inverseOf(column: ColumnEvidence, evidence: TableEvidence, migrationText: string): Inverse | undefined {
  if (column.changed.length === 0 || column.retyped) return undefined;
  const name = evidence.words.quoteIdentifier(column.name);
  if (column.changed.every(({ old }) => old === null)) return wasNull(name, column, evidence);
  return arithmetic(name, column, evidence, migrationText) ?? renamedValues(name, column, migrationText, evidence);
}

function wasNull(name: string, column: ColumnEvidence, evidence: TableEvidence): Inverse | undefined {
  const because = 'they were NULL before';
  const added = new Set(evidence.added.map((key) => JSON.stringify(key)));
  if ([...column.unchanged].every((value) => value === null) && added.size === 0)
    return { set: `${name} = NULL`, where: `${name} IS NOT NULL`, because: `every value was NULL before` };
  const values = distinct(column.changed.map(({ now }) => now));
  const byValue = values.length <= mostPairs && values.every((value) => value !== null && !column.unchanged.has(value));
  if (byValue && added.size === 0) {
    const list = values.map((value) => literalOf(value, column.type, evidence.words)).join(', ');
    return { set: `${name} = NULL`, where: `${name} IN (${list})`, because: `${because}, and no other row has such a value` };
  }
  const where = keyCondition(column, evidence);
  return where === undefined ? undefined : { set: `${name} = NULL`, where, because };
}

const keyCondition = (column: ColumnEvidence, evidence: TableEvidence) =>
  conditionFor(
    evidence,
    column.changed.map(({ key }) => key),
  );

/** The same number added to every value, or multiplied with it, if the migration's text names that number. */
function arithmetic(name: string, column: ColumnEvidence, evidence: TableEvidence, text: string): Inverse | undefined {
  if (!/^(tinyint|smallint|mediumint|int|bigint|numeric|decimal)/.test(column.type)) return undefined;
  const where = keyCondition(column, evidence);
  if (where === undefined) return undefined;
  const pairs = column.changed.map(({ old, now }) => [Number(old), Number(now)] as const);
  if (column.changed.some(({ old, now }) => old === null || now === null) || pairs.flat().some((value) => !Number.isFinite(value)))
    return undefined;
  const [first] = pairs;
  if (first === undefined) return undefined;
  const close = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
  const difference = roundOff(first[1] - first[0]);
  if (pairs.every(([old, now]) => close(now - old, difference)) && namesNumber(text, Math.abs(difference))) {
    const sign = difference < 0 ? '+' : '-';
    return { set: `${name} = ${name} ${sign} ${Math.abs(difference)}`, where, because: `${difference} was added to each of them` };
  }
  const nonZero = pairs.find(([old]) => old !== 0);
  if (nonZero === undefined) return undefined;
  const factor = roundOff(nonZero[1] / nonZero[0]);
  if (factor !== 0 && pairs.every(([old, now]) => close(now, old * factor)) && namesNumber(text, factor))
    return { set: `${name} = ${name} / ${factor}`, where, because: `each of them was multiplied by ${factor}` };
  return undefined;
}

const roundOff = (value: number) => Number(value.toPrecision(12));

function namesNumber(text: string, value: number): boolean {
  return [...text.matchAll(/(?<![\w.])\d+(\.\d+)?(?![\w.])/g)].some(([number]) => Number(number) === value);
}

/** Each new value stands for one old value, which the migration's text names, and no untouched row has it. */
function renamedValues(name: string, column: ColumnEvidence, text: string, { words }: TableEvidence): Inverse | undefined {
  const oldOf = new Map<string, string | null>();
  for (const { old, now } of column.changed) {
    if (now === null || column.unchanged.has(now) || (oldOf.has(now) && oldOf.get(now) !== old)) return undefined;
    oldOf.set(now, old);
  }
  const named = (value: string | null) =>
    value === null || text.includes(`'${value.replaceAll("'", "''")}'`) || namesNumber(text, Number(value));
  if (oldOf.size > mostPairs || ![...oldOf.values()].every(named)) return undefined;
  const literal = (value: string | null) => literalOf(value, column.type, words);
  const pairs = [...oldOf];
  const [only] = pairs;
  const set =
    pairs.length === 1 && only !== undefined
      ? `${name} = ${literal(only[1])}`
      : `${name} = CASE ${name} ${pairs.map(([now, old]) => `WHEN ${literal(now)} THEN ${literal(old)}`).join(' ')} END`;
  const where = `${name} IN (${pairs.map(([now]) => literal(now)).join(', ')})`;
  return { set, where, because: 'the migration names the old values, and no other row has the new ones' };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
