import { engineOf } from '../../model/engine';
import { findInstalled } from '../process/installed';
import type { ServerPrograms } from '../server-engine';

/** Every `mongod` on this machine: packages and archives of the maker, Homebrew, Windows. */
export function installedMongod(): readonly ServerPrograms[] {
  return findInstalled({
    server: 'mongod',
    places: {
      linux: ['/usr/bin', '/usr/local/bin', '/opt/mongodb/bin', '/home/linuxbrew/.linuxbrew/opt/mongodb-community@*/bin'],
      darwin: [
        '/opt/homebrew/opt/mongodb-community/bin',
        '/opt/homebrew/opt/mongodb-community@*/bin',
        '/usr/local/opt/mongodb-community/bin',
        '/usr/local/opt/mongodb-community@*/bin',
      ],
      win32: ['C:/Program Files/MongoDB/Server/*/bin'],
    },
    // `db version v8.0.12`, in the first line.
    engineOf: (said) => {
      const version = /\bdb version v(\S+)/.exec(said)?.[1];
      return version === undefined ? undefined : engineOf('mongodb', version);
    },
  });
}
