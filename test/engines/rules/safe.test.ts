import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import type { Program } from '../../../src/model/migration';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { fixtureFolders } from '../../unit/rules/fixture-folders';
import { database, majors, startServer, withClient } from './server';

/** The files that `test/unit/rules/safe.test.ts` shows to be silent are right: the server runs them up, and all the way down again. */
const folders = await fixtureFolders('safe');

describe.each(majors)('the safe way runs on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  for (const folder of folders.filter(({ majors: meant }) => [...meant.values()].every((of) => of.includes(major)))) {
    it(folder.name, async () => {
      const linted = lintFolder({ files: folder.files, configuration: { ...defaultConfiguration, engineVersion: major } });
      const address = await database(sandbox, 'SELECT 1');
      const programs = [
        ...linted.migrations.map(({ migration }) => migration.up),
        ...linted.migrations.toReversed().flatMap(({ migration }) => (migration.down === undefined ? [] : [migration.down])),
      ];
      expect(programs.length).toBeGreaterThan(0);
      await withClient(address, async (client) => {
        for (const program of programs) expect(await errorOf(run(client, program)), `${program.path} ${program.direction}`).toBeUndefined();
      });
    });
  }
});

/** Runs one program in the requests and the transaction of its framework. */
async function run(client: pg.Client, { execution, statements }: Program): Promise<void> {
  const texts = statements.map((statement) => statement.sent);
  const requests = execution.requests === 'single-request' ? [texts.join(';\n')] : texts;
  if (execution.wrapped) await client.query('BEGIN');
  for (const request of requests) await client.query(request);
  if (execution.wrapped) await client.query('COMMIT');
}

async function errorOf(work: Promise<void>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
