import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServerFolder } from '../process/folder';
import type { Command, ProgramSide, ServerLock, ServerPlace, ServerPrograms } from '../server-engine';
import { administratorName, serverParameters } from './settings';

/** MySQL by `mysqld` alone, which initialises itself. */
export function mysqlPrograms(installed: () => readonly ServerPrograms[]): ProgramSide {
  return { ...common('mysqld'), installed, initialise: initialiseMysql };
}

/** MariaDB by `mariadbd`, whose data directory a script beside it makes. */
export function mariadbPrograms(installed: () => readonly ServerPrograms[]): ProgramSide {
  return { ...common('mariadbd'), installed, initialise: initialiseMariadb };
}

function common(server: string): Omit<ProgramSide, 'installed' | 'initialise'> {
  return {
    server: (place, port) => ({ program: server, parameters: parametersFor(place, port) }),
    ownVariables: /^(MYSQL|MARIADB)/,
    // The server writes its process id when it is ready for connections.
    isAccepting: (folder, processId) => lockOf(folder)?.processId === processId && /ready for connections/.test(text(folder.log)),
    lock: lockOf,
    stopSignal: 'SIGKILL',
    log: {
      telling: /\[ERROR\]|error while loading|terminated by signal|Cannot|Can't/,
      portTaken: /Do you already have another (mysqld|mariadbd|server)|Can't start server: Bind on TCP\/IP port|Address already in use/i,
    },
    roomMegabytes: 250,
  };
}

/** Everything is said on the command line, and files of options are not read: what is set on this machine must not matter. */
function parametersFor(place: ServerPlace, port: number): readonly string[] {
  return [
    '--no-defaults',
    ...basic(place),
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    // Below the data directory; the whole path may be longer than a socket's may be.
    ...(process.platform === 'win32' ? [] : ['--socket=server.sock']),
    `--pid-file=${pidFile(place.folder)}`,
    `--secure-file-priv=${temporary(place.folder)}`,
    `--init-file=${initFile(place.folder)}`,
    ...serverParameters(place.programs.engine, place.smallDisk),
  ];
}

/** Where the data is, and the installation that the programs belong to, which not every build finds by itself. */
function basic({ programs, folder }: ServerPlace): readonly string[] {
  const base = dirname(programs.folder);
  return [...(existsSync(join(base, 'share')) ? [`--basedir=${base}`] : []), `--datadir=${folder.data}`, `--tmpdir=${temporary(folder)}`];
}

async function initialiseMysql(place: ServerPlace, run: (command: Command) => Promise<void>): Promise<void> {
  makeTemporary(place);
  writeInitFile(place);
  const quick = ['--innodb-flush-method=nosync', '--skip-log-bin'];
  await run({ program: 'mysqld', parameters: ['--no-defaults', '--initialize-insecure', ...basic(place), ...quick] });
}

async function initialiseMariadb(place: ServerPlace, run: (command: Command) => Promise<void>): Promise<void> {
  makeTemporary(place);
  writeInitFile(place);
  const { folder } = place.programs;
  const script = ['mariadb-install-db', '../bin/mariadb-install-db', '../scripts/mariadb-install-db'].find((name) =>
    existsSync(join(folder, name)),
  );
  const parameters = ['--no-defaults', ...basic(place), '--auth-root-authentication-method=normal', '--skip-test-db'];
  await run({ program: script ?? 'mariadb-install-db', parameters });
}

/** The password is set by the server itself at each start, before it accepts a connection: one statement in a line (manual, init_file). */
function writeInitFile({ folder, account, password }: ServerPlace): void {
  const path = initFile(folder);
  const lines = [
    `CREATE USER IF NOT EXISTS '${administratorName}'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    // MariaDB's script has made it, without a password.
    `ALTER USER '${administratorName}'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO '${administratorName}'@'127.0.0.1' WITH GRANT OPTION;`,
    `ALTER USER '${administratorName}'@'localhost' IDENTIFIED BY '${password}';`,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  if (account !== undefined) chownSync(path, account.userId, account.groupId);
}

/** A folder of its own for temporary files: the one of our environment need not be open to the server's account. */
function makeTemporary({ folder, account }: ServerPlace): void {
  mkdirSync(temporary(folder), { mode: 0o700, recursive: true });
  if (account !== undefined) chownSync(temporary(folder), account.userId, account.groupId);
}

function temporary(folder: ServerFolder): string {
  return join(folder.path, 'temporary');
}

function initFile(folder: ServerFolder): string {
  return join(folder.path, 'init.sql');
}

function pidFile(folder: ServerFolder): string {
  return join(folder.data, 'server.pid');
}

function lockOf(folder: ServerFolder): ServerLock | undefined {
  const processId = Number(text(pidFile(folder)).trim());
  if (!Number.isInteger(processId) || processId <= 1) return undefined;
  // A killed server keeps nothing of the system.
  return { processId, release: () => undefined, remove: () => rmSync(pidFile(folder), { force: true }) };
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
