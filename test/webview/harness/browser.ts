import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { requireOrSkip } from '../../require';
import type { Scenario } from './server';

/** Skips a suite where there is no browser; with FAULTLINE_REQUIRE=vscode its absence is a failure. */
export function withoutBrowser(): boolean {
  const path = process.env.CHROMIUM;
  if (path === undefined) return requireOrSkip('vscode', 'CHROMIUM does not name a Chromium executable');
  return requireOrSkip('vscode', existsSync(path) ? undefined : `CHROMIUM names ${path}, which is not there`);
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
