import { engineVersionText } from '../../model/engine';
import type { ContainerSide, ServerEngine } from '../server-engine';
import { MongodbAdministrator } from './administrator';
import { mongodPrograms } from './programs';
import { ownPort, serverParameters } from './settings';

/** Where the image keeps its data. */
const dataFolder = '/data/db';
const processFile = `${dataFolder}/faultline.pid`;

/**
 * Throwaway servers of MongoDB: replica sets of one, since a server on its own has neither transactions nor retried writes.
 *
 * They have no account. A member of a set takes accounts only together with a keyfile (manual, "Enforce Keyfile Access Control in a Replica
 * Set"), a file which would have to be in the container before it starts, with one mode and one owner; and `mongodb://` addresses in the
 * configuration of the tools mostly have none. The port is open to this machine alone, and what lies behind it is generated.
 */
export const mongodbServer: ServerEngine = {
  name: 'mongodb',
  administratorName: '',
  instead: {
    ofDocker: 'use --sandbox local with an installed MongoDB server (mongod), or --sandbox embedded, which downloads one',
    ofLocal: 'use --sandbox docker',
  },
  administrator: (address) => new MongodbAdministrator(address),
  container: container(),
  programs: mongodPrograms,
};

function container(): ContainerSide {
  return {
    image: (engine) => `mongo:${engineVersionText(engine)}`,
    versionIn: mongodVersion,
    port: ownPort,
    specification: (_engine, _password, _smallDisk, environment) => ({
      command: ['mongod', '--bind_ip_all', '--pidfilepath', processFile, ...serverParameters],
      environment: [],
      // Only of the official image and its children is it known that one process is the server, and writes its number there.
      ...(mongodVersion(environment) !== undefined && { data: { folder: dataFolder, processFile } }),
    }),
    // One JSON object in a line; `s` is the severity (manual, "Log Messages").
    telling: /"s":"[EF]"|^Error|error:|DBPathInUse/,
  };
}

/** `MONGO_VERSION=8.0.12`. */
function mongodVersion(environment: readonly string[]): string | undefined {
  return environment.find((line) => line.startsWith('MONGO_VERSION='))?.slice('MONGO_VERSION='.length);
}
