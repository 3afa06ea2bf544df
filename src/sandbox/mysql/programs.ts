import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
    `--datadir=${place.folder.data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    ...(process.platform === 'win32' ? [] : [`--socket=${join(place.folder.data, 'server.sock')}`]),
    `--pid-file=${pidFile(place.folder)}`,
    `--init-file=${initFile(place.folder)}`,
    ...serverParameters(place.programs.engine, place.smallDisk),
  ];
}

async function initialiseMysql(place: ServerPlace, run: (command: Command) => Promise<void>): Promise<void> {
  writeInitFile(place);
  const quick = ['--innodb-flush-method=nosync', '--skip-log-bin'];
  await run({ program: 'mysqld', parameters: ['--no-defaults', '--initialize-insecure', `--datadir=${place.folder.data}`, ...quick] });
}

async function initialiseMariadb(place: ServerPlace, run: (command: Command) => Promise<void>): Promise<void> {
  writeInitFile(place);
  const { folder } = place.programs;
  const script = ['mariadb-install-db', '../bin/mariadb-install-db', '../scripts/mariadb-install-db'].find((name) =>
    existsSync(join(folder, name)),
  );
  const parameters = ['--no-defaults', `--datadir=${place.folder.data}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
  await run({ program: script ?? 'mariadb-install-db', parameters });
}

/** The password is set by the server itself at each start, before it accepts a connection: one statement in a line (manual, init_file). */
function writeInitFile({ folder, account, password }: ServerPlace): void {
  const path = initFile(folder);
  const lines = [
    `CREATE USER IF NOT EXISTS '${administratorName}'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO '${administratorName}'@'127.0.0.1' WITH GRANT OPTION;`,
    `ALTER USER '${administratorName}'@'localhost' IDENTIFIED BY '${password}';`,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  if (account !== undefined) chownSync(path, account.userId, account.groupId);
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
