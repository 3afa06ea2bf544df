import { beforeAll, describe, expect, test } from 'vitest';
import { lintFolder } from '../../../src/lint/lint';
import { loadParser } from '../../../src/parse/load';
import { generateDown } from '../../../src/rollback/down';

beforeAll(loadParser);

/** The server refuses each of them; half-written migrations hold them all the same, and the later actions reach children. */
const circles: Record<string, string> = {
  'a child of its child': 'CREATE TABLE a (id int); CREATE TABLE b (id int); ALTER TABLE a INHERIT b; ALTER TABLE b INHERIT a;',
  'its own child': 'CREATE TABLE a (id int); ALTER TABLE a INHERIT a;',
  'made from itself': 'CREATE TABLE a (id int) INHERITS (a);',
  'its own partition': 'CREATE TABLE a (id int) PARTITION BY LIST (id); ALTER TABLE a ATTACH PARTITION a DEFAULT;',
};

const laterSteps =
  'ALTER TABLE a ADD COLUMN note text; ALTER TABLE a ADD CONSTRAINT positive CHECK (id > 0); ALTER TABLE a ALTER COLUMN id SET NOT NULL;' +
  'ALTER TABLE a RENAME COLUMN note TO notes; CREATE INDEX a_id ON a (id); ALTER TABLE a DROP COLUMN notes;' +
  'ALTER TABLE a RENAME CONSTRAINT positive TO above_zero; ALTER TABLE a DROP CONSTRAINT above_zero;';

describe.each(Object.entries(circles))('inheritance in a circle: %s', (_, circle) => {
  test('is linted to its end', () => {
    const { reports, migrations } = lintFolder({ files: [{ path: '1.sql', text: circle + laterSteps }] });
    expect(reports[0]?.errors).toEqual([]);
    expect(migrations[0]?.after.tables.find(({ name }) => name === 'a')?.columns.map(({ name }) => name)).toEqual(['id']);
  });

  test('is left, and a rollback of what comes behind it generated', () => {
    const files = [
      { path: '1.sql', text: circle },
      { path: '2.sql', text: `${laterSteps} ALTER TABLE a DROP COLUMN id; DROP TABLE a;` },
    ];
    const last = lintFolder({ files }).migrations.at(-1);
    if (last === undefined) throw new Error('not read');
    expect(generateDown(last.migration, last.before, last.after).statements.join('\n')).toMatch(/table a\b/i);
  });
});
