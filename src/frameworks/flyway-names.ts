/** What a file name tells Flyway (documentation, "Migrations", "Naming"). */
export interface FlywayName {
  /** A baseline replaces all versions up to its own on a new database only, so it is not among the migrations that are run here. */
  readonly kind: 'versioned' | 'undo' | 'repeatable' | 'baseline';
  /** `1.2` for `V1_2__x.sql`; empty for repeatables. */
  readonly version: string;
  /** Underscores are spaces. */
  readonly description: string;
}

/** How a project's files are named: the prefixes of its kinds, what stands before the description, and how names end. */
export interface FlywayNaming extends Readonly<Record<FlywayName['kind'], string>> {
  readonly separator: string;
  readonly suffixes: readonly string[];
}

export const defaultNaming: FlywayNaming = {
  versioned: 'V',
  baseline: 'B',
  undo: 'U',
  repeatable: 'R',
  separator: '__',
  suffixes: ['.sql'],
};

const kinds = ['versioned', 'baseline', 'undo', 'repeatable'] as const;

/**
 * Undefined for names that are none of Flyway's (`ResourceNameParser.java`): the first suffix that fits and the longest prefix count, and the
 * description with its separator may be left out.
 */
export function parseFlywayName(name: string, naming: FlywayNaming = defaultNaming): FlywayName | undefined {
  const suffix = naming.suffixes.find((candidate) => name.endsWith(candidate));
  const [kind] = kinds
    .filter((candidate) => name.startsWith(naming[candidate]))
    .toSorted((left, right) => naming[right].length - naming[left].length);
  if (suffix === undefined || kind === undefined) return undefined;
  const rest = name.slice(naming[kind].length, name.length - suffix.length);
  const [version = '', ...parts] = rest.split(naming.separator);
  if (kind === 'repeatable' ? version !== '' : !/^\d+(?:[._]\d+)*$/.test(version)) return undefined;
  return { kind, version: version.replaceAll('_', '.'), description: parts.join(naming.separator).replaceAll('_', ' ') };
}

/** Does this project name its files as Flyway does by itself? */
export function isDefaultNaming(naming: FlywayNaming): boolean {
  return kinds.every((kind) => naming[kind] === defaultNaming[kind]) && naming.separator === defaultNaming.separator;
}

/** The column `type` of the history (`CoreMigrationType.java`). */
export function historyType({ kind }: FlywayName): string {
  return kind === 'baseline' ? 'SQL_BASELINE' : 'SQL';
}

/**
 * Callbacks that run on the connection of the migrations before each of them, or before all (`DefaultCallbackExecutor.java`): what they set
 * for the session holds in the migrations. A description may follow: `beforeMigrate__timeouts.sql`.
 */
export function runsBefore(name: string, direction: 'up' | 'down'): boolean {
  return (direction === 'up' ? /^before(?:Each)?Migrate(?:__.*)?\.sql$/ : /^before(?:Each)?Undo(?:__.*)?\.sql$/).test(name);
}

/** What runs with every `migrate` (documentation, "Callbacks"). */
const migrateEvents = new Set([
  'beforeMigrate',
  'beforeEachMigrate',
  'beforeRepeatables',
  'afterEachMigrate',
  'afterEachMigrateError',
  'afterVersioned',
  'afterMigrate',
  'afterMigrateApplied',
  'afterMigrateError',
]);

/** Is that the name of a callback that runs with every `migrate`? */
export function isMigrateCallback(name: string, { suffixes, separator }: FlywayNaming = defaultNaming): boolean {
  const suffix = suffixes.find((candidate) => name.endsWith(candidate));
  return suffix !== undefined && migrateEvents.has(name.slice(0, -suffix.length).split(separator)[0] ?? '');
}

/** Part by part as numbers; missing parts are zero. */
export function compareVersions(left: string, right: string): number {
  const leftParts = left.split('.');
  const rightParts = right.split('.');
  for (let index = 0; index < Math.max(leftParts.length, rightParts.length); index++) {
    const difference = BigInt(leftParts[index] ?? 0) - BigInt(rightParts[index] ?? 0);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

/** The same for all spellings of a version: Flyway takes `1.2`, `01.2` and `1.2.0` for one (`MigrationVersion.java`). */
export function versionKey(version: string): string {
  const parts = version.split('.').map((part) => BigInt(part || 0).toString());
  const last = parts.findLastIndex((part) => part !== '0');
  return parts.slice(0, Math.max(last, 0) + 1).join('.');
}
