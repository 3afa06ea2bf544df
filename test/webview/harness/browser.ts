import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Made by hand, so that every verdict and every stage occurs. */
export const handMade = readScenarios<'partial' | 'green' | 'byItself' | 'running'>('simulation-events.json');

/** Recorded from the embedded server, by `record.mjs`. */
export const recorded = readScenarios<'goose' | 'flyway' | 'golangMigrate'>('simulation-recorded.json');

function readScenarios<Name extends string>(file: string): Readonly<Record<Name, Scenario>> {
  const path = join(import.meta.dirname, '..', '..', 'fixtures', file);
  return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<Name, Scenario>>;
}
