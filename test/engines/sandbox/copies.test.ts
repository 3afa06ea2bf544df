import { chmodSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { optionsFor, started } from './support';

const rows = 'SELECT count(*)::integer AS rows, sum(hashtext(line))::text AS hash FROM kept';

describe.skipIf(process.platform !== 'linux')('copies of a database, from 18 on made by the system', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await started('embedded', optionsFor(18, { smallDisk: true }));
    await sandbox.createDatabase('source');
    await sandbox.query('CREATE TABLE kept AS SELECT md5(g::text) AS line FROM generate_series(1, 5000) g', 'source');
  }, 120_000);
  afterAll(() => sandbox?.dispose());

  it('hold what the source holds, and are apart from it', async () => {
    expect(await sandbox.query('SHOW file_copy_method')).toEqual([{ file_copy_method: 'clone' }]);
    await sandbox.cloneDatabase('source', 'copy');
    const before = await sandbox.query(rows, 'source');
    expect(await sandbox.query(rows, 'copy')).toEqual(before);
    await sandbox.query('DELETE FROM kept', 'copy');
    expect(await sandbox.query(rows, 'source')).toEqual(before);
    await sandbox.dropDatabases(['copy']);
  });

  it('to another file system are made in the usual way, and the others go on as before', async ({ skip }) => {
    const { smallDisk } = sandbox;
    if ('unavailable' in smallDisk) return skip(smallDisk.unavailable);
    await sandbox.query(`CREATE TABLESPACE elsewhere LOCATION '${smallDisk.folder}'`);
    await expect(sandbox.query('CREATE DATABASE far TEMPLATE source STRATEGY FILE_COPY TABLESPACE elsewhere')).rejects.toThrow(
      /cross-device/,
    );
    await sandbox.cloneDatabase('source', 'far', 'elsewhere');
    await sandbox.cloneDatabase('far', 'back', 'pg_default');
    expect(await sandbox.query(rows, 'back')).toEqual(await sandbox.query(rows, 'source'));
    expect(await sandbox.query('SHOW file_copy_method')).toEqual([{ file_copy_method: 'clone' }]);
    await sandbox.dropDatabases(['far', 'back']);
  });

  it('that the system refuses are tried in the usual way, and so are all from then on', async () => {
    const [row] = await sandbox.query("SELECT current_setting('data_directory') || '/' || pg_relation_filepath('kept') AS path", 'source');
    const path = String(row?.path);
    const { mode } = statSync(path);
    chmodSync(path, 0);
    // Nobody can copy what nobody may read: the second attempt says so.
    await expect(sandbox.cloneDatabase('source', 'never')).rejects.toThrow(/could not open file .*Permission denied/);
    chmodSync(path, mode);
    expect(await sandbox.query('SHOW file_copy_method')).toEqual([{ file_copy_method: 'copy' }]);
    await sandbox.cloneDatabase('source', 'again');
    expect(await sandbox.query(rows, 'again')).toEqual(await sandbox.query(rows, 'source'));
  });
});
