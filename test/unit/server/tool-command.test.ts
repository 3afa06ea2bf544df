import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { frameworkByName } from '../../../src/frameworks/registry';
import type { ToolFramework } from '../../../src/model/run-protocol';
import { toolCommand } from '../../../src/server/tool-command';

const root = mkdtempSync(join(tmpdir(), 'faultline-tool-command-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function workspace(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), text);
  }
  return join(root, name);
}

function tool(name: string): ToolFramework {
  const framework = frameworkByName(name);
  if (framework === undefined || framework.run !== undefined) throw new Error(`${name} has no command`);
  return framework;
}

test('the script of the nearest project that calls the tool', async () => {
  const manifest = (script: string) => JSON.stringify({ scripts: { migrate: script }, dependencies: { knex: '3.1.0', pg: '8.0.0' } });
  const folder = workspace('several', {
    'package.json': manifest('knex migrate:latest'),
    'api/package.json': manifest('knex migrate:latest --env api'),
    'jobs/package.json': JSON.stringify({ scripts: { migrate: 'typeorm migration:run -d source.js' }, dependencies: { typeorm: '0.3.0' } }),
  });
  const command = await toolCommand(tool('knex'), join(folder, 'api/migrations/1_a.js'), folder);
  expect(command).toEqual({ text: 'npm run migrate', directory: join(folder, 'api') });
  const other = await toolCommand(tool('typeorm'), join(folder, 'jobs/migrations/1-A.ts'), folder);
  expect(other).toEqual({ text: 'npm run migrate', directory: join(folder, 'jobs') });
});

test('what the manual says, in the folder of the nearest package.json, where nothing was found', async () => {
  const folder = workspace('bare', { 'db/package.json': '{}', 'db/migrations/1.js': '' });
  expect(await toolCommand(tool('db-migrate'), join(folder, 'db/migrations/1.js'), folder)).toEqual({
    text: tool('db-migrate').command,
    directory: join(folder, 'db'),
  });
});
