import { describe, expect, it } from 'vitest';
import { type Sample, samples } from './samples';
import { simulateFiles } from './simulating';

/** Statements that commit on their way, each with the next one behind it. */
const stepwise: Sample = {
  name: 'statements that commit on their way',
  files: {
    '001_items.sql':
      'CREATE TABLE items (id bigserial PRIMARY KEY, label text, batch int);\nCREATE INDEX items_batch_idx ON items (batch);\n',
    '002_steps.sql': `CREATE INDEX CONCURRENTLY items_label_idx ON items (label);
DO $$ BEGIN FOR part IN 0..2 LOOP UPDATE items SET label = 'new' WHERE id % 3 = part; COMMIT; END LOOP; END $$;
DROP INDEX CONCURRENTLY items_batch_idx;
`,
  },
  target: '002_steps.sql',
};

/** Two matrices are run one after the other. */
const timeoutMs = 600_000;

/** The proof that collapsing is right: a collapsed cell has the verdict and the state that running it gives. */
describe('a collapsed matrix equals the uncollapsed one', () => {
  it.each([...samples, stepwise])(
    '$name',
    async ({ files, target }) => {
      const collapsed = await simulateFiles(files, target);
      const whole = await simulateFiles(files, target, { collapse: false });
      const states = (cells: typeof whole.cells) =>
        cells.map(({ id, status, verdict, fingerprint, why }) => ({ id, status, verdict, fingerprint, why }));
      // A server that can't be held inside of a statement shows nothing, and contradicts nothing.
      const shown = whole.cells.filter(({ status, point }) => status !== 'impossible' || point.kind !== 'during').map(({ id }) => id);
      const comparable = (cells: typeof whole.cells) => states(cells.filter(({ id }) => shown.includes(id)));
      expect(comparable(collapsed.cells)).toEqual(comparable(whole.cells));
      expect(shown.length).toBeGreaterThan(whole.cells.length * 0.7);
      expect(collapsed.cells.some((cell) => cell.sameAs !== undefined)).toBe(true);
      expect(whole.cells.every((cell) => cell.sameAs === undefined)).toBe(true);
      expect(whole.cells.filter((cell) => cell.status === 'failed')).toEqual([]);
    },
    timeoutMs,
  );
});
