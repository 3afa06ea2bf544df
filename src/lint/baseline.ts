import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Finding } from '../model/finding';
import { isRecord } from '../model/json';
import { failure, type Result, success } from '../model/result';
import { LineIndex } from '../parse/lines';

/** Findings that a project has decided to live with: those of old migrations, which nobody changes any more. */
export interface Baseline {
  readonly version: 1;
  /** By file, relative to the folder of the baseline: how often each finding is there, as `rule:hash of its text`. */
  readonly files: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A baseline with the folder that its paths are relative to. */
export interface PlacedBaseline {
  readonly baseline: Baseline;
  readonly folder: string;
}

/** What was found in one file. `path` is relative to the folder of the baseline, with forward slashes. */
export interface FindingsOfFile {
  readonly path: string;
  readonly text: string;
  readonly findings: readonly Finding[];
}

const hashLength = 12;

/** The baseline that makes these findings known. */
export function baselineOf(files: readonly FindingsOfFile[]): Baseline {
  const entries = files
    .filter(({ findings }) => findings.length > 0)
    .map(({ path, text, findings }): [string, Record<string, number>] => [path, sorted(counted(text, findings))])
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  return { version: 1, files: Object.fromEntries(entries) };
}

/** The findings that the baseline does not know. Where a file has more of one kind than are known, the last of them are new. */
export function newFindings(baseline: Baseline, { path, text, findings }: FindingsOfFile): readonly Finding[] {
  const known = new Map(Object.entries(baseline.files[path] ?? {}));
  if (known.size === 0) return findings;
  const lines = new LineIndex(text);
  return findings.filter((finding) => {
    const key = keyOf(text, lines, finding);
    const left = known.get(key) ?? 0;
    known.set(key, left - 1);
    return left <= 0;
  });
}

export function parseBaseline(text: string): Result<Baseline> {
  const problem = (what: string) =>
    failure({ message: `The baseline ${what}. Write it again with \`faultline lint --write-baseline FILE\`.` });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return problem('is not valid JSON');
  }
  if (!isRecord(value) || value.version !== 1 || !isRecord(value.files)) return problem('is not one of version 1');
  const counts = Object.values(value.files);
  const sound = counts.every((entry) => isRecord(entry) && Object.values(entry).every((count) => Number.isInteger(count)));
  return sound ? success(value as unknown as Baseline) : problem('holds something other than counts of findings');
}

function counted(text: string, findings: readonly Finding[]): Record<string, number> {
  const lines = new LineIndex(text);
  const counts: Record<string, number> = {};
  for (const finding of findings) {
    const key = keyOf(text, lines, finding);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** What a finding is about, wherever in the file it stands: lines that come or go above it, and white space, change nothing. */
function keyOf(text: string, lines: LineIndex, { rule, range }: Finding): string {
  const span = lines.span(range);
  const words = text.slice(span.start, span.end).split(/\s+/).join(' ').trim();
  return `${rule}:${bytesToHex(sha256(utf8ToBytes(words))).slice(0, hashLength)}`;
}

function sorted(record: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
