import { flywayLines } from './spring-settings';

/**
 * What a project that is built by Maven or Gradle says of its migrations: the configuration of Flyway's plugin in `pom.xml` and `build.gradle`
 * (documentation, "Maven Goal: Migrate", "Gradle Task: flywayMigrate"). Read as text, and never run: what only a build tells is left out.
 */

const fileName = /^(?:pom\.xml|build\.gradle(?:\.kts)?)$/;
/** Set behind the name of a file of which only this is taken. */
const cutMark = '#migrations';

/** Can a file of this name hold it? */
export function isFlywayBuild(path: string): boolean {
  const name = path.split('/').at(-1) ?? '';
  return fileName.test(name.endsWith(cutMark) ? name.slice(0, -cutMark.length) : name);
}

/** The lines `flyway.KEY=VALUE` and `database=NAME`, and nothing else of the file; undefined where it says neither. */
export function cutToFlyway(path: string, text: string): { readonly path: string; readonly text: string } | undefined {
  const entries = path.endsWith('.xml') ? mavenEntries(text) : gradleEntries(text);
  const lines = flywayLines(entries);
  return lines === '' ? undefined : { path: path + cutMark, text: lines };
}

type Entry = readonly [key: string, value: string];

/** The plugin's own configuration, in which properties of the project are put in, behind properties that are called as its settings are. */
function mavenEntries(text: string): Entry[] {
  const bare = text.replace(/<!--[\s\S]*?-->/g, '');
  const properties = new Map(elementsIn(/<properties>([\s\S]*?)<\/properties>/.exec(bare)?.[1] ?? ''));
  const plugin = [
    ...bare.matchAll(/<plugin>(?:(?!<\/plugin>)[\s\S])*?<artifactId>\s*flyway-maven-plugin\s*<\/artifactId>[\s\S]*?<\/plugin>/g),
  ]
    .map(([whole]) => whole.replace(/<(executions|dependencies)>[\s\S]*?<\/\1>/g, ''))
    .join('\n');
  const configured = elementsIn(/<configuration>([\s\S]*)<\/configuration>/.exec(plugin)?.[1] ?? '').flatMap(([key, value]): Entry[] => {
    const inner = elementsIn(value);
    if (inner.length === 0) return [[key, value]];
    if (key === 'placeholders') return inner.map(([name, own]) => [`placeholders.${name}`, own]);
    return [[key, inner.map(([, own]) => own).join(',')]];
  });
  const named = [...properties].flatMap(([key, value]): Entry[] =>
    key.startsWith('flyway.') ? [[key.slice('flyway.'.length), value]] : [],
  );
  const put = (value: string) => value.replace(/\$\{([^{}]+)\}/g, (whole, name: string) => properties.get(name) ?? whole);
  return [...named, ...configured].map(([key, value]) => [key, put(unescaped(value))]);
}

/** What stands in it, one level deep: names and what is between their tags. */
function elementsIn(text: string): Entry[] {
  return [...text.matchAll(/<([\w.-]+)>([\s\S]*?)<\/\1>/g)].map(([, name = '', inner = '']) => [name, inner.trim()]);
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => entities[name] ?? whole);
}

/** The block `flyway { ... }`, in Groovy or Kotlin, as far as its values are literals. */
function gradleEntries(text: string): Entry[] {
  const block = blockOf(text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '$1'));
  return [
    ...block.matchAll(
      /^[ \t]*(\w+)(?:[ \t]*=[ \t]*|\.set\([ \t]*|[ \t]+)(\S.*(?:\n[ \t]*[^\w\s}].*|\n[ \t]+(?:["'\])]|\w+[ \t]*:|["']?[\w.]+["']?[ \t]+to\b).*)*)/gm,
    ),
  ].flatMap(([, key = '', value = '']): readonly Entry[] => {
    if (key === 'placeholders') return pairsIn(value).map(([name, own]) => [`placeholders.${name}`, own]);
    const literals = literalsIn(value);
    const word = /^(true|false|\d+)\b/.exec(value)?.[1];
    return literals.length > 0 ? [[key, literals.join(',')]] : word === undefined ? [] : [[key, word]];
  });
}

/** What stands between the braces behind `flyway`. */
function blockOf(text: string): string {
  const start = /^[ \t]*flyway[ \t]*\{/m.exec(text);
  if (start === null) return '';
  const from = start.index + start[0].length;
  let depth = 1;
  let at = from;
  for (; at < text.length && depth > 0; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}') depth--;
  }
  return text.slice(from, at - 1);
}

/** Strings as they are: one into which the build puts something in tells nothing. */
const literal = /"((?:[^"\\$])*)"|'((?:[^'\\])*)'/g;

function literalsIn(value: string): readonly string[] {
  return [...value.matchAll(literal)].map(([, double, single]) => double ?? single ?? '');
}

/** `[schema: 'shop', 'owner': "bob"]`, `mapOf("schema" to "shop")`. */
function pairsIn(value: string): Entry[] {
  const pair = /(?:"([\w.-]+)"|'([\w.-]+)'|([\w.-]+))\s*(?::|\bto\b)\s*(?:"([^"\\$]*)"|'([^'\\]*)')/g;
  return [...value.matchAll(pair)].map(([, double, single, bare, one, two]) => [double ?? single ?? bare ?? '', one ?? two ?? '']);
}
