import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SimulationRequest } from '../../../src/protocol/simulation';
import { simulate } from '../../../src/runner/simulate';
import { request, simulateFiles, withFolder } from './simulating';

let elsewhere: string;
/** What every statement here would write. */
let file: string;

beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'faultline-elsewhere-'));
  file = join(elsewhere, 'accounts.csv');
});
afterAll(() => rm(elsewhere, { recursive: true, force: true }));

const base = 'CREATE TABLE accounts (id int PRIMARY KEY);\n';
const last = 'ALTER TABLE accounts ADD COLUMN owner text;\n';

/** Why these files are not simulated. What is in the way has to be said before anything was written. */
async function refusal(files: Readonly<Record<string, string>>, options: Partial<SimulationRequest> = {}): Promise<string> {
  const error = await simulateFiles(files, '003_last.sql', { points: ['after:1'], faults: ['error'], ...options }).then(
    () => new Error('It was simulated.'),
    (reason: Error) => reason,
  );
  expect(existsSync(file)).toBe(false);
  return error.message;
}

it('a migration that writes outside of the sandbox is not run, and it is said what to do', async () => {
  const reaching = `${last}\nCOPY accounts TO '${file}';\n`;
  expect(await refusal({ '001_base.sql': base, '003_last.sql': reaching })).toMatch(
    /^003_last\.sql:3: COPY accounts TO '.*writes a file on this machine, outside of the sandbox\..* Use --sandbox docker, where it reaches only the container\.$/,
  );
});

it('nor is one that comes after such a migration', async () => {
  const earlier = `DO $$ BEGIN COPY accounts TO PROGRAM 'cat > ${file}'; END $$;`;
  expect(await refusal({ '001_base.sql': base, '002_dump.sql': earlier, '003_last.sql': last })).toMatch(
    /^002_dump\.sql:1: .* runs a program/,
  );
});

it('nor one whose state before is made by such a file; an earlier migration that is not run then is none', async () => {
  const reaching = `${base}COPY accounts TO '${file}';`;
  await withFolder({ 'before.sql': reaching, 'harmless.sql': base }, async (folder) => {
    expect(await refusal({ '003_last.sql': last }, { before: join(folder, 'before.sql') })).toMatch(/^before\.sql:2: .* writes a file/);
    const files = { '002_dump.sql': `COPY accounts TO '${file}';`, '003_last.sql': last };
    expect(await refusal(files, { before: join(folder, 'harmless.sql') })).toBe('It was simulated.');
  });
});

it('a later migration of the folder is not run, and so is in no way', async () => {
  const files = { '001_base.sql': base, '003_last.sql': last, '004_dump.sql': `COPY accounts TO '${file}';` };
  expect(await refusal(files)).toBe('It was simulated.');
  await withFolder(files, async (folder) => {
    await expect(simulate({ ...request, path: folder }, () => undefined, new AbortController().signal)).rejects.toThrow('004_dump.sql:1');
  });
});
