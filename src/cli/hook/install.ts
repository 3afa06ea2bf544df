import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { shownPath, toSlashes } from '../../workspace/read-folder';
import { systemProblem } from '../../workspace/read-text';
import { CommandFailure } from '../failure';
import { git, workingTree } from '../git';
import type { HookOptions } from './run';

/** By this line a hook is known as ours. */
const mark = '# Written by `faultline hook install`, removed by `faultline hook uninstall`.';
const bare = 'npx --no-install faultline hook run "$@"';

/** Writes the pre-push hook of this repository, and says where. A hook that somebody else wrote stays as it is. */
export async function installHook(program: string, options: HookOptions): Promise<string> {
  const before = options.before === undefined ? undefined : resolve(options.before);
  const { top, file } = await hookFile();
  const existing = await textOf(file);
  if (existing !== undefined && !existing.includes(mark)) {
    const husky = /[\\/]\.husky[\\/]_[\\/]/.test(file);
    const place = husky ? '.husky/pre-push, since husky runs the hooks here' : 'it';
    throw new CommandFailure(
      `there is a pre-push hook already, ${shownPath(file)}, which stays as it is: add the line  ${bare}  to ${place}`,
    );
  }
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, hookScript(runnable(program, top), argumentsOf({ ...options, ...(before !== undefined && { before }) }, top)));
    await chmod(file, 0o755);
  } catch (error) {
    throw new CommandFailure(systemProblem(error, shownPath(file)));
  }
  return `${existing === undefined ? 'wrote' : 'wrote again'} ${shownPath(file)}: what you push is linted${options.simulate ? ' and simulated' : ''} before it leaves`;
}

/** Removes our hook, and says so. */
export async function uninstallHook(): Promise<string> {
  const { file } = await hookFile();
  const existing = await textOf(file);
  if (existing === undefined) return 'there is no pre-push hook here';
  if (!existing.includes(mark)) throw new CommandFailure(`${shownPath(file)} was not written by faultline: it stays as it is`);
  await rm(file);
  return `removed ${shownPath(file)}`;
}

/** The hooks may lie anywhere (`core.hooksPath`), and a linked working tree shares those of the repository. */
async function hookFile(): Promise<{ readonly top: string; readonly file: string }> {
  const top = await workingTree();
  process.chdir(top);
  return { top, file: resolve((await git(['rev-parse', '--git-path', 'hooks/pre-push'])).trim()) };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CommandFailure(systemProblem(error, shownPath(file)));
  }
}

/** git runs hooks in the top folder of the working tree: a program that the project installs is found from there, in other checkouts too. */
function runnable(program: string, top: string): string {
  const below = relative(top, program);
  return below.startsWith('..') || below === resolve(below) ? toSlashes(program) : `./${toSlashes(below)}`;
}

/** Only what differs from what the hook does by itself; `before` is absolute. */
function argumentsOf({ simulate, maxSeverity, before }: HookOptions, top: string): string {
  const path = before?.startsWith(top + sep) ? toSlashes(relative(top, before)) : before;
  return [
    ...(simulate ? [] : [' --no-simulate']),
    ...(maxSeverity === 'info' ? [] : [` --max-severity ${maxSeverity}`]),
    ...(path === undefined ? [] : [` --before ${quoted(path)}`]),
  ].join('');
}

/** For git a hook is a script of sh, on Windows too. */
function hookScript(program: string, options: string): string {
  const path = quoted(program);
  return `#!/bin/sh
${mark}
# To push without it once: git push --no-verify
if [ -f ${path} ] && command -v node >/dev/null 2>&1; then
  exec node ${path} hook run${options} "$@"
fi
exec npx --no-install faultline hook run${options} "$@"
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
