import { beforeAll, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import { loadParser } from '../../../src/parse/load';
import { planProgram } from '../../../src/plan/plan';
import { plainPalette } from '../../../src/report/palette';
import { planReport } from '../../../src/report/plan-json';
import { planPretty } from '../../../src/report/plan-pretty';

const text = `module.exports = {
  async up(db, client) {
    await db.collection('orders').updateMany({ total: null }, { $set: { total: 0 } });
    const session = client.startSession();
    await session.withTransaction(async () => {
      await db.collection('orders').insertOne({ _id: 1 }, { session });
    });
    await session.endSession();
  },
  async down(db) {
    await db.collection('orders').drop();
  },
};
`;

beforeAll(loadParser);

it('the plan of a migration for MongoDB speaks of sessions, collections and documents', () => {
  const { migrations } = lintFolder({ files: [{ path: '20240101000000-a.js', text }], configuration: defaultConfiguration });
  const [placed] = migrations;
  if (placed === undefined) throw new Error('no migration');
  const { migration, before, after } = placed;
  const plans = { up: planProgram(migration, 'up', before), down: planProgram(migration, 'down', after) };
  const shown = planPretty(
    planReport(migration, plans, (path) => path),
    plainPalette,
  );
  expect(shown).toContain('4 commands, one transaction and 1 outside: a failure leaves what was committed\nbefore it');
  expect(shown).toContain('intent exclusive on orders · writes documents');
  expect(shown).toContain('┌ a transaction of its session');
  expect(shown).toContain('└ commitTransaction');
  expect(shown).toContain('no collection lock');
  expect(shown).toContain('exclusive on orders · metadata only');
  expect(shown).not.toMatch(/\b(?:rows|table|BEGIN|COMMIT)\b/);
});
