import { describe, expect, it } from 'vitest';
import { simulateFiles } from '../runner/simulating';

/** Rows pass through a table that the migration makes of them: a crash before the next statement empties it. */
describe('an unlogged table that CREATE TABLE AS has filled', () => {
  const base = { '001_base.sql': 'CREATE TABLE accounts (id int PRIMARY KEY, owner text NOT NULL);' };

  async function forwardOf(text: string, cell: string) {
    const simulation = await simulateFiles({ ...base, '002_pass.sql': text }, '002_pass.sql', { faults: ['crash'], rows: 20 });
    return simulation.cells.find(({ id }) => id === cell)?.recovery?.forward;
  }

  it('gets its rows again before the rows that they came from are deleted', async () => {
    const forward = await forwardOf(
      `CREATE UNLOGGED TABLE kept AS SELECT id, owner FROM accounts;
TRUNCATE accounts;
INSERT INTO accounts SELECT id, upper(owner) FROM kept;`,
      'crash@after:1',
    );
    expect(forward).toMatchObject({ verified: true });
    expect(forward?.steps[0]?.text).toBe('INSERT INTO public.kept\nSELECT id, owner FROM accounts;');
  });

  it('also when it has got a column since, and whatever stands around the query', async () => {
    const forward = await forwardOf(
      `CREATE UNLOGGED TABLE IF NOT EXISTS kept (number, "as") WITH (fillfactor = 90) AS
WITH few AS (SELECT * FROM accounts WHERE id > 0) SELECT id, owner FROM few WITH DATA;
ALTER TABLE kept ADD COLUMN more int DEFAULT 1;
UPDATE kept SET more = 2;
DELETE FROM accounts;`,
      'crash@after:3',
    );
    expect(forward).toMatchObject({ verified: true });
    expect(forward?.steps.map(({ title }) => title).slice(0, 2)).toEqual(['Run the query of statement 1 again', 'Run statement 3 again']);
  });

  it('stays empty when it was made so', async () => {
    const forward = await forwardOf(
      'CREATE UNLOGGED TABLE kept AS SELECT * FROM accounts WITH NO DATA;\nDELETE FROM accounts;',
      'crash@after:1',
    );
    expect(forward).toMatchObject({ verified: true });
    expect(forward?.steps).toHaveLength(1);
  });
});
