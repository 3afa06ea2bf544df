import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { narrowing } from '../../../src/plan/mysql/narrowing';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

/** A column's type, the new one, a value that fits, and one that is refused or changed. */
const changes: readonly (readonly [from: string, to: string, fits: string, not: string])[] = [
  ['varchar(20)', 'varchar(5)', "'äöü12'", "'äöü123'"],
  ['text', 'varchar(255)', "REPEAT('x', 255)", "REPEAT('x', 256)"],
  ['mediumtext', 'text', "REPEAT('x', 65535)", "REPEAT('x', 65536)"],
  ['varchar(300)', 'tinytext', "REPEAT('x', 255)", "REPEAT('x', 256)"],
  ["enum('a','b','c')", "enum('c','a')", "'c'", "'b'"],
  ["set('a','b')", "set('a')", "'a'", "'a,b'"],
  ['varchar(10)', "enum('a','b')", "'b'", "'c'"],
  ["enum('a','long')", 'varchar(3)', "'a'", "'long'"],
  ['bigint', 'int', '-2147483648', '2147483648'],
  ['int', 'smallint unsigned', '65535', '-1'],
  ['int unsigned', 'int', '2147483647', '2147483648'],
  ['bigint unsigned', 'bigint', '9223372036854775807', '9223372036854775808'],
  ['int', 'varchar(3)', '-99', '1000'],
  ['int', 'decimal(8,2)', '999999', '1000000'],
  ['decimal(10,2)', 'decimal(6,2)', '9999.99', '10000'],
  ['decimal(10,2)', 'decimal(10,2) unsigned', '0', '-1'],
  ['decimal(10,4)', 'decimal(10,2)', '1.2500', '1.2501'],
  ['decimal(6,2)', 'int', '7.00', '7.25'],
  ['decimal(14,0)', 'int', '2147483647', '2147483648'],
  ['double', 'float', '1e30', '1e300'],
  ['double', 'decimal(6,2)', '1234', '12345'],
  ['double', 'tinyint', '127', '128'],
  ['varchar(20)', 'int', "'12'", "'twelve'"],
  ['varchar(20)', 'json', "'[1]'", "'one'"],
  ['varchar(20)', 'date', "'2024-02-29'", "'soon'"],
  ['datetime', 'date', "'2024-02-29 00:00:00'", "'2024-02-29 10:00:00'"],
  ['datetime', 'timestamp', "'1999-01-01 00:00:00'", "'1960-01-01 00:00:00'"],
  ['datetime(6)', 'datetime', "'2024-02-29 10:00:00'", "'2024-02-29 10:00:00.4'"],
];

/** Changes that lose nothing, with the value that is the hardest to hold. */
const harmless: readonly (readonly [from: string, to: string, value: string])[] = [
  ['varchar(5)', 'varchar(6)', "'äöü12'"],
  ["enum('a','b')", "enum('x','b','a')", "'b'"],
  ["enum('a','bb')", 'varchar(2)', "'bb'"],
  ['int', 'bigint', '-2147483648'],
  ['int unsigned', 'bigint', '4294967295'],
  ['int', 'varchar(11)', '-2147483648'],
  ['int', 'decimal(10,0)', '-2147483648'],
  ['smallint unsigned', 'decimal(7,2)', '65535'],
  ['decimal(8,2)', 'decimal(10,3)', '-999999.99'],
  ['date', 'datetime', "'1000-01-01'"],
  ['float', 'double', '1.5'],
];

describe.skipIf(skip).each(servers)('a narrower type on $label', (server) => {
  const { name } = server;
  let sandbox: Sandbox;
  let connection: Connection;
  beforeAll(async () => {
    sandbox = await startServer(server);
    await sandbox.createDatabase('types');
    connection = await mysql.createConnection({ ...sandbox.address('types'), charset: 'utf8mb4', dateStrings: true });
  });
  afterAll(async () => {
    await connection?.end();
    await sandbox?.dispose();
  });

  /** What the value is after the change, the error of it, and whether `condition` is true for it before. */
  async function changed(from: string, to: string, value: string, condition = 'FALSE') {
    await connection.query('DROP TABLE IF EXISTS t');
    await connection.query(`CREATE TABLE t (id int PRIMARY KEY, v ${from}) CHARACTER SET utf8mb4`);
    await connection.query(`INSERT INTO t VALUES (1, ${value})`);
    const read = async (what: string) => {
      const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${what} AS found FROM t`);
      return String(rows[0]?.found);
    };
    const isFound = (await read(`(${condition}) + 0`)) !== '0';
    const before = await read(isTime(from) && isTime(to) ? 'CAST(v AS datetime(6))' : 'CONCAT(v)');
    const code = await connection.query(`ALTER TABLE t MODIFY v ${to}`).then(
      () => undefined,
      (error: { errno?: number }) => error.errno,
    );
    return { before, after: await read(isTime(from) && isTime(to) ? 'CAST(v AS datetime(6))' : 'CONCAT(v)'), code, isFound };
  }

  it.each(changes)('%s to %s takes %s, and not %s', async (from, to, fits, not) => {
    const found = narrowing(from, to, name);
    if (found === undefined) throw new Error('Nothing is told.');
    const condition = found.condition?.('`v`');
    const good = await changed(from, to, fits, condition);
    expect([good.code, good.isFound]).toEqual([undefined, false]);
    expect(Number(good.after) || good.after).toEqual(Number(good.before) || good.before);
    const bad = await changed(from, to, not, condition);
    if (found.codes.length > 0) expect(found.codes).toContain(bad.code);
    else expect([bad.code, bad.after === bad.before]).toEqual([undefined, false]);
    if (condition !== undefined) expect(bad.isFound).toBe(true);
  });

  it.each(harmless)('%s to %s holds %s, and nothing is told', async (from, to, value) => {
    expect(narrowing(from, to, name)).toBeUndefined();
    const { code, before, after } = await changed(from, to, value);
    expect([code, Number(after) || after]).toEqual([undefined, Number(before) || before]);
  });
});

const isTime = (type: string) => /^(?:date|timestamp)/.test(type);
