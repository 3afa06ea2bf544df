export type EngineName = 'postgres' | 'mysql' | 'mariadb' | 'mongodb';

/** A database engine with the version that decides its behaviour. */
export interface Engine {
  readonly name: EngineName;
  readonly major: number;
  /** Where the engine makes its releases by two numbers and one of them was named: 4 in MySQL 8.4, 11 in MariaDB 10.11. */
  readonly minor?: number;
}

/** What is assumed when nothing says otherwise. */
export const defaultEngine: Engine = { name: 'postgres', major: 18 };

/** Postgres majors that Faultline's facts are proven on. */
export const supportedPostgresMajors = [12, 13, 14, 15, 16, 17, 18] as const;

/**
 * The release series that are known, oldest first, as people write them; the last one is assumed when no version is named. Where a series
 * is its major alone, its newest release is meant.
 */
export const supportedVersions: Readonly<Record<EngineName, readonly string[]>> = {
  postgres: supportedPostgresMajors.map(String),
  mysql: ['8.0', '8.4', '9'],
  mariadb: ['10.6', '10.11', '11'],
  mongodb: ['7', '8'],
};

/** The versions that are known, for sentences: `12 to 18`, `8.0, 8.4 and 9`. */
export function versionsKnown(name: EngineName): string {
  const known = supportedVersions[name];
  const isRun = known.length > 2 && known.every((version, place) => place === 0 || Number(version) === Number(known[place - 1]) + 1);
  return isRun ? `${known[0]} to ${known.at(-1)}` : `${known.slice(0, -1).join(', ')} and ${known.at(-1)}`;
}

const displayNames: Record<EngineName, string> = { postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB', mongodb: 'MongoDB' };

/** The engine's name as people write it. */
export function engineDisplayName(name: EngineName): string {
  return displayNames[name];
}

/** Its version as people write it: `18`, `8.4`, `10.11`. */
export function engineVersionText({ major, minor }: Engine): string {
  return minor === undefined ? String(major) : `${major}.${minor}`;
}

/** The engine as people write it: "PostgreSQL 18", "MariaDB 10.11". */
export function engineLabel(engine: Engine): string {
  return `${displayNames[engine.name]} ${engineVersionText(engine)}`;
}

/**
 * The engine of this name in the series that a version belongs to: `18.4` is PostgreSQL 18, `8.4.3` MySQL 8.4, `11.8.6` MariaDB 11. Without
 * a version it is the newest known. Undefined for what is no version, and for one of a series that is not known.
 */
export function engineOf(name: EngineName, version: string | undefined): Engine | undefined {
  const known = supportedVersions[name];
  const [, major = '', minor] = /^v?(\d{1,3})(?:\.(\d{1,3}))?(?:[.\-+ ].*)?$/.exec(version?.trim() ?? known.at(-1) ?? '') ?? [];
  const series = known.find((each) => each === `${major}.${minor ?? ''}`) ?? known.find((each) => each === major);
  if (series !== undefined) return fromSeries(name, series);
  // `8` alone is the newest of the eights.
  const newest = minor === undefined ? known.findLast((each) => each.startsWith(`${major}.`)) : undefined;
  return newest === undefined ? undefined : fromSeries(name, newest);
}

function fromSeries(name: EngineName, series: string): Engine {
  const [major = '', minor] = series.split('.');
  return { name, major: Number(major), ...(minor !== undefined && { minor: Number(minor) }) };
}

/** Is it this version or a later one? A series without a minor number stands for its newest release. */
export function isAtLeast(engine: Engine, major: number, minor = 0): boolean {
  if (engine.major !== major) return engine.major > major;
  return engine.minor === undefined || engine.minor >= minor;
}

/** MySQL or MariaDB: two engines of one family, which share most of what is said about either. */
export function isMysqlFamily({ name }: { readonly name: string }): boolean {
  return name === 'mysql' || name === 'mariadb';
}
