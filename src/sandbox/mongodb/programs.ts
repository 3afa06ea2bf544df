import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerFolder } from '../process/folder';
import type { ProgramSide, ServerLock } from '../server-engine';
import { installedMongod } from './installed';
import { serverParameters } from './settings';

/** MongoDB by `mongod` alone, which makes its files in an empty folder when it first starts. */
export const mongodPrograms: ProgramSide = {
  installed: installedMongod,
  initialise: async () => undefined,

  /** Everything is said on the command line: without `--config` no file of options is read. */
  server: ({ folder }, port) => ({
    program: 'mongod',
    parameters: [
      `--dbpath=${folder.data}`,
      `--port=${port}`,
      '--bind_ip=127.0.0.1',
      ...(process.platform === 'win32' ? [] : ['--nounixsocket']),
      ...serverParameters,
    ],
  }),

  ownVariables: /^(MONGO|GLIBC_TUNABLES$)/,
  /** Said once for each address, as JSON (manual, "Log Messages"). */
  isAccepting: (folder, processId) => lockOf(folder)?.processId === processId && /"msg":"Waiting for connections"/.test(text(folder.log)),
  lock: lockOf,
  stopSignal: 'SIGKILL',
  log: {
    telling: /"s":"[EF]"|^Error|error while loading|terminated by signal/,
    portTaken: /Address already in use|SocketException.*bind|Failed to set up listener/i,
  },
  // The journal is preallocated.
  roomMegabytes: 350,
};

/** mongod writes its process id to `mongod.lock`, and empties the file when it ends in order. */
function lockOf(folder: ServerFolder): ServerLock | undefined {
  const path = join(folder.data, 'mongod.lock');
  const processId = Number(text(path).trim());
  if (!Number.isInteger(processId) || processId <= 1) return undefined;
  // What a killed mongod leaves is taken over by the next one, lock included.
  return { processId, release: () => undefined, remove: () => rmSync(path, { force: true }) };
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
