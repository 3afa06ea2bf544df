import { expect, test } from 'vitest';
import type { RecoveryPlan } from '../../../src/model/simulation';
import { decide } from '../../../src/recovery/decision';

const step = { title: '', why: '', text: '', language: 'sql' as const };
const plan = (verified: boolean, rest: Partial<RecoveryPlan> = {}): RecoveryPlan => ({ steps: [step, step], verified, ...rest });

test.each([
  ['only forward is verified', plan(false, { loses: 'rows of t' }), plan(true), 1, 'forward'],
  ['only back is verified', plan(true), plan(false, { problem: 'Step 1 failed' }), 2, 'back'],
  ['all statements are done', plan(true), plan(true), 3, 'forward'],
  ['forward is shorter', plan(true, { steps: [step, step, step] }), plan(true), 2, 'forward'],
  ['nothing speaks for forward', plan(true), plan(true), 1, 'back'],
  ['neither is verified', plan(false), plan(false), 1, 'back'],
  ['neither is without loss, forward all but it', plan(false), plan(false, { loses: 'x', verifiedExceptLoss: true }), 1, 'forward'],
] as const)('%s', (_, back, forward, completed, recommended) => {
  const decision = decide({ back, forward, completed, total: 3 });
  expect(decision.recommended).toBe(recommended);
  expect(decision.because).not.toBe('');
});

test('a retry that was tried and reached after speaks for forward', () => {
  const input = { back: plan(true), forward: plan(true), completed: 1, total: 3 };
  expect(decide({ ...input, retryReaches: 'after' }).recommended).toBe('forward');
  expect(decide({ ...input, retryReaches: 'error' }).recommended).toBe('back');
});
