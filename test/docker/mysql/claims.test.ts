import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog';
import { type Engine, engineLabel, engineOf } from '../../../src/model/engine';
import type { Migration } from '../../../src/model/migration';
import { type PlannedStatement, type TableAlgorithm, type TableWork, tableAlgorithms } from '../../../src/model/plan';
import type { Sandbox } from '../../../src/model/sandbox';
import { readText } from '../../../src/parse/read';
import { copiesOnline, instantChangesPossible } from '../../../src/plan/mysql/changes';
import { planProgram } from '../../../src/plan/plan';
import { replay } from '../../../src/schema/virtual-schema';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { type Sample, samples, tables } from './claims-statements';
import { type ServerUnderTest, servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

/** Other versions to ask as well, with their images: `FAULTLINE_CLAIMS="mysql 8.4=mysql:8.4,mariadb 10.11=mariadb:10.11"`. */
const others = (process.env.FAULTLINE_CLAIMS ?? '').split(',').flatMap((text) => {
  const [, name = '', version = '', image = ''] = /^\s*(mysql|mariadb) ([\d.]+)=(\S+)\s*$/.exec(text) ?? [];
  const engine = name === 'mysql' || name === 'mariadb' ? engineOf(name, version) : undefined;
  const known = servers.find((server) => server.name === name);
  return engine === undefined || known === undefined ? [] : [{ ...known, engine, label: engineLabel(engine), image }];
});
const asked: readonly (ServerUnderTest & { readonly image?: string })[] = [...servers, ...others];

/** What a server accepts of a statement: the fastest algorithm, the weakest lock with it, and whether the table was made anew. */
type Accepted = Pick<TableWork, 'algorithm' | 'lock' | 'rebuilds'>;

/** What the plan says of the last statement, on the tables as they are made. */
function planned(sample: Sample, engine: Engine): PlannedStatement {
  const setup = Object.values(tables).flat().join(';\n');
  const statements = readText(sample.statement, engine);
  const migration: Migration = {
    id: '1',
    title: '1',
    framework: 'sql',
    engine,
    up: {
      direction: 'up',
      path: '1.sql',
      span: { start: 0, end: sample.statement.length },
      statements,
      execution: { requests: 'per-statement', wrapped: false, because: '' },
    },
  };
  expect(statements.filter(({ unreadable }) => unreadable !== undefined)).toEqual([]);
  const last = planProgram(migration, 'up', replay(emptyCatalog, readText(setup, engine), engine)).statements.at(-1);
  if (last === undefined) throw new Error('nothing planned');
  return last;
}

const tableOf = (statement: string): string => /(?:TABLE|ON) (\w+)/.exec(statement)?.[1] ?? '';

/** Makes the tables that a statement touches, with rows. */
async function reset(connection: Connection, statement: string): Promise<void> {
  const table = tableOf(statement);
  await connection.query('SET foreign_key_checks = 0');
  for (const name of new Set(['c', 't', 'u2', table])) await connection.query(`DROP TABLE IF EXISTS ${name}`);
  await connection.query('SET foreign_key_checks = 1');
  for (const name of new Set(['u2', 'c', table])) for (const sql of tables[name] ?? []) await connection.query(sql);
}

async function tableIds(connection: Connection, engine: Engine, table: string): Promise<string> {
  const view = engine.name === 'mysql' ? 'INNODB_TABLES' : 'INNODB_SYS_TABLES';
  const [rows] = await connection.query(
    `SELECT CONCAT(NAME, TABLE_ID) AS id FROM information_schema.${view} WHERE NAME LIKE CONCAT(DATABASE(), '/${table}') OR NAME LIKE CONCAT(DATABASE(), '/${table}#p%') ORDER BY 1`,
  );
  return JSON.stringify(rows);
}

/** Asks with ever weaker demands until the server takes one. */
async function ask(connection: Connection, engine: Engine, statement: string): Promise<Accepted | string> {
  const parts = statement.split('; ');
  const last = parts.pop() ?? '';
  const begin = async () => {
    await reset(connection, last);
    for (const sql of parts) await connection.query(sql);
  };
  await begin();
  let refused = '';
  for (const algorithm of tableAlgorithms.filter((each) => each !== 'NOCOPY' || engine.name === 'mariadb')) {
    for (const lock of lockWords(engine, algorithm)) {
      const words = [`ALGORITHM=${algorithm}`, ...(lock === undefined ? [] : [`LOCK=${lock}`])];
      const text = last.startsWith('ALTER') ? `${last}, ${words.join(', ')}` : `${last} ${words.join(' ')}`;
      const before = await tableIds(connection, engine, tableOf(last));
      try {
        await connection.query(text);
      } catch (error) {
        refused = error instanceof Error ? error.message : '';
        continue;
      }
      const rebuilds = before !== (await tableIds(connection, engine, tableOf(last)));
      return { algorithm, lock: lock ?? 'NONE', rebuilds };
    }
  }
  return refused;
}

/** MySQL refuses any beside INSTANT, which no more than a moment needs. */
function lockWords(engine: Engine, algorithm: TableAlgorithm): readonly (TableWork['lock'] | undefined)[] {
  return algorithm === 'INSTANT' && engine.name === 'mysql' ? [undefined] : ['NONE', 'SHARED', 'EXCLUSIVE'];
}

describe.skipIf(skip).each(asked)('$label', (server) => {
  const { engine } = server;
  let sandbox: Sandbox;
  let connection: Connection;
  beforeAll(async () => {
    sandbox = await startServer(server, server.image === undefined ? {} : { image: server.image });
    await sandbox.createDatabase('claims');
    connection = await mysql.createConnection({ ...sandbox.address('claims'), charset: 'utf8mb4' });
  });
  afterAll(async () => {
    await connection?.end();
    await sandbox?.dispose();
  });

  const ours = samples.filter(({ only }) => only === undefined || only === server.name);
  it.each(ours.map((sample) => [sample.statement, sample] as const))('%s', async (_, sample) => {
    const { work, because } = planned(sample, engine);
    const accepted = await ask(connection, engine, sample.statement);
    const claimed = work && { algorithm: work.algorithm, lock: work.lock, rebuilds: work.rebuilds };
    // Tables of other engines have no place in InnoDB's lists.
    const seen =
      typeof accepted === 'object' && /\bTABLE my\b|ENGINE=MyISAM/.test(sample.statement) ? { ...accepted, rebuilds: true } : accepted;
    expect(claimed, because).toEqual(seen);
  });

  it('refuses what the plan says it refuses, and takes the rest', async () => {
    const demands = [
      'ALTER TABLE t ADD COLUMN z int, ALGORITHM=INSTANT, LOCK=NONE',
      'ALTER TABLE t ADD COLUMN z int, ALGORITHM=INSTANT',
      'ALTER TABLE t ADD COLUMN z int, ALGORITHM=INPLACE, LOCK=NONE',
      'ALTER TABLE t ADD INDEX i (n), ALGORITHM=INSTANT',
      'ALTER TABLE t ADD INDEX i (n), LOCK=NONE',
      'ALTER TABLE t MODIFY a bigint, ALGORITHM=COPY, LOCK=NONE',
      'ALTER TABLE t MODIFY a bigint, LOCK=NONE',
      'ALTER TABLE t MODIFY a bigint, ALGORITHM=COPY, LOCK=SHARED',
      'ALTER TABLE ft ADD COLUMN z int, ALGORITHM=INSTANT',
      'ALTER TABLE cp ADD COLUMN z int, ALGORITHM=INSTANT',
      'CREATE INDEX i ON t (n) ALGORITHM=INPLACE LOCK=NONE',
    ];
    for (const statement of demands) {
      await reset(connection, statement);
      const refused = await connection.query(statement).then(
        () => false,
        () => true,
      );
      expect([statement, planned({ statement }, engine).work?.refused !== undefined]).toEqual([statement, refused]);
    }
  });

  it('lets a table change instantly as often as the plan says', async () => {
    const possible = instantChangesPossible(engine);
    await connection.query('DROP TABLE IF EXISTS versions');
    await connection.query('CREATE TABLE versions (id int PRIMARY KEY)');
    let done = 0;
    for (; done < 300; done++) {
      const changed = await connection.query(`ALTER TABLE versions ADD COLUMN c${done} int, ALGORITHM=INSTANT`).then(
        () => true,
        () => false,
      );
      if (!changed) break;
    }
    expect(done).toBe(possible ?? 300);
  });

  it('copies beside writes as the plan says', async () => {
    await reset(connection, 'ALTER TABLE t');
    const taken = await connection.query('ALTER TABLE t MODIFY a bigint, ALGORITHM=COPY, LOCK=NONE').then(
      () => true,
      () => false,
    );
    expect(taken).toBe(copiesOnline(engine));
  });

  it('commits with a change of a definition what came before it, and starts no other transaction', async () => {
    await reset(connection, 'ALTER TABLE t');
    await connection.query('START TRANSACTION');
    await connection.query('INSERT INTO nothing_there VALUES (1)').catch(() => undefined);
    await connection.query('UPDATE t SET n = 77');
    await connection.query('ALTER TABLE t ADD COLUMN z int');
    await connection.query('UPDATE t SET n = 78');
    await connection.query('ROLLBACK');
    const [rows] = await connection.query('SELECT DISTINCT n FROM t');
    expect(rows).toEqual([{ n: 78 }]);
  });
});
