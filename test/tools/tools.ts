import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { requireOrSkip } from '../require';

export const root = import.meta.dirname;
export const fixtures = join(root, 'fixtures');
/** Tables and rows before the migrations of every fixture. */
export const before = join(fixtures, 'before.sql');

/** Skips where the real tools are not installed. With FAULTLINE_REQUIRE=tools that is a failure. */
export function withoutTools(): boolean {
  const installed = existsSync(join(root, 'node_modules', 'knex'));
  return requireOrSkip('tools', installed ? undefined : 'the migration tools are not installed (npm ci --prefix test/tools)');
}

/** A program of node_modules without npx in between, which takes longer to start than most of them. Empty where it is not installed. */
export function program(name: string): string {
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder)) return '';
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly bin: string | Readonly<Record<string, string>>;
  };
  const path = typeof bin === 'string' ? bin : bin[name];
  if (path === undefined) throw new Error(`${name} has no program of that name.`);
  return `node "${join(folder, path)}"`;
}

export function onPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}
