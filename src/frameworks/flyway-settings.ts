import { isFlywayBuild } from '../model/flyway-build';
import type { SourceFile } from '../model/run-protocol';
import { isApplicationSettings } from '../model/spring-settings';
import type { PlaceholderForm } from '../parse/substituted';
import { baseName } from './files';
import { defaultNaming, type FlywayNaming } from './flyway-names';

/**
 * The settings that change how a migration runs, from `flyway.conf` or `flyway.toml` in the folder or above it, from the `application.yml` or
 * `.properties` of Spring Boot and Quarkus, and from what Maven and Gradle say to its plugin. What is nearer to the migrations counts.
 */
export interface FlywaySettings {
  readonly naming: FlywayNaming;
  readonly placeholders: Readonly<Record<string, string>>;
  readonly placeholderReplacement: boolean;
  /** `${` and `}` unless they are set, and what stands between `flyway` and the name of a placeholder of its own. */
  readonly placeholderForm: PlaceholderForm;
  readonly placeholderSeparator: string;
  /** Run on each connection that is opened. */
  readonly initSql: string;
  /** Transactional and non-transactional statements may stand in one file. */
  readonly mixed: boolean;
  /** Of the history. */
  readonly table?: string;
  readonly defaultSchema?: string;
}

/** Found once for each state of a folder: every file of it asks. */
export function readFlywaySettings(files: readonly SourceFile[]): FlywaySettings {
  const found = known.get(files) ?? settingsOf(files);
  known.set(files, found);
  return found;
}

const known = new WeakMap<readonly SourceFile[], FlywaySettings>();

function settingsOf(files: readonly SourceFile[]): FlywaySettings {
  const entries = new Map<string, string>();
  for (const file of files) {
    const name = baseName(file.path);
    if (name === 'flyway.conf' || isApplicationSettings(file.path) || isFlywayBuild(file.path)) readProperties(file.text, entries);
    if (name === 'flyway.toml') readToml(file.text, entries);
  }
  const placeholders: Record<string, string> = {};
  for (const [key, value] of entries) {
    if (key.startsWith('placeholders.')) placeholders[key.slice('placeholders.'.length)] = value;
  }
  const table = entries.get('table');
  const defaultSchema = entries.get('defaultschema') ?? entries.get('schemas')?.split(',')[0]?.trim();
  return {
    naming: namingOf(entries),
    ...(table !== undefined && table !== '' && { table }),
    ...(defaultSchema !== undefined && defaultSchema !== '' && { defaultSchema }),
    placeholders,
    placeholderForm: { prefix: entries.get('placeholderprefix') || '${', suffix: entries.get('placeholdersuffix') || '}' },
    placeholderSeparator: entries.get('placeholderseparator') || ':',
    initSql: entries.get('initsql') ?? entries.get('initsqls') ?? '',
    placeholderReplacement: entries.get('placeholderreplacement') !== 'false',
    mixed: entries.get('mixed') === 'true',
  };
}

/** Documentation, "SQL Migration Prefix" and the settings beside it. Empty ones are as if they were not there. */
function namingOf(entries: ReadonlyMap<string, string>): FlywayNaming {
  const suffixes = (entries.get('sqlmigrationsuffixes') ?? '')
    .split(',')
    .map((suffix) => suffix.trim())
    .filter((suffix) => suffix !== '');
  return {
    versioned: entries.get('sqlmigrationprefix') || defaultNaming.versioned,
    undo: entries.get('undosqlmigrationprefix') || defaultNaming.undo,
    repeatable: entries.get('repeatablesqlmigrationprefix') || defaultNaming.repeatable,
    baseline: entries.get('baselinemigrationprefix') || defaultNaming.baseline,
    separator: entries.get('sqlmigrationseparator') || defaultNaming.separator,
    suffixes: suffixes.length > 0 ? suffixes : defaultNaming.suffixes,
  };
}

/** `flyway.mixed=true`, one per line. */
function readProperties(text: string, entries: Map<string, string>): void {
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*flyway\.([\w.]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined) entries.set(keyOf(match[1]), match[2] ?? '');
  }
}

/** The simple part of TOML that these settings need: tables, and keys with a string, strings or a boolean on one line. */
function readToml(text: string, entries: Map<string, string>): void {
  let prefix = '';
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (heading !== undefined) {
      prefix = heading.replace(/^(flyway|environments\.\w+\.flyway)\.?/, '');
      continue;
    }
    const match = /^\s*"?([\w.:-]+)"?\s*=\s*(?:"([^"]*)"|'([^']*)'|(true|false|\d+)|\[([^\]]*)\])/.exec(line);
    if (match?.[1] === undefined) continue;
    const list = match[5]?.replaceAll(/["'\s]/g, '');
    entries.set(keyOf(prefix === '' ? match[1] : `${prefix}.${match[1]}`), match[2] ?? match[3] ?? match[4] ?? list ?? '');
  }
}

/** Names of placeholders keep their case, the settings' own do not. */
function keyOf(key: string): string {
  return key.startsWith('placeholders.') ? key : key.toLowerCase();
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 over the lines without their line breaks, as a signed integer (`ChecksumCalculator.java`): line endings and a BOM change nothing. */
export function flywayChecksum(text: string): number {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  const bytes = new TextEncoder().encode(lines.join(''));
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return ~crc | 0;
}
