import { quoteIdentifier, quoteQualified } from '../../../parse/postgres/identifiers';
import { type Candidates, oneOf, plainValue } from './candidates';
import type { FillColumn, FillTable, ForeignKey } from './catalog';
import type { FillStep } from './order';
import { mayBeNull } from './order';
import { domainCondition, sourceOf } from './trial';
import { pick } from './values';

/** Which rows one INSERT makes. */
export interface FillRequest {
  readonly step: FillStep;
  readonly tables: ReadonlyMap<number, FillTable>;
  readonly seed: number;
  /** Values for columns that conditions are on; without them, plain values. */
  readonly candidates: Candidates;
  /** References that a CHECK reads are NULL now and then: exactly one of two, say. */
  readonly withNull: boolean;
  /** Row numbers to try, and how many of them are wanted at most. */
  readonly first: number;
  readonly last: number;
  readonly limit: number;
}

export type FillStatement = { readonly text: string } | { readonly impossible: string };

/** Qualifies our own names: no user gives such a column name. */
const rowNumber = '"faultline row"';

/**
 * One INSERT ... SELECT for all rows of a table. Foreign keys take their values from rows of the other table; what the CHECKs and the
 * partition bounds would refuse is filtered out before the server sees it, and what a unique key would refuse is passed over.
 */
export function fillStatement(request: FillRequest): FillStatement {
  const { step, seed, candidates } = request;
  const { table } = step;
  const keys = keyJoins(request);
  const laterColumns = new Set(step.later.flatMap((key) => key.columns));
  const inUnique = new Set(table.uniqueKeys.flat());
  const columns: { readonly column: FillColumn; readonly value: string }[] = [];
  for (const column of table.columns.filter((each) => !each.byServer)) {
    const fromKey = keys.values.get(column.name);
    if (fromKey === undefined && laterColumns.has(column.name)) {
      if (!column.notNull) continue;
      return {
        impossible: `its column ${column.name} refers to rows that don't exist yet, in a cycle in which no foreign key may be NULL`,
      };
    }
    const source = sourceOf(table, column.name, seed);
    const tried = candidates.get(column.name);
    const own = tried === undefined ? plainValue(column, source, inUnique.has(column.name)) : oneOf(tried, column, source);
    const value = fromKey ?? keys.digits.get(column.name) ?? own;
    if (value !== undefined) columns.push({ column, value });
    else if (column.notNull && column.default === null)
      return { impossible: `no values are known for its column ${column.name} of type ${column.type}` };
  }
  return { text: assemble(request, columns, keys) };
}

function assemble(
  request: FillRequest,
  columns: readonly { readonly column: FillColumn; readonly value: string }[],
  keys: KeyJoins,
): string {
  const { table } = request.step;
  const names = columns.map(({ column }) => quoteIdentifier(column.name));
  const list = columns.map(({ column, value }) => `(${value})::${column.form.cast} AS ${quoteIdentifier(column.name)}`);
  const conditions = [
    ...conditionsOf(
      table,
      columns.map(({ column }) => column),
    ),
    'true',
  ].map((condition) => `(${condition}) IS NOT FALSE`);
  const present = columns
    .filter(({ column }) => column.notNull || column.form.domainNotNull)
    .map(({ column }) => `${quoteIdentifier(column.name)} IS DISTINCT FROM NULL`);
  return [
    keys.tables.length === 0 ? '' : `WITH ${keys.tables.join(', ')}`,
    `INSERT INTO ${quoteQualified(table.schema, table.name)}${names.length === 0 ? '' : ` (${names.join(', ')})`}`,
    `SELECT ${names.join(', ')} FROM (SELECT ${[`g.i AS ${rowNumber}`, ...list].join(', ')}`,
    `  FROM generate_series(${request.first}::bigint, ${request.last}::bigint) AS g (i) ${keys.joins.join(' ')}) AS r`,
    `WHERE ${[...conditions, ...present].join(' AND ')} ORDER BY ${rowNumber} LIMIT ${request.limit}`,
    table.deferrableKeys ? '' : 'ON CONFLICT DO NOTHING',
  ].join('\n');
}

/** Conditions that can be decided beforehand: those that read no column which the server fills. */
function conditionsOf(table: FillTable, columns: readonly FillColumn[]): readonly string[] {
  const names = new Set(columns.map((column) => column.name));
  const checks = table.checks.filter((check) => check.columns.every((name) => names.has(name))).map((check) => check.expression);
  const domains = columns.flatMap(({ name, form }) => form.domainChecks.map((check) => domainCondition(check, name)));
  const bounds = table.partitionColumns.every((name) => names.has(name)) ? table.partitionConditions : [];
  return [...checks, ...domains, ...(bounds.length === 0 ? [] : [bounds.map((bound) => `(${bound})`).join(' OR ')])];
}

interface KeyJoins {
  /** WITH tables of the rows that keys can refer to. */
  readonly tables: readonly string[];
  readonly joins: readonly string[];
  /** Column name to the expression of its value. */
  readonly values: ReadonlyMap<string, string>;
  /** The same for other columns of unique keys that have to take turns (see `turns`). */
  readonly digits: ReadonlyMap<string, string>;
}

/**
 * Joins the rows that foreign keys refer to: numbered in physical order, and chosen by number. Where two keys share a column (a tenant,
 * say), the second chooses among the rows that agree with the first.
 */
