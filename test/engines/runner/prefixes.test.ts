import { expect, it, vi } from 'vitest';
import { Prefixes } from '../../../src/runner/prefixes';
import { simulateFiles } from './simulating';

/** Long enough for starts in the middle; every fourth statement draws from a sequence, and one can't run in a transaction. */
const rounds = Array.from({ length: 3 }, (_, round) => [
  `ALTER TABLE orders ADD COLUMN extra_${round} text;`,
  `UPDATE orders SET extra_${round} = 'x' || id;`,
  `CREATE INDEX CONCURRENTLY extra_${round}_idx ON orders (extra_${round});`,
  `INSERT INTO log (line) SELECT 'round ${round}, ' || g FROM generate_series(1, 3) g;`,
]).flat();
const files = {
  '001_shop.sql': 'CREATE TABLE orders (id bigserial PRIMARY KEY, note text);\nCREATE TABLE log (id serial PRIMARY KEY, line text);',
  '002_long.sql': rounds.join('\n'),
};
const faults = ['error', 'disconnect', 'crash', 'lost-ack'] as const;

it('a cell that begins behind the first statements ends as one that runs through all of them', async () => {
  const starts = vi.spyOn(Prefixes.prototype, 'startOf');
  const fromPrefix = await simulateFiles(files, '002_long.sql', { faults, jobs: 4 });
  expect(new Set(starts.mock.results.map(({ value }) => value.database)).size).toBe(3);
  starts.mockClear();
  const whole = await simulateFiles(files, '002_long.sql', { faults, jobs: 4, collapse: false });
  expect(starts).not.toHaveBeenCalled();
  const told = ({ cells }: typeof whole) =>
    cells.map(({ id, status, verdict, fingerprint, why }) => ({ id, status, verdict, fingerprint, why }));
  expect(told(fromPrefix)).toEqual(told(whole));
  // Cells that were run in both, in all that they say.
  const own = fromPrefix.cells.filter((cell) => cell.sameAs === undefined && cell.status === 'done');
  const counterparts = new Map(whole.cells.map((cell) => [cell.id, cell]));
  for (const cell of own) {
    const counterpart = counterparts.get(cell.id);
    expect(cell.error, cell.id).toEqual(counterpart?.error);
    expect(cell.story, cell.id).toEqual(counterpart?.story);
    expect(cell.retry, cell.id).toEqual(counterpart?.retry);
    expect(cell.differsFromAfter, cell.id).toEqual(counterpart?.differsFromAfter);
    expect([cell.recovery?.back.verified, cell.recovery?.forward.verified, cell.recovery?.recommended], cell.id).toEqual([
      counterpart?.recovery?.back.verified,
      counterpart?.recovery?.forward.verified,
      counterpart?.recovery?.recommended,
    ]);
  }
}, 400_000);
