import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import manifest from '../../../package.json';
import type { FileReport } from '../../../src/model/finding';
import type { Range } from '../../../src/model/text';
import { lintGithub } from '../../../src/report/lint-github';
import { lintGitlab } from '../../../src/report/lint-gitlab';
import { lintReport as makeReport } from '../../../src/report/lint-json';
import { lintJunit } from '../../../src/report/lint-junit';
import { lintPretty } from '../../../src/report/lint-pretty';
import { lintSarif } from '../../../src/report/lint-sarif';
import { lintUnix } from '../../../src/report/lint-unix';
import { plainPalette } from '../../../src/report/palette';
import { lintReport, lintSources } from './sample';

const rules = [{ id: 'index-not-concurrent', title: 'Index built without CONCURRENTLY', url: 'https://example.org/i' }];

/** A file with these findings and nothing else of note. */
function fileWith(findings: readonly { readonly message: string; readonly range: Range }[], path = 'a.sql'): FileReport {
  const common = { rule: 'some-rule', severity: 'error', help: '', url: '', section: 'up', fixes: [] } as const;
  return {
    path,
    engine: 'postgres',
    engineVersion: '18',
    framework: 'sql',
    findings: findings.map((finding) => ({ ...common, ...finding })),
    errors: [],
  };
}

describe('pretty', () => {
  test('fits 80 columns, and underlines exactly what the finding is about', () => {
    const lines = lintPretty(lintReport, lintSources, plainPalette).split('\n');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    const source = lines.find((line) => line.includes('FOO bar;')) ?? '';
    const carets = lines[lines.indexOf(source) + 1] ?? '';
    expect(carets.indexOf('^')).toBe(source.indexOf('FOO'));
    expect(carets.trim()).toMatch(/^│ +\^{3}$/);
  });

  test('a place far to the right in a long line is in view, and wide characters do not shift the carets', () => {
    const text = `SELECT '${'ü漢'.repeat(60)}', wrong FROM a;`;
    const start = { line: 0, character: text.indexOf('wrong') };
    const report = makeReport([fileWith([{ message: 'no', range: { start, end: { line: 0, character: start.character + 5 } } }])], 1);
    const lines = lintPretty(report, new Map([['a.sql', text]]), plainPalette).split('\n');
    const at = lines.findIndex((line) => line.includes('wrong'));
    const column = stringWidth((lines[at] ?? '').slice(0, (lines[at] ?? '').indexOf('wrong')));
    expect((lines[at + 1] ?? '').indexOf('^')).toBe(column);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test('says so when there is nothing', () => {
    expect(lintPretty(makeReport([], 1), new Map(), plainPalette)).toBe('✓ no findings in 0 files\n');
  });
});

test('sarif: places count from 1, rules are described, and paths are relative URIs', () => {
  const log = JSON.parse(lintSarif(lintReport, { version: '1.2.3', rules }));
  const [run] = log.runs;
  expect(log.version).toBe('2.1.0');
  expect(run.columnKind).toBe('utf16CodeUnits');
  const result = run.results.find((entry: { ruleId: string }) => entry.ruleId === 'index-not-concurrent');
  expect(run.tool.driver.rules[result.ruleIndex]).toEqual({
    id: 'index-not-concurrent',
    shortDescription: { text: 'Index built without CONCURRENTLY' },
    helpUri: 'https://example.org/i',
  });
  expect(result.locations[0].physicalLocation.region).toEqual({ startLine: 3, startColumn: 1, endLine: 3, endColumn: 61 });
  expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe('db/migrations/0007_index.sql');
});

test('github: line ends, percent signs, colons and commas are escaped where they would end a field', () => {
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
  const report = makeReport([fileWith([{ message: '100%\nbad', range }], 'a,b:c.sql')], 1);
  expect(lintGithub(report)).toBe(
    '::error file=a%2Cb%3Ac.sql,line=1,endLine=1,col=1,endColumn=2,title=Faultline%3A some-rule::100%25%0Abad\n',
  );
});

test('unix: a line for each finding, which the problem matcher of the extension reads', () => {
  const range = { start: { line: 2, character: 4 }, end: { line: 3, character: 1 } };
  const report = makeReport([fileWith([{ message: 'Two: lines\nof [it]', range }], 'C:/db files/0:1.sql')], 1);
  const text = lintUnix(report);
  expect(text).toBe('C:/db files/0:1.sql:3:5: error: Two: lines of [it] [some-rule]\n');
  const [matcher] = manifest.contributes.problemMatchers;
  const { regexp, ...groups } = matcher?.pattern ?? {};
  const match = new RegExp(regexp ?? 'none').exec(text.trimEnd()) ?? [];
  const read = Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, match[Number(group)]]));
  expect(read).toEqual({
    file: 'C:/db files/0:1.sql',
    line: '3',
    column: '5',
    severity: 'error',
    message: 'Two: lines of [it]',
    code: 'some-rule',
  });
  const lines = lintUnix(lintReport).split('\n').slice(0, -1);
  expect(lines.length).toBe(lintReport.files.flatMap(({ findings }) => findings).length);
  for (const line of lines) expect(line).toMatch(new RegExp(regexp ?? 'none'));
});

test('gitlab: each issue has a fingerprint of its own that does not depend on the line', () => {
  const [file] = lintReport.files;
  const [finding] = file?.findings ?? [];
  if (!file || !finding) throw new Error('the sample has a finding');
  const moved = { ...finding, range: { start: { line: 9, character: 0 }, end: { line: 9, character: 4 } } };
  const fingerprints = (findings: typeof file.findings) =>
    JSON.parse(lintGitlab(makeReport([{ ...file, findings, errors: [] }], 1))).map((issue: { fingerprint: string }) => issue.fingerprint);
  expect(fingerprints([finding])).toEqual(fingerprints([moved]));
  expect(new Set(fingerprints([finding, moved])).size).toBe(2);
});

test('junit: counts agree with the cases, and markup in messages is escaped', () => {
  const [file] = lintReport.files;
  const [finding] = file?.findings ?? [];
  if (!file || !finding) throw new Error('the sample has a finding');
  const xml = lintJunit(makeReport([{ ...file, errors: [], findings: [{ ...finding, message: '<a> & "b"' }] }], 1500));
  expect(xml).toContain('<testsuites name="faultline" tests="1" failures="1" errors="0" time="1.500">');
  expect(xml).toContain('message="&lt;a&gt; &amp; &quot;b&quot;"');
  expect(xml.match(/<testcase /g)).toHaveLength(1);
});
