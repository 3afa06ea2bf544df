import { quoteIdentifier, quoteQualified } from '../../../parse/postgres/identifiers';
import { candidatesFor } from '../generate-rows/candidates';
import type { FillColumn, FillTable } from '../generate-rows/catalog';
import { saltOf } from '../generate-rows/values';
import { type RowValues, type Workshop, writable } from './valid-rows';

/** So many combinations of values are tried for one condition, and so many that meet it are kept. */
const mostTried = 300;
const mostKept = 8;
const askedAtOnce = 25;

/** Undoes whatever `work` did; undefined when the server refused it. */
export async function tried<T>({ client }: Workshop, work: () => Promise<T>): Promise<T | undefined> {
  await client.query('SAVEPOINT faultline_probe');
  try {
    return await work();
  } catch {
    return undefined;
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT faultline_probe; RELEASE SAVEPOINT faultline_probe');
  }
}

/** A row as a relation that is called like its table: conditions of the table can be asked of it. */
function asRelation(table: FillTable, values: RowValues): string {
  const list = writable(table).map(({ name, type }) => `(${values.get(name) ?? 'NULL'})::${type} AS ${quoteIdentifier(name)}`);
  return `(SELECT ${list.join(', ')}) AS ${quoteIdentifier(table.name)}`;
}

/** What the condition says of the row; undefined when it can't be evaluated, or is NULL. */
export async function truth(workshop: Workshop, table: FillTable, values: RowValues, condition: string): Promise<boolean | undefined> {
  const text = `SELECT (${condition})::boolean AS met FROM ${asRelation(table, values)}`;
  return tried(workshop, async () => (await workshop.client.query<{ met: boolean | null }>(text)).rows[0]?.met ?? undefined);
}

/**
 * Changes of a row after which the condition is `wanted`: as few columns as possible, values near what the condition names.
 * @param extra more values to try, by column.
 */
export async function solve(
  workshop: Workshop,
  table: FillTable,
  base: RowValues,
  columns: readonly string[],
  condition: string,
  wanted: boolean,
  extra: (column: FillColumn) => readonly string[],
): Promise<readonly RowValues[]> {
  const found: RowValues[] = [];
  const choices = writable(table)
    .filter(({ name }) => columns.includes(name))
    .map((column) => ({ column, values: choicesFor(column, condition, extra(column)) }))
    // Columns with few values first: all combinations of those are tried before the tries run out.
    .sort((a, b) => a.values.length - b.values.length);
  const all = [new Map<string, string>(), ...combinations(choices)].slice(0, mostTried);
  for (let start = 0; start < all.length && found.length < mostKept; start += askedAtOnce) {
    const some = all.slice(start, start + askedAtOnce);
    const rows = some.map((changes) => new Map([...base, ...changes]));
    const answers = await truths(workshop, table, rows, condition);
    found.push(...some.filter((_, place) => answers[place] === wanted));
  }
  return found.slice(0, mostKept);
}

/** The same for many rows in one question; where one of them can't be evaluated, one by one. */
async function truths(
  workshop: Workshop,
  table: FillTable,
  rows: readonly RowValues[],
  condition: string,
): Promise<readonly (boolean | undefined)[]> {
  const texts = rows.map((values, place) => `SELECT ${place} AS place, (${condition})::boolean AS met FROM ${asRelation(table, values)}`);
  const together = await tried(workshop, async () => {
    const { rows: answers } = await workshop.client.query<{ place: number; met: boolean | null }>(texts.join('\nUNION ALL '));
    return rows.map((_, place) => answers.find((answer) => answer.place === place)?.met ?? undefined);
  });
  if (together !== undefined) return together;
  const alone: (boolean | undefined)[] = [];
  for (const values of rows) alone.push(await truth(workshop, table, values, condition));
  return alone;
}

function choicesFor(column: FillColumn, condition: string, extra: readonly string[]): readonly string[] {
  const source = { row: '900001::bigint', salt: saltOf(column.name), name: column.name };
  const near = candidatesFor(column, source, [condition]);
  return [...new Set([...extra, ...(column.notNull ? [] : ['NULL']), ...near.map((value) => `(${value})::${column.form.cast}`)])];
}

/** One column changed, then two, then three. */
function combinations(choices: readonly { readonly column: FillColumn; readonly values: readonly string[] }[]): readonly RowValues[] {
  const single = choices.map(({ column, values }) => values.map((value) => [[column.name, value]] as [string, string][]));
  let level = single.flatMap((list, place) => list.map((changes) => ({ changes, place })));
  const all = level.map(({ changes }) => changes);
  for (let depth = 2; depth <= Math.min(choices.length, 3); depth++) {
    level = level.flatMap(({ changes, place }) =>
      single.flatMap((list, other) => (other > place ? list.map((more) => ({ changes: [...changes, ...more], place: other })) : [])),
    );
    all.push(...level.map(({ changes }) => changes));
    if (all.length > mostTried) break;
  }
  return all.map((changes) => new Map(changes));
}

/** True when the statement fails in a copy of the table that holds nothing but this row. The text is that of ALTER TABLE after the table's name. */
export async function refusesRow(workshop: Workshop, table: FillTable, values: RowValues, subcommand: string): Promise<boolean> {
  const { client } = workshop;
  const copied = await tried(workshop, async () => {
    await copyWith(workshop, table, values);
    // A value that the copy does not take is no row of before; one that it takes and can't convert is.
    await client.query('SAVEPOINT faultline_alter');
    try {
      await client.query(`ALTER TABLE pg_temp.faultline_copy ${subcommand}`);
      return false;
    } catch {
      await client.query('ROLLBACK TO SAVEPOINT faultline_alter');
      return true;
    }
  });
  return copied ?? false;
}

async function copyWith({ client }: Workshop, table: FillTable, values: RowValues): Promise<void> {
  const names = writable(table).map(({ name }) => quoteIdentifier(name));
  await client.query(`CREATE TEMPORARY TABLE faultline_copy (LIKE ${quoteQualified(table.schema, table.name)} INCLUDING GENERATED)`);
  const list = writable(table).map(({ name }) => values.get(name) ?? 'NULL');
  await client.query(`INSERT INTO pg_temp.faultline_copy (${names.join(', ')}) VALUES (${list.join(', ')})`);
}

/** True when an expression can be evaluated on `valid`, and not on `values`. */
export async function failsOn(workshop: Workshop, table: FillTable, values: RowValues, expression: string): Promise<boolean> {
  const ask = (row: RowValues) =>
    tried(workshop, async () => {
      await workshop.client.query(`SELECT ${expression} FROM ${asRelation(table, row)}`);
      return true;
    });
  const isRow = await tried(workshop, async () => {
    await workshop.client.query(`SELECT * FROM ${asRelation(table, values)}`);
    return true;
  });
  return isRow === true && (await ask(values)) === undefined;
}
