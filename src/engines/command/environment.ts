import type { DatabaseAddress } from '../../model/sandbox';

/** What concerns this process and would mislead a child: Electron as Node, Node's own channel to its parent, colours for a terminal. */
export const ownNames: ReadonlySet<string> = new Set([
  'ELECTRON_RUN_AS_NODE',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'FORCE_COLOR',
  'COLORTERM',
]);

/** Names of variables that the tools and templates of the Node, Go, Ruby, Python and Java worlds read an address from, whatever the engine. */
export const commonUrlNames: readonly string[] = [
  'DATABASE_URL',
  'DATABASE_URI',
  'DB_URL',
  'DIRECT_URL',
  'SHADOW_DATABASE_URL',
  'TYPEORM_URL',
];

/** The parts of an address, each under every name that such a part has behind one of these beginnings. */
export function addressParts(
  prefixes: readonly string[],
  { host, port, user, password, database }: DatabaseAddress,
): Record<string, string> {
  const values = {
    HOST: host,
    HOSTNAME: host,
    PORT: String(port),
    USER: user,
    USERNAME: user,
    PASSWORD: password,
    PASS: password,
    NAME: database,
    DB: database,
    DATABASE: database,
  };
  return Object.fromEntries(
    prefixes.flatMap((prefix) => Object.entries(values).map(([part, value]): [string, string] => [`${prefix}_${part}`, value])),
  );
}

/** What keeps a Node program from any other database server than the sandbox's, by the file `guard`. */
export function guardVariables(
  inherited: Readonly<Record<string, string | undefined>>,
  { port }: DatabaseAddress,
  guard: string | undefined,
): Record<string, string> {
  if (guard === undefined) return {};
  return {
    FAULTLINE_SANDBOX_PORT: String(port),
    NODE_OPTIONS: `${inherited.NODE_OPTIONS ?? ''} --require ${JSON.stringify(guard)}`.trim(),
  };
}
