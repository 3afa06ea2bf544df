/**
 * How fast migrations are linted, beside squawk on the same files of the same run: the command line over 1,000 files, and the language
 * server from a change of a 200-line file to its diagnostics. Only ratios and the time at the keyboard have limits. `--slack 1.5`: what a
 * machine that does other work meanwhile may be beyond them. `--quick`: fewer rounds.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { LanguageClient } from './language-client';
import { lintCorpus, longMigration } from './lint-corpus';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, slack: { type: 'string', default: '1' } } });
const slack = Number(values.slack);
const rounds = values.quick ? 3 : 7;
const keys = values.quick ? 40 : 120;
const limits = { overSquawk: 2, keyP95Ms: 15 };
/** Written down here, so that every run compares with the same. Its package brings a program for each platform. */
const squawkVersion = '2.66.0';
const dist = join(__dirname, 'dist');

async function main(): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'faultline-bench-lint-'));
  try {
    const corpus = await writeCorpus(work);
    const squawk = fetchSquawk(work);
    if (squawk === undefined) line('squawk', `squawk-cli ${squawkVersion} could not be fetched: only our own numbers follow`);
    const broken = [...commandLine(corpus, squawk), ...(await languageServers(work, corpus, squawk))];
    if (broken.length > 0) throw new Error(`Beyond the limit: ${broken.join(', ')}.`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Corpus {
  readonly folder: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

async function writeCorpus(work: string): Promise<Corpus> {
  const folder = join(work, 'project', 'migrations');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '../config.toml'), 'project_id = "bench"\n');
  const files = lintCorpus(1000);
  for (const { path, text } of files) await writeFile(join(folder, path), text);
  const lines = files.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);
  line('corpus', `${files.length} files, ${lines.toLocaleString('en')} lines`);
  return { folder, files };
}

/** Into the temporary folder, from the registry that npm is set to. */
function fetchSquawk(work: string): string | undefined {
  const folder = join(work, 'squawk');
  const installed = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, `squawk-cli@${squawkVersion}`],
    {
      stdio: 'ignore',
      shell: process.platform === 'win32',
    },
  );
  const program = join(folder, 'node_modules/.bin', process.platform === 'win32' ? 'squawk.cmd' : 'squawk');
  const works = installed.status === 0 && existsSync(program) && spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
  return works ? program : undefined;
}

/**
 * Rounds by turns, so that a machine that is busier for a while is so for both. Cold: nothing is known of the files. Warm: they are as they
 * were the last time, and their results are taken from the cache on the disk; squawk keeps none.
 */
function commandLine({ folder, files }: Corpus, squawk: string | undefined): readonly string[] {
  const run = (...options: string[]) => wallMs(process.execPath, [join(dist, 'cli.js'), 'lint', ...options, folder], folder);
  const cold = () => run('--no-cache');
  const warm = () => run('--cache-dir', join(folder, '../cache'));
  const paths = files.map(({ path }) => path);
  const other = squawk === undefined ? undefined : () => wallMs(squawk, paths, folder);
  warm();
  other?.();
  const measured = Array.from({ length: rounds }, () => ({ cold: cold(), warm: warm(), other: other?.() ?? Number.NaN }));
  const tell = (name: string, times: readonly number[]) =>
    line(`command line, ${name}`, `${median(times).toFixed(0)} ms for all files, median of ${rounds}`);
  tell(
    'faultline, cold',
    measured.map((round) => round.cold),
  );
  tell(
    'faultline, warm',
    measured.map((round) => round.warm),
  );
  if (other === undefined) return [];
  tell(
    'squawk',
    measured.map((round) => round.other),
  );
  return [
    ...atMost('cold, faultline / squawk', median(measured.map((round) => round.cold / round.other)), limits.overSquawk),
    ...atMost('warm, faultline / squawk', median(measured.map((round) => round.warm / round.other)), limits.overSquawk),
  ];
}

function wallMs(command: string, args: readonly string[], cwd: string): number {
  const started = performance.now();
  const { status, error } = spawnSync(command, [...args], { cwd, stdio: 'ignore' });
  // 1: findings.
  if (error !== undefined || (status !== 0 && status !== 1)) throw new Error(`${command} ended with ${status}: ${error?.message ?? ''}`);
  return performance.now() - started;
}

async function languageServers(work: string, corpus: Corpus, squawk: string | undefined): Promise<readonly string[]> {
  const alone = join(work, 'alone', 'migrations');
  await mkdir(alone, { recursive: true });
  await writeFile(join(alone, '../config.toml'), 'project_id = "bench"\n');
  const path = join(alone, '20240101000000_long.sql');
  const text = longMigration(200);
  await writeFile(path, text);
  const lines = text.split('\n').length;

  const own = await typing(ownServer(), path, text);
  report(`server, ${lines} lines, faultline`, own);
  const broken = [...atMost('p95 at the keyboard, ms', own.p95, limits.keyP95Ms)];
  if (squawk !== undefined) {
    const other = await typing(new LanguageClient(squawk, ['server']), path, text);
    report(`server, ${lines} lines, squawk`, other);
    line('p95, faultline / squawk', (own.p95 / other.p95).toFixed(2));
  }

  const last = corpus.files.at(-1);
  if (last === undefined) return broken;
  const inFolder = await typing(ownServer(), join(corpus.folder, last.path), last.text);
  report('server, in the last of 1,000', inFolder);
  const single = await typing(ownServer(), join(alone, '20240101000001_last.sql'), last.text);
  report('the same text, alone', single);
  return broken;
}

function ownServer(): LanguageClient {
  return new LanguageClient(process.execPath, [join(dist, 'server.js'), '--stdio']);
}

interface Typing {
  readonly p50: number;
  readonly p95: number;
}

/** Types a statement at the end, character by character, and takes it away again. */
async function typing(client: LanguageClient, path: string, text: string): Promise<Typing> {
  try {
    await client.start(dirname(dirname(path)));
    await client.open(path, text);
    const statement = '\nALTER TABLE table_0 ADD COLUMN typed_now text NOT NULL DEFAULT md5(random()::text);\n';
    const times: number[] = [];
    for (let key = 0; key < keys + warmUp; key++) {
      const typed = statement.slice(0, 1 + (key % statement.length));
      const took = await client.change(path, text + typed);
      if (key >= warmUp) times.push(took);
    }
    const sorted = times.toSorted((left, right) => left - right);
    return { p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0, p95: sorted[Math.floor(sorted.length * 0.95)] ?? 0 };
  } finally {
    client.stop();
  }
}

/** The first keys run code that has not been compiled yet. */
const warmUp = 30;

function report(name: string, { p50, p95 }: Typing): void {
  line(name, `${p50.toFixed(1)} ms in the middle, ${p95.toFixed(1)} ms at the 95th percentile, from change to diagnostics`);
}

function atMost(name: string, value: number, limit: number): readonly string[] {
  const holds = value <= limit * slack;
  line(name, `${value.toFixed(2)} (at most ${limit}${slack === 1 ? '' : ` x ${slack}`}) ${holds ? 'holds' : 'DOES NOT HOLD'}`);
  return holds ? [] : [name];
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function line(name: string, value: string): void {
  console.log(`${name.padEnd(34)} ${value}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
