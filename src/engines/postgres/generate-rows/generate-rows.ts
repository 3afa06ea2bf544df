import type { ClientBase, QueryResult } from 'pg';
import type { UnfilledTable } from '../../../model/simulation';
import { loadParser } from '../../../parse/load';
import { quoteIdentifier, quoteQualified } from '../../../parse/postgres/identifiers';
import type { GeneratedRows, GenerateRowsOptions } from '../../rows';
import { type FillTable, readTables } from './catalog';
import { laterStatement } from './later';
import { type FillStep, fillOrder, mayBeNull } from './order';
import { fillStatement } from './statement';
import { type Trial, tryCandidates } from './trial';
import { refreshViews } from './views';

/**
 * Fills the user's tables with rows that respect their keys and constraints, then their materialized views. Existing rows are kept. The client must be a superuser's,
 * with no transaction open. Rejects only when the connection or the catalog queries fail; a table that can't be filled is reported.
 *
 * User triggers do not fire, as in a restore: they could write clock times, send things, or refuse. `session_replication_role` switches
 * them off without touching the catalog, as ALTER TABLE ... DISABLE TRIGGER would, and without rousing event triggers. It switches off
 * the checks of foreign keys, too, so these are checked here, by one query for each key over all rows. All other constraints are
 * checked by the server as always.
 */
