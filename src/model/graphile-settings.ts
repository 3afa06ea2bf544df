/** `.gmrc` of graphile-migrate, of which only the placeholders are taken: addresses with passwords stand in the rest. */

const name = /^\.gmrc(?:\.c?js)?$/;
/** Set behind the name of the file. */
const cutMark = '#placeholders';

/** Can a file of this name be it? */
export function isGraphileSettings(path: string): boolean {
  const own = path.split('/').at(-1) ?? '';
  return name.test(own.endsWith(cutMark) ? own.slice(0, -cutMark.length) : own);
}

/** The lines `NAME=VALUE` of its placeholders; none of those that the environment gives (`"!ENV"`). That the file is there tells the tool. */
export function cutToPlaceholders(path: string, text: string): { readonly path: string; readonly text: string } {
  const bare = text.replace(/\/\*[\s\S]*?\*\/|(?<![:"'`\w])\/\/[^\n]*/g, ' ');
  const section = /\bplaceholders["']?\s*:\s*\{([^}]*)\}/.exec(bare)?.[1] ?? '';
  const entries = [...section.matchAll(/["']:([A-Z][0-9A-Z_]+)["']\s*:\s*(?:"([^"\n]*)"|'([^'\n]*)')/g)];
  const lines = entries.flatMap(([, key = '', double, single]) => {
    const value = double ?? single ?? '';
    return value === '!ENV' ? [] : [`${key}=${value}\n`];
  });
  return { path: path + cutMark, text: lines.join('') };
}

/**
 * The values that `:NAME` has. The names of the database and of its owner are given by the address that it is run with (`migration.js`,
 * `generatePlaceholderReplacement`): those here stand for them.
 */
export function graphilePlaceholders(files: readonly { readonly path: string; readonly text: string }[]): Readonly<Record<string, string>> {
  const lines = files
    .filter(({ path }) => isGraphileSettings(path))
    .flatMap(({ text }) => text.split('\n').filter((line) => line.includes('=')));
  const own = lines.map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return { DATABASE_NAME: 'database_name', DATABASE_OWNER: 'database_owner', ...Object.fromEntries(own) };
}
