import type { DatabaseAddress } from '../../../model/sandbox';
import { addressParts, commonUrlNames, guardVariables, ownNames } from '../../command/environment';
import { connectionUrl } from '../connect';

const urlNames = [
  ...commonUrlNames,
  'MONGODB_URL',
  'MONGODB_URI',
  'MONGO_URL',
  'MONGO_URI',
  'MONGODB_CONNECTION_STRING',
  'MONGO_CONNECTION_STRING',
  'MONGODB_CONNECTION_URI',
  'MONGOOSE_URI',
  'MIGRATE_MONGO_URI',
  'MONGOLAB_URI',
  'MONGOHQ_URL',
];

/** Beginnings of names, each with the ways in which its parts are called. */
const partPrefixes = ['DATABASE', 'DB', 'MONGODB', 'MONGO'];
/** What the name of the database is called beside. */
const databaseNames = [
  'MONGODB_DB_NAME',
  'MONGO_DB_NAME',
  'MONGODB_DBNAME',
  'MONGO_DBNAME',
  'DB_NAME',
  'MONGODB_DATABASE_NAME',
  'MONGO_DATABASE_NAME',
];

/**
 * The environment of a command: the user's own, in which everything that could lead to another server is replaced by the sandbox's address. A
 * Node program is also kept from any other database server, by the file `guard`.
 */
export function commandEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
  address: DatabaseAddress,
  guard: string | undefined,
): Record<string, string> {
  const kept = Object.entries(inherited).flatMap(([name, value]): [string, string][] =>
    value === undefined || ownNames.has(name) ? [] : [[name, ofTheSandbox(value, address) ?? value]],
  );
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(urlNames.map((name) => [name, ofTheSandbox(inherited[name] ?? '', address) ?? connectionUrl(address)])),
    ...addressParts(partPrefixes, address),
    ...Object.fromEntries(databaseNames.map((name) => [name, address.database])),
    NO_COLOR: '1',
    ...guardVariables(inherited, address, guard),
  };
}

/**
 * The value with the sandbox's server in place of the one that it names; undefined where it names none. A database that is named stays: the
 * proxy knows which of the sandbox's it is, and two different ones must not become one.
 */
function ofTheSandbox(value: string, address: DatabaseAddress): string | undefined {
  const [, path] = /^\s*mongodb(?:\+srv)?:\/\/[^/?]*(?:\/([^?]*))?/i.exec(value) ?? [];
  if (!/^\s*mongodb(\+srv)?:\/\//i.test(value)) return undefined;
  return connectionUrl(path === undefined || path === '' ? address : { ...address, database: decoded(path) });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
