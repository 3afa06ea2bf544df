import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import type { Scenario } from './server';

/** Why there is no browser here; undefined when there is one. With FAULTLINE_REQUIRE=vscode its absence is a failure. */
export function browserMissing(): string | undefined {
  const path = process.env.CHROMIUM;
  const reason =
    path === undefined
      ? 'CHROMIUM does not name a Chromium executable'
      : existsSync(path)
        ? undefined
        : `CHROMIUM names ${path}, which is not there`;
  const required = (process.env.FAULTLINE_REQUIRE ?? '').split(',').includes('vscode');
  if (reason !== undefined && required) throw new Error(`The panel's tests need a browser: ${reason}.`);
  return reason;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '', args: ['--no-sandbox', '--disable-gpu'] });
}

/** Recorded and hand-made runs: what the extension would send to the panel. */
export function readScenarios(): Readonly<Record<'partial' | 'green' | 'byItself' | 'running', Scenario>> {
  const path = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures', 'simulation-events.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<'partial' | 'green' | 'byItself' | 'running', Scenario>>;
}
