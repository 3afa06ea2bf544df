import { appendFileSync, chownSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, ProgramSide, ServerPlace } from '../server-engine';
import { installedPostgres } from './installed';
import { postgresLock } from './lock';
import { administratorName, initdbParameters, serverSettings } from './settings';

/** All that the server leaves lies in its folder (dynamic shared memory, too), and only this machine reaches it. */
const localSettings = [
  ['listen_addresses', '127.0.0.1'],
  ['unix_socket_directories', ''],
  ['dynamic_shared_memory_type', process.platform === 'win32' ? 'windows' : 'mmap'],
  ['logging_collector', 'off'],
] as const;

/** PostgreSQL by `initdb` and `postgres` (on Windows `pg_ctl` as well). */
export const postgresPrograms: ProgramSide = {
  installed: installedPostgres,
  initialise,

  server({ folder }, port) {
    return { program: 'postgres', parameters: ['-D', folder.data, '-p', String(port)] };
  },

  /** `postgres` refuses administrators there; `pg_ctl` drops their rights first, as does `initdb`. */
  startOnWindows({ folder }, port) {
    return { program: 'pg_ctl', parameters: ['start', '--wait', '-D', folder.data, '-l', folder.log, '-o', `-p ${port}`] };
  },

  ownVariables: /^PG/,

  /** Line 1 of postmaster.pid is the process id, line 8 the state (utils/pidfile.h). A stale file bears another id. */
  isAccepting(folder, processId) {
    try {
      const lines = readFileSync(join(folder.data, 'postmaster.pid'), 'utf8').split('\n');
      return Number(lines[0]) === processId && lines[7]?.trim() === 'ready';
    } catch {
      return false;
    }
  },

  lock: postgresLock,
  /** Immediate shutdown, which gives back the System V shared memory as a kill would not. */
  stopSignal: 'SIGQUIT',
  log: {
    telling: /FATAL|PANIC|ERROR|HINT|could not|error while loading|terminated by signal/,
    portTaken: /could not create any TCP\/IP sockets|Address already in use|could not bind/,
    staleLock: /lock file "postmaster\.pid" already exists/,
  },
  roomMegabytes: 40,
};

async function initialise({ programs, folder, account, password }: ServerPlace, run: (command: Command) => Promise<void>): Promise<void> {
  const passwordFile = join(folder.path, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) chownSync(passwordFile, account.userId, account.groupId);
  const parameters = ['-D', folder.data, '--username', administratorName, '--auth=scram-sha-256', '--pwfile', passwordFile];
  try {
    await run({ program: 'initdb', parameters: [...parameters, ...initdbParameters(programs.engine.major)] });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  const settings = [...serverSettings(programs.engine.major), ...localSettings].map(([name, value]) => `${name} = '${value}'`);
  appendFileSync(join(folder.data, 'postgresql.conf'), `\n# Faultline\n${settings.join('\n')}\n`);
}
