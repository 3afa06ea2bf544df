import type { DatabaseAddress } from '../../../model/sandbox';
import { addressParts, commonUrlNames, guardVariables, ownNames } from '../../command/environment';

const urlNames = [
  ...commonUrlNames,
  'MYSQL_URL',
  'MYSQL_URI',
  'MYSQL_CONNECTION_STRING',
  'MARIADB_URL',
  'JAWSDB_URL',
  'CLEARDB_DATABASE_URL',
];

/** Beginnings of names, each with the ways in which its parts are called. */
const partPrefixes = ['DATABASE', 'DB', 'MYSQL', 'MARIADB', 'TYPEORM'];

/** What the client libraries read by themselves, and what would lead past the proxy (manual, "Environment Variables"). */
const ofTheClients = /^(MYSQL|MARIADB)_/;

/** The address as one string, as most drivers read it. */
export function connectionUrl({ host, port, user, password, database }: DatabaseAddress): string {
  const [name, secret, base] = [user, password, database].map(encodeURIComponent);
  return `mysql://${name}:${secret}@${host}:${port}/${base}`;
}

/** As the driver of the Go world reads it. */
function goAddress({ host, port, user, password, database }: DatabaseAddress): string {
  return `${user}:${password}@tcp(${host}:${port})/${database}`;
}

function jdbcUrl({ host, port, database }: DatabaseAddress): string {
  return `jdbc:mysql://${host}:${port}/${encodeURIComponent(database)}?useSSL=false&allowPublicKeyRetrieval=true`;
}

/**
 * The environment of a command: the user's own, in which everything that could lead to another database is replaced by the sandbox's
 * address. A Node program is also kept from any other database server, by the file `guard`.
 */
export function commandEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
  address: DatabaseAddress,
  guard: string | undefined,
): Record<string, string> {
  const kept = Object.entries(inherited).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || ofTheClients.test(name) || ownNames.has(name)) return [];
    return [[name, ofTheSandbox(value, address) ?? value]];
  });
  return {
    ...Object.fromEntries(kept),
    // Who has one already has it in the form that the tool reads.
    ...Object.fromEntries(urlNames.map((name) => [name, ofTheSandbox(inherited[name] ?? '', address) ?? connectionUrl(address)])),
    ...addressParts(partPrefixes, address),
    MYSQL_PWD: address.password,
    MYSQL_TCP_PORT: String(address.port),
    GOOSE_DRIVER: 'mysql',
    GOOSE_DBSTRING: goAddress(address),
    FLYWAY_URL: jdbcUrl(address),
    FLYWAY_USER: address.user,
    FLYWAY_PASSWORD: address.password,
    LIQUIBASE_COMMAND_URL: jdbcUrl(address),
    LIQUIBASE_COMMAND_USERNAME: address.user,
    LIQUIBASE_COMMAND_PASSWORD: address.password,
    NO_COLOR: '1',
    ...guardVariables(inherited, address, guard),
  };
}

/** The value with the sandbox's address in place of the database that it names, in the same form; undefined where it names none. */
function ofTheSandbox(value: string, address: DatabaseAddress): string | undefined {
  const { host, port, user, password, database } = address;
  const scheme = /^\s*(jdbc:)?(mysqlx?|mariadb|mysql2|trilogy)(\+\w+)?:\/\//i.exec(value);
  if (scheme?.[1] !== undefined) {
    const url = jdbcUrl(address).replace('jdbc:mysql', `jdbc:${scheme[2]}`);
    return `${url}&user=${encodeURIComponent(user)}&password=${encodeURIComponent(password)}`;
  }
  if (scheme) {
    const target = /@tcp\(/.test(value) ? goAddress(address) : connectionUrl(address).replace('mysql://', '');
    return `${scheme[2]}${scheme[3] ?? ''}://${target}`;
  }
  if (/@(tcp|unix)\([^)]*\)\//.test(value)) return goAddress(address);
  // Connector/NET, by semicolons.
  if (/(^|;)\s*(server|host|data source)\s*=/i.test(value) && /;\s*(database|user|uid|user id)\s*=/i.test(`;${value}`)) {
    return `Server=${host};Port=${port};Database=${database};User ID=${user};Password=${password};SslMode=None`;
  }
  return undefined;
}
