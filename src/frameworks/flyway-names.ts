/** What a file name tells Flyway (documentation, "Migrations", "Naming"). */
export interface FlywayName {
  /** A baseline replaces all versions up to its own on a new database only, so it is not among the migrations that are run here. */
  readonly kind: 'versioned' | 'undo' | 'repeatable' | 'baseline';
  /** `1.2` for `V1_2__x.sql`; empty for repeatables. */
  readonly version: string;
  /** Underscores are spaces. */
  readonly description: string;
}

const kinds = { V: 'versioned', B: 'baseline', U: 'undo', R: 'repeatable' } as const;

/** Undefined for names that are none of Flyway's, with its default prefixes and separator. */
export function parseFlywayName(name: string): FlywayName | undefined {
  const match = /^(?:([VBU])(\d+(?:[._]\d+)*)|(R))(?:__(.*))?\.sql$/.exec(name);
  if (match === null) return undefined;
  const [, prefix, version = '', repeatable, description] = match;
  if (description === undefined) return undefined;
  const kind = kinds[(prefix ?? repeatable ?? 'R') as keyof typeof kinds];
  return { kind, version: version.replaceAll('_', '.'), description: description.replaceAll('_', ' ') };
}

/** The column `type` of the history (`CoreMigrationType.java`). */
export function historyType(name: FlywayName | undefined): string {
  return name?.kind === 'baseline' ? 'SQL_BASELINE' : 'SQL';
}

/**
 * Callbacks that run on the connection of the migrations before each of them, or before all (`DefaultCallbackExecutor.java`): what they set
 * for the session holds in the migrations. A description may follow: `beforeMigrate__timeouts.sql`.
 */
export function runsBefore(name: string, direction: 'up' | 'down'): boolean {
  return (direction === 'up' ? /^before(?:Each)?Migrate(?:__.*)?\.sql$/ : /^before(?:Each)?Undo(?:__.*)?\.sql$/).test(name);
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
