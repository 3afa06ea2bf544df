import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handMade, launchBrowser, withoutBrowser } from './harness/browser';
import { type Harness, startHarness } from './harness/server';

const measure = readFileSync(join(import.meta.dirname, 'harness', 'contrast.js'), 'utf8').replace(/;\s*$/, '');
const { partial, green, running } = handMade;
const failed = { ...partial, events: [{ kind: 'failed', message: 'The sandbox did not start.' } as const] };

describe.skipIf(withoutBrowser())('text can be read in every theme', () => {
  let harness: Harness;
  let browser: Browser;
  beforeAll(async () => {
    [harness, browser] = await Promise.all([startHarness(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await harness?.close();
  });

  for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light']) {
    it(theme, async () => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      for (const [name, start, scenario] of [
        ['empty', 'subject', partial],
        ['partial', 'replay', partial],
        ['green', 'replay', green],
        ['running', 'replay', running],
        ['failed', 'replay', failed],
      ] as const) {
        await page.goto(harness.url({ theme, scenario, start }));
        await page.waitForSelector('h1');
        // The entrance of a cell is a fade; what counts is how it ends.
        await page.waitForTimeout(250);
        const { checked, found } = (await page.evaluate(`(${measure})(4.5)`)) as { checked: number; found: string[] };
        expect(checked, `${name}: texts looked at`).toBeGreaterThan(name === 'failed' || name === 'empty' ? 8 : 40);
        expect(found, `${name}: texts below 4.5:1`).toEqual([]);
      }
      await page.close();
    });
  }
});
