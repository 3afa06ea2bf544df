import type { Connection } from 'mysql2/promise';

export type Row = Readonly<Record<string, unknown>>;

/** A connection that may send several statements in one request, and what a copy asks of it. */
export class CloneSession {
  constructor(private readonly connection: Connection) {}

  /** Rows of one statement. */
  async rows(statement: string): Promise<readonly Row[]> {
    const [result] = await this.connection.query(statement);
    return Array.isArray(result) ? (result as Row[]) : [];
  }

  /** The first row of each of these statements, which each have a result set. */
  async firstRows(statements: readonly string[]): Promise<readonly Row[]> {
    if (statements.length === 0) return [];
    const [results] = await this.connection.query(statements.join(';\n'));
    const sets = statements.length === 1 ? [results] : (results as unknown[]);
    return sets.map((set) => (set as Row[])[0] ?? {});
  }

  /** Statements without a result, in one request. Stops at the first that fails. */
  async run(statements: readonly string[]): Promise<void> {
    if (statements.length > 0) await this.connection.query(statements.join(';\n'));
  }
}
