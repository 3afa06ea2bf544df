import { quote, text } from '../text';
import type { CloneSession } from './session';

/** Columns and tables that are missing are found one by one, by the server's refusals. */
const mostRefusals = 500;

/**
 * Creates a view that reads tables or columns that are not there, as an ALTER or DROP under it leaves one: both servers refuse to make it
 * so, and so it is made over stand-ins that have them, which then give way to the real tables.
 */
export async function createInvalidView(session: CloneSession, create: string, database: string): Promise<void> {
  const standIns = new StandIns(session, database);
  try {
    for (let refusals = 0; ; refusals++) {
      const error = await session.run([create]).then(
        () => undefined,
        (refusal: unknown) => refusal as { readonly errno?: number; readonly message?: string },
      );
      if (error === undefined) return;
      if (refusals === mostRefusals || !(await standIns.supply(create, error.errno ?? 0, error.message ?? ''))) throw error;
    }
  } finally {
    await standIns.remove();
  }
}

interface StandIn {
  /** Stands for a view: the table that it reads then. What a view reads is written otherwise for a table than for a view. */
  readonly base: string | undefined;
  /** The name that the real table has meanwhile; undefined when there is none. */
  readonly aside: string | undefined;
  readonly columns: string[];
}

function createText(name: string, { base, columns }: StandIn): readonly string[] {
  const table = quote(base ?? name);
  const made = [`DROP TABLE IF EXISTS ${table}`, `CREATE TABLE ${table} (${columns.map((column) => `${quote(column)} int`).join(', ')})`];
  if (base === undefined) return made;
  return [...made, `CREATE OR REPLACE VIEW ${quote(name)} AS SELECT ${columns.map(quote).join(', ')} FROM ${table}`];
}

class StandIns {
  /** By the names that they have. */
  private readonly made = new Map<string, StandIn>();

  constructor(
    private readonly session: CloneSession,
    private readonly database: string,
  ) {}

  /** Makes what this refusal says is missing. False when it says something else. */
  async supply(create: string, code: number, message: string): Promise<boolean> {
    const [, said = ''] = /'([^']*)'/.exec(message) ?? [];
    const parts = said.split('.');
    // ER_NO_SUCH_TABLE: Table 'database.table' doesn't exist.
    if (code === 1146) return this.makeTable(parts.at(-1) ?? '');
    // ER_VIEW_INVALID: View 'database.view' references invalid table(s) ...
    if (code === 1356) return this.makeTable(parts.at(-1) ?? '');
    // ER_BAD_FIELD_ERROR: Unknown column 'table.column' in 'field list'.
    if (code === 1054) return this.addColumn(tableCalled(parts.at(-2) ?? '', create), parts.at(-1) ?? '');
    return false;
  }

  async remove(): Promise<void> {
    for (const [name, { base, aside }] of [...this.made].reverse()) {
      await this.session.run(
        base === undefined ? [`DROP TABLE ${quote(name)}`] : [`DROP VIEW ${quote(name)}`, `DROP TABLE ${quote(base)}`],
      );
      if (aside !== undefined) await this.session.run([`RENAME TABLE ${quote(aside)} TO ${quote(name)}`]);
    }
  }

  private async makeTable(name: string): Promise<boolean> {
    if (name === '' || this.made.has(name)) return false;
    const [there] = await this.session.rows(
      `SELECT table_type AS type FROM information_schema.tables WHERE table_schema = ${text(this.database)} AND table_name = ${text(name)}`,
    );
    const aside = there === undefined ? undefined : `faultline_aside_${this.made.size}`;
    if (aside !== undefined) await this.session.run([`RENAME TABLE ${quote(name)} TO ${quote(aside)}`]);
    const columns = aside === undefined ? [] : await this.columnsOf(aside);
    const standIn: StandIn = {
      base: there?.type === 'VIEW' ? `faultline_base_${this.made.size}` : undefined,
      aside,
      columns: ['faultline_stand_in', ...columns],
    };
    this.made.set(name, standIn);
    await this.session.run(createText(name, standIn));
    return true;
  }

  private async addColumn(table: string, column: string): Promise<boolean> {
    if (table === '' || column === '') return false;
    if (!this.made.has(table) && !(await this.makeTable(table))) return false;
    const standIn = this.made.get(table);
    if (standIn === undefined || standIn.columns.includes(column)) return false;
    standIn.columns.push(column);
    await this.session.run(createText(table, standIn));
    return true;
  }

  private async columnsOf(table: string): Promise<readonly string[]> {
    const rows = await this.session.rows(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ${text(this.database)} AND table_name = ${text(table)}`,
    );
    return rows.map(({ name }) => String(name));
  }
}

/** The table that a name stands for in the text of a view, in which the server writes an alias as `` `table` `alias` ``. */
function tableCalled(name: string, create: string): string {
  const aliased = new RegExp(`\`((?:[^\`]|\`\`)+)\` (?:AS )?${quote(name).replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')}`, 'i').exec(create)?.[1];
  return aliased === undefined ? name : aliased.replaceAll('``', '`');
}
