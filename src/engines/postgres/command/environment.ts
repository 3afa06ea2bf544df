import type { DatabaseAddress } from '../../../model/sandbox';
import { addressParts, commonUrlNames, guardVariables, ownNames } from '../../command/environment';

/** Names of variables that the tools and templates of the Node, Go, Ruby, Python and Java worlds read an address from. */
const urlNames = [
  ...commonUrlNames,
  'PG_CONNECTION_STRING',
  'PG_URL',
  'PGURL',
  'POSTGRES_URL',
  'POSTGRES_URI',
  'POSTGRESQL_URL',
  'POSTGRES_PRISMA_URL',
  'POSTGRES_URL_NON_POOLING',
  'GOOSE_DBSTRING',
];

/** Beginnings of names, each with the ways in which its parts are called. */
const partPrefixes = ['DATABASE', 'DB', 'PG', 'POSTGRES', 'POSTGRESQL', 'TYPEORM'];

/** The address as one string, as every driver reads it. */
export function connectionUrl({ host, port, user, password, database }: DatabaseAddress): string {
  const [name, secret, base] = [user, password, database].map(encodeURIComponent);
  return `postgres://${name}:${secret}@${host}:${port}/${base}?sslmode=disable`;
}

/**
 * The environment of a command: the user's own, in which everything that could lead to another database is replaced by the sandbox's
 * address. A Node program is also kept from any other PostgreSQL server, by the file `guard`. libpq's variables are
 * taken away as a whole (manual, "Environment Variables"): a service file or a pass file names other servers.
 */
export function commandEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
  address: DatabaseAddress,
  guard: string | undefined,
): Record<string, string> {
  const url = connectionUrl(address);
  const kept = Object.entries(inherited).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || /^PG[A-Z]/.test(name) || ownNames.has(name)) return [];
    return [[name, ofTheSandbox(value, address) ?? value]];
  });
  return {
    ...Object.fromEntries(kept),
    // Who has one already has it in the form that the tool reads: SQLAlchemy refuses postgres://.
    ...Object.fromEntries(urlNames.map((name) => [name, ofTheSandbox(inherited[name] ?? '', address) ?? url])),
    ...addressParts(partPrefixes, address),
    PGHOST: address.host,
    PGPORT: String(address.port),
    PGUSER: address.user,
    PGPASSWORD: address.password,
    PGDATABASE: address.database,
    PGSSLMODE: 'disable',
    // Encryption with Kerberos would be declined; not asking saves a round trip.
    PGGSSENCMODE: 'disable',
    GOOSE_DRIVER: 'postgres',
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
  const scheme = /^\s*(jdbc:)?((?:postgres(?:ql)?|pgsql|pgx5?|postgis|cockroach(?:db)?)(\+\w+)?):\/\//i.exec(value);
  if (scheme) {
    if (scheme[1] !== undefined) return `${jdbcUrl(address)}&user=${encodeURIComponent(user)}&password=${encodeURIComponent(password)}`;
    // The drivers that SQLAlchemy names behind a plus do not all know `sslmode`; PGSSLMODE tells it to those that do.
    const url = connectionUrl(address).replace('postgres', scheme[2] ?? 'postgres');
    return scheme[3] === undefined ? url : url.replace(/\?.*$/, '');
  }
  // Npgsql, by semicolons; libpq, pgx and lib/pq, by spaces (manual, "Connection Strings").
  if (/(^|;)\s*host\s*=/i.test(value) && /;\s*(database|username|user id)\s*=/i.test(`;${value}`)) {
    return `Host=${host};Port=${port};Database=${database};Username=${user};Password=${password};SSL Mode=Disable`;
  }
  return /(^|\s)host(addr)?\s*=/.test(value) && /(^|\s)(dbname|user)\s*=/.test(value) ? connectionUrl(address) : undefined;
}

function jdbcUrl({ host, port, database }: DatabaseAddress): string {
  return `jdbc:postgresql://${host}:${port}/${encodeURIComponent(database)}?sslmode=disable`;
}
