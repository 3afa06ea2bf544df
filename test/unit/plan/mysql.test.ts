import { describe, expect, it } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog';
import { type Engine, engineOf } from '../../../src/model/engine';
import type { Migration, ProgramExecution } from '../../../src/model/migration';
import type { ExecutionPlan } from '../../../src/model/plan';
import { workWords } from '../../../src/model/words';
import { readText } from '../../../src/parse/read';
import { allChanges, instantChangesPossible, wayOf } from '../../../src/plan/mysql/changes';
import { columnType, isSameType, listBytes } from '../../../src/plan/mysql/column-type';
import { planProgram } from '../../../src/plan/plan';
import { plainPalette } from '../../../src/report/palette';
import { planReport } from '../../../src/report/plan-json';
import { planPretty } from '../../../src/report/plan-pretty';
import { replay } from '../../../src/schema/virtual-schema';

function engine(text: string): Engine {
  const [name, version] = text.split(' ');
  const found = name === 'mysql' || name === 'mariadb' ? engineOf(name, version) : undefined;
  if (found === undefined) throw new Error(text);
  return found;
}

const wrapped: ProgramExecution = { requests: 'per-statement', wrapped: true, because: 'it opens one' };
const bare: ProgramExecution = { requests: 'per-statement', wrapped: false, because: 'it opens none' };
const shop = 'CREATE TABLE orders (id bigint PRIMARY KEY, total int NOT NULL, note varchar(50));';

function migrationOf(sql: string, on: Engine, execution: ProgramExecution): Migration {
  const up = { direction: 'up' as const, path: '1.sql', span: { start: 0, end: sql.length }, statements: readText(sql, on), execution };
  return { id: '1', title: '1.sql', framework: 'sql', engine: on, up };
}

function plan(sql: string, text = 'mysql 9', execution = bare): ExecutionPlan {
  const on = engine(text);
  return planProgram(migrationOf(sql, on, execution), 'up', replay(emptyCatalog, readText(shop, on), on));
}

const shape = ({ transactions }: ExecutionPlan) => transactions.map(({ kind, statements }) => `${kind} ${statements.join(' ')}`);

describe('transactions on MySQL', () => {
  it('end where a definition changes: the framework’s too, and nothing opens another', () => {
    const seen = plan(
      'INSERT INTO orders VALUES (1, 1, NULL); UPDATE orders SET total = 2; ALTER TABLE orders ADD COLUMN a int; DELETE FROM orders; DELETE FROM orders;',
      'mysql 9',
      wrapped,
    );
    expect(shape(seen)).toEqual(['framework 1 2', 'autocommit 3', 'autocommit 4', 'autocommit 5']);
    expect(seen.atomic).toBe(false);
    expect(seen.summary).toBe(
      '5 statements: MySQL 9 commits one of them by itself, also in a transaction; a failure leaves what came before it',
    );
    expect(seen.statements.map(({ commits }) => commits)).toEqual([undefined, undefined, true, undefined, undefined]);
  });

  it('hold together where only rows change', () => {
    expect(shape(plan('INSERT INTO orders VALUES (1, 1, NULL); DELETE FROM orders;', 'mysql 9', wrapped))).toEqual(['framework 1 2']);
    expect(plan('INSERT INTO orders VALUES (1, 1, NULL); DELETE FROM orders;', 'mysql 9', wrapped).atomic).toBe(true);
  });

  it('are not made by several statements in one request', () => {
    const request: ProgramExecution = { requests: 'single-request', wrapped: false, because: '' };
    expect(shape(plan('DELETE FROM orders; DELETE FROM orders;', 'mysql 9', request))).toEqual(['autocommit 1', 'autocommit 2']);
  });

  it('begin with START TRANSACTION, or with rows while autocommit is off; temporary tables commit nothing', () => {
    expect(shape(plan('START TRANSACTION; CREATE TEMPORARY TABLE x (a int); DELETE FROM orders; COMMIT;'))).toEqual(['explicit 1 2 3 4']);
    expect(shape(plan('SET autocommit = 0; DELETE FROM orders; DELETE FROM orders; COMMIT;'))).toEqual(['autocommit 1', 'explicit 2 3 4']);
    expect(shape(plan('BEGIN; DELETE FROM orders; DROP TABLE orders; COMMIT;'))).toEqual(['explicit 1 2', 'autocommit 3', 'autocommit 4']);
  });

  it('leave nothing behind when there is one statement, whatever is set around it', () => {
    expect(plan('SET SESSION lock_wait_timeout = 5; ALTER TABLE orders ADD COLUMN a int;').atomic).toBe(true);
    expect(plan('ALTER TABLE orders ADD COLUMN a int;').summary).toBe('1 statement, committed as it ends: a failure leaves nothing behind');
    const noted: ProgramExecution = { requests: 'per-statement', wrapped: true, because: '', leaves: 'a note' };
    expect(plan('ALTER TABLE orders ADD COLUMN a int;', 'mysql 9', noted).summary).toMatch(/: a failure leaves only a note$/);
  });
});

