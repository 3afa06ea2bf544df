import { beforeAll, describe, expect, it } from 'vitest';
import type { SourceFile } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';
import { findingsOf, lintExample, withFix } from './linting';

beforeAll(loadParser);

function fixesOf(rule: string, files: readonly SourceFile[], path: string) {
  const folder = lintExample({ title: 'fixes', framework: 'drizzle', files }, 'postgres 18');
  const [finding] = findingsOf(folder, path, rule);
  return finding?.fixes ?? expect.fail(`${rule} finds nothing`);
}

const table = 'CREATE TABLE "a" (id bigint PRIMARY KEY, b text);\n';

describe('new migrations of Drizzle', () => {
  const folders = (text: string) => [
    { path: '20240101000000_a/migration.sql', text: table },
    { path: '20240102000000_b/migration.sql', text },
  ];
  const last = '20240102000000_b/migration.sql';

  it('are not offered for what has to run outside of a transaction: there is one around all of them', () => {
    expect(fixesOf('index-not-concurrent', folders('CREATE INDEX "i" ON "a" ("b");\nSELECT 1;\n'), last)).toEqual([]);
  });

  it('are folders since 1.0', () => {
    const files = folders('ALTER TABLE "a" ADD CONSTRAINT "c" CHECK ("b" <> \'\');\n');
    const [fix] = fixesOf('constraint-validated-at-once', files, last);
    const after = fix === undefined ? [] : withFix(files, last, fix);
    expect(after.map(({ path }) => path).at(-1)).toMatch(/^20240102000001_\w+\/migration\.sql$/);
  });

  it('are not made without an entry in the journal, where there is one', () => {
    const files = [
      { path: '0000_a.sql', text: table },
      { path: '0001_b.sql', text: 'ALTER TABLE "a" ADD CONSTRAINT "c" CHECK ("b" <> \'\');\n' },
      {
        path: 'meta/_journal.json',
        text: '{"entries": [{"idx": 0, "when": 1700000000000, "tag": "0000_a"}, {"idx": 1, "when": 1700000001000, "tag": "0001_b"}]}\n',
      },
    ];
    expect(fixesOf('constraint-validated-at-once', files, '0001_b.sql')).toEqual([]);
  });
});
