/** The database and the migrations that are measured, as a folder of SQL files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulationRequest } from '../src/protocol/simulation';

export interface Size {
  readonly tables: number;
  readonly rowsPerTable: number;
}

/** Statements that run in a transaction and one that can't, in turn; each round on a table of its own. */
function statement(index: number, tables: number): string {
  const table = `t${(7 + Math.floor(index / 6)) % tables}`;
  const name = `extra_${Math.floor(index / 6)}`;
  switch (index % 6) {
    case 0:
      return `ALTER TABLE ${table} ADD COLUMN ${name} text;`;
    case 1:
      return `UPDATE ${table} SET ${name} = 'EUR';`;
    case 2:
      return `CREATE INDEX CONCURRENTLY ${table}_${name}_idx ON ${table} (${name});`;
    case 3:
      return `ALTER TABLE ${table} ALTER COLUMN ${name} SET NOT NULL;`;
    case 4:
      return `CREATE TABLE ${table}_${name} (id bigserial PRIMARY KEY, ${table}_id bigint REFERENCES ${table} (id), was text);`;
    default:
      return `INSERT INTO ${table}_${name} (was) VALUES ('start');`;
  }
}

function schema(tables: number): string {
  return Array.from({ length: tables }, (_, index) => {
    const parent = index === 0 ? '' : `, parent_id bigint NOT NULL REFERENCES t${index - 1} (id)`;
    return `CREATE TABLE t${index} (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE, amount numeric(12,2) NOT NULL, note text, created_at timestamptz NOT NULL${parent});\n`;
  }).join('');
}

/** Lends a request for the matrix of a migration with so many statements. Its folder is gone when this settles. */
export async function withSubject<T>(
  size: Size,
  statements: number,
  faults: SimulationRequest['faults'],
  work: (request: SimulationRequest) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  try {
    await writeFile(join(folder, '001_schema.sql'), schema(size.tables));
    const change = Array.from({ length: statements }, (_, index) => statement(index, size.tables));
    await writeFile(join(folder, '002_change.sql'), `${change.join('\n')}\n`);
    return await work({
      path: join(folder, '002_change.sql'),
      framework: 'sql',
      sandbox: 'embedded',
      faults,
      points: 'all',
      rows: size.rowsPerTable,
      seed: 1,
      jobs: 4,
      placeholders: {},
      collapse: true,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
