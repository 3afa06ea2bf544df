// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of SQL tools.
/**
 * Damages migrations in every way that half-typed, cut and binary files are damaged, and lints them:
 * `npm run fuzz -- [COUNT] [SEED] [FOLDER]`. Nothing may throw, take longer than a second, or point outside of the text. Inputs are made
 * from the rules' own examples. Those that fail are kept in the folder as JSON; `npm run fuzz -- FILE.json` lints one of them again.
 */

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfiguration } from '../src/lint/configuration';
import { applyEdits } from '../src/lint/fixes';
import { lintFolder } from '../src/lint/lint';
import type { FileReport } from '../src/model/finding';
import type { FrameworkName } from '../src/model/migration';
import type { SourceFile } from '../src/model/run-protocol';
import type { Range } from '../src/model/text';
import { loadParser } from '../src/parse/load';
import { allRules } from '../src/rules/registry';
import { busyMs, randomFrom, wholeNumberAt } from './fuzzing';

const limitMs = 1000;
/** A failure that was kept, to be looked at again. */
const keptFailure = process.argv[2]?.endsWith('.json') === true ? process.argv[2] : undefined;
const count = keptFailure === undefined ? wholeNumberAt(2, 5000) : 0;
const seed = wholeNumberAt(3, 1);
const folder = process.argv[4];

interface Sample {
  readonly framework: FrameworkName;
  readonly files: readonly SourceFile[];
}

const ofRules: readonly Sample[] = allRules.flatMap((rule) =>
  [...rule.bad, ...rule.good].map(({ framework, files }) => ({ framework, files })),
);

/** Whole projects: each is taken apart and damaged as often as all the rules' examples together need. */
const ofFixtures: readonly Sample[] = ['test/fixtures/safe', 'test/fixtures/hazards'].flatMap((set) =>
  readdirSync(set).map((name) => {
    const files = filesBelow(join(set, name), '');
    const framework = files.map(({ text }) => /(?:safe|hazards): ([\w-]+),/.exec(text)?.[1]).find((found) => found !== undefined);
    return { framework: framework as FrameworkName, files };
  }),
);

function filesBelow(root: string, prefix: string): readonly SourceFile[] {
  return readdirSync(join(root, prefix)).flatMap((name) => {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    return statSync(join(root, path)).isDirectory() ? filesBelow(root, path) : [{ path, text: readFileSync(join(root, path), 'utf8') }];
  });
}

const samples = [...ofRules, ...ofFixtures];
const texts = samples.flatMap(({ files }) => files.map((file) => file.text));

