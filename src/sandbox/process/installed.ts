import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Engine } from '../../model/engine';
import type { ServerPrograms } from '../server-engine';

export interface Installation {
  /** The program of the server, and those that have to lie beside it. */
  readonly server: string;
  readonly beside?: readonly string[];
  /** Where packages and installers put it: at most one star in each, which stands for a part of one name. */
  readonly places: Partial<Record<NodeJS.Platform, readonly string[]>>;
  /** The engine that `--version` tells; undefined when it is another one. */
  engineOf(said: string): Engine | undefined;
}

/** The servers of this kind that are installed on this machine; those on PATH come first. */
export function findInstalled({ server, beside = [], places, engineOf }: Installation): readonly ServerPrograms[] {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '' && existsSync(join(folder, server + suffix)));
  // A link on PATH leads to where the other programs and the shared files are.
  const resolved = onPath.map((folder) => dirname(realpathSync(join(folder, server + suffix))));
  const elsewhere = (places[process.platform] ?? []).flatMap(expand);
  return [...new Set([...resolved, ...elsewhere])].flatMap((folder) => {
    const complete = [server, ...beside].every((name) => existsSync(join(folder, name + suffix)));
    const engine = complete ? engineOf(versionText(join(folder, server + suffix))) : undefined;
    return engine === undefined ? [] : [{ folder, engine }];
  });
}

/** The folders that match a pattern; newest version first. */
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

function versionText(program: string): string {
  try {
    return execFileSync(program, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}
