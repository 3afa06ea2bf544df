import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { type FolderReading, readFolder } from '../../src/frameworks/registry';
import { loadParser } from '../../src/parse/load';
import { readMigrationSource } from '../../src/workspace/read-folder';
import { requireOrSkip } from '../require';
import { fetchPackage } from './fetch';

const [name, version] = ['graphile-worker', '0.18.0'];
const missing = await fetchPackage(name, version).then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);

/** Plain SQL with a placeholder of the package's own. */
describe.skipIf(requireOrSkip('packages', missing))(`the migrations of ${name} ${version}`, () => {
  let folder: string;
  let reading: FolderReading;

  beforeAll(async () => {
    await loadParser();
    folder = join(await fetchPackage(name, version), 'sql');
    const source = await readMigrationSource(folder);
    if (!source.ok) throw new Error(source.error.message);
    const placeholders = { GRAPHILE_WORKER_SCHEMA: 'graphile_worker' };
    reading = readFolder(source.value.files, { engine: { name: 'postgres', major: 18 }, placeholders, framework: 'sql' });
  });

  test('all of them are read, statement by statement', () => {
    const names = readdirSync(folder).filter((file) => file.endsWith('.sql'));
    expect(reading.problems).toEqual([]);
    expect(reading.migrations.map(({ up }) => up.path)).toEqual(names.toSorted());
    const unreadable = reading.migrations.flatMap(({ up }) => up.statements.filter((statement) => statement.unreadable !== undefined));
    expect(unreadable).toEqual([]);
    const ours = reading.migrations.reduce((sum, { up }) => sum + up.statements.length, 0);
    // The server's own parser counts too, each file at once.
    const counted = names.reduce((sum, file) => {
      const text = readFileSync(join(folder, file), 'utf8').replaceAll(':GRAPHILE_WORKER_SCHEMA', 'graphile_worker');
      return sum + (parseSync(text).stmts?.length ?? 0);
    }, 0);
    expect(counted).toBeGreaterThan(100);
    expect(ours).toBe(counted);
    process.stdout.write(`${name} ${version}: ${names.length} migrations, ${ours} statements, all read\n`);
  });

  test('each of them does something that is known', () => {
    const unknown = reading.migrations.flatMap(({ up }) =>
      up.statements.filter(({ operations }) => operations.length === 0).map(({ text }) => `${up.path}: ${text}`),
    );
    expect(unknown).toEqual([]);
  });
});
