import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { describeDatabase } from './description';
import { everything } from './everything';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

describe.skipIf(skip).each(servers)('a clone on $label', (server) => {
  let sandbox: Sandbox;
  let connection: Connection;
  beforeAll(async () => {
    sandbox = await startServer(server);
    await sandbox.createDatabase('shop');
    connection = await mysql.createConnection({ ...sandbox.address('shop'), charset: 'utf8mb4', dateStrings: true });
    for (const text of everything(server.name)) {
      await connection.query(text).catch((error: Error) => {
        throw new Error(`${error.message}: ${text}`);
      });
    }
    await connection.query("CREATE USER 'clerk'@'%'");
    await connection.query("GRANT SELECT, INSERT ON shop.* TO 'clerk'@'%' WITH GRANT OPTION");
    await connection.query("GRANT UPDATE (note), DELETE ON shop.customers TO 'clerk'@'%'");
    await connection.query("GRANT EXECUTE ON PROCEDURE shop.touch_all TO 'clerk'@'%'");
    await connection.query('USE mysql');
  });
  afterAll(async () => {
    await connection?.end();
    await sandbox?.dispose();
  });

  const grants = async (database: string): Promise<readonly string[]> => {
    const [rows] = await connection.query("SHOW GRANTS FOR 'clerk'@'%'");
    const lines = (rows as Record<string, string>[]).map((row) => String(Object.values(row)[0]));
    return lines
      .filter((line) => line.includes(`\`${database}\``))
      .map((line) => line.replaceAll(database, 'DATABASE'))
      .sort();
  };

  it('is the same in all that a database holds', async () => {
    await sandbox.cloneDatabase('shop', 'copy');
    expect(await describeDatabase(connection, 'copy')).toEqual(await describeDatabase(connection, 'shop'));
    const held = await grants('shop');
    expect(held).toHaveLength(3);
    expect(await grants('copy')).toEqual(held);
  });

  it('of a clone is the same again, and what is done to one is not seen in the other', async () => {
    await sandbox.cloneDatabase('copy', 'second');
    const before = await describeDatabase(connection, 'shop');
    await sandbox.query("INSERT INTO customers (email) VALUES ('new@x')", 'second');
    const [row] = await sandbox.query("SELECT id FROM customers WHERE email = 'new@x'", 'second');
    expect(row).toEqual({ id: 41 });
    expect(await describeDatabase(connection, 'copy')).toEqual(before);
    expect(await describeDatabase(connection, 'second')).not.toEqual(before);
  });

  it('works: its triggers, foreign keys, routines and views are its own', async () => {
    await sandbox.query('INSERT INTO orders (customer_id, amount) VALUES (1, 500)', 'second');
    expect(await sandbox.query('SELECT max(amount) AS most FROM orders', 'second')).toEqual([{ most: '100.00' }]);
    await sandbox.query('DELETE FROM customers WHERE id = 1', 'second');
    expect(await sandbox.query('SELECT count(*) AS left_over FROM orders', 'second')).toEqual([{ left_over: 1 }]);
    expect(await sandbox.query('SELECT count(*) AS seen FROM a_view', 'second')).toEqual([{ seen: 1 }]);
    expect(await sandbox.query('SELECT count(*) AS seen FROM a_view', 'shop')).toEqual([{ seen: 2 }]);
    await expect(sandbox.query('SELECT * FROM broken', 'second')).rejects.toThrow(/invalid/);
    // The view is whole again when what it misses comes back.
    await sandbox.query('ALTER TABLE short_lived ADD COLUMN b int', 'second');
    expect(await sandbox.query('SELECT * FROM broken_too', 'second')).toEqual([]);
  });

  it('that is dropped leaves no privileges, though somebody uses it, and somebody else has locks in it', async () => {
    const using = await mysql.createConnection(sandbox.address('copy'));
    const reading = await mysql.createConnection(sandbox.address('mysql'));
    for (const each of [using, reading]) each.on('error', () => undefined);
    await using.query('START TRANSACTION; ').catch(() => undefined);
    await using.query('LOCK TABLES customers WRITE');
    await reading.query('BEGIN');
    await reading.query('SELECT * FROM second.orders');
    await sandbox.dropDatabases(['copy', 'second', 'missing']);
    expect(
      await sandbox.query("SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name IN ('copy', 'second')"),
    ).toEqual([]);
    expect(await grants('copy')).toEqual([]);
    expect(await grants('shop')).toHaveLength(3);
    await expect(using.query('SELECT 1')).rejects.toThrow();
  });

  it('that a prepared transaction outlived its session in is dropped as well', async () => {
    await sandbox.createDatabase('with_xa');
    await sandbox.query('CREATE TABLE t (id int PRIMARY KEY)', 'with_xa');
    const lost = await mysql.createConnection(sandbox.address('with_xa'));
    for (const text of ["XA START 'one', 'two', 7", 'INSERT INTO t VALUES (1)', "XA END 'one', 'two', 7", "XA PREPARE 'one', 'two', 7"])
      await lost.query(text);
    await lost.end();
    await sandbox.dropDatabases(['with_xa']);
    expect(await sandbox.query('XA RECOVER')).toEqual([]);
    expect(await sandbox.query("SHOW DATABASES LIKE 'with_xa'")).toEqual([]);
  });

  it('that can not be made leaves nothing', async () => {
    await expect(sandbox.cloneDatabase('shop', 'taken_place', 'small')).rejects.toThrow(/without a small disk/);
    expect(await sandbox.query("SHOW DATABASES LIKE 'taken_place'")).toEqual([]);
  });
});
