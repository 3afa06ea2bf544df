import type { Table } from '../../../model/catalog';
import { quoteIdentifier } from '../../../parse/mysql/identifiers';
import { pick } from '../../random';
import type { ControlClient } from '../connect';
import type { Condition } from './candidates';
import { type Choice, columnsOfRows, type RowMaker, type RowValues } from './rows';

interface Filling {
  readonly table: Table;
  readonly maker: RowMaker;
  readonly conditions: readonly Condition[];
  /** The number of the first row. */
  readonly first: number;
  readonly wanted: number;
  readonly seed: number;
  /** One is open already, and ends elsewhere. */
  readonly inTransaction?: boolean;
}

/** The rows that went in, and what spoke against more. */
export interface Filled {
  readonly rows: readonly RowValues[];
  readonly problem?: string;
}

/** In one statement. */
const rowsAtOnce = 500;
/** How many values are tried for one row, and how many rows one after another may find none. */
const attemptsPerRow = 90;
const rowsInVain = 12;
/** Where not even the first rows found any. */
const rowsInVainAtFirst = 2;
/** Only when nothing else does. */
const attemptsWithNull = 60;

/** Inserts rows: many at once where nothing but keys and types has to be met, one by one otherwise, learning from what the server refuses. */
export async function insertRows(client: ControlClient, filling: Filling): Promise<Filled> {
  const plain = filling.maker.tried.length === 0 && filling.inTransaction !== true ? await insertTogether(client, filling) : undefined;
  return plain ?? new Trial(client, filling).run();
}

async function insertTogether(client: ControlClient, { table, maker, first, wanted }: Filling): Promise<Filled | undefined> {
  const rows: RowValues[] = [];
  for (let number = first; rows.length < wanted; number++) {
    const row = maker.row(number, new Map(), 0);
    if (typeof row === 'string') return { rows: [], problem: row };
    rows.push(row);
  }
  await client.query('START TRANSACTION');
  try {
    for (let start = 0; start < rows.length; start += rowsAtOnce)
      await client.query(insertion(table, rows.slice(start, start + rowsAtOnce)));
    await client.query('COMMIT');
    return { rows };
  } catch {
    await client.query('ROLLBACK');
    return undefined;
  }
}

/** An INSERT of these rows; a row without a value for a column that others have takes its default. */
export function insertion(table: Table, rows: readonly RowValues[]): string {
  const columns = columnsOfRows(table, rows);
  const lists = rows.map((row) => `(${columns.map((name) => row.get(name) ?? 'DEFAULT').join(', ')})`);
  return `INSERT INTO ${quoteIdentifier(table.name)} (${columns.map(quoteIdentifier).join(', ')}) VALUES ${lists.join(', ')}`;
}

/** Rows one by one. */
class Trial {
  /** Kinds of values that made rows. */
  private readonly good = new Map<string, number[]>();
  /** Kinds that a condition on their column alone has refused. */
  private readonly bad = new Set<string>();
  private problem: string | undefined;

  constructor(
    private readonly client: ControlClient,
    private readonly filling: Filling,
  ) {}

  async run(): Promise<Filled> {
    const rows: RowValues[] = [];
    const alone = this.filling.inTransaction !== true;
    if (alone) await this.client.query('START TRANSACTION');
    let vain = 0;
    for (
      let number = this.filling.first;
      rows.length < this.filling.wanted && vain < (rows.length === 0 ? rowsInVainAtFirst : rowsInVain);
      number++
    ) {
      const row = await this.tryRow(number);
      if (row === undefined) vain++;
      else {
        vain = 0;
        rows.push(row);
      }
    }
    if (alone) await this.client.query('COMMIT');
    return { rows, ...(this.problem !== undefined && { problem: this.problem }) };
  }

  private async tryRow(number: number): Promise<RowValues | undefined> {
    const { table, maker } = this.filling;
    const attempts = maker.tried.length === 0 ? 2 : attemptsPerRow;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const choice = this.choose(number, attempt);
      const row = maker.row(number, choice, attempt);
      if (typeof row === 'string') {
        this.problem ??= row;
        continue;
      }
      try {
        await this.client.query(insertion(table, [row]));
        for (const [name, kind] of choice) this.good.set(name, [...(this.good.get(name) ?? []).filter((each) => each !== kind), kind]);
        return row;
      } catch (error) {
        this.learn(error as Error, choice);
      }
    }
    return undefined;
  }

  /** What made rows before, the plainest first; then whatever no condition has refused yet. */
  private choose(number: number, attempt: number): Choice {
    const { maker, seed, table } = this.filling;
    return new Map(
      maker.tried.map(({ name, kinds }): [string, number] => {
        const at = (size: number) => pick(size, seed, table.name, name, number, attempt);
        const good = this.good.get(name) ?? [];
        if (attempt === 0) return [name, good.length > 0 ? Math.min(...good) : 0];
        if (attempt < 4 && good.length > 0) return [name, good[at(good.length)] ?? 0];
        const all = Array.from({ length: attempt < attemptsWithNull ? Math.max(kinds - 1, 1) : kinds }, (_, kind) => kind);
        const open = all.filter((kind) => !this.bad.has(`${name} ${kind}`));
        const from = open.length > 0 ? open : [kinds - 1];
        return [name, from[maker.tried.length === 1 ? attempt % from.length : at(from.length)] ?? 0];
      }),
    );
  }

  private learn({ message }: Error, choice: Choice): void {
    this.problem ??= `the server refused: ${message}`;
    const names = (condition: Condition) =>
      condition.name === undefined
        ? / no partition /.test(message)
        : [`'${condition.name}'`, `${condition.name}\``].some((text) => message.includes(text));
    for (const [name, kind] of choice) {
      const own = this.filling.conditions.filter(({ columns }) => columns.length === 1 && columns[0] === name);
      if (own.some(names)) this.bad.add(`${name} ${kind}`);
    }
  }
}
