import { expect, it } from 'vitest';
import { migrateMongo } from '../../../src/frameworks/code/migrate-mongo';
import { isWritten } from '../../../src/rollback/written';
import { only } from '../frameworks/code/read';

it.each([
  ["await db.collection('a').drop();", true],
  ['await User.updateMany({}, { $unset: { b: 1 } });', true],
  ['', false],
  ["return Promise.resolve('ok');", false],
])('a rollback that could not be read is written as well: %s', (body, written) => {
  const text = `const User = require('../models/user');\nmodule.exports = { async up(db) { await db.collection('a').insertOne({ _id: 1 }); }, async down(db) { ${body} } };`;
  expect(isWritten(only(migrateMongo, text, { name: 'mongodb', major: 8 }).down)).toBe(written);
});
