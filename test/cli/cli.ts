import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { afterAll } from 'vitest';

export const root = join(import.meta.dirname, '../..');
const program = join(root, 'dist', 'cli.js');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the built command line as a process of its own, with no terminal. */
export function faultline(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = startFaultline(args, options);
  child.stdin.end(options.input ?? '');
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (data) => (stdout += data));
  child.stderr.setEncoding('utf8').on('data', (data) => (stderr += data));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
}

/** The same, to be ended or talked to while it runs. */
export function startFaultline(args: readonly string[], options: RunOptions = {}) {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...environment } = process.env;
  return spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? root,
    env: { ...environment, ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

const folders = new Set<string>();
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the tests of the file; `files` are texts by path. */
export function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-cli-'));
  folders.add(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A check against one of the published schemas. */
export function schema(name: string): ValidateFunction {
  return new Ajv({ allErrors: true, strict: false }).compile(
    JSON.parse(readFileSync(join(root, 'schemas', `${name}.schema.json`), 'utf8')),
  );
}

/** Exit status 2 says what is wrong in one line, and nothing of the program's inside. */
export function isOneClearLine(text: string): boolean {
  return /^faultline: [^\n]{10,400}\n$/.test(text) && !/\bat .*:\d+:\d+|internal error|undefined|\bE[A-Z]{4,}:|\[object/.test(text);
}
