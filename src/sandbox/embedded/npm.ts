import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { SandboxError } from '../problem';

interface Npm {
  readonly command: string;
  readonly parameters: readonly string[];
  /** Windows runs `npm.cmd` through its shell only. */
  readonly shell: boolean;
}

/** npm beside the running Node, else on PATH. */
export function findNpm(): Npm | undefined {
  const beside = dirname(process.execPath);
  const scripts = [
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = process.versions.electron === undefined ? scripts.find((path) => existsSync(path)) : undefined;
  if (script !== undefined) return { command: process.execPath, parameters: [script], shell: false };
  const name = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '' && isExecutable(join(folder, name)));
  return onPath[0] === undefined ? undefined : { command: join(onPath[0], name), parameters: [], shell: process.platform === 'win32' };
}

/** Installs one package, with no scripts run, into `folder`. Throws a SandboxError that says what is missing. */
export function installPackage(name: string, version: string, folder: string, signal: AbortSignal): Promise<void> {
  const npm = findNpm();
  if (npm === undefined) {
    throw new SandboxError(`npm is needed to fetch ${name} and is not on PATH. Install npm, or use --sandbox docker.`);
  }
  const quote = (text: string) => (npm.shell ? `"${text}"` : text);
  const options = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-save',
    '--no-package-lock',
    '--loglevel=error',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
  ];
  const parameters = [...npm.parameters, 'install', '--prefix', quote(folder), ...options, `${name}@${version}`];
  return new Promise((resolve, reject) => {
    const child = spawn(quote(npm.command), parameters, {
      cwd: folder,
      shell: npm.shell,
      signal,
      windowsHide: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new SandboxError(explain(name, version, errors)));
    });
  });
}

function explain(name: string, version: string, errors: string): string {
  const what = `npm could not fetch ${name}@${version}`;
  if (/E404|ETARGET|notarget/.test(errors))
    return `${what}: this registry does not have it. Choose another major version, or use --sandbox docker.`;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET/.test(errors)) {
    return `${what}: the registry can't be reached. Connect to the network once, or use a version that is already there, or --sandbox docker.`;
  }
  if (/ENOSPC/.test(errors)) return `${what}: no space is left on the disk. Free about 150 MB.`;
  const lines = errors.split('\n').filter((line) => /npm (error|ERR!)/.test(line) && !/A complete log|code /.test(line));
  return `${what}: ${(lines[0] ?? errors.trim()).replace(/^npm (error|ERR!)\s*/, '')}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
