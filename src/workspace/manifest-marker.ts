import { isRecord } from '../model/json';

/** Fields of a package.json by which tools and databases are known. Everything else stays on the disk. */
const dependencyFields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const;

/**
 * A package.json cut down to its name, its kind of modules, the names of what it depends on, and whether its scripts run TypeORM's migrations
 * without transactions: addresses and tokens can stand in the rest. Undefined when it is no JSON object.
 */
export function manifestMarker(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const fields = dependencyFields.map((field): [string, Readonly<Record<string, string>>] => [field, versions(value[field])]);
  const { name, type } = value;
  return JSON.stringify({
    ...(typeof name === 'string' && { name }),
    ...(typeof type === 'string' && { type }),
    ...(runsWithoutTransactions(value.scripts) && { typeormTransaction: 'none' }),
    ...Object.fromEntries(fields.filter(([, names]) => Object.keys(names).length > 0)),
  });
}

function versions(dependencies: unknown): Readonly<Record<string, string>> {
  if (!isRecord(dependencies)) return {};
  const plain = (version: unknown) => (typeof version === 'string' && /^[\w.^~<>=| *-]*$/.test(version) ? version : '*');
  return Object.fromEntries(Object.entries(dependencies).map(([name, version]) => [name, plain(version)]));
}

/** `typeorm migration:run -t none`, in every script that runs them (TypeORM, "Migrations", "Transaction modes"). */
function runsWithoutTransactions(scripts: unknown): boolean {
  if (!isRecord(scripts)) return false;
  const runs = Object.values(scripts).filter((script) => typeof script === 'string' && /\bmigration:run\b/.test(script));
  return runs.length > 0 && runs.every((script) => /\s(?:-t|--transaction)(?:\s+|=)["']?none\b/.test(String(script)));
}
