import { beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { type LintedFolder, lintFolder } from '../../../src/lint/lint';
import type { Finding } from '../../../src/model/finding';
import { loadParser } from '../../../src/parse/load';
import { type FixtureFolder, fixtureFolders } from './fixture-folders';

/**
 * Hazards as they stand in projects: between harmless statements, in all frameworks and spellings. `-- expect: RULE, RULE` stands before the
 * statement that must be found, `-- expect-line: RULE` before the line.
 */
interface Expected {
  readonly path: string;
  /** Of the marker, from 0. */
  readonly line: number;
  readonly rule: string;
  readonly scope: 'statement' | 'line';
}

const marker = /(?:--|\/\/) expect(-line)?: (.+)$/;
const folders = await fixtureFolders('hazards');
const cases = folders.map((folder) => ({ folder, expected: expectedOf(folder) }));

beforeAll(loadParser);

describe('hazards', () => {
  it('are at least 120', () => {
    expect(cases.flatMap(({ expected }) => expected).length).toBeGreaterThanOrEqual(120);
  });

  for (const { folder, expected } of cases) {
    for (const major of [12, 14, 16, 18]) {
      const here = expected.filter(({ path }) => folder.majors.get(path)?.includes(major));
      if (here.length === 0) continue;
      it(`of ${folder.name} are found where they stand (${major})`, () => {
        const linted = lintFolder({ files: folder.files, configuration: { ...defaultConfiguration, engineVersion: major } });
        expect(linted.framework.name).toBe(folder.framework);
        const missed = here.filter((one) => !findingsOf(linted, one.path).some((finding) => isAt(finding, one, linted)));
        expect(missed.map(({ path, line, rule }) => `${path}:${line + 2}: ${rule}`)).toEqual([]);
      });
    }
  }
});

function expectedOf({ files }: FixtureFolder): readonly Expected[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((content, line) => {
      const match = marker.exec(content);
      if (match === null) return [];
      const scope = match[1] === undefined ? 'statement' : 'line';
      return (match[2] ?? '').split(',').map((rule): Expected => ({ path, line, rule: rule.trim(), scope }));
    }),
  );
}

function findingsOf(linted: LintedFolder, path: string): readonly Finding[] {
  return linted.reports.find((report) => report.path === path)?.findings ?? [];
}

/** Does the finding stand in the statement, or on the line, that comes next after the marker? */
function isAt({ rule, range }: Finding, expected: Expected, linted: LintedFolder): boolean {
  if (rule !== expected.rule) return false;
  if (expected.scope === 'line') return range.start.line === expected.line + 1;
  const statements = linted.migrations
    .flatMap(({ migration }) => [migration.up, ...(migration.down === undefined ? [] : [migration.down])])
    .filter((program) => program.path === expected.path)
    .flatMap((program) => program.statements)
    .filter((statement) => statement.range.start.line > expected.line)
    .toSorted((left, right) => left.range.start.line - right.range.start.line);
  const [next] = statements;
  return next !== undefined && range.start.line >= next.range.start.line && range.end.line <= next.range.end.line;
}
