/** The database and the migrations that are measured, as a folder of SQL files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSandbox } from '../src/model/sandbox';
import type { SimulationRequest } from '../src/protocol/simulation';

export interface Size {
  readonly tables: number;
  readonly rowsPerTable: number;
}

/** The SQL of one kind of server. */
interface Dialect {
  table(index: number): string;
  /** Of six kinds in turn; each round on a table of its own. */
  statement(kind: number, table: string, name: string): string;
}

/** Statements that run in a transaction, and one that can't. */
const postgres: Dialect = {
  table(index) {
    const parent = index === 0 ? '' : `, parent_id bigint NOT NULL REFERENCES t${index - 1} (id)`;
    return `CREATE TABLE t${index} (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE, amount numeric(12,2) NOT NULL, note text, created_at timestamptz NOT NULL${parent});`;
  },
  statement(kind, table, name) {
    switch (kind) {
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
  },
};

/** For MySQL and MariaDB. Nearly every statement commits by itself. */
const mysql: Dialect = {
  table(index) {
    const parent = index === 0 ? '' : `, parent_id bigint NOT NULL, FOREIGN KEY (parent_id) REFERENCES t${index - 1} (id)`;
    return `CREATE TABLE t${index} (id bigint AUTO_INCREMENT PRIMARY KEY, code varchar(100) NOT NULL UNIQUE, amount decimal(12,2) NOT NULL, note text, created_at datetime NOT NULL${parent});`;
  },
  statement(kind, table, name) {
    switch (kind) {
      case 0:
        return `ALTER TABLE ${table} ADD COLUMN ${name} varchar(20);`;
      case 1:
        return `UPDATE ${table} SET ${name} = 'EUR';`;
      case 2:
        return `CREATE INDEX ${table}_${name}_idx ON ${table} (${name});`;
      case 3:
        return `ALTER TABLE ${table} MODIFY COLUMN ${name} varchar(20) NOT NULL;`;
      case 4:
        return `CREATE TABLE ${table}_${name} (id bigint AUTO_INCREMENT PRIMARY KEY, was varchar(20), owner_id bigint, FOREIGN KEY (owner_id) REFERENCES ${table} (id));`;
      default:
        return `INSERT INTO ${table}_${name} (was) VALUES ('start');`;
    }
  },
};

export const benchedEngines = { postgres, mysql, mariadb: mysql } as const;
export type BenchedEngine = keyof typeof benchedEngines;

function schema({ table }: Dialect, tables: number): string {
  return Array.from({ length: tables }, (_, index) => `${table(index)}\n`).join('');
}

function change({ statement }: Dialect, statements: number, tables: number): string {
  return Array.from({ length: statements }, (_, index) => {
    const round = Math.floor(index / 6);
    return `${statement(index % 6, `t${(7 + round) % tables}`, `extra_${round}`)}\n`;
  }).join('');
}

/** Lends a request for the matrix of a migration with so many statements. Its folder is gone when this settles. */
export async function withSubject<T>(
  engine: BenchedEngine,
  size: Size,
  statements: number,
  faults: SimulationRequest['faults'],
  work: (request: SimulationRequest) => Promise<T>,
): Promise<T> {
  const dialect = benchedEngines[engine];
  const folder = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  try {
    await writeFile(join(folder, '001_schema.sql'), schema(dialect, size.tables));
    await writeFile(join(folder, '002_change.sql'), change(dialect, statements, size.tables));
    return await work({
      path: join(folder, '002_change.sql'),
      engine,
      framework: 'sql',
      sandbox: defaultSandbox(engine),
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
