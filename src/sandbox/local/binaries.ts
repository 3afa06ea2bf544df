import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { ServerBinaries } from '../postgres/server';

/** Where packages and installers put PostgreSQL: Debian, Red Hat, Homebrew on both architectures, Postgres.app, Windows. */
const patterns: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/lib/postgresql/*/bin',
    '/usr/pgsql-*/bin',
    '/usr/local/pgsql/bin',
    '/usr/libexec/postgresql*',
    '/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin',
  ],
  darwin: ['/opt/homebrew/opt/postgresql@*/bin', '/usr/local/opt/postgresql@*/bin', '/Applications/Postgres.app/Contents/Versions/*/bin'],
  win32: ['C:/Program Files/PostgreSQL/*/bin'],
};

/** Every PostgreSQL server installed on this machine; those on PATH come first. */
export function findInstalled(): readonly ServerBinaries[] {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && existsSync(join(folder, `postgres${suffix}`)));
  // A link on PATH leads to where the other programs and the shared files are.
  const resolved = onPath.map((folder) => dirname(realpathSync(join(folder, `postgres${suffix}`))));
  const elsewhere = (patterns[process.platform] ?? []).flatMap(expand);
  const folders = [...new Set([...resolved, ...elsewhere])];
  return folders.flatMap((folder) => {
    const complete = ['postgres', 'initdb'].every((name) => existsSync(join(folder, `${name}${suffix}`)));
    const major = complete ? majorOf(join(folder, `postgres${suffix}`)) : undefined;
    return major === undefined ? [] : [{ folder, major }];
  });
}

/** The folders that match a pattern with at most one star, which stands for a part of one name; newest version first. */
function expand(pattern: string): readonly string[] {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return [pattern];
  const parent = before.slice(0, before.lastIndexOf('/'));
  const start = before.slice(parent.length + 1);
  try {
    const names = readdirSync(parent).filter((name) => name.startsWith(start));
    return names.sort((one, other) => other.localeCompare(one, 'en', { numeric: true })).map((name) => join(parent, name, after));
  } catch {
    return [];
  }
}

function majorOf(program: string): number | undefined {
  try {
    const said = execFileSync(program, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const major = Number(/PostgreSQL\) (\d+)/.exec(said)?.[1]);
    return Number.isInteger(major) ? major : undefined;
  } catch {
    return undefined;
  }
}
