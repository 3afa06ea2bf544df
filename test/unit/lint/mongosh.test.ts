import { expect, test } from 'vitest';
import { lintFolder } from '../../../src/lint/lint';

/** The rules that find something in a script, with their lines. */
function found(text: string): string[] {
  const folder = lintFolder({
    files: [{ path: '1-a.mongodb.js', text }],
    configuration: { rules: { 'missing-rollback': 'off' }, images: {}, simulate: {}, placeholders: {} },
  });
  return folder.reports.flatMap(({ findings }) => findings.map(({ rule, range }) => `${rule}:${range.start.line + 1}`));
}

const index = 'db.users.createIndex({ email: 1 });';

test('a script of plain calls is linted as MongoDB, and its comments silence rules', () => {
  expect(found(`${index}\n`)).toContain('index-without-name:1');
  expect(found(`// faultline-ignore index-without-name: agreed\n${index}\n`)).toEqual([]);
  expect(found(`${index} // faultline-ignore index-without-name: agreed\n`)).toEqual([]);
  expect(found(`/* faultline-ignore-file index-without-name: agreed */\n${index}\n`)).toEqual([]);
  expect(found('// faultline-ignore index-without-name: agreed\ndb.users.createIndex({ email: 1 }, { name: "n" });\n')).toEqual([
    'unused-suppression:1',
  ]);
});

test('so do those of a script that is code', () => {
  const loop = (comment: string): string =>
    `for (const name of ["a", "b"]) {\n  ${comment}\n  db.getCollection(name).createIndex({ x: 1 });\n}\n`;
  expect(found(loop('// nothing'))).toContain('index-without-name:3');
  expect(found(loop('// faultline-ignore index-without-name: agreed'))).toEqual([]);
});
