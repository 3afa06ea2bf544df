/**
 * What an application of Spring Boot or Quarkus says of its migrations, in `application.yml` or `application.properties`: the settings of
 * Flyway (Spring Boot reference, "Common Application Properties", `spring.flyway.*`; Quarkus, "Using Flyway", `quarkus.flyway.*`) and the kind
 * of its database. Nothing else of these files is kept: addresses and passwords stand in them.
 */

/** Set behind the name of a file of which only the settings are taken. */
const cutMark = '#migrations';

const fileName = /^application\.(?:ya?ml|properties)$/;

/** Can a file of this name hold them? Those of single profiles do not count. */
export function isApplicationSettings(path: string): boolean {
  const name = path.split('/').at(-1) ?? '';
  return fileName.test(name.endsWith(cutMark) ? name.slice(0, -cutMark.length) : name);
}

/** The lines `flyway.KEY=VALUE` and `database=NAME`, and nothing else of the file; undefined where it says neither. */
export function cutToMigrations(path: string, text: string): { readonly path: string; readonly text: string } | undefined {
  const entries = path.endsWith('.properties') ? propertiesOf(text) : yamlEntries(text);
  const lines = linesOf(entries);
  return lines === '' ? undefined : { path: path + cutMark, text: lines };
}

/** The same lines, of settings of Flyway that stand elsewhere: keys are without a prefix. */
export function flywayLines(entries: readonly (readonly [key: string, value: string])[]): string {
  return linesOf(entries.map(([key, value]) => [`spring.flyway.${key}`, value]));
}

function linesOf(entries: readonly Entry[]): string {
  return entries
    .map(([key, value]) => lineOf(key, value))
    .flatMap((line) => (line === undefined ? [] : [`${line}\n`]))
    .join('');
}

type Entry = readonly [key: string, value: string];

const flywayKey = /^(?:spring|quarkus)\.flyway\.(.+)$/;
/** What changes how migrations are read; the rest (user, password, url) is none of ours. */
const kept =
  /^(?:placeholders\..+|placeholder(?:prefix|suffix|separator|replacement)|(?:(?:repeatable|undo)?sql|baseline)migration(?:prefix|separator|suffixes)|initsqls?|mixed|table|defaultschema|schemas)$/;
/** `jdbc:mysql:`, also behind a driver that stands between: `jdbc:tc:mysql:8`, `jdbc:p6spy:mysql:`, `jdbc:aws-wrapper:mysql:`. */
const address = /^(?:jdbc|r2dbc):(?:(?:tc|p6spy|otel|pool|aws-wrapper|secretsmanager|jdbc-secretsmanager):)*([a-z]\w*)/i;
const addressKey = /^(?:spring\.(?:datasource|r2dbc|flyway)(?:\.hikari)?\.(?:jdbc-?)?url|quarkus\.datasource\.jdbc\.url)$/i;
const kindKey = /^quarkus\.datasource\.db-kind$/;

function lineOf(key: string, value: string): string | undefined {
  const known = withDefaults(value);
  if (known === undefined) return undefined;
  if (kindKey.test(key)) return `database=${known.toLowerCase()}`;
  if (addressKey.test(key)) {
    const name = address.exec(known)?.[1]?.toLowerCase();
    return name === undefined ? undefined : `database=${name}`;
  }
  const own = flywayKey.exec(key)?.[1];
  if (own === undefined) return undefined;
  const plain = plainKey(own);
  return kept.test(plain) ? `flyway.${plain}=${known.replaceAll('\n', plain.startsWith('initsql') ? '; ' : ',')}` : undefined;
}

/** Spring takes `sql-migration-prefix`, `sqlMigrationPrefix` and `sql_migration_prefix` for one; names of placeholders stay as they are. */
function plainKey(key: string): string {
  const placeholder = /^placeholders\.(.+)$/i.exec(key)?.[1];
  if (placeholder !== undefined) return `placeholders.${placeholder.replace(/^\[(.*)\]$|^"(.*)"$/, '$1$2')}`;
  return key.replaceAll(/[-_]/g, '').toLowerCase();
}

/** `${NAME:default}` is the default; undefined where only the environment tells. */
function withDefaults(value: string): string | undefined {
  const text = value.replaceAll(/\$\{[^{}:]+:([^{}]*)\}/g, '$1');
  return /\$\{[^{}]+\}/.test(text) ? undefined : text;
}

function propertiesOf(text: string): Entry[] {
  return text.split(/\r?\n/).flatMap((line): Entry[] => {
    const match = /^\s*([^#!\s=:][^=:\s]*)\s*[=:]\s*(.*?)\s*$/.exec(line);
    return match?.[1] === undefined ? [] : [[match[1], match[2] ?? '']];
  });
}

/**
 * The simple part of YAML that such files are made of: maps by their indentation, scalars on one line, lists in either form (their values
 * on lines of their own). Documents for one profile (`spring.config.activate.on-profile`) are left out.
 */
function yamlEntries(text: string): Entry[] {
  return text
    .split(/^---.*$/m)
    .map(entriesOfDocument)
    .filter((entries) => !entries.some(([key]) => /^spring\.(?:config\.activate\.on-profile|profiles)$/.test(key)))
    .flat();
}

function entriesOfDocument(text: string): Entry[] {
  const values = new Map<string, string>();
  const path: { readonly indent: number; readonly key: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, blanks = '', dash, rest = ''] = /^( *)(-\s+)?(.*)$/.exec(line) ?? [];
    if (rest.trim() === '' || rest.startsWith('#')) continue;
    const item = dash === undefined ? undefined : scalar(rest);
    while (path.length > 0 && (path.at(-1)?.indent ?? 0) >= blanks.length + (item === undefined ? 0 : 1)) path.pop();
    const prefix = path.map(({ key }) => key).join('.');
    if (item !== undefined) {
      values.set(prefix, values.has(prefix) ? `${values.get(prefix)}\n${item}` : item);
      continue;
    }
    const pair = /^("[^"]*"|'[^']*'|[^\s:][^:]*?)\s*:(?:\s+(.*))?$/.exec(rest);
    if (pair?.[1] === undefined) continue;
    const key = pair[1].replace(/^(["'])(.*)\1$/, '$2');
    const value = scalar(pair[2] ?? '');
    if (value === undefined) path.push({ indent: blanks.length, key });
    else values.set([prefix, key].filter((part) => part !== '').join('.'), value);
  }
  return [...values];
}

/** Undefined where nothing stands: a map or a list follows. */
function scalar(text: string): string | undefined {
  const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')\s*(?:#.*)?$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2]?.replaceAll("''", "'");
  const plain = text.replace(/(?:^|\s)#.*$/, '').trim();
  if (plain === '') return undefined;
  const list = /^\[(.*)\]$/.exec(plain)?.[1];
  return list === undefined
    ? plain
    : list
        .split(',')
        .map((item) => item.trim().replace(/^(["'])(.*)\1$/, '$2'))
        .join('\n');
}
