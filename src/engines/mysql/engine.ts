import type { Table } from '../../model/catalog';
import { type Engine, isAtLeast } from '../../model/engine';
import type { Operation } from '../../model/operation';
import { quoteIdentifier, quoteLiteral } from '../../parse/mysql/identifiers';
import { optionOf } from '../../plan/mysql/column-type';
import type { VainDraw } from '../../state/drawn';
import type { DatabaseEngine } from '../engine';
import { askAll } from './ask';
import { mysqlCommands } from './command/tools';
import { withControlClient } from './connect';
import { makeDirt } from './dirt/make';
import { builtInCarrier } from './execution/execution';
import { generateRows } from './generate-rows/generate-rows';
import { MysqlMeter } from './measure/measure';
import { readRowHeap } from './row-heap';
import { checksumQuery } from './snapshot/data';
import { anySessionQuery, captureSessions } from './snapshot/sessions';
import { captureBaseline, captureState } from './snapshot/snapshot';
import { executeSteps } from './steps';

/** MySQL and MariaDB, as a simulation needs them. */
export const mysqlEngine: DatabaseEngine = {
  builtInCarrier,
  command: mysqlCommands,

  captureState: (address, options) => withControlClient(address, (client) => captureState(client, options)),
  captureBaseline: (address, options) => withControlClient(address, (client) => captureBaseline(client, options)),
  async captureBlockingSessions(sandbox, database, sessionIds) {
    const [found] = await sandbox.query(anySessionQuery(database, sessionIds));
    const prepared = await sandbox.query('XA RECOVER');
    if (Number(found?.any) !== 1 && prepared.length === 0) return [];
    const sessions = await withControlClient(sandbox.address(database), (client) => captureSessions(client, sessionIds));
    return sessions.filter((session) => session.locks.length > 0);
  },
  async serverClock(sandbox) {
    const [row] = await sandbox.query("SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%d %H:%i:%s.%f') AS now");
    return String(row?.now);
  },
  readRowHeap: (address, table, columns) => withControlClient(address, (client) => readRowHeap(client, table, columns)),
  checksumQuery: (table, volatile, clockStart) => checksumQuery(table, volatile, clockStart),

  executeSteps,
  askAll,

  generateRows: (address, options) => withControlClient(address, (client) => generateRows(client, options)),
  makeDirt: (address, dirt, source) => withControlClient(address, (client) => makeDirt(client, dirt, source)),
  async putNumbersBack(address, draws) {
    await withControlClient(address, (client) => client.query(draws.map(putBack).join(';')));
  },

  async serverAccounts(sandbox) {
    const rows = await sandbox.query('SELECT User AS user, Host AS host FROM mysql.user');
    return new Set(rows.map((row) => accountName(String(row.user), String(row.host))));
  },
  async dropServerAccounts(sandbox, names) {
    for (const name of names) await sandbox.query(name.includes('@') ? `DROP USER IF EXISTS ${name}` : `DROP ROLE IF EXISTS ${name}`);
  },

  openMeter: (address) => MysqlMeter.open(address),
  fullDisk: {
    // ER_RECORD_FILE_FULL; of a table that could not even be made MySQL says ER_DISK_FULL_NOWAIT, and MariaDB what the system said: ENOSPC is 28.
    isFull: ({ code, message }) => code === '1114' || code === '3675' || /\b(?:errno|errcode): 28\b/i.test(message),
    smallPlace: 'small disk',
    whyNot: ({ operations, text }, engine, tables) =>
      waitsForRoom(text, tables) ?? (engine.name === 'mariadb' ? lostMariadb(operations, engine) : lostMysql(operations)),
    // MariaDB alone has the variable. Without a checkpoint behind it, the log of a table that found no room may not be read after the next crash.
    settle: async (sandbox) => {
      if (sandbox.engine.name === 'mariadb') await sandbox.query('SET GLOBAL innodb_log_checkpoint_now = ON');
    },
    async databaseBytes(sandbox, database) {
      const [row] = await sandbox.query(
        `SELECT COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS size FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteLiteral(database)}`,
      );
      return Number(row?.size);
    },
  },
};

/** Seen with both: the statement waits, asks for room once a minute, and can't be ended (manual, "How MySQL Handles a Full Disk"). */
function waitsForRoom(text: string, tables: readonly Table[]): string | undefined {
  const words = new Set(text.toLowerCase().split(/[^\p{L}\p{N}_$]+/u));
  const found = tables.find((table) => optionOf(table, 'engine') === 'MyISAM' && words.has(table.name.toLowerCase()));
  return (
    found &&
    `${found.name} is a table of MyISAM: with the disk full the server refuses nothing there, it waits for room as long as it takes.`
  );
}

/**
 * Seen with 11: the TRUNCATE fails with 1114, and after the next crash recovery gives up ("Unknown/unsupported storage engine: InnoDB"), unless
 * there was a checkpoint meanwhile, which older versions can't be asked for.
 */
function lostMariadb(operations: readonly Operation[], engine: Engine): string | undefined {
  return !isAtLeast(engine, 11) && operations.some(({ kind }) => kind === 'truncate')
    ? 'MariaDB does not start again after a crash where the disk was full under a TRUNCATE: the sandbox would be lost. Keep room for the empty table.'
    : undefined;
}

/**
 * Seen with 9: where a row grows out of its page and the disk is full, an assertion of InnoDB fails (btr_cur_pessimistic_update), and mysqld
 * aborts with all its sessions. MariaDB 11 fails with 1114. What a CALL writes is not known.
 */
function lostMysql(operations: readonly Operation[]): string | undefined {
  const rewrites = operations.some(
    (operation) =>
      operation.kind === 'update' ||
      operation.kind === 'call' ||
      (operation.kind === 'insert' && (operation.onConflict === 'update' || operation.onConflict === 'replace')),
  );
  return rewrites
    ? 'MySQL itself aborts, for all its sessions, when rows that grow (UPDATE, REPLACE, ON DUPLICATE KEY UPDATE) meet a full disk: the sandbox would be lost. What it leaves is what a crash leaves.'
    : undefined;
}

/** As DROP USER takes it. A role of MariaDB has no host. */
function accountName(user: string, host: string): string {
  return host === '' ? quoteIdentifier(user) : `${quoteLiteral(user)}@${quoteLiteral(host)}`;
}

/** AUTO_INCREMENT is of its table; InnoDB sets it no lower than its column needs (manual, ALTER TABLE). */
function putBack({ sequence, countedBy, next }: VainDraw): string {
  if (countedBy !== undefined) return `ALTER TABLE ${quoteIdentifier(countedBy)} AUTO_INCREMENT = ${next}`;
  return `ALTER SEQUENCE ${quoteIdentifier(sequence)} RESTART WITH ${next}`;
}
