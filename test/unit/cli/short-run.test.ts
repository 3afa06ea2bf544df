import { cachedDataVersionTag } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { expectShortRun } from '../../../src/cli/short-run';

const isKnown = ['20', '22', '24'].includes(process.versions.node.split('.', 1)[0] ?? '');

describe('settings for a short run', () => {
  it('are other than the usual ones where Node is known to have them, and leave nothing behind', () => {
    const usual = cachedDataVersionTag();
    const takeBack = expectShortRun();
    const during = cachedDataVersionTag();
    expect(takeBack()).toBe(true);
    expect(during !== usual).toBe(isKnown);
    expect(cachedDataVersionTag()).toBe(usual);
  });
});
