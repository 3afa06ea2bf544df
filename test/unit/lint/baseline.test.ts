import { beforeAll, describe, expect, it } from 'vitest';
import { baselineOf, newFindings, parseBaseline } from '../../../src/lint/baseline';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

const path = 'db/1_a.sql';
const index = (name: string) => `CREATE INDEX ${name} ON users (email);\n`;

function found(text: string) {
  const { reports } = lintFolder({ files: [{ path, text }], configuration: { ...defaultConfiguration, framework: 'sql' } });
  return { path, text, findings: reports.flatMap(({ findings }) => findings) };
}

describe('a baseline', () => {
  it('hides what it knows, wherever it stands and however it is spaced', () => {
    const old = found(index('a') + index('b'));
    const baseline = baselineOf([old]);
    expect(old.findings.length).toBeGreaterThan(2);
    expect(newFindings(baseline, old)).toEqual([]);
    expect(newFindings(baseline, found(`-- moved\n\n${index('a').replaceAll(' ', '   ')}${index('b')}`))).toEqual([]);
  });

  it('shows what is new: another statement, one more of the same, another file', () => {
    const once = found(index('a'));
    const baseline = baselineOf([once]);
    const rules = (findings: readonly { readonly rule: string; readonly range: { readonly start: { readonly line: number } } }[]) =>
      findings.filter(({ rule }) => rule === 'index-not-concurrent').map(({ range }) => range.start.line);
    expect(rules(newFindings(baseline, found(index('a') + index('b'))))).toEqual([1]);
    expect(rules(newFindings(baseline, found(index('a') + index('a'))))).toEqual([1]);
    expect(newFindings(baseline, { ...once, path: 'db/2_b.sql' })).toEqual(once.findings);
  });

  it('survives being written and read, and says what is wrong with a damaged one', () => {
    const baseline = baselineOf([found(index('a'))]);
    expect(parseBaseline(JSON.stringify(baseline))).toEqual({ ok: true, value: baseline });
    for (const text of ['', '{}', '[]', '{"version":2,"files":{}}', '{"version":1,"files":{"a":{"b":"c"}}}']) {
      const read = parseBaseline(text);
      expect(read.ok ? '' : read.error.message, text).toContain('--write-baseline');
    }
  });
});
