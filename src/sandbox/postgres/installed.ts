import { findInstalled } from '../process/installed';
import type { ServerPrograms } from '../server-engine';

/** Every PostgreSQL server installed on this machine: Debian, Red Hat, Homebrew on both architectures, Postgres.app, Windows. */
export function installedPostgres(): readonly ServerPrograms[] {
  return findInstalled({
    server: 'postgres',
    beside: ['initdb'],
    places: {
      linux: [
        '/usr/lib/postgresql/*/bin',
        '/usr/pgsql-*/bin',
        '/usr/local/pgsql/bin',
        '/usr/libexec/postgresql*',
        '/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin',
      ],
      darwin: [
        '/opt/homebrew/opt/postgresql@*/bin',
        '/usr/local/opt/postgresql@*/bin',
        '/Applications/Postgres.app/Contents/Versions/*/bin',
      ],
      win32: ['C:/Program Files/PostgreSQL/*/bin'],
    },
    engineOf: (said) => {
      const major = /PostgreSQL\) (\d+)/.exec(said)?.[1];
      return major === undefined ? undefined : { name: 'postgres', major: Number(major) };
    },
  });
}
