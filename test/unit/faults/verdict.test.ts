import { describe, expect, it } from 'vitest';
import { judge, type Measurements } from '../../../src/faults/verdict';

const measured: Measurements = {
  physical: 'partial',
  recorded: 'absent',
  beforeIsAfter: false,
  blocking: false,
  lostData: false,
  reportedSuccess: false,
  retry: { outcome: 'after' },
};
const refused = (afterRelease: boolean) => ({ outcome: 'error', refusedByHistory: true, afterRelease }) as const;
const failed = { outcome: 'error', refusedByHistory: false, afterRelease: false } as const;

describe('a verdict', () => {
  it.each<[string, Partial<Measurements>, string]>([
    ['equals before, history clean', { physical: 'before' }, 'rolled-back'],
    ['equals before, and only a dirty flag stops the retry', { physical: 'before', recorded: 'failed', retry: refused(true) }, 'blocked'],
    ['equals before, and the migration fails by itself', { physical: 'before', retry: failed }, 'rolled-back'],
    [
      'equals before behind a dirty flag, and the retry fails then too',
      { physical: 'before', recorded: 'failed', retry: refused(false) },
      'broken',
    ],
    ['equals before, and the history says applied', { physical: 'before', recorded: 'applied' }, 'false-success'],
    ['equals after, and recorded', { physical: 'after', recorded: 'applied' }, 'complete'],
    ['equals after, with no history to keep', { physical: 'after', recorded: 'none' }, 'complete'],
    [
      'equals after, with no history to keep it from being done twice',
      { physical: 'after', recorded: 'none', retry: { outcome: 'differs', twice: true, destroys: false } },
      'applied-twice',
    ],
    [
      'equals after, with no history, and a retry that removes data',
      { physical: 'after', recorded: 'none', retry: { outcome: 'differs', twice: false, destroys: true } },
      'data-lost',
    ],
    [
      'equals after, with no history, and a retry that ends elsewhere',
      { physical: 'after', recorded: 'none', retry: { outcome: 'differs', twice: false, destroys: false } },
      'complete',
    ],
    ['equals after, with no history, and a retry that fails', { physical: 'after', recorded: 'none', retry: failed }, 'complete'],
    [
      'equals after and recorded, so that nobody does it twice',
      { physical: 'after', recorded: 'applied', retry: { outcome: 'differs', twice: true, destroys: false } },
      'complete',
    ],
    ['equals after, and not recorded', { physical: 'after', recorded: 'absent', retry: failed }, 'unrecorded'],
    ['equals after, and marked as failed', { physical: 'after', recorded: 'failed', retry: refused(false) }, 'unrecorded'],
    ['partial, and a retry reaches after', {}, 'resumable'],
    ['partial, and the retry fails', { retry: failed }, 'broken'],
    ['partial, and only a dirty flag stops the retry', { recorded: 'failed', retry: refused(true) }, 'blocked'],
    ['partial behind a dirty flag, and the retry fails then too', { recorded: 'failed', retry: refused(false) }, 'broken'],
    ['partial, and recorded as applied', { recorded: 'applied' }, 'false-success'],
    ['partial, and the retry has effects twice', { retry: { outcome: 'differs', twice: true, destroys: false } }, 'applied-twice'],
    ['partial, and the retry ends elsewhere', { retry: { outcome: 'differs', twice: false, destroys: false } }, 'false-success'],
    ['partial, and the retry removes data', { retry: { outcome: 'differs', twice: true, destroys: true } }, 'data-lost'],
    ['in between, of a migration that ends where it began', { beforeIsAfter: true, recorded: 'none', retry: failed }, 'broken'],
    ['rows are gone', { lostData: true, retry: failed }, 'data-lost'],
    ['partial, and the tool says that it succeeded', { reportedSuccess: true }, 'false-success'],
    [
      'equals after and recorded, and only a lock stops the next run',
      { physical: 'after', recorded: 'applied', retry: refused(true) },
      'blocked',
    ],
    ['a session holds locks', { blocking: true, physical: 'before' }, 'stuck'],
    ['nothing to change, and recorded', { physical: 'after', beforeIsAfter: true, recorded: 'applied' }, 'complete'],
    ['nothing to change, and not recorded', { physical: 'after', beforeIsAfter: true, recorded: 'absent' }, 'rolled-back'],
  ])('%s', (_, difference, verdict) => {
    expect(judge({ ...measured, ...difference })).toBe(verdict);
  });
});
