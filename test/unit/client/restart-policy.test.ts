import { describe, expect, it } from 'vitest';
import { RestartPolicy } from '../../../src/client/restart-policy';

const minuteMs = 60_000;

describe('restarts of the language server', () => {
  it('stops after four in three minutes', () => {
    const policy = new RestartPolicy();
    const answers = [0, 1, 2, 3, 4].map((time) => policy.shouldRestart(time));
    expect(answers).toEqual([true, true, true, true, false]);
  });

  it('goes on when crashes are rare', () => {
    const policy = new RestartPolicy();
    const answers = Array.from({ length: 20 }, (_, index) => policy.shouldRestart(index * minuteMs));
    expect(answers.every(Boolean)).toBe(true);
  });

  it('starts from nothing after a reset', () => {
    const policy = new RestartPolicy();
    for (let crash = 0; crash < 5; crash += 1) policy.shouldRestart(crash);
    policy.reset();
    expect(policy.shouldRestart(6)).toBe(true);
  });
});