export async function generateRows(client: ClientBase, options: GenerateRowsOptions): Promise<GeneratedRows> {
  if (options.rows <= 0) return { tables: [], skipped: [] };
  await loadParser();
  const refused = new Map<string, string>();
  for (;;) {
    await client.query('BEGIN');
    try {
      // Expressions of the catalog come qualified when nothing is on the search path.
      await client.query(`SET LOCAL search_path = ''; ${repeatable}`);
      const tables = await readTables(client);
      await client.query('SET LOCAL search_path TO DEFAULT');
      const filler = new Filler(client, options, tables, refused);
      const result = await filler.fill();
      const orphaned = await filler.tableWithOrphans();
      if (orphaned === undefined) {
        await client.query('COMMIT');
        await refreshViews(client);
        return result;
      }
      refused.set(nameOf(orphaned.table), `rows for its foreign key ${orphaned.key} could not be found`);
      await client.query('ROLLBACK');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

/** Whatever decides how values are read and written, and in which order rows are made. */
export const repeatable = `SET LOCAL session_replication_role = replica; SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, MDY';
  SET LOCAL intervalstyle = 'postgres'; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off; SET LOCAL lock_timeout = 0;
  SET LOCAL statement_timeout = 0; SET LOCAL synchronize_seqscans = off; SET LOCAL check_function_bodies = off`;

/**
 * How hard to try, and how many row numbers for each row that is still wanted: plain values; values near what the conditions name;
 * those and NULL.
 */
export const attempts = [
  { candidates: false, withNull: false, factor: 1 },
  { candidates: true, withNull: false, factor: 8 },
  { candidates: true, withNull: true, factor: 64 },
] as const;

const untried: Trial = { candidates: new Map() };

export interface Measure {
  readonly existing: number;
  /** The highest whole number in a unique key: new numbers begin above it. */
  readonly highest: number;
}

interface MadeRows {
  readonly step: FillStep;
  readonly existing: number;
  readonly relations: number[];
  readonly places: string[];
}

class Filler {
  private readonly tables: ReadonlyMap<number, FillTable>;
  private readonly made: MadeRows[] = [];
  private readonly filled: { table: string; rows: number }[] = [];
  private readonly skipped: UnfilledTable[] = [];

  constructor(
    private readonly client: ClientBase,
    private readonly options: GenerateRowsOptions,
    all: readonly FillTable[],
    private readonly refused: ReadonlyMap<string, string>,
  ) {
    this.tables = new Map(all.map((table) => [table.oid, table]));
  }

  async fill(): Promise<GeneratedRows> {
    const measures = await measure(this.client, [...this.tables.values()]);
    for (const step of fillOrder([...this.tables.values()])) {
      if (isExcluded(step.table, this.options.excludeTables)) continue;
      const why = this.refused.get(nameOf(step.table)) ?? (await this.fillTable(step, measures));
      if (why !== undefined) this.skipped.push({ table: nameOf(step.table), why });
    }
    for (const made of this.made) await this.fillLater(made);
    return { tables: this.filled, skipped: this.skipped };
  }

  /** The first table of ours with a reference to nothing, and the key. */
  async tableWithOrphans(): Promise<{ readonly table: FillTable; readonly key: string } | undefined> {
    const queries = this.made.flatMap(({ step: { table } }, made) =>
      table.foreignKeys.flatMap((key, at) => {
        const target = this.tables.get(key.target);
        return target === undefined || !key.checked
          ? []
          : [`SELECT ${made} AS made, ${at} AS key WHERE EXISTS (${orphans(table, key, target)})`];
      }),
    );
    if (queries.length === 0) return undefined;
    const found = (await this.client.query<{ made: number; key: number }>(queries.join('\nUNION ALL '))).rows[0];
    const table = found === undefined ? undefined : this.made[found.made]?.step.table;
    return found === undefined || table === undefined ? undefined : { table, key: table.foreignKeys[found.key]?.name ?? '' };
  }

  /** Returns why the table got no rows; undefined when it got some, or has enough. */
  private async fillTable(step: FillStep, measures: ReadonlyMap<number, Measure>): Promise<string | undefined> {
    const { table } = step;
    if (table.partitioned && table.partitionConditions.length === 0) return 'it has no partitions';
    const { existing, highest } = measures.get(table.oid) ?? { existing: 0, highest: 0 };
    const wanted = this.options.rows - existing;
    if (wanted <= 0) return undefined;
    const made: MadeRows = { step, existing, relations: [], places: [] };
    let problem: string | undefined;
    let count = 0;
    let next = highest + 1;
    for (const { candidates: trying, withNull, factor } of attempts) {
      const limit = wanted - count;
      if (limit <= 0) break;
      const last = next + limit * factor - 1;
      const { seed } = this.options;
      const trial = trying ? await tryCandidates(this.client, table, seed, next, withNull) : untried;
      if ('impossible' in trial) {
        problem ??= trial.impossible;
        break;
      }
      const statement = fillStatement({
        step,
        tables: this.tables,
        seed,
        candidates: trial.candidates,
        withNull,
        first: next,
        last,
        limit,
      });
      if ('impossible' in statement) return statement.impossible;
      const inserted = await this.tried(statement.text, step.later.length > 0 ? made : undefined);
      if (typeof inserted === 'string') problem ??= inserted;
      else count += inserted;
      if (count > 0) next = last + 1;
    }
    if (count === 0) return this.emptyParent(step) ?? problem ?? 'no values were found that meet its constraints';
    this.made.push(made);
    this.filled.push({ table: nameOf(table), rows: count });
    return undefined;
  }

  /** Number of rows inserted, or the server's message. */
  private async tried(statement: string, made: MadeRows | undefined): Promise<number | string> {
    const returning = made === undefined ? '' : ' RETURNING tableoid::bigint::float8 AS relation, ctid::text AS place';
    try {
      const text = `SAVEPOINT faultline_fill; ${statement}${returning}; RELEASE SAVEPOINT faultline_fill`;
      // One result for each statement of the text, which the types of the driver do not know.
      const results = (await this.client.query(text)) as unknown as readonly QueryResult<{ relation: number; place: string }>[];
      const inserted = results[1];
      for (const row of inserted?.rows ?? []) {
        made?.relations.push(row.relation);
        made?.places.push(row.place);
      }
      return inserted?.rowCount ?? 0;
    } catch (error) {
      await this.client.query('ROLLBACK TO SAVEPOINT faultline_fill; RELEASE SAVEPOINT faultline_fill');
      return `the server refused: ${(error as Error).message}`;
    }
  }

  /** Keys of a cycle stay NULL when the server refuses them. */
  private async fillLater({ step, existing, relations, places }: MadeRows): Promise<void> {
    const keys = step.later.filter((key) => this.tables.has(key.target) && key.columns.every((name) => mayChange(step.table, name)));
    if (keys.length === 0 || places.length === 0) return;
    await this.client.query('SAVEPOINT faultline_fill');
    try {
      await this.client.query(laterStatement(step.table, keys, this.tables, existing), [relations, places]);
      await this.client.query('RELEASE SAVEPOINT faultline_fill');
    } catch {
      await this.client.query('ROLLBACK TO SAVEPOINT faultline_fill; RELEASE SAVEPOINT faultline_fill');
    }
  }

  private emptyParent(step: FillStep): string | undefined {
    for (const key of step.now.filter((each) => !mayBeNull(step.table, each))) {
      const target = this.tables.get(key.target);
      if (target === undefined || isExcluded(target, this.options.excludeTables))
        return `its foreign key ${key.name} needs rows of a table that is left alone`;
      if (this.skipped.some(({ table }) => table === nameOf(target))) return `its foreign key ${key.name} needs rows of ${nameOf(target)}`;
    }
    return undefined;
  }
}

/** How many rows the tables have, by oid. */
export async function measure(client: ClientBase, tables: readonly FillTable[]): Promise<ReadonlyMap<number, Measure>> {
  if (tables.length === 0) return new Map();
  const queries = tables.map((table) => {
    const unique = new Set(table.uniqueKeys.flat());
    const whole = table.columns.filter(
      (column) => unique.has(column.name) && ['int2', 'int4', 'int8'].includes(column.form.base) && !column.byServer,
    );
    const highest = whole.map((column) => `max(${quoteIdentifier(column.name)})`);
    return `SELECT ${table.oid}::float8 AS oid, count(*) AS existing, greatest(${['count(*)', ...highest].join(', ')}) AS highest FROM ${relation(table)}`;
  });
  const { rows } = await client.query<{ oid: number; existing: string; highest: string }>(queries.join('\nUNION ALL '));
  return new Map(rows.map((row) => [row.oid, { existing: Number(row.existing), highest: Number(row.highest) }]));
}

/** A query for the rows of a table that refer to no row. */
export function orphans(table: FillTable, key: FillTable['foreignKeys'][number], target: FillTable): string {
  const pairs = key.columns.map((name, at) => [`c.${quoteIdentifier(name)}`, `p.${quoteIdentifier(key.targetColumns[at] ?? '')}`] as const);
  const present = pairs.map(([column]) => `${column} IS NOT NULL`).join(' AND ');
  const equal = pairs.map(([column, other]) => `${column} = ${other}`).join(' AND ');
  return `SELECT FROM ${relation(table)} AS c WHERE ${present} AND NOT EXISTS (SELECT FROM ${relation(target)} AS p WHERE ${equal})`;
}

function relation(table: FillTable): string {
  return `${table.partitioned ? '' : 'ONLY '}${quoteQualified(table.schema, table.name)}`;
}

function mayChange(table: FillTable, name: string): boolean {
  return table.columns.some((column) => column.name === name && !column.generated);
}

function isExcluded(table: FillTable, excluded: readonly string[]): boolean {
  return excluded.includes(nameOf(table)) || excluded.includes(table.name);
}

function nameOf(table: FillTable): string {
  return `${table.schema}.${table.name}`;
}
