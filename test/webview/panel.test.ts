import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FromPanel, ToPanel } from '../../src/protocol/panel';
import { handMade, launchBrowser, recorded, withoutBrowser } from './harness/browser';
import { command } from './harness/command';
import { type Harness, type HarnessPage, startHarness } from './harness/server';

const { partial, green, running } = handMade;

describe.skipIf(withoutBrowser())('the panel in a browser', () => {
  let harness: Harness;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];

  beforeAll(async () => {
    [harness, browser] = await Promise.all([startHarness(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await harness?.close();
  });
  afterEach(async () => {
    // Under the extension's policy: no violation, no error, whatever was done.
    expect(await page.evaluate('window.harness.violations')).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  async function open(options: Partial<HarnessPage> = {}): Promise<void> {
    complaints = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(harness.url({ theme: 'dark', scenario: partial, start: 'replay', ...options }));
  }

  const posted = () => page.evaluate('window.harness.posted') as Promise<FromPanel[]>;
  const send = (message: ToPanel) => page.evaluate(`window.harness.send(${JSON.stringify(message)})`);
  const focused = () => page.evaluate('document.activeElement?.getAttribute("aria-label")') as Promise<string | null>;
  const tile = (id: string) => page.locator(`[data-cell="${id}"]`);
  const story = () => page.locator('.story');

  it('says that the migration was changed since, for as long as it is', async () => {
    await open();
    await page.locator('.headline').waitFor();
    const notice = page.locator('.notice', { hasText: 'The migration has been changed since this run.' });
    expect(await notice.count()).toBe(0);
    await send({ kind: 'outdated', changed: 'migration' });
    await notice.waitFor();
    expect(await page.locator('[role="status"]').textContent()).toMatch(/changed since this run/);
    await send({ kind: 'outdated' });
    await notice.waitFor({ state: 'detached' });
    await send({ kind: 'outdated', changed: 'configuration' });
    await page.locator('.notice', { hasText: 'The configuration has been changed since this run.' }).waitFor();
    await send({ kind: 'outdated', changed: 'migration' });
    await page.locator('vscode-button', { hasText: 'Run again' }).click();
    await notice.waitFor({ state: 'detached' });
  });

  it('keeps that notice in sight, clear of what is scrolled to, with a way to run it again', async () => {
    await open();
    await send({ kind: 'outdated', changed: 'migration' });
    const notice = page.locator('.notice.outdated');
    await notice.waitFor();
    await tile('crash@after:2').click();
    await page.locator('.plan').last().scrollIntoViewIfNeeded();
    const bottomOf = async () => {
      const box = await notice.boundingBox();
      return (box?.y ?? Number.NaN) + (box?.height ?? 0);
    };
    expect((await notice.boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.evaluate(`document.querySelector('.story').scrollIntoView({ block: 'start' })`);
    expect((await page.locator('.story').boundingBox())?.y).toBeGreaterThanOrEqual(await bottomOf());
    await notice.locator('vscode-button', { hasText: 'Run again' }).click();
    await notice.waitFor({ state: 'detached' });
    expect((await posted()).at(-1)).toMatchObject({ kind: 'run' });
  });

  it('asks again what this machine can do, beside what can be used already', async () => {
    await open({ start: 'subject' });
    await page.locator('button', { hasText: 'Check again' }).click();
    expect((await posted()).filter(({ kind }) => kind === 'ready')).toHaveLength(2);
    await send({ kind: 'subject', subject: { ...partial.subject, checking: true } });
    await page.locator('button:disabled', { hasText: 'Checking…' }).waitFor();
    await send({ kind: 'subject', subject: partial.subject });
    await page.locator('button:enabled', { hasText: 'Check again' }).waitFor();
  });

  it('asks again where nothing can be used, and breaks the long name of a file between its words', async () => {
    const sandboxes = partial.subject.sandboxes.map((sandbox) => ({ ...sandbox, unavailable: 'It is not there.' }));
    await open({ start: 'subject', scenario: { subject: { ...partial.subject, sandboxes }, events: [] } });
    await page.getByText('No sandbox can be used on this machine.').waitFor();
    await page.locator('vscode-button', { hasText: 'Check again' }).click();
    expect((await posted()).filter(({ kind }) => kind === 'ready')).toHaveLength(2);
    expect(await page.locator('h1').textContent()).toBe(partial.subject.title);
    expect(await page.locator('h1 wbr').count()).toBeGreaterThan(0);
  });

  it('takes over what the configuration says now, and says what is wrong with it', async () => {
    await open({ start: 'subject' });
    const { subject } = partial;
    await page.locator('#version').waitFor();
    await send({
      kind: 'subject',
      subject: {
        ...subject,
        engine: 'MySQL 8.4',
        engineName: 'MySQL',
        engineVersions: ['8.0', '8.4', '9'],
        choices: { ...subject.choices, engineVersion: '8.4', rows: 7 },
        configurationProblem: 'faultline.json: "rows" is no number.',
      },
    });
    await page.locator('.notice', { hasText: '"rows" is no number' }).waitFor();
    await page.locator('label', { hasText: 'MySQL' }).waitFor();
    await expect.poll(() => page.locator('#rows input').inputValue()).toBe('7');
    await page.locator('vscode-button', { hasText: 'Simulate failures' }).click();
    await page.locator('.headline').waitFor();
    expect((await posted()).at(-1)).toMatchObject({ kind: 'run', choices: { engineVersion: '8.4', rows: 7 } });
  });

  it('asks which command a file is migrated by', async () => {
    await open({ start: 'subject' });
    await page.getByText('Simulate that command…').click();
    expect(await posted()).toContainEqual({ kind: 'pick-command' });
  });

  it('runs a command that was found, or one that is typed, and is called like it', async () => {
    await open({ scenario: command, start: 'subject' });
    const [first, second] = command.subject.commands ?? [];
    expect(await page.locator('h1').textContent()).toBe('npm run migrate');
    expect(await page.locator('.command-choice[aria-pressed="true"]').textContent()).toContain(first?.why);
    await page.locator('.command-choice', { hasText: 'npx prisma migrate deploy' }).click();
    await page.locator('h1', { hasText: second?.text ?? '-' }).waitFor();
    // The field takes its new value a moment later.
    await expect.poll(() => page.locator('#command input').inputValue()).toBe(second?.text);
    await page.locator('#command input').fill('  ');
    await page.getByText('Type a command, as in a terminal').waitFor();
    await page.locator('vscode-button[disabled]', { hasText: 'Simulate failures' }).waitFor();
    await page.locator('#command input').fill('make migrate');
    await page.locator('h1', { hasText: 'make migrate' }).waitFor();
    expect(await page.locator('.command-choice[aria-pressed="true"]').count()).toBe(0);
    await page.locator('#before input').fill('db/staging.sql');
    await page.locator('vscode-button', { hasText: 'Simulate failures' }).click();
    await page.locator('.headline').waitFor();
    const typed = { text: 'make migrate', directory: second?.directory };
    expect(await posted()).toContainEqual({
      kind: 'run',
      choices: { ...command.subject.choices, command: typed, before: 'db/staging.sql' },
    });
    expect(await page.locator('h1').textContent()).toBe('npm run migrate');
    expect(await page.getByText('Insert as rollback').count()).toBe(0);
  });

  it('exports a run once it has ended', async () => {
    await open({ start: 'subject' });
    await page.getByText('4 statements, no transaction').waitFor();
    const button = page.locator('vscode-button', { hasText: 'Export…' });
    expect(await button.count()).toBe(0);
    await page.locator('vscode-button', { hasText: 'Simulate failures' }).click();
    await button.click();
    expect((await posted()).at(-1)).toEqual({ kind: 'export' });
  });

  it('says ready, shows what will happen, and runs with the choices made', async () => {
    await open({ start: 'subject' });
    await page.getByText('4 statements, no transaction').waitFor();
    await page.getByText('No Docker daemon answers').waitFor();
    await page.locator('#rows input').fill('500');
    await page.locator('#seed input').fill('');
    await page.getByText('Seed: a whole number').waitFor();
    await page.locator('vscode-button[disabled]', { hasText: 'Simulate failures' }).waitFor();
    await page.locator('#seed input').fill('11');
    await page.locator('#version').click();
    await page.locator('vscode-option', { hasText: '15' }).click();
    await page.locator('vscode-button', { hasText: 'Simulate failures' }).click();
    await page.locator('.headline').waitFor();
    expect(await posted()).toEqual([
      { kind: 'ready' },
      { kind: 'run', choices: { sandbox: 'embedded', engineVersion: '15', rows: 500, seed: 11 } },
    ]);
  });

  it('offers nothing to run in a restricted workspace', async () => {
    const subject = { ...partial.subject, restricted: 'Trust this workspace first.' };
    await open({ start: 'subject', scenario: { subject, events: [] } });
    await page.getByText('Trust this workspace first.').waitFor();
    expect(await page.locator('vscode-button').count()).toBe(0);
    await page.locator('button', { hasText: 'Manage workspace trust' }).click();
    expect((await posted()).at(-1)).toEqual({ kind: 'manage-trust' });
  });

  it('moves with the arrows, Home and End, as one tab stop, and opens with Enter', async () => {
    await open();
    await tile('disconnect@before:2').click();
    expect(await page.locator('.matrix [tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('disconnect after statement 2: broken');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toContain('disconnect after statement 3');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('End');
    expect(await focused()).toBe('lost ack after statement 2: applied twice');
    await page.keyboard.press('Home');
    expect(await focused()).toMatch(/^Statement 2 UPDATE orders.*, commits alone/);
    await page.keyboard.press('Control+End');
    expect(await focused()).toContain('lost ack before the history was written');
    await page.keyboard.press('Control+Home');
    expect(await focused()).toContain('error before anything was sent: impossible');

    await tile('crash@after:2').focus();
    expect(await story().textContent()).not.toContain('crash after statement 2');
    await page.keyboard.press('Enter');
    await page.locator('.story', { hasText: 'crash after statement 2' }).waitFor();
    expect(await focused()).toBe('crash after statement 2: broken');
    expect(await page.locator('[role="status"]').textContent()).toContain('crash after statement 2: broken. The server crashed');
    expect(await tile('crash@after:2').getAttribute('aria-current')).toBe('true');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Space');
    await page.locator('.story', { hasText: 'crash before statement 2' }).waitFor();
    expect(await story().textContent()).toContain('ends exactly like crash after statement 1');
  });

  it('copies a step and all steps, opens and inserts them', async () => {
    await open();
    await tile('crash@after:2').click();
    const back = page.locator('[data-direction="back"]');
    const forward = page.locator('[data-direction="forward"]');
    expect(await page.locator('.plan').first().getAttribute('data-direction')).toBe('forward');
    expect(await forward.textContent()).toContain('verified: reaches after in 131 ms');
    await forward.locator('.code vscode-button').first().click();
    await page.locator('vscode-button', { hasText: 'Copied' }).waitFor();
    await forward.locator('vscode-button', { hasText: 'Copy all' }).click();
    await back.locator('vscode-button', { hasText: 'Open in editor' }).click();
    await back.locator('vscode-button', { hasText: 'Insert as rollback' }).click();
    expect(await forward.locator('vscode-button', { hasText: 'Insert as rollback' }).count()).toBe(0);
    await page.locator('.statement-text').first().click();
    const [, copied, all, opened, inserted, revealed] = await posted();
    expect(copied).toMatchObject({ kind: 'copy', text: expect.stringMatching(/^CREATE INDEX CONCURRENTLY/) });
    expect(all).toMatchObject({
      kind: 'copy',
      text: expect.stringMatching(/^-- 1\. Carry on with statement 3\.\n[\s\S]*-- 3\. Record the migration\./),
    });
    expect(opened).toEqual({
      kind: 'open',
      language: 'sql',
      title: 'Go back from crash@after:2',
      text: '-- 1. Remove the column with the values that were written into it.\nALTER TABLE public.orders DROP COLUMN currency;\n',
    });
    // Not the steps of this cell, which undo two statements, but the proven way back of the whole migration.
    expect(inserted).toEqual({
      kind: 'insert-rollback',
      statements: [
        'ALTER TABLE orders ALTER COLUMN total TYPE numeric(10, 2), ALTER COLUMN currency DROP NOT NULL;',
        'DROP INDEX CONCURRENTLY IF EXISTS public.orders_currency_created_at_customer_idx;',
        'ALTER TABLE public.orders DROP COLUMN currency;',
      ],
    });
    expect(revealed).toEqual({ kind: 'reveal', statement: 1 });
  });

  it('fills in while it runs, and cancels', async () => {
    await open({ scenario: running });
    await page.locator('.count', { hasText: '17 of 29' }).waitFor();
    expect(await tile('crash@after:4').getAttribute('aria-label')).toBe('crash after statement 4: not run yet');
    const cell = partial.events.find((event) => event.kind === 'cell' && event.cell.id === 'crash@after:4');
    if (cell === undefined) throw new Error('the fixture lost a cell');
    await send({ kind: 'event', event: cell });
    // It answers a second cell too: nothing comes between statement 4 and the history.
    await page.locator('.count', { hasText: '19 of 29' }).waitFor();
    expect(await tile('crash@unrecorded').getAttribute('aria-label')).toContain('unrecorded');
    expect(await tile('crash@after:4').getAttribute('aria-label')).toBe('crash after statement 4: unrecorded');
    await page.locator('vscode-button', { hasText: 'Cancel' }).click();
    await page.getByText('Cancelled.', { exact: true }).first().waitFor();
    expect((await posted()).at(-1)).toEqual({ kind: 'cancel' });
    expect(await page.locator('vscode-button', { hasText: 'Run again' }).count()).toBe(1);
  });

  it('keeps the focus in the matrix while results come in', async () => {
    await open({ scenario: running });
    await tile('crash@after:4').focus();
    for (const event of partial.events.slice(-8)) await send({ kind: 'event', event });
    await page.locator('.headline').waitFor();
    expect(await focused()).toBe('crash after statement 4: unrecorded');
  });

  it('says why it could not run, and tries again', async () => {
    await open({ scenario: { ...partial, events: [{ kind: 'failed', message: 'No port is free. Close something.' }] } });
    await page.getByText('No port is free. Close something.', { exact: true }).waitFor();
    await page.locator('vscode-button', { hasText: 'Try again' }).click();
    expect((await posted()).at(-1)).toMatchObject({ kind: 'run' });
  });

  it('comes back after a reload as it was left', async () => {
    await open();
    await tile('lost-ack@after:3').click();
    await page.locator('.story', { hasText: 'lost ack after statement 3' }).waitFor();
    await page.locator('vscode-button', { hasText: 'Settings' }).click();
    await page.locator('#rows input').fill('123');
    await page.reload();
    await page.locator('.story', { hasText: 'lost ack after statement 3' }).waitFor();
    expect(await page.locator('.state-table').textContent()).toContain('idle in transaction');
    await page.locator('vscode-button', { hasText: 'Settings' }).click();
    expect(await page.locator('#rows input').inputValue()).toBe('123');
  });

  it('needs no repair where nothing is left', async () => {
    await open({ scenario: green });
    expect(await page.locator('.headline').textContent()).toContain('nothing is left half done');
    expect(await story().count()).toBe(0);
    await tile('crash@before:1').click();
    await page.getByText('Nothing has to be repaired').waitFor();
    expect(await page.locator('.plan').count()).toBe(0);
  });

  it('shows what the embedded server really said', async () => {
    for (const scenario of Object.values(recorded)) {
      await open({ scenario });
      await page.locator('.headline').waitFor();
      const planned = scenario.events.find((event) => event.kind === 'planned');
      // Statements that end alike stand in one row until they are asked for.
      for (const fold of await page.locator('.fold[aria-expanded=false]').all()) await fold.click();
      expect(await page.locator('.statement').count()).toBe(planned?.statements.length);
      expect(await page.locator('.statement-mark').count()).toBe(planned?.load?.timeline.length);
      expect(await page.locator('.tile.pending, .tile.failed').count()).toBe(0);
      expect(await page.locator('.story-text').textContent()).not.toBe('');
      expect(await page.locator('.proof-verified').count()).toBeGreaterThan(0);
      if (scenario !== recorded.golangMigrate) await page.close();
    }
  });

  it('looks for one verdict, folds what ends alike, and tells why points have no cell', async () => {
    await open({ scenario: green });
    const fold = page.locator('.fold').first();
    expect(await tile('crash@before:2').count()).toBe(0);
    await fold.click();
    await tile('crash@before:2').waitFor();
    expect(await fold.getAttribute('aria-expanded')).toBe('true');
    await page.locator('.impossible-list summary').click();
    await page.locator('.impossible-list dd').first().waitFor();
    await page.close();

    await open();
    const rows = await page.locator('.statement-row').count();
    await page.locator('.count-button', { hasText: 'stuck' }).click();
    expect(await page.locator('.count-button[aria-pressed=true]').textContent()).toContain('stuck');
    expect(await page.locator('.statement-row').count()).toBeLessThan(rows);
    expect(await page.locator('.tile.done:not(.faded)').count()).toBeGreaterThan(0);
    await page.locator('.count-button', { hasText: 'show all' }).click();
    expect(await page.locator('.statement-row').count()).toBe(rows);
    expect(await page.locator('.tile.faded').count()).toBe(0);
  });

  it('draws who waits and what fails on one axis, walked along with the arrows', async () => {
    await open({ scenario: recorded.goose });
    const first = page.locator('.load-mark').first();
    await first.focus();
    await page.getByText('held for').waitFor();
    await page.keyboard.press('End');
    const last = await focused();
    expect(last).not.toBe(await first.getAttribute('aria-label'));
    expect(await page.locator('.load-told').textContent()).toBe(last);
    await page.keyboard.press('Home');
    expect(await focused()).toBe(await first.getAttribute('aria-label'));
    expect(await page.locator('.load-chart [tabindex="0"]').count()).toBe(1);
    expect(await page.locator('.wait').count()).toBeGreaterThan(0);
    expect(await page.locator('.failure.lasting').count()).toBeGreaterThan(0);
  });

  it('treats what it shows as text', async () => {
    const [first, ...rest] = partial.events;
    const evil = '<img src=x onerror=alert(1)>';
    const events = rest.map((event) =>
      event.kind === 'planned' ? { ...event, statements: event.statements.map((statement) => ({ ...statement, text: evil })) } : event,
    );
    await open({ scenario: { subject: { ...partial.subject, title: evil }, events: [...(first ? [first] : []), ...events.slice(0, 12)] } });
    await page.locator('h1', { hasText: evil }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });

  it('never scrolls the page sideways', async () => {
    for (const scenario of [partial, green, running]) {
      await open({ scenario });
      await page.locator('.matrix').waitFor();
      for (const width of [400, 640, 800, 1280, 1600]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate('document.documentElement.scrollWidth'), `at ${width}`).toBeLessThanOrEqual(width);
      }
      if (scenario !== running) await page.close();
    }
  });

  it('says what a statement took, also beside an editor', async () => {
    await open();
    await page.setViewportSize({ width: 520, height: 900 });
    const facts = page.locator('.statement .facts-text');
    await facts.first().waitFor();
    const cut = await facts.evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
    expect(cut).toEqual([]);
    expect(await facts.first().textContent()).toMatch(/ ms/);
  });
});
