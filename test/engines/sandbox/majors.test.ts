import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withControlClient } from '../../../src/engines/postgres/connect';
import { generateRows } from '../../../src/engines/postgres/generate-rows/generate-rows';
import { supportedPostgresMajors } from '../../../src/model/engine';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { optionsFor } from './support';

const schema = readFileSync(join(import.meta.dirname, '..', 'generate-rows', 'schema.sql'), 'utf8');

describe.each(supportedPostgresMajors)('PostgreSQL %i', (major) => {
  it('starts, clones, crashes, drops, and takes generated rows', { timeout: 180_000 }, async ({ skip }) => {
    const result = await sandboxProviders.embedded.start(optionsFor(major));
    if (!result.ok && /can't be reached|does not have it/.test(result.error.message)) skip(result.error.message);
    if (!result.ok) throw new Error(result.error.message);
    const sandbox = result.value;
    try {
      expect(sandbox.engine).toEqual({ name: 'postgres', major });
      const [row] = await sandbox.query("SELECT current_setting('server_version_num')::integer / 10000 AS major");
      expect(row).toEqual({ major });
      await sandbox.createDatabase('source');
      await sandbox.query(schema, 'source');
      const rows = await withControlClient(sandbox.address('source'), (client) =>
        generateRows(client, { rows: 30, seed: 1, excludeTables: [] }),
      );
      expect(rows.skipped.map(({ table }) => table)).toEqual(['public.impossible', 'public.needs_impossible']);
      await sandbox.cloneDatabase('source', 'target');
      await sandbox.crash();
      expect(await sandbox.query('SELECT count(*)::integer AS n FROM users', 'target')).toEqual([{ n: 30 }]);
      await sandbox.dropDatabases(['source', 'target']);
    } finally {
      await sandbox.dispose();
    }
  });
});
