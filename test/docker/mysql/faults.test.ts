import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Execution, ExecutionOutcome } from '../../../src/engines/carrier';
import { builtInCarrier } from '../../../src/engines/mysql/execution/execution';
import type { FaultName, Point } from '../../../src/model/fault';
import type { Migration } from '../../../src/model/migration';
import type { RunProtocol } from '../../../src/model/run-protocol';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { freshDatabase, migrationOf, oneValue, protocolOf, rowsOf, sessionsIn } from './faults-laboratory';
import { servers, startServer } from './servers';

const at = (kind: 'before' | 'after' | 'during', statement: number): Point => ({ kind, statement });
const commit: Point = { kind: 'commit', statement: 3 };
const start: Point = { kind: 'start' };
const unrecorded: Point = { kind: 'unrecorded' };

type Shape = 'autocommit' | 'wrapped' | 'single request';

interface Cell {
  readonly execution: Execution;
  readonly outcome: ExecutionOutcome;
  readonly address: DatabaseAddress;
}

describe.skipIf(requireOrSkip('docker', await dockerMissing())).each(servers)('$label', (server) => {
  let sandbox: Sandbox;
  const isMariadb = server.name === 'mariadb';
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(server);
  });
  afterAll(() => sandbox?.dispose());

  function shaped(text: string, shape: Shape): { migration: Migration; protocol: RunProtocol } {
    const requests = shape === 'single request' ? 'single-request' : 'per-statement';
    return { migration: migrationOf(text, requests, shape === 'wrapped', server.engine), protocol: protocolOf(text) };
  }

  async function strike(
    { migration, protocol }: { migration: Migration; protocol: RunProtocol },
    fault: FaultName,
    point: Point,
    before: readonly string[] = [],
  ): Promise<Cell> {
    const address = await freshDatabase(sandbox, before);
    const carrier = builtInCarrier(migration, protocol);
    const execution = carrier.start({ address, fault, point, signal: new AbortController().signal });
    try {
      const held = await execution.held;
      if (held === 'finished') await execution.outcome;
      expect(held).toBe('held');
      if (fault === 'crash') await sandbox.crash();
      else await execution.strike();
      return { execution, outcome: await execution.outcome, address: sandbox.address(address.database) };
    } catch (error) {
      await execution.close();
      throw error;
    }
  }

  describe('between statements', () => {
    /** A row, a definition (which commits the row), a row. */
    const text = 'INSERT INTO a VALUES (1);\nCREATE TABLE b (id int PRIMARY KEY); -- commits\nINSERT INTO a VALUES (2)\n;';
    const before = ['CREATE TABLE a (id int PRIMARY KEY)'];

    async function stateOf(address: DatabaseAddress): Promise<string> {
      const rows = await rowsOf(address, 'SELECT id FROM a ORDER BY id');
      const tables = await rowsOf(address, "SHOW TABLES LIKE 'b'");
      const history = await rowsOf(address, 'SELECT * FROM history');
      return (
        [...rows.map(({ id }) => `a${id}`), ...(tables.length ? ['b'] : []), ...(history.length ? ['recorded'] : [])].join(' ') || 'nothing'
      );
    }

    it.each<Shape>(['autocommit', 'wrapped', 'single request'])('%s runs to its end', async (shape) => {
      const { migration, protocol } = shaped(text, shape);
      const address = await freshDatabase(sandbox, before);
      const execution = builtInCarrier(migration, protocol).start({ address, signal: new AbortController().signal });
      const outcome = await execution.outcome;
      expect(outcome).toMatchObject({ result: 'success' });
      expect(outcome.statements.map(({ index, rows }) => [index, rows])).toEqual([
        [1, 1],
        [2, 0],
        [3, 1],
      ]);
      expect(outcome.serverProcessIds).toHaveLength(1);
      expect(await stateOf(address)).toBe('a1 a2 b recorded');
      expect(await sessionsIn(address)).toEqual([]);
      await execution.close();
    });

    it.each<[Shape, Point, string]>([
      ['autocommit', at('before', 1), 'nothing'],
      ['autocommit', at('before', 3), 'a1 b'],
      ['autocommit', unrecorded, 'a1 a2 b'],
      // The refused definition has committed what came before it.
      ['wrapped', at('before', 2), 'a1'],
      ['wrapped', at('before', 3), 'a1 b'],
      // No transaction is left for this COMMIT: the row after the definition was committed as it was written.
      ['wrapped', commit, 'a1 a2 b'],
      ['single request', at('before', 1), 'nothing'],
      ['single request', at('before', 2), 'a1'],
      ['single request', at('before', 3), 'a1 b'],
    ])('error: %s, %o leaves %s', async (shape, point, expected) => {
      const { outcome, address, execution } = await strike(shaped(text, shape), 'error', point, before);
      expect(outcome).toMatchObject({ result: 'error', error: { code: '1644', message: 'Faultline: statement refused on purpose' } });
      expect(await stateOf(address)).toBe(expected);
      expect(await sessionsIn(address)).toEqual([]);
      await execution.close();
    });

    const struck: readonly (readonly [Shape, Point, string])[] = [
      ['autocommit', start, 'nothing'],
      ['autocommit', at('after', 1), 'a1'],
      ['autocommit', at('before', 3), 'a1 b'],
      ['wrapped', at('after', 1), 'nothing'],
      ['wrapped', at('after', 2), 'a1 b'],
      ['wrapped', unrecorded, 'a1 a2 b'],
    ];

    it.each(struck)('disconnect: %s, %o leaves %s', async (shape, point, expected) => {
      const { outcome, address, execution } = await strike(shaped(text, shape), 'disconnect', point, before);
      expect(outcome).toMatchObject({ result: 'connection lost' });
      expect(await stateOf(address)).toBe(expected);
      expect(await sessionsIn(address)).toEqual([]);
      await execution.close();
    });

    it.each([...struck, ['single request', at('before', 3), 'a1 b'], ['single request', at('after', 1), 'a1']] as const)(
      'kill-session: %s, %o leaves %s',
      async (shape, point, expected) => {
        const { outcome, address, execution } = await strike(shaped(text, shape), 'kill-session', point, before);
        expect(outcome).toMatchObject({ result: 'connection lost' });
        expect(await stateOf(address)).toBe(expected);
        expect(await sessionsIn(address)).toEqual([]);
        await execution.close();
      },
    );

    it('disconnect: the server goes on with a request of several statements', async () => {
      const { address, execution } = await strike(shaped(text, 'single request'), 'disconnect', at('before', 2), before);
      expect(await stateOf(address)).toBe('a1 a2 b');
      expect(await sessionsIn(address)).toEqual([]);
      await execution.close();
    });

    it('lost-ack: the session stays with its transaction until it is closed', async () => {
      const { outcome, address, execution } = await strike(shaped(text, 'wrapped'), 'lost-ack', at('after', 1), before);
      expect(outcome).toMatchObject({ result: 'connection lost' });
      expect(await sessionsIn(address)).toHaveLength(1);
      expect(await stateOf(address)).toBe('nothing');
      await execution.close();
      expect(await stateOf(address)).toBe('nothing');
    });

    it('crash: what had committed is there again, and nothing else', async () => {
      const cells: readonly (readonly [Shape, Point, string])[] = [
        ['wrapped', at('after', 1), 'nothing'],
        ['autocommit', at('after', 2), 'a1 b'],
        ['single request', at('before', 3), 'a1 b'],
      ];
      const held = await Promise.all(
        cells.map(async ([shape, point]) => {
          const address = await freshDatabase(sandbox, before);
          const { migration, protocol } = shaped(text, shape);
          const execution = builtInCarrier(migration, protocol).start({
            address,
            fault: 'crash',
            point,
            signal: new AbortController().signal,
          });
          expect(await execution.held).toBe('held');
          return { execution, address };
        }),
      );
      await sandbox.crash();
      for (const [position, { execution, address }] of held.entries()) {
        expect(await execution.outcome).toMatchObject({ result: 'connection lost' });
        expect(await stateOf(sandbox.address(address.database))).toBe(cells[position]?.[2]);
        await execution.close();
      }
    });
  });

  describe('inside of a statement', () => {
    const table = [
      'CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL, w varchar(20))',
      `INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i, i, 'x' FROM n`,
    ];
    const update = shapedLater('UPDATE t SET v = v + 1000 WHERE id <= 100');
    const changed = 'SELECT COUNT(*) FROM t WHERE v > 1000';
    const columns =
      "SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't'";
    const temporaries = "SELECT COUNT(*) FROM information_schema.INNODB_TABLES WHERE NAME LIKE CONCAT(DATABASE(), '/#sql%')";
    const temporariesOfMariadb = "SELECT COUNT(*) FROM information_schema.INNODB_SYS_TABLES WHERE NAME LIKE CONCAT(DATABASE(), '/#sql%')";
    const leftovers = isMariadb ? temporariesOfMariadb : temporaries;

    function shapedLater(text: string): () => { migration: Migration; protocol: RunProtocol } {
      return () => shaped(text, 'autocommit');
    }

    it('kill-session in the middle of an UPDATE undoes it', async () => {
      const { execution, outcome, address } = await strike(update(), 'kill-session', at('during', 1), table);
      expect(execution.inside).toMatchObject({ what: 'waits for the lock on a row in the middle of t', waitEvent: 'LOCK WAIT' });
      expect(outcome.result).toBe('connection lost');
      expect(await oneValue(address, changed)).toBe(0);
      await execution.close();
    });

    it('disconnect in the middle of an UPDATE does not stop it', async () => {
      const { execution, outcome, address } = await strike(update(), 'disconnect', at('during', 1), table);
      expect(outcome.result).toBe('connection lost');
      expect(await oneValue(address, changed)).toBe(100);
      await execution.close();
    });

    it('lock-timeout on a row is 1205, undoes the statement and leaves the transaction open', async () => {
      const text = 'INSERT INTO t VALUES (1000, 1, NULL);\nUPDATE t SET v = v + 1000 WHERE id <= 100';
      const { migration, protocol } = shaped(text, 'wrapped');
      const forgiving: RunProtocol = { ...protocol, onError: () => [{ kind: 'commit', text: 'COMMIT' }] };
      const { execution, outcome, address } = await strike({ migration, protocol: forgiving }, 'lock-timeout', at('during', 2), table);
      expect(outcome).toMatchObject({ result: 'error', error: { code: '1205' } });
      expect(await oneValue(address, changed)).toBe(0);
      expect(await oneValue(address, 'SELECT COUNT(*) FROM t WHERE id = 1000')).toBe(1);
      await execution.close();
    });

    it('lock-timeout strikes a table that knows no row locks', async () => {
      const plain = [...table, 'ALTER TABLE t ENGINE=MyISAM'];
      const { execution, outcome, address } = await strike(update(), 'lock-timeout', at('during', 1), plain);
      expect(outcome).toMatchObject({ result: 'error', error: { code: '1205' } });
      expect(await oneValue(address, changed)).toBe(0);
      await execution.close();
    });

    it('lock-timeout on a definition is 1205 as well, and what came before it is committed', async () => {
      const text = 'INSERT INTO t VALUES (1000, 1, NULL);\nALTER TABLE t ADD COLUMN z int';
      const { execution, outcome, address } = await strike(shaped(text, 'wrapped'), 'lock-timeout', at('during', 2), table);
      expect(outcome).toMatchObject({ result: 'error', error: { code: '1205' } });
      expect(execution.inside?.waitEvent).toBe('Waiting for table metadata lock');
      expect(await oneValue(address, 'SELECT COUNT(*) FROM t WHERE id = 1000')).toBe(1);
      expect(await oneValue(address, columns)).toBe('id,v,w');
      await execution.close();
    });

    it('deadlock is 1213 and undoes the whole transaction', async () => {
      const text = 'INSERT INTO history VALUES (2);\nUPDATE t SET v = v + 1000 WHERE id <= 100';
      const { execution, outcome, address } = await strike(shaped(text, 'wrapped'), 'deadlock', at('during', 2), table);
      expect(outcome).toMatchObject({ result: 'error', error: { code: '1213' } });
      expect(await oneValue(address, changed)).toBe(0);
      expect(await oneValue(address, 'SELECT COUNT(*) FROM history')).toBe(0);
      await execution.close();
    });

    it('deadlock can not strike a definition', async () => {
      const text = 'ALTER TABLE t ADD COLUMN z int';
      await expect(strike(shaped(text, 'autocommit'), 'deadlock', at('during', 1), table)).rejects.toThrow(/holds none while it waits/);
    });

    it(`statement-timeout is ${isMariadb ? '1969' : 'impossible: only SELECT has one'}`, async () => {
      const struck = strike(update(), 'statement-timeout', at('during', 1), table);
      if (!isMariadb) return expect(struck).rejects.toThrow(/max_execution_time is for SELECT alone/);
      const { execution, outcome, address } = await struck;
      expect(outcome).toMatchObject({ result: 'error', error: { code: '1969' } });
      expect(await oneValue(address, changed)).toBe(0);
      return execution.close();
    });

    it.each(['INPLACE', 'COPY'])('kill-session and disconnect at the end of an ALTER by %s', async (algorithm) => {
      const text = `ALTER TABLE t ADD INDEX by_v (v), ALGORITHM=${algorithm}`;
      const indexes = "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME = 'by_v'";
      const killed = await strike(shaped(text, 'autocommit'), 'kill-session', at('during', 1), table);
      expect(killed.execution.inside?.waitEvent).toBe('Waiting for table metadata lock');
      expect(await oneValue(killed.address, indexes)).toBe(0);
      expect(await oneValue(killed.address, leftovers)).toBe(0);
      await killed.execution.close();
      const cut = await strike(shaped(text, 'autocommit'), 'disconnect', at('during', 1), table);
      expect(await oneValue(cut.address, indexes)).toBe(1);
      await cut.execution.close();
    });

    it('a crash in the middle of an ALTER and of an UPDATE leaves neither', async () => {
      const texts = ['ALTER TABLE t ADD COLUMN z int, ALGORITHM=COPY', 'ALTER TABLE t ADD INDEX by_v (v)', 'UPDATE t SET v = v + 1000'];
      const held = await Promise.all(
        texts.map(async (text) => {
          const address = await freshDatabase(sandbox, table);
          const { migration, protocol } = shaped(text, 'autocommit');
          const carrier = builtInCarrier(migration, protocol);
          const execution = carrier.start({ address, fault: 'crash', point: at('during', 1), signal: new AbortController().signal });
          expect(await execution.held).toBe('held');
          return { execution, address };
        }),
      );
      await sandbox.crash();
      for (const { execution, address } of held) {
        const now = sandbox.address(address.database);
        expect(await execution.outcome).toMatchObject({ result: 'connection lost' });
        expect(await oneValue(now, columns)).toBe('id,v,w');
        expect(await oneValue(now, changed)).toBe(0);
        expect(await oneValue(now, leftovers)).toBe(0);
        await execution.close();
      }
    });

    it('the settings of the session are put back', async () => {
      const text = "UPDATE t SET v = v + 1000 WHERE id = 1;\nINSERT INTO t SELECT 5000, @@SESSION.innodb_lock_wait_timeout, 'after'";
      const { migration, protocol } = shaped(`SET SESSION innodb_lock_wait_timeout = 77;\n${text}`, 'autocommit');
      const goesOn: RunProtocol = { ...protocol, onError: (whole) => protocol.steps(whole).slice(2) };
      const { execution, address } = await strike({ migration, protocol: goesOn }, 'lock-timeout', at('during', 2), table);
      expect(await oneValue(address, 'SELECT v FROM t WHERE id = 5000')).toBe(77);
      await execution.close();
    });

    it('is reached behind a gate in a request of several statements', async () => {
      const text =
        'INSERT INTO t VALUES (1000, 1, NULL);\nUPDATE t SET v = v + 1000 WHERE id <= 100;\nINSERT INTO t VALUES (1001, 1, NULL)';
      const { execution, outcome, address } = await strike(shaped(text, 'single request'), 'kill-session', at('during', 2), table);
      expect(outcome.result).toBe('connection lost');
      expect(await oneValue(address, changed)).toBe(0);
      expect(await oneValue(address, 'SELECT GROUP_CONCAT(id) FROM t WHERE id >= 1000')).toBe('1000');
      await execution.close();
    });
  });
});
