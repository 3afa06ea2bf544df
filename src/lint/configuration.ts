import { type Engine, type EngineName, engineDisplayName, engineOf, engineVersionText, versionsKnown } from '../model/engine';
import { type FaultName, faultNames, type Verdict, verdicts } from '../model/fault';
import type { Severity } from '../model/finding';
import { isRecord } from '../model/json';
import { type FrameworkName, frameworkNames } from '../model/migration';
import { didYouMean } from '../model/nearest';
import { failure, type Result, success } from '../model/result';
import type { SandboxProviderName } from '../model/sandbox';

export type RuleLevel = Severity | 'off';

/** What `faultline.json` says; the same keys as the settings `faultline.*` of the editor. Absent: detected, or the default. */
export interface Configuration {
  readonly engine?: EngineName;
  /** A major version, or a series that two numbers name: 18, '8.4'. */
  readonly engineVersion?: number | string;
  readonly framework?: FrameworkName;
  /** Globs of migration files, relative to the file's folder. */
  readonly migrations?: readonly string[];
  /** Rule id to level; rules not named keep their own. */
  readonly rules: Readonly<Record<string, RuleLevel>>;
  /** A file of findings that are known and not shown, relative to the file's folder. */
  readonly baseline?: string;
  /** A schema dump that the migrations start from, relative to the file's folder: what `pg_dump --schema-only` writes. */
  readonly schema?: string;
  readonly sandbox?: SandboxProviderName;
  /** Rows generated per table before a simulation. */
  readonly seedRows?: number;
  /** Docker image per engine: `{"postgres": "postgis/postgis:18-3.6"}`. */
  readonly images: Readonly<Partial<Record<EngineName, string>>>;
  readonly simulate: {
    readonly faults?: readonly FaultName[];
    readonly points?: readonly string[];
    readonly failOn?: readonly Verdict[];
    /** Sessions that send each kind of request beside the migration; 0 for no application. */
    readonly load?: number;
  };
  /** Values of placeholders: psql `:NAME`, Flyway `${name}`. */
  readonly placeholders: Readonly<Record<string, string>>;
}

export const defaultConfiguration: Configuration = { rules: {}, images: {}, simulate: {}, placeholders: {} };

const engineNames: readonly EngineName[] = ['postgres', 'mysql', 'mariadb', 'mongodb'];
const sandboxNames: readonly SandboxProviderName[] = ['embedded', 'docker', 'local'];
const ruleLevels: readonly RuleLevel[] = ['off', 'info', 'warning', 'error'];
/** A point, or all of a kind: `before:2`, `before`. */
export const pointPattern = /^(start|unrecorded|unlock|(before|during|after|commit)(:[1-9]\d*)?)$/;

/** Reads the text of a `faultline.json`. The error names the key, what is wrong with it, and what may stand there. */
export function parseConfiguration(text: string): Result<Configuration> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return failure({ message: `faultline.json is not valid JSON: ${error instanceof Error ? error.message : 'it could not be parsed'}.` });
  }
  return readConfiguration(value);
}

/** The same from a value: what an editor has as settings. Keys whose value is null or undefined count as absent. */
export function readConfiguration(value: unknown): Result<Configuration> {
  if (!isRecord(value)) return failure({ message: 'faultline.json must hold an object: { "engine": "postgres", ... }.' });
  const configuration: Record<string, unknown> = { ...defaultConfiguration };
  for (const [key, entry] of Object.entries(value)) {
    if (entry === null || entry === undefined || key === '$schema') continue;
    const reader = readers[key as keyof Configuration];
    if (!Object.hasOwn(readers, key) || reader === undefined) {
      return failure({
        message: `faultline.json: there is no key "${key}".${didYouMean(key, Object.keys(readers))} Keys: ${Object.keys(readers).join(', ')}.`,
      });
    }
    const read = reader(entry, key);
    if (!read.ok) return failure({ message: `faultline.json: ${read.error.message}` });
    configuration[key] = read.value;
  }
  return withVersionOf(configuration as unknown as Configuration);
}

/** Reads `--rule ID=LEVEL` options. */
export function parseRuleOverrides(options: readonly string[]): Result<Readonly<Record<string, RuleLevel>>> {
  const levels: Record<string, RuleLevel> = {};
  for (const option of options) {
    const [id, level, ...rest] = option.split('=');
    if (!id || level === undefined || rest.length > 0 || !ruleLevels.includes(level as RuleLevel)) {
      return failure({ message: `--rule ${option}: write --rule ID=${ruleLevels.join('|')}.` });
    }
    levels[id] = level as RuleLevel;
  }
  return success(levels);
}

/** The keys of `over` win; rules, images, placeholders and simulate are merged key by key. */
export function mergeConfigurations(base: Configuration, over: Configuration): Configuration {
  return {
    ...base,
    ...over,
    rules: { ...base.rules, ...over.rules },
    images: { ...base.images, ...over.images },
    simulate: { ...base.simulate, ...over.simulate },
    placeholders: { ...base.placeholders, ...over.placeholders },
  };
}

type Reader = (value: unknown, key: string) => Result<unknown>;

