import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { Laboratory } from '../../../src/runner/laboratory';
import { simulateSubject } from '../../../src/runner/simulate';
import { readSubject } from '../../../src/runner/subject';
import { request, withFolder } from '../../engines/runner/simulating';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { startMongo } from './servers';
import { shop } from './suite/case';

const skip = requireOrSkip('docker', await dockerMissing());

/** Three statements that do not wait for each other, and one behind them. */
const concurrent = `
const at = (name) => db.collection(name);
await Promise.all([
  at('customers').updateMany({}, { $set: { a: 1 } }),
  at('orders').updateMany({}, { $set: { b: 1 } }),
  at('tags').insertOne({ _id: 't1' }),
]);
await at('orders').updateOne({ _id: 'o1' }, { $set: { z: 1 } });
`;

const migrationFile = (body: string): string => `module.exports = {\n  async up(db, client) {\n    ${body}\n  },\n  async down() {},\n};\n`;

describe.skipIf(skip)('statements of a Promise.all, on DocumentDB behind the MongoDB protocol (image mongo:8)', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startMongo();
  });
  afterAll(() => sandbox?.dispose());

  it('stay in any number, which the story tells and both ways out know', async () => {
    const target = '20240102000000-change.js';
    const files = { '20240101000000-before.js': migrationFile(shop), [target]: migrationFile(concurrent) };
    await withFolder(files, async (folder) => {
      const asked = {
        ...request,
        engine: 'mongodb',
        sandbox: 'docker',
        framework: 'migrate-mongo',
        faults: ['crash', 'kill-session', 'error'],
        rows: 0,
        path: join(folder, target),
      } as const;
      const laboratory = new Laboratory(sandbox, new AbortController().signal);
      const [simulation] = await simulateSubject(asked, await readSubject(asked), laboratory, () => undefined);
      const cells = (simulation?.cells ?? []).filter((cell) => cell.status === 'done' && cell.recovery !== undefined);
      expect(cells.length).toBeGreaterThan(3);
      expect(cells.flatMap(({ id, recovery }) => (recovery?.back.verified && recovery.forward.verified ? [] : [id]))).toEqual([]);
      const tags = (simulation?.statements ?? []).find(({ text }) => text.includes('tags'))?.index ?? 0;
      for (const cell of cells) {
        if (cell.story === undefined) continue;
        const isThere = cell.differsFromBefore?.some(({ name }) => name === 'tags') === true;
        expect(`${cell.id}: ${isThere !== missing(cell.story).includes(tags) ? 'told' : cell.story}`).toBe(`${cell.id}: told`);
      }
    });
  }, 120_000);
});

/** The numbers of the statements that a story calls missing. */
function missing(story: string): readonly number[] {
  if (/Nothing of the migration stayed/.test(story)) return [1, 2, 3, 4];
  const [, list = ''] = /statements? ([\d, and to]+) (?:is|are) missing/.exec(story) ?? [];
  const numbers = [...list.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const [first = 0, last = 0] = numbers;
  if (/^Of the migration stays/m.test(story) || story.includes('Of the migration stays')) return [1, 2, 3, 4];
  return list.includes('to') ? Array.from({ length: last - first + 1 }, (_, place) => first + place) : numbers;
}
