import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withControlClient } from '../../../src/engines/postgres/connect';
import type { Sandbox } from '../../../src/model/sandbox';
import { startSandbox } from '../execute/laboratory';
import { shapes } from './shapes';
import { cellsInside } from './standing';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox?.dispose());

const faults = ['dirty-data'] as const;

describe('rows that break a statement', () => {
  it.each(shapes)('$name', async ({ before, migration, code, description, rows, text, generated = 20, beyondRepair }) => {
    const cells = await cellsInside(sandbox, before, migration, { faults, rows: generated });
    const cell = cells.at(-1);
    expect(cell).toMatchObject({ status: 'done', error: { code }, dirt: { rows, description: expect.stringMatching(description) } });
    if (text !== undefined) expect(cell?.dirt?.text).toMatch(text);
    expect(cell?.recovery?.back).toMatchObject({ verified: true });
    // Rows that were there are changed or gone on the way forward: it is never without loss, and says what it is.
    const forward = beyondRepair ? { verified: false } : { verified: false, verifiedExceptLoss: true, loses: expect.stringMatching(/./) };
    expect(cell?.recovery?.forward).toMatchObject(forward);
    // The rows are part of the state before: what was rolled back still has them.
    if (cell?.verdict === 'rolled-back') expect(cell.differsFromBefore).toEqual([]);
  });

  it('the text alone does it again, by hand', async () => {
    const before =
      'CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL); CREATE TABLE members (id serial PRIMARY KEY, team_id int);';
    const migration = 'ALTER TABLE members ADD FOREIGN KEY (team_id) REFERENCES teams (id);';
    const [cell] = await cellsInside(sandbox, before, migration, { faults });
    await sandbox.createDatabase('by_hand');
    await withControlClient(sandbox.address('by_hand'), async (client) => {
      await client.query(`${before}\n${cell?.dirt?.text}`);
      await expect(client.query(migration)).rejects.toMatchObject({ code: cell?.error?.code });
    });
  });

  it('says why no row can break a statement', async () => {
    const before = 'CREATE TABLE t (id serial PRIMARY KEY, a text NOT NULL UNIQUE, b int CHECK (b > 0));';
    const migration = `ALTER TABLE t ALTER COLUMN a SET NOT NULL;
CREATE UNIQUE INDEX ON t (a, id);
ALTER TABLE t ADD CHECK (b > -5);
ALTER TABLE t ALTER COLUMN b TYPE bigint;
COMMENT ON TABLE t IS 'x';`;
    const cells = await cellsInside(sandbox, before, migration, { faults });
    expect(cells.map(({ status, why }) => [status, why])).toEqual([
      ['impossible', expect.stringMatching(/NOT NULL already/)],
      ['impossible', expect.stringMatching(/sees to it already. Tried: .* does not let such a row/)],
      ['impossible', expect.stringMatching(/^No row was found .* does not let such a row be before the migration/)],
      ['impossible', expect.stringMatching(/No value was found for it/)],
      ['impossible', expect.stringMatching(/looks at no row/)],
    ]);
  });

  it('is no proof when an earlier statement fails, or this one for another reason', async () => {
    const before = `CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT g, 'x' FROM generate_series(1, 30) g;
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN IF EXISTS (SELECT FROM t WHERE id = NEW.id) THEN RAISE EXCEPTION ''taken''; END IF; RETURN NEW; END';
CREATE TRIGGER guard BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION guard();`;
    const migration = `ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t ADD CHECK (a IS NOT NULL);
INSERT INTO t VALUES (700, 'seven');`;
    const cells = await cellsInside(sandbox, before, migration, { faults });
    expect(cells.map(({ status, why }) => [status, why])).toEqual([
      ['done', undefined],
      ['impossible', expect.stringMatching(/does not meet a IS NOT NULL \(The migration ended \(column "a"/)],
      ['impossible', expect.stringMatching(/id = 700 \(the statement failed for another reason: taken/)],
    ]);
  });

  it('leaves no database behind, and the same rows come in a second run', async () => {
    const databases = async () => (await sandbox.query("SELECT datname FROM pg_database WHERE datname LIKE 'faultline%'")).length;
    const count = await databases();
    const [shape] = shapes;
    if (shape === undefined) throw new Error('No shape.');
    const runs = [];
    for (let run = 0; run < 2; run++) runs.push(await cellsInside(sandbox, shape.before, shape.migration, { faults }));
    expect(runs[0]?.map(({ verdict, dirt, fingerprint }) => ({ verdict, dirt, fingerprint }))).toEqual(
      runs[1]?.map(({ verdict, dirt, fingerprint }) => ({ verdict, dirt, fingerprint })),
    );
    expect(await databases()).toBe(count);
  });
});
