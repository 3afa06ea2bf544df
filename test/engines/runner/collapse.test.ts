import { describe, expect, it } from 'vitest';
import { samples } from './samples';
import { simulateFiles } from './simulating';

/** The proof that collapsing is right: a collapsed cell has the verdict and the state that running it gives. */
describe('a collapsed matrix equals the uncollapsed one', () => {
  it.each(samples)('$name', async ({ files, target }) => {
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
  });
});