function keyJoins(request: FillRequest): KeyJoins {
  const { step, tables } = request;
  const built = { tables: [] as string[], joins: [] as string[], values: new Map<string, string>() };
  const turn = turns(request);
  for (const [at, key] of step.now.entries()) {
    const target = tables.get(key.target);
    const free = key.columns.filter((name) => !built.values.has(name));
    if (free.length === 0 || key.columns.some((name) => isGenerated(step.table, name))) continue;
    if (target === undefined) {
      // A single partition, or a table of an extension.
      for (const name of free) built.values.set(name, 'NULL');
      continue;
    }
    const alias = keyAlias(at);
    const shared = key.columns.flatMap((name, place) => {
      const value = built.values.get(name);
      return value === undefined ? [] : [{ value, target: quoteIdentifier(key.targetColumns[place] ?? '') }];
    });
    built.tables.push(
      numberedRows(
        alias,
        target,
        key,
        shared.map((each) => each.target),
      ),
    );
    const source = sourceOf(step.table, key.name, request.seed);
    const number = shared.length > 0 ? pick(source, `${alias}."faultline size"`) : (turn.get(key.name) ?? pick(source, sizeOf(alias)));
    const agreement = shared.map((each) => `${alias}.${each.target} = ${each.value}`);
    built.joins.push(`LEFT JOIN ${alias} ON ${[`${alias}."faultline n" = ${number}`, ...agreement].join(' AND ')}`);
    for (const [place, name] of key.columns.entries()) {
      if (!free.includes(name)) continue;
      const value = `${alias}.${quoteIdentifier(key.targetColumns[place] ?? '')}`;
      built.values.set(name, sometimesNull(request, key, value));
    }
  }
  const digits = new Map<string, string>();
  for (const column of step.table.columns) {
    const number = turn.get(`column ${column.name}`);
    if (number !== undefined && !built.values.has(column.name)) digits.set(column.name, digitValue(column, number));
  }
  return { ...built, digits };
}

/** The rows of a table that a key can refer to, numbered in physical order, within groups where `group` names columns. */
function numberedRows(alias: string, target: FillTable, key: ForeignKey, group: readonly string[]): string {
  const partition = group.length === 0 ? '' : `PARTITION BY ${group.join(', ')} `;
  const names = [...new Set(key.targetColumns)].map(quoteIdentifier);
  return (
    `${alias} AS MATERIALIZED (SELECT row_number() OVER (${partition}ORDER BY tableoid, ctid) - 1 AS "faultline n", ` +
    `count(*) OVER (${partition}) AS "faultline size", ${names.join(', ')} FROM ${target.partitioned ? '' : 'ONLY '}` +
    `${quoteQualified(target.schema, target.name)} WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')})`
  );
}

/** With `withNull`, a key that may be NULL and that a CHECK reads is NULL now and then. */
function sometimesNull(request: FillRequest, key: ForeignKey, value: string): string {
  const { table } = request.step;
  const read = table.checks.some((check) => key.columns.some((name) => check.columns.includes(name)));
  if (!request.withNull || !read || !mayBeNull(table, key)) return value;
  return `CASE WHEN ${pick(sourceOf(table, `${key.name}/null`, request.seed), 2)} = 1 THEN ${value} END`;
}

/**
 * Unique keys of which no column alone can differ in every row (a join table, one row per user and kind): their parts take turns like
 * the digits of a number, so that no combination comes twice until all have come. Every digit is shifted by what stands before it,
 * or the first rows would all share their last parts. Gives the number of the row, label or truth value to be used, by foreign key
 * name or `column NAME`.
 */
function turns(request: FillRequest): ReadonlyMap<string, string> {
  const { step } = request;
  const result = new Map<string, string>();
  for (const unique of step.table.uniqueKeys) {
    const parts = unique.map((name) => partOf(step, name));
    if (parts.some((part) => part === undefined)) continue;
    let stride = '1::bigint';
    for (const part of new Map(parts.flatMap((each) => (each === undefined ? [] : [[each.id, each] as const]))).values()) {
      if (result.has(part.id)) continue;
      const shift = pick({ ...sourceOf(step.table, `${part.id}/turn`, request.seed), row: `mod(g.i - 1, ${stride})` }, part.size);
      result.set(part.id, `mod((g.i - 1) / ${stride} + ${shift}, ${part.size})`);
      stride = `(${stride} * ${part.size})`;
    }
  }
  return result;
}

/** A part of a unique key with few values; undefined for a column whose values differ in every row by themselves. */
function partOf(step: FillStep, name: string): { readonly id: string; readonly size: string } | undefined {
  const at = step.now.findIndex((key) => key.columns.includes(name));
  const key = step.now[at];
  if (key !== undefined) return { id: key.name, size: sizeOf(keyAlias(at)) };
  const column = step.table.columns.find((each) => each.name === name);
  if (column?.form.kind === 'e' && !column.byServer) return { id: `column ${name}`, size: `${Math.max(column.form.labels.length, 1)}` };
  return column?.form.base === 'bool' && !column.byServer ? { id: `column ${name}`, size: '2' } : undefined;
}

function digitValue(column: FillColumn, number: string): string {
  if (column.form.base === 'bool') return `(${number}) = 1`;
  return `(enum_range(NULL::${column.form.cast}))[1 + ${number}]`;
}

function keyAlias(at: number): string {
  return `"faultline key ${at}"`;
}

/** NULL for an empty table: then nothing matches. */
function sizeOf(alias: string): string {
  return `(SELECT nullif(count(*), 0) FROM ${alias})`;
}

function isGenerated(table: FillTable, name: string): boolean {
  return table.columns.some((column) => column.name === name && column.generated);
}
