import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { harnessCommand } from '../../../src/engines/mongodb/harness-command';

describe.skipIf(process.platform === 'win32')('the command that runs a migration in code', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'faultline-command-test-'));
    writeFileSync(join(folder, 'harness.js'), '');
    vi.stubEnv('FAULTLINE_HARNESS', join(folder, 'harness.js'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is words for the shell, taken as they stand, with a place for the address', () => {
    const text = harnessCommand({ framework: 'umzug', direction: 'down', files: ["it's $HOME.js", 'b.js'], changelog: 'log' });
    expect(text).toBe(
      `'${process.execPath}' '${join(folder, 'harness.js')}' 'down' '--framework' 'umzug' '--file' 'it'\\''s $HOME.js' '--file' 'b.js' '--changelog' 'log' '--url' '{url}'`,
    );
  });

  it('says so where the program is missing', () => {
    vi.stubEnv('FAULTLINE_HARNESS', join(folder, 'not-there.js'));
    expect(() => harnessCommand({ framework: 'mongosh', direction: 'up', files: ['a.js'] })).toThrow(
      /is missing: .*not-there\.js\. Install Faultline anew\.$/,
    );
  });
});