describe('how a table is changed', () => {
  const workOf = (sql: string, text?: string) => plan(sql, text).statements.at(-1)?.work;

  it('follows what the earlier statements made of it', () => {
    const sql =
      'ALTER TABLE orders MODIFY note varchar(60); ALTER TABLE orders MODIFY note varchar(63); ALTER TABLE orders MODIFY note varchar(64);';
    expect(plan(sql).statements.map(({ work }) => work?.algorithm)).toEqual(['INPLACE', 'INPLACE', 'COPY']);
  });

  it('says where it does not know the table', () => {
    expect(workOf('ALTER TABLE other MODIFY a bigint;')).toMatchObject({ algorithm: 'COPY', uncertain: true });
    expect(workOf('ALTER TABLE other MODIFY a bigint, ALGORITHM=INPLACE;')?.uncertain).toBeUndefined();
  });

  it('depends on foreign_key_checks for foreign keys', () => {
    const key = 'ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (total) REFERENCES users (id);';
    expect(workOf(key)).toMatchObject({ algorithm: 'COPY', lock: 'SHARED' });
    expect(workOf(`SET foreign_key_checks = 0; ${key}`)).toMatchObject({ algorithm: 'INPLACE', lock: 'NONE' });
    expect(workOf(`SET foreign_key_checks = 0; SET foreign_key_checks = 1; ${key}`)).toMatchObject({ algorithm: 'COPY' });
  });

  it('is nothing to speak of in a table of the same migration', () => {
    expect(plan('CREATE TABLE t (a int); ALTER TABLE t MODIFY a bigint;').statements.map(({ work, cost }) => [work, cost])).toEqual([
      [undefined, 'metadata'],
      [undefined, 'metadata'],
    ]);
  });

  it('has a way for each change in each version, and copies beside writes from MariaDB 11.2 on alone', () => {
    for (const text of ['mysql 8.0', 'mysql 8.4', 'mysql 9', 'mariadb 10.6', 'mariadb 10.11', 'mariadb 11'])
      for (const change of allChanges) {
        const way = wayOf(change, engine(text));
        expect([text, change, way.algorithm === 'NOCOPY' && text.startsWith('mysql')]).toEqual([text, change, false]);
        expect([text, change, way.algorithm === 'COPY' && !way.rebuilds]).toEqual([text, change, false]);
      }
    expect(['mysql 9', 'mariadb 10.11', 'mariadb 11'].map((text) => wayOf('change type', engine(text)).lock)).toEqual([
      'SHARED',
      'SHARED',
      'NONE',
    ]);
    expect(['mysql 8.0', 'mysql 8.4', 'mysql 9', 'mariadb 11'].map((text) => instantChangesPossible(engine(text)))).toEqual([
      64,
      64,
      255,
      undefined,
    ]);
  });
});

describe('types', () => {
  it('are compared by what is stored', () => {
    const same = (left: string, right: string) => isSameType(columnType(left), columnType(right));
    expect(same('int(11)', 'INTEGER')).toBe(true);
    expect(same('decimal', 'numeric(10,0)')).toBe(true);
    expect(same('int', 'int unsigned')).toBe(false);
    expect(same("enum('a,b','c')", "ENUM('a,b', 'c')")).toBe(true);
    expect(same('datetime', 'datetime(6)')).toBe(false);
    expect(listBytes(columnType(`enum(${Array.from({ length: 256 }, (_, n) => `'${n}'`).join(',')})`))).toBe(2);
    expect(listBytes(columnType("set('a','b','c','d','e','f','g','h','i')"))).toBe(2);
  });
});

describe('words', () => {
  const words = (sql: string, text?: string) => {
    const last = plan(sql, text).statements.at(-1);
    return last?.work === undefined ? undefined : workWords(last.work, last.cost).label;
  };

  it('say the algorithm and what waits', () => {
    expect(words('ALTER TABLE orders ADD COLUMN a int;')).toBe('INSTANT on orders');
    expect(words('ALTER TABLE orders MODIFY total bigint;')).toBe('COPY: blocks writes to orders');
    expect(words('ALTER TABLE orders MODIFY total bigint;', 'mariadb 11')).toBe('COPY: rewrites orders, writes go on');
    expect(words('CREATE INDEX i ON orders (total);')).toBe('INPLACE: indexes orders, writes go on');
    expect(words('ALTER TABLE orders MODIFY note varchar(50) NOT NULL;')).toBe('INPLACE: rewrites orders, writes go on');
    expect(words('ALTER TABLE orders ADD COLUMN a int, ALGORITHM=INSTANT, LOCK=NONE;')).toContain('refused on orders');
    expect(words('ALTER TABLE other MODIFY a int;')).toBe('perhaps COPY of other');
  });

  it('stand in the plan for the terminal', () => {
    const on = engine('mysql 9');
    const migration = migrationOf('ALTER TABLE orders MODIFY total bigint;', on, bare);
    const report = planReport(migration, { up: plan('ALTER TABLE orders MODIFY total bigint;') }, (path) => path);
    expect(report.up.statements[0]?.work).toMatchObject({ table: 'orders', algorithm: 'COPY', lock: 'SHARED' });
    expect(planPretty(report, plainPalette)).toContain('COPY: blocks writes to orders');
  });
});
