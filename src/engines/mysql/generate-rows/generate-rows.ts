import type { Table } from '../../../model/catalog';
import type { UnfilledTable } from '../../../model/simulation';
import { quoteIdentifier } from '../../../parse/mysql/identifiers';
import { tableOfShowCreate } from '../../../schema/mysql/show-create';
import type { GeneratedRows, GenerateRowsOptions } from '../../rows';
import { type ControlClient, rowsOf } from '../connect';
import { readObjects } from '../snapshot/objects';
import { conditionsOf } from './candidates';
import { formOf, wholeTypes } from './form';
import { insertRows } from './insert';
import { fillLater } from './later';
import { type FillStep, fillOrder } from './order';
import { readParents } from './parents';
import { RowMaker, type RowValues } from './rows';
import { withoutTriggers } from './triggers';

/**
 * Fills the tables with rows that respect their keys and constraints. Existing rows are kept. Triggers do not fire. Rejects only when the
 * connection or the catalog queries fail; a table that can't be filled is reported.
 */
export async function generateRows(client: ControlClient, options: GenerateRowsOptions): Promise<GeneratedRows> {
  if (options.rows <= 0) return { tables: [], skipped: [] };
  const objects = await readObjects(client);
  const tables = objects.tables.map(({ text }) => tableOfShowCreate(text, { name: objects.engineName, major: 0 }));
  if (tables.length === 0) return { tables: [], skipped: [] };
  await client.query("SET time_zone = '+00:00'");
  return withoutTriggers(client, () => new Filler(client, options, tables).fill());
}

interface MadeRows {
  readonly step: FillStep;
  readonly rows: readonly RowValues[];
}

class Filler {
  private readonly made: MadeRows[] = [];
  private readonly filled: { table: string; rows: number }[] = [];
  private readonly skipped: UnfilledTable[] = [];

  constructor(
    private readonly client: ControlClient,
    private readonly options: GenerateRowsOptions,
    private readonly tables: readonly Table[],
  ) {}

  async fill(): Promise<GeneratedRows> {
    const measures = await measure(this.client, this.tables);
    for (const step of fillOrder(this.tables)) {
      const { name } = step.table;
      if (this.options.excludeTables.includes(name)) continue;
      const why = await this.fillTable(step, measures.get(name) ?? { existing: 0, highest: 0 });
      if (why !== undefined) this.skipped.push({ table: name, why });
    }
    for (const { step, rows } of this.made) await fillLater(this.client, step, rows);
    return { tables: this.filled, skipped: this.skipped };
  }

  /** Returns why the table got no rows; undefined when it got some, or has enough. */
  private async fillTable(step: FillStep, { existing, highest }: Measure): Promise<string | undefined> {
    const wanted = this.options.rows - existing;
    if (wanted <= 0) return undefined;
    const parents = await readParents(this.client, step.now);
    const conditions = conditionsOf(step.table);
    const maker = new RowMaker(step, this.options.seed, conditions, parents);
    const { rows, problem } = await insertRows(this.client, {
      table: step.table,
      maker,
      conditions,
      first: highest + 1,
      wanted,
      seed: this.options.seed,
    });
    if (rows.length === 0) return problem ?? 'no values were found that meet its constraints';
    this.made.push({ step, rows });
    this.filled.push({ table: step.table.name, rows: rows.length });
    return undefined;
  }
}

interface Measure {
  readonly existing: number;
  /** The highest whole number in a unique key, or the number of rows: new numbers begin above it. */
  readonly highest: number;
}

async function measure(client: ControlClient, tables: readonly Table[]): Promise<ReadonlyMap<string, Measure>> {
  const found = new Map<string, Measure>();
  for (const table of tables) {
    const keys = new Set(table.indexes.filter(({ unique }) => unique).flatMap((index) => index.keys));
    const whole = table.columns.filter((column) => keys.has(column.name) && wholeTypes.has(formOf(column).base));
    const highest = whole.map(({ name }) => `CAST(COALESCE(MAX(${quoteIdentifier(name)}), 0) AS SIGNED)`);
    const [row] = await rowsOf(
      client,
      `SELECT COUNT(*) AS existing, GREATEST(${['COUNT(*)', '0', ...highest].join(', ')}) AS highest FROM ${quoteIdentifier(table.name)}`,
    );
    found.set(table.name, { existing: Number(row?.existing), highest: Number(row?.highest) });
  }
  return found;
}