const readers: Record<keyof Configuration, Reader> = {
  engine: oneOf(engineNames),
  engineVersion: readVersion,
  framework: oneOf(frameworkNames),
  migrations: listOf(text),
  rules: recordOf(oneOf(ruleLevels)),
  baseline: text,
  schema: text,
  sandbox: oneOf(sandboxNames),
  seedRows: wholeNumber,
  images: readImages,
  simulate: readSimulate,
  placeholders: recordOf(text),
};

function text(value: unknown, key: string): Result<string> {
  return typeof value === 'string' ? success(value) : failure({ message: `"${key}" must be a text, not ${shown(value)}.` });
}

function wholeNumber(value: unknown, key: string): Result<number> {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return success(value);
  return failure({ message: `"${key}" must be a whole number from 0, not ${shown(value)}.` });
}

function readVersion(value: unknown, key: string): Result<number | string> {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  const engine = engineNames.flatMap((name) => (text === '' ? [] : (engineOf(name, text) ?? [])))[0];
  return engine === undefined ? failure({ message: wrongVersion(key, value, engineNames) }) : success(versionOf(engine));
}

/** The version is read before it is known what it is one of. */
function withVersionOf(configuration: Configuration): Result<Configuration> {
  const { engine: name, engineVersion } = configuration;
  if (name === undefined || engineVersion === undefined) return success(configuration);
  const engine = engineOf(name, String(engineVersion));
  if (engine === undefined) return failure({ message: `faultline.json: ${wrongVersion('engineVersion', engineVersion, [name])}` });
  return success({ ...configuration, engineVersion: versionOf(engine) });
}

function versionOf(engine: Engine): number | string {
  return engine.minor === undefined ? engine.major : engineVersionText(engine);
}

function wrongVersion(key: string, value: unknown, names: readonly EngineName[]): string {
  const known = names.map((name) => `${engineDisplayName(name)} ${versionsKnown(name)}`).join(', ');
  return `"${key}" must be a version of ${known}, not ${shown(value)}.`;
}

function oneOf<T extends string>(allowed: readonly T[]): (value: unknown, key: string) => Result<T> {
  return (value, key) =>
    allowed.includes(value as T)
      ? success(value as T)
      : failure({
          message: `"${key}" can't be ${shown(value)}: it is one of ${allowed.join(', ')}.${typeof value === 'string' ? didYouMean(value, allowed) : ''}`,
        });
}

function listOf<T>(reader: (value: unknown, key: string) => Result<T>): (value: unknown, key: string) => Result<readonly T[]> {
  return (value, key) => {
    if (!Array.isArray(value)) return failure({ message: `"${key}" must be a list, not ${shown(value)}.` });
    const items: T[] = [];
    for (const [index, item] of value.entries()) {
      const read = reader(item, `${key}[${index}]`);
      if (!read.ok) return read;
      items.push(read.value);
    }
    return success(items);
  };
}

function recordOf<T>(reader: (value: unknown, key: string) => Result<T>): (value: unknown, key: string) => Result<Record<string, T>> {
  return (value, key) => {
    if (!isRecord(value)) return failure({ message: `"${key}" must be an object, not ${shown(value)}.` });
    const record: Record<string, T> = {};
    for (const [name, entry] of Object.entries(value)) {
      const read = reader(entry, `${key}.${name}`);
      if (!read.ok) return read;
      record[name] = read.value;
    }
    return success(record);
  };
}

function readImages(value: unknown, key: string): Result<Record<string, string>> {
  const images = recordOf(text)(value, key);
  if (!images.ok) return images;
  for (const engine of Object.keys(images.value)) {
    const known = oneOf(engineNames)(engine, `${key}: its key`);
    if (!known.ok) return known;
  }
  return images;
}

function readSimulate(value: unknown, key: string): Result<Record<string, unknown>> {
  if (!isRecord(value)) return failure({ message: `"${key}" must be an object, not ${shown(value)}.` });
  const parts: Record<string, Reader> = {
    faults: listOf(oneOf(faultNames)),
    points: listOf(point),
    failOn: listOf(oneOf(verdicts)),
    load,
  };
  const simulate: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) {
    const reader = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (reader === undefined)
      return failure({
        message: `there is no key "${key}.${name}".${didYouMean(name, Object.keys(parts))} Keys: ${Object.keys(parts).join(', ')}.`,
      });
    if (entry === 'all' && (name === 'faults' || name === 'points')) continue;
    const read = reader(entry, `${key}.${name}`);
    if (!read.ok) return read;
    simulate[name] = read.value;
  }
  return success(simulate);
}

/** `off`, `light`, or a number of sessions. */
function load(value: unknown, key: string): Result<number> {
  if (value === 'off' || value === 'light') return success(value === 'off' ? 0 : 1);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 50) return success(value);
  return failure({ message: `"${key}" can't be ${shown(value)}: write "off", "light", or how many sessions send each kind of request.` });
}

function point(value: unknown, key: string): Result<string> {
  if (typeof value === 'string' && pointPattern.test(value)) return success(value);
  return failure({ message: `"${key}" can't be ${shown(value)}: write start, before:2, after:2, commit, or before for all of its kind.` });
}

function shown(value: unknown): string {
  const written = JSON.stringify(value) ?? String(value);
  return written.length > 60 ? `${written.slice(0, 57)}...` : written;
}
