import { beforeAll, describe, expect, it } from 'vitest';
import { defaultEngine } from '../../../src/model/engine';
import type { SourceFile } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';
import { allRules } from '../../../src/rules/registry';
import { findingsOf, lintExample, linted, textAt, withFix } from './linting';

beforeAll(loadParser);

describe.each(allRules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  it('has examples of both kinds', () => {
    expect(rule.bad.length).toBeGreaterThan(0);
    expect(rule.good.length).toBeGreaterThan(0);
  });

  for (const example of rule.good) {
    for (const major of example.majors ?? [defaultEngine.major]) {
      it(`is silent: ${example.title} (${major})`, () => {
        const folder = lintExample(example, major);
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
    for (const major of example.majors ?? [defaultEngine.major]) {
      it(`finds: ${example.title} (${major})`, () => {
        const file = linted(example);
        const folder = lintExample(example, major);
        const findings = findingsOf(folder, file.path, id);
        expect(findings.map((finding) => textAt(file, finding))).toEqual(example.findings.map((finding) => finding.at));
        for (const [position, expected] of example.findings.entries()) {
          expect(`${findings[position]?.message} ${findings[position]?.help}`).toContain(expected.says);
        }
      });

      it(`mends: ${example.title} (${major})`, () => {
        const file = linted(example);
        const findings = findingsOf(lintExample(example, major), file.path, id);
        for (const finding of findings) {
          for (const fix of finding.fixes) {
            const fixed = withFix(example.files, file.path, fix);
            const again = lintExample(example, major, fixed);
            expect(again.problems).toEqual([]);
            for (const report of again.reports) {
              const known = report.path === file.path && id === 'unreadable-statement' ? 1 : 0;
              expect(report.errors.length, `${report.path} reads`).toBeLessThanOrEqual(known);
            }
            // The finding is gone, and no new file has another one of its rule.
            const others = new Set(example.files.map((other) => other.path).filter((path) => path !== file.path));
            const remaining = again.reports.filter((report) => !others.has(report.path)).flatMap((report) => report.findings);
            const ofRule = remaining.filter((other) => other.rule === id);
            expect(ofRule.length, `${fix.title}: ${JSON.stringify(fixed, null, 1)}`).toBeLessThan(findings.length);
          }
        }
        if (example.fixed === undefined) return;
        const [fix] = findings[0]?.fixes ?? [];
        expect(fix, 'the first finding has a fix').toBeDefined();
        if (fix === undefined) return;
        const fixed = withFix(example.files, file.path, fix);
        const before = new Map(example.files.map((other) => [other.path, other.text]));
        const changed = fixed.filter((other) => before.get(other.path) !== other.text);
        expect(byPath(changed)).toEqual(byPath(example.fixed));
      });
    }
  }
});

function byPath(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}
