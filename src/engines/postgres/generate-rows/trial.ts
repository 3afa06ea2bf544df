import type { ClientBase } from 'pg';
import { quoteIdentifier } from '../../../parse/postgres/identifiers';
import { type Candidates, candidatesFor, conditionsOn } from './candidates';
import type { FillColumn, FillTable } from './catalog';
import { saltOf, type ValueSource } from './values';

const sampleRows = 64;

export type Trial = { readonly candidates: Candidates } | { readonly impossible: string };

/**
 * Candidates for the columns that conditions are on, tried on the server against the conditions that read nothing else: those that
 * meet them in every row of a sample, or, when there are none, in some. What depends on two columns is left to chance and the filter.
 * With `withNull`, columns that may be NULL are now and then. Impossible when a column has no value that meets even its own conditions.
 */
export async function tryCandidates(client: ClientBase, table: FillTable, seed: number, first: number, withNull: boolean): Promise<Trial> {
  const chosen = new Map<string, readonly string[]>();
  for (const column of table.columns.filter((each) => !each.byServer)) {
    const conditions = conditionsOn(table, column);
    if (conditions.length === 0) continue;
    const candidates = candidatesFor(column, sourceOf(table, column.name, seed), conditions);
    const good = await bestOf(client, table, column, candidates, first);
    const mayBeNull = !column.notNull && !column.form.domainNotNull;
    const all = mayBeNull && (withNull || good.length === 0) ? [...good, 'NULL'] : good;
    if (all.length === 0) return { impossible: `no values were found for its column ${column.name} that meet ${conditions.join(' and ')}` };
    chosen.set(column.name, all);
  }
  return { candidates: chosen };
}

/** What a column's values are computed from. */
export function sourceOf(table: FillTable, name: string, seed: number): ValueSource {
  return { row: 'g.i', salt: saltOf(seed, table.schema, table.name, name), name };
}

async function bestOf(client: ClientBase, table: FillTable, column: FillColumn, candidates: readonly string[], first: number) {
  const own = conditionsAlone(table, column);
  if (own.length === 0 || candidates.length === 0) return candidates;
  const name = quoteIdentifier(column.name);
  const met = own.map((condition) => `(${condition}) IS NOT FALSE`).join(' AND ');
  const counts = candidates.map(
    (candidate, at) => `SELECT ${at} AS candidate, count(*) FILTER (WHERE ${met}) AS met
      FROM (SELECT (${candidate})::${column.form.cast} AS ${name} FROM generate_series(${first}::bigint, ${first + sampleRows - 1}::bigint) AS g (i)) AS r`,
  );
  await client.query('SAVEPOINT faultline_trial');
  try {
    const { rows } = await client.query<{ candidate: number; met: string }>(counts.join('\nUNION ALL '));
    const meeting = (least: number) => candidates.filter((_, at) => rows.some((row) => row.candidate === at && Number(row.met) >= least));
    const always = meeting(sampleRows);
    return always.length > 0 ? always : meeting(1);
  } catch {
    await client.query('ROLLBACK TO SAVEPOINT faultline_trial');
    return candidates;
  } finally {
    await client.query('RELEASE SAVEPOINT faultline_trial');
  }
}

/** The conditions on a column that read no other. */
function conditionsAlone(table: FillTable, column: FillColumn): readonly string[] {
  const checks = table.checks
    .filter((check) => check.columns.length === 1 && check.columns[0] === column.name)
    .map((check) => check.expression);
  const bounded = table.partitionColumns.length === 1 && table.partitionColumns[0] === column.name;
  const bounds = bounded ? [table.partitionConditions.map((bound) => `(${bound})`).join(' OR ')] : [];
  return [...checks, ...column.form.domainChecks.map((check) => domainCondition(check, column.name)), ...bounds];
}

/** A domain's CHECK for a column. VALUE is an ordinary column name to the parser, so the domain's own text can be used as it is. */
export function domainCondition(check: string, columnName: string): string {
  return `SELECT (${check}) FROM (SELECT ${quoteIdentifier(columnName)} AS value) AS v`;
}
