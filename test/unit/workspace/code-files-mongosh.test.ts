import { expect, test } from 'vitest';
import { isCodeMigration, mayBeCodeMigration } from '../../../src/workspace/code-files';

test.each([
  ['/shop/scripts/fill.mongodb.js', 'db.users.drop();', true],
  ['/shop/scripts/fill.mongosh.js', 'use("shop");', true],
  ['/shop/migrations/fill.js', 'for (const name of ["a"]) db.getCollection(name).drop();', true],
  ['/shop/migrations/fill.js', 'db["a-b"].drop();', true],
  ['/shop/migrations/fill.js', 'rs.stepDown();', true],
  ['/shop/src/fill.js', 'db.users.drop();', false],
  ['/shop/migrations/tool.js', 'const db = await open(); db.users.drop();', false],
  ['/shop/migrations/tool.js', 'function run(db) { db.users.drop(); }', false],
  ['/shop/migrations/tool.js', 'run((client, db) => db.users.drop());', false],
  ['/shop/migrations/tool.js', 'import { x } from "./x";\ndb.users.drop();', false],
  ['/shop/migrations/fill.test.js', 'db.users.drop();', false],
])('a script of mongosh or none: %s %s', (path, text, expected) => {
  expect(mayBeCodeMigration(path) && isCodeMigration(path, text)).toBe(expected);
});
