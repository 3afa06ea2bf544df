import { beforeAll, describe, expect, it } from 'vitest';
import type { SourceFile } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';
import { allRules } from '../../../src/rules/registry';
import type { BadExample } from '../../../src/rules/rule';
import { enginesOf, findingsOf, lintExample, linted, textAt, withFix } from './linting';

beforeAll(loadParser);

describe.each(allRules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  it('has examples of both kinds', () => {
    expect(rule.bad.length).toBeGreaterThan(0);
    expect(rule.good.length).toBeGreaterThan(0);
  });

  it('looks at operations one by one, or at whole programs', () => {
    expect(rule.operations === undefined || rule.check === undefined).toBe(true);
  });

  for (const example of rule.good) {
    for (const engine of enginesOf(rule, example)) {
      it(`is silent: ${example.title} (${engine})`, () => {
        const folder = lintExample(example, engine);
        expect(folder.problems).toEqual([]);
        for (const file of example.files) {
          expect(
            findingsOf(folder, file.path, id).map((finding) => `${textAt(file, finding)}: ${finding.message}`),
            file.path,
          ).toEqual([]);
        }
      });
    }
  }

  for (const example of rule.bad) {
    for (const engine of enginesOf(rule, example)) {
      it(`finds: ${example.title} (${engine})`, () => {
        const file = linted(example);
        const folder = lintExample(example, engine);
        const findings = findingsOf(folder, file.path, id);
        expect(findings.map((finding) => textAt(file, finding))).toEqual(example.findings.map((finding) => finding.at));
        for (const [position, expected] of example.findings.entries()) {
          expect(`${findings[position]?.message} ${findings[position]?.help}`).toContain(expected.says);
        }
      });

      it(`mends: ${example.title} (${engine})`, () => {
        expectMended(id, example, engine);
        if (example.fixed !== undefined) expectFixed(id, example, engine, example.fixed);
      });
    }
  }
});

/** After each fix of each finding everything reads, the finding is gone, no new file has another one of its rule, and no file fails for it. */
function expectMended(id: string, example: BadExample, engine: string): void {
  const file = linted(example);
  const others = new Set(example.files.map((other) => other.path).filter((path) => path !== file.path));
  const findings = findingsOf(lintExample(example, engine), file.path, id);
  const failing = (folder: ReturnType<typeof lintExample>) =>
    folder.reports
      .flatMap((report) => report.findings)
      .filter((finding) => finding.rule === 'refused-by-framework' || finding.rule === 'concurrent-in-transaction').length;
  const failedBefore = failing(lintExample(example, engine));
  for (const fix of findings.flatMap((finding) => finding.fixes)) {
    const fixed = withFix(example.files, file.path, fix);
    const again = lintExample(example, engine, fixed);
    expect(again.problems).toEqual([]);
    expect(again.reports.flatMap((report) => report.errors)).toEqual([]);
    expect(failing(again), `${fix.title}: ${JSON.stringify(fixed, null, 1)}`).toBeLessThanOrEqual(failedBefore);
    const remaining = again.reports.filter((report) => !others.has(report.path)).flatMap((report) => report.findings);
    const ofRule = remaining.filter((other) => other.rule === id);
    expect(ofRule.length, `${fix.title}: ${JSON.stringify(fixed, null, 1)}`).toBeLessThan(findings.length);
  }
}

function expectFixed(id: string, example: BadExample, engine: string, expected: readonly SourceFile[]): void {
  const file = linted(example);
  const [fix] = findingsOf(lintExample(example, engine), file.path, id)[0]?.fixes ?? [];
  expect(fix, 'the first finding has a fix').toBeDefined();
  const fixed = fix === undefined ? [] : withFix(example.files, file.path, fix);
  const before = new Map(example.files.map((other) => [other.path, other.text]));
  const changed = fixed.filter((other) => before.get(other.path) !== other.text);
  expect(byPath(changed)).toEqual(byPath(expected));
}

function byPath(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}
