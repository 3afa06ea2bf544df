import { quoteIdentifier, quoteLiteral } from '../../parse/postgres/identifiers';
import { sqlNameOfKey } from '../../rollback/names';
import type { DatabaseEngine } from '../engine';
import { askAll } from './ask';
import { postgresCommands } from './command/tools';
import { withControlClient } from './connect';
import { makeDirt } from './dirt/make';
import { builtInCarrier } from './execution/execution';
import { generateRows } from './generate-rows/generate-rows';
import { Meter } from './measure/measure';
import { readRowHeap } from './row-heap';
import { makeRoom, openTablespace, ordinaryTablespace, smallTablespace } from './small-disk';
import { checksumQuery } from './snapshot/data';
import { anySessionQuery, captureSessions } from './snapshot/sessions';
import { captureBaseline, captureState } from './snapshot/snapshot';
import { executeSteps } from './steps';
import { makeWorkload } from './workload/requests';
import { Load } from './workload/workload';

/** PostgreSQL, as a simulation needs it. */
export const postgresEngine: DatabaseEngine = {
  builtInCarrier,
  command: postgresCommands,

  captureState: (address, options) => withControlClient(address, (client) => captureState(client, options)),
  captureBaseline: (address, options) => withControlClient(address, (client) => captureBaseline(client, options)),
  async captureBlockingSessions(sandbox, database, sessionIds) {
    // Mostly there are none, which any connection can tell; only a connection to the database can tell what a lock is on.
    const [found] = await sandbox.query(anySessionQuery(database, sessionIds));
    if (found?.any !== true) return [];
    const sessions = await withControlClient(sandbox.address(database), (client) => captureSessions(client, sessionIds));
    return sessions.filter((session) => session.locks.length > 0);
  },
  async serverClock(sandbox) {
    const [row] = await sandbox.query("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS now");
    return String(row?.now);
  },
  readRowHeap: (address, table, columns) => withControlClient(address, (client) => readRowHeap(client, table, columns)),
  checksumQuery: (table, volatile, clockStart, engine) => checksumQuery(table, volatile, clockStart, engine.major),

  executeSteps,
  askAll,

  generateRows: (address, options) => withControlClient(address, (client) => generateRows(client, options)),
  makeDirt: (address, dirt, source) => withControlClient(address, (client) => makeDirt(client, dirt, source)),
  async putNumbersBack(address, draws) {
    const moves = draws.map(({ sequence, next }) => `SELECT setval(${quoteLiteral(sqlNameOfKey(sequence))}, ${next}, false)`);
    await withControlClient(address, (client) => client.query(moves.join(';')));
  },

  async serverAccounts(sandbox) {
    const rows = await sandbox.query('SELECT rolname FROM pg_roles');
    return new Set(rows.map((row) => String(row.rolname)));
  },
  async dropServerAccounts(sandbox, names) {
    const owners = names.map(quoteLiteral).join(', ');
    const owned = await sandbox.query(`SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) IN (${owners})`);
    await sandbox.dropDatabases(owned.map((row) => String(row.datname)));
    const roles = names.map(quoteIdentifier).join(', ');
    // What they may do with databases and settings of the server keeps them too (manual, DROP OWNED).
    await sandbox.query(`DROP OWNED BY ${roles}; DROP ROLE ${roles}`);
  },

  openMeter: (address, bare) => Meter.open(address, bare),
  load: { makeWorkload, start: (options) => Load.start(options) },
  fullDisk: {
    // SQLSTATE disk_full.
    isFull: ({ code }) => code === '53100',
    smallPlace: smallTablespace,
    ordinaryPlace: ordinaryTablespace,
    openPlace: openTablespace,
    makeRoom,
    async databaseBytes(sandbox, database) {
      const [row] = await sandbox.query(`SELECT pg_database_size(${quoteLiteral(database)})::float8 AS size`);
      return Number(row?.size);
    },
  },
};
