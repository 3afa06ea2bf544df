import { beforeAll, describe, expect, it } from 'vitest';
import { LintCache } from '../../../src/lint/cache';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import type { SourceFile } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

const start: readonly SourceFile[] = [
  { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY, total int);\nCREATE TABLE users (id bigint);\n' },
  { path: '0001_orders.down.sql', text: 'DROP TABLE users;\nDROP TABLE orders;\n' },
  { path: '0002_index.sql', text: '-- faultline-ignore index-not-concurrent\nCREATE INDEX orders_total_idx ON orders (total);\n' },
  { path: '0003_column.sql', text: 'ALTER TABLE orders ADD COLUMN note text NOT NULL;\nUPDATE orders SET note = total::text;\n' },
  { path: '0003_column.down.sql', text: 'ALTER TABLE orders DROP COLUMN note;\n' },
  {
    path: '0004_rename.sql',
    text: 'ALTER TABLE users RENAME TO people;\nALTER TABLE people ADD COLUMN order_id bigint REFERENCES orders (id);\n',
  },
];

/** The same numbers at each run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const typed = [
  ';',
  "'",
  ' ',
  'x',
  '\n',
  ' NOT NULL',
  'DROP TABLE users;\n',
  '-- faultline-ignore missing-guard\n',
  'CREATE TABLE x (id int);\n',
];

/** Something is typed or deleted in one file; the others stay the same objects. Now and then a file goes, comes back or gets another name. */
function edited(files: readonly SourceFile[], random: (below: number) => number): readonly SourceFile[] {
  const at = random(files.length);
  const file = files[at];
  if (file === undefined || random(12) === 0) return start;
  if (random(12) === 0 && files.length > 2) return files.filter((other) => other !== file);
  const renamed = random(15) === 0 ? { ...file, path: file.path.replace(/^\d+/, (digits) => `${digits}${random(9)}`) } : file;
  const place = random(file.text.length + 1);
  const rest = file.text.slice(random(3) === 0 ? place + random(9) : place);
  const text = file.text.slice(0, place) + (random(3) === 0 ? '' : (typed[random(typed.length)] ?? '')) + rest;
  return files.map((other) => (other === file ? { path: renamed.path, text } : other));
}

describe('a folder that is linted at every key', () => {
  it('gives what linting it anew gives, whatever was typed before', () => {
    const random = randomNumbers(3);
    const cache = new LintCache();
    let files = start;
    for (let key = 0; key < 150; key++) {
      files = edited(files, random);
      const configuration =
        random(20) === 0 ? { ...defaultConfiguration, rules: { 'unbatched-write': 'off' as const } } : defaultConfiguration;
      const paths = random(3) === 0 ? undefined : files.filter(() => random(2) === 0).map(({ path }) => path);
      const input = { files, configuration, ...(paths !== undefined && { paths }) };
      // Other objects with the same texts: nothing is known of them.
      const anew = files.map((file) => ({ ...file }));
      const [kept, fresh] = [lintFolder({ ...input, cache }), lintFolder({ ...input, files: anew })];
      expect(kept.reports, JSON.stringify(files)).toEqual(fresh.reports);
      expect(kept.migrations.map(({ before, after }) => [before, after])).toEqual(
        fresh.migrations.map(({ before, after }) => [before, after]),
      );
    }
  });
});
