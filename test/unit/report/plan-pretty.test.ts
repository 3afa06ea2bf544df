import { beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import { loadParser } from '../../../src/parse/load';
import { planProgram } from '../../../src/plan/plan';
import { plainPalette } from '../../../src/report/palette';
import { type PlanReport, planReport } from '../../../src/report/plan-json';
import { planPretty } from '../../../src/report/plan-pretty';

beforeAll(loadParser);

function report(text: string): PlanReport {
  const { migrations } = lintFolder({ files: [{ path: '001_a.sql', text }], configuration: defaultConfiguration });
  const [placed] = migrations;
  if (placed === undefined) throw new Error('no migration');
  const { migration, before } = placed;
  return planReport(migration, { up: planProgram(migration, 'up', before) }, (path) => path);
}

const plan = (text: string) => planPretty(report(text), plainPalette);

describe('the plan in a terminal', () => {
  it('gives a reason once, and none where the cost says it all', () => {
    const shown = plan(
      [
        'CREATE INDEX a ON users (a);',
        'CREATE INDEX b ON users (b);',
        "COMMENT ON TABLE users IS 'people';",
        "INSERT INTO users (name) VALUES ('Ada');",
        'CREATE INDEX c ON users (c);',
      ].join('\n'),
    );
    expect(shown.match(/The whole table is read/g)).toHaveLength(1);
    expect(shown.match(/SHARE on users · builds an index · see 1$/gm)).toHaveLength(2);
    expect(shown).toMatch(/metadata only\n\n/);
    expect(shown).toMatch(/writes rows\n\n/);
  });

  it('is shorter than the report, which has a reason for each statement', () => {
    const { statements } = report(
      "COMMENT ON TABLE users IS 'people'; INSERT INTO users (name) VALUES ('Ada'); GRANT SELECT ON users TO ada;",
    ).up;
    expect(statements.map(({ because }) => because)).toEqual(['Only the catalog changes', 'It writes rows', 'Only the catalog changes']);
  });

  it('marks the locks that nobody waits for', () => {
    const shown = plan(
      'CREATE TABLE notes (a int, b int REFERENCES users (id));\nALTER TABLE notes ADD COLUMN c int REFERENCES users (id);\n',
    );
    expect(shown).toContain('ACCESS EXCLUSIVE on notes (new)');
    expect(shown).not.toContain('on users (new)');
  });
});
