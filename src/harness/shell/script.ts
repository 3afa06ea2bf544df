import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import vm from 'node:vm';
import type { Order } from '../arguments';
import { lineOf } from '../problem';
import { Bridge } from './bridge';
import { databaseOf } from './database';
import { shellGlobals } from './globals';

/** What the program knows of its own state. This file is built for itself, so its copies of those modules would know nothing. */
export interface Program {
  beginning(what: string): void;
  setMigration(path: string): void;
  succeed(): never;
}

/** Runs scripts of mongosh: by mongosh, where it is installed, else by a shell of ours that knows what scripts commonly use. */
export async function runScripts({ direction, files, url }: Order, program: Program): Promise<void> {
  if (direction === 'down') throw new Error('a script of mongosh has no way back');
  const mongosh = installedMongosh();
  const shell = mongosh === undefined ? new Shell(url, program) : undefined;
  for (const path of files) {
    program.beginning(`Could not run ${basename(path)}`);
    program.setMigration(path);
    if (mongosh !== undefined) runMongosh(mongosh, url, path);
    else await shell?.run(path);
  }
}

function installedMongosh(): string | undefined {
  const name = process.platform === 'win32' ? 'mongosh.exe' : 'mongosh';
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function runMongosh(program: string, url: string, path: string): void {
  const { status, signal, error } = spawnSync(program, [url, '--quiet', '--norc', '--file', path], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error !== undefined) throw new Error(`${program} can't be run: ${error.message}`);
  if (status !== 0) throw new Error(`mongosh ended with ${signal ?? `status ${status}`}`);
}

class Shell {
  private readonly bridge: Bridge;

  constructor(url: string, program: Program) {
    this.bridge = new Bridge(url);
    const use = (database: string): void => {
      Object.assign(globalThis, { db: databaseOf({ bridge: this.bridge, database, session: undefined }) });
    };
    const load = (path: string): void => void this.runNow(resolve(path));
    const quit = (code = 0): never => (code === 0 ? program.succeed() : process.exit(code));
    Object.assign(globalThis, shellGlobals, { use, load, quit, exit: quit });
    use(decodeURIComponent(new URL(url).pathname.slice(1)) || 'test');
  }

  /** Waits for a script that awaits something at its top. */
  async run(path: string): Promise<void> {
    await this.runNow(path);
  }

  private runNow(path: string): unknown {
    const text = readFileSync(path, 'utf8');
    Object.assign(globalThis, { require: createRequire(path), __filename: path, __dirname: dirname(path) });
    return scriptOf(text, path).runInThisContext();
  }
}

/** A script may await at its top, which JavaScript allows in modules only. */
function scriptOf(text: string, filename: string): vm.Script {
  try {
    return new vm.Script(text, { filename });
  } catch (error) {
    if (!/\bawait\b/.test(text) || !/\bawait\b/.test(lineOf(error))) throw error;
    return new vm.Script(`(async () => {${text}\n})()`, { filename });
  }
}