const random = randomFrom(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(items: readonly T[], otherwise: T): T => items[below(items.length)] ?? otherwise;

const fragments = [
  "'",
  '"',
  '$$',
  '$a$',
  '/*',
  '*/',
  '--',
  '\n',
  '\r\n',
  ';',
  '(',
  ')',
  '\\',
  '\\.',
  '${x}',
  ':x',
  ":'x'",
  '\0',
  '\ufeff',
  '\ud83d',
  'é',
  '😀',
  ' BEGIN;',
  ' COMMIT;',
  '\n-- +goose Up\n',
  '\n-- migrate:down\n',
  '-- faultline-ignore ',
  'CONCURRENTLY ',
  'IF NOT EXISTS ',
  'DO $$ BEGIN ',
  '\n-- +goose StatementBegin\n',
  '--> statement-breakpoint',
  '-- +migrate Down\n',
  'COPY t FROM stdin;\n1\t2\n',
  '\\set x 1\n',
  '\\i other.sql\n',
  '`',
  '${',
  '}',
  '=> {',
  'async ',
  'await ',
  'exports.up = ',
  'knex.raw(`',
  'queryRunner.query(',
  '// faultline-ignore ',
  '...',
  '?.',
  'for (;;) {',
  'while (true) {',
  'function f() { return f(); } f();',
  '\\u{1F600}',
  '\u2028',
];

const mutations: readonly ((text: string) => string)[] = [
  (text) => text.slice(0, below(text.length + 1)),
  (text) => text.slice(below(text.length + 1)),
  (text) => text.slice(0, below(text.length)) + pick(fragments, '') + text.slice(below(text.length)),
  (text) => insert(text, pick(fragments, '')),
  (text) => insert(text, String.fromCharCode(below(0xffff))),
  (text) => insert(text, Array.from({ length: 8 }, () => String.fromCharCode(below(256))).join('')),
  (text) => insert(text, pick(texts, '')),
  (text) => {
    const at = below(text.length);
    return text.slice(0, at) + text.slice(at + 1 + below(12));
  },
  (text) => text + pick(texts, ''),
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.toUpperCase(),
  (text) => insert(text, pick(['(', '[', 'CASE WHEN ', 'NOT ', '-', 'ARRAY['], '(').repeat(1 + below(3000))),
  (text) => insert(text, pick(['[', '{a:', 'f(', '`${', '() => ', '!', 'await '], '[').repeat(1 + below(2000))),
  (text) => insert(text, `${pick(['"', '`', '$q$'], '"')}${'y😀'.repeat(below(50_000))}`),
  (text) =>
    text
      .split('\n')
      .toSorted(() => random() - 0.5)
      .join('\n'),
  (text) => `\ufeff${text}`,
  (text) => text.replaceAll(/[aeiou]/g, (vowel) => (random() < 0.02 ? '\0' : vowel)),
  (text) => insert(text, `'${'x'.repeat(below(200_000))}'`),
  (text) => insert(text, `${pick(['1,', 'a.', '1+', '(1),'], '1,').repeat(below(20_000))}1`),
];

function insert(text: string, piece: string): string {
  const at = below(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}

function mutate(text: string): string {
  let result = text;
  for (let round = 1 + below(4); round > 0; round--) result = pick(mutations, (same) => same)(result);
  return result;
}

/** How many of ten inputs are linted whole: the others as an editor does, the damaged file alone on the schema that all give. */
const wholeOfTen = 2;

interface Failure {
  readonly what: string;
  readonly sample: Sample;
}

function check(sample: Sample, paths?: readonly string[]): Failure | undefined {
  const configuration = { ...defaultConfiguration, framework: sample.framework, engineVersion: 12 + below(7) };
  const started = busyMs();
  try {
    const { reports } = lintFolder({ files: sample.files, configuration, ...(paths !== undefined && { paths }) });
    const tookMs = busyMs() - started;
    if (tookMs > limitMs) return { what: `took ${Math.round(tookMs)} ms`, sample };
    for (const report of reports) {
      const problem = outside(report, sample) ?? broken(report, sample);
      if (problem !== undefined) return { what: problem, sample };
    }
    return undefined;
  } catch (error) {
    return { what: error instanceof Error ? (error.stack ?? error.message) : String(error), sample };
  }
}

function outside(report: FileReport, { files }: Sample): string | undefined {
  const text = files.find((file) => file.path === report.path)?.text ?? '';
  const lines = text.split(/\r\n|\r|\n/);
  const isWithin = ({ start, end }: Range): boolean =>
    start.line >= 0 &&
    end.line < lines.length &&
    start.character >= 0 &&
    end.character <= (lines[end.line]?.length ?? 0) &&
    (start.line < end.line || (start.line === end.line && start.character <= end.character));
  for (const { rule, range, fixes } of report.findings) {
    if (!isWithin(range)) return `${rule} points outside of the text: ${JSON.stringify(range)}`;
    for (const edit of fixes.flatMap((fix) => fix.edits)) {
      if ((edit.path === undefined || edit.path === report.path) && !isWithin(edit.range)) {
        return `a fix of ${rule} edits outside of the text: ${JSON.stringify(edit.range)}`;
      }
    }
  }
  const error = report.errors.find(({ range }) => !isWithin(range));
  return error === undefined ? undefined : `an error points outside of the text: ${JSON.stringify(error.range)}`;
}

/** Every fix can be applied: its edits don't meet, no file is lost, and what it leaves can be linted. */
function broken(report: FileReport, { files }: Sample): string | undefined {
  for (const fix of report.findings.flatMap((finding) => finding.fixes)) {
    const edits = fix.edits.map((edit) => ({ path: report.path, ...edit }));
    const meeting = edits.find((edit, at) =>
      edits.some((other, before) => before < at && other.path === edit.path && meet(edit.range, other.range)),
    );
    if (meeting !== undefined) return `edits of "${fix.title}" meet at ${JSON.stringify(meeting.range)}`;
    if (applyEdits(files, edits).length < files.length) return `"${fix.title}" loses a file`;
  }
  return undefined;
}

function meet(left: Range, right: Range): boolean {
  const isBefore = (a: Range['end'], b: Range['start']) => a.line < b.line || (a.line === b.line && a.character <= b.character);
  return !isBefore(left.end, right.start) && !isBefore(right.end, left.start);
}

/** Writes the input down at once: a later one may never end. */
function keep({ what, sample }: Failure, index: number): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${seed}-${index}.json`), JSON.stringify({ what, sample }));
}

/** Lints an input that was kept, as often as shows whether it is slow by itself or was the first. */
function again(path: string): void {
  const { sample } = JSON.parse(readFileSync(path, 'utf8')) as Failure;
  for (let round = 0; round < 3; round++) {
    const started = busyMs();
    console.log(check(sample)?.what ?? 'nothing is wrong', `in ${Math.round(busyMs() - started)} ms`);
  }
}

async function main(): Promise<void> {
  await loadParser();
  if (keptFailure !== undefined) return again(keptFailure);
  const failures: Failure[] = [];
  let slowestMs = 0;
  const started = performance.now();
  for (let index = 0; index < count && failures.length < 20; index++) {
    const original = pick(samples, { framework: 'sql', files: [] });
    const victim = below(original.files.length);
    const files = original.files.map((file, at) => (at === victim ? { ...file, text: mutate(file.text) } : file));
    const before = busyMs();
    const path = files[victim]?.path;
    const failure = check({ ...original, files }, path === undefined || below(10) < wholeOfTen ? undefined : [path]);
    slowestMs = Math.max(slowestMs, busyMs() - before);
    if ((index + 1) % 5000 === 0) console.error(`${index + 1} inputs: ${failures.length} failures`);
    if (failure === undefined) continue;
    failures.push(failure);
    keep(failure, index);
  }
  const seconds = (performance.now() - started) / 1000;
  for (const { what, sample } of failures) {
    const shown = JSON.stringify(
      sample.files.map(({ path, text }) => [path, text.length > 300 ? `${text.slice(0, 300)}... (${text.length})` : text]),
    );
    console.log(`\n${what}\n  ${sample.framework}: ${shown}`);
  }
  console.log(
    `${count} damaged inputs (seed ${seed}) in ${seconds.toFixed(1)} s, the slowest ${Math.round(slowestMs)} ms: ${failures.length} failures`,
  );
  process.exitCode = failures.length > 0 ? 1 : 0;
}

void main();
