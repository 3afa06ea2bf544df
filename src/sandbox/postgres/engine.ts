import type { ServerEngine } from '../server-engine';
import { PostgresAdministrator } from './administrator';
import { postgresPrograms } from './programs';
import { administratorName, initdbParameters, serverSettings } from './settings';

/** Throwaway servers of PostgreSQL. */
export const postgresServer: ServerEngine = {
  name: 'postgres',
  administratorName,
  instead: {
    ofDocker: 'use --sandbox embedded: real PostgreSQL that needs no Docker',
    ofLocal: 'use --sandbox embedded, which brings its own',
  },
  administrator: (address) => new PostgresAdministrator(address),
  container: {
    image: ({ major }) => `postgres:${major}`,
    // The official images and their children say it.
    versionIn: (environment) => environment.find((line) => line.startsWith('PG_MAJOR='))?.slice('PG_MAJOR='.length),
    port: 5432,
    specification: ({ major }, password) => ({
      command: ['postgres', ...serverSettings(major).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      environment: [
        `POSTGRES_USER=${administratorName}`,
        `POSTGRES_PASSWORD=${password}`,
        `POSTGRES_INITDB_ARGS=${initdbParameters(major).join(' ')}`,
      ],
      sharedMemoryBytes: 256 * 2 ** 20,
    }),
    telling: /FATAL|PANIC|ERROR|error:/i,
  },
  programs: postgresPrograms,
};
