import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInCarrier } from '../../../src/engines/mysql/execution/execution';
import { MysqlMeter } from '../../../src/engines/mysql/measure/measure';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { freshDatabase, migrationOf, protocolOf } from './faults-laboratory';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());
const signal = new AbortController().signal;
const before = [
  'CREATE TABLE parents (id int PRIMARY KEY, name varchar(20))',
  'CREATE TABLE children (id int PRIMARY KEY, parent_id int, note varchar(20), n int NOT NULL)',
  "INSERT INTO parents VALUES (1, 'a'), (2, 'b')",
  "INSERT INTO children VALUES (1, 1, 'x', 1), (2, 2, 'y', 2), (3, 2, 'z', 3)",
];

describe.skipIf(skip).each(servers)('what statements do to $label', ({ engine, ...server }) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer({ engine, ...server });
  });
  afterAll(() => sandbox?.dispose());

  const measured = async (text: string, wrapped = false) => {
    const address = await freshDatabase(sandbox, before);
    const migration = migrationOf(text, 'per-statement', wrapped, engine);
    const instrument = await MysqlMeter.open(address);
    const execution = builtInCarrier(migration, protocolOf(text)).start({ address, instrument, signal });
    const outcome = await execution.outcome;
    const measures = await instrument.close();
    await execution.close();
    expect(outcome).toMatchObject({ result: 'success' });
    return measures;
  };

  it('tells which ALTER writes a table anew, and what it locks', async () => {
    const measures = await measured(`ALTER TABLE children ADD COLUMN more int;
ALTER TABLE children MODIFY n bigint NOT NULL;
ALTER TABLE children ADD INDEX by_note (note);
ALTER TABLE children ADD FOREIGN KEY (parent_id) REFERENCES parents (id);
ALTER TABLE children ROW_FORMAT = COMPACT;
RENAME TABLE children TO kids;
TRUNCATE kids;`);
    expect([...measures.values()].map(({ statement, rewrites }) => [statement, rewrites])).toEqual([
      [1, []],
      [2, ['children']],
      [3, []],
      [4, expect.anything()],
      [5, ['children']],
      [6, []],
      [7, []],
    ]);
    const modes = (statement: number, relation: string) =>
      measures
        .get(statement)
        ?.taken.filter((lock) => lock.relation === relation)
        .map(({ mode }) => mode);
    expect(modes(1, 'children')).toContain('EXCLUSIVE');
    // MariaDB copies beside writes since 11.2 (manual, InnoDB Online DDL Overview).
    expect(modes(2, 'children')).toEqual(
      expect.arrayContaining([engine.name === 'mysql' ? 'SHARED_NO_WRITE' : 'SHARED_UPGRADABLE', 'EXCLUSIVE']),
    );
    expect(modes(4, 'parents')).toContain(engine.name === 'mysql' ? 'EXCLUSIVE' : 'SHARED_NO_WRITE');
    expect(modes(6, 'children')).toContain('EXCLUSIVE');
    expect(measures.get(1)?.held).toEqual([]);
  });

  it('does not wait for ever where a storage engine locks tables whole', { timeout: 30_000 }, async () => {
    const storage = engine.name === 'mysql' ? 'MyISAM' : 'Aria';
    const measures = await measured(`ALTER TABLE children ENGINE=${storage};\nUPDATE children SET n = n + 1;`);
    expect(measures.get(2)?.taken).toContainEqual(expect.objectContaining({ relation: 'children' }));
    const { size } = await measured('ALTER TABLE children ENGINE=MyISAM;\nDELETE FROM children;');
    expect(size).toBe(2);
  });

  it('shows what a transaction holds on, and the locks of a statement that is over at once', async () => {
    const measures = await measured(`UPDATE children SET n = n + 1;
INSERT INTO parents SELECT id + 10, note FROM children;`);
    expect(measures.get(1)?.taken).toContainEqual({ relation: 'children', mode: 'SHARED_WRITE' });
    const wrapped = await measured('UPDATE children SET n = n + 1; DELETE FROM parents WHERE id = 77;', true);
    expect(wrapped.get(2)?.held).toEqual(
      expect.arrayContaining([
        { relation: 'children', mode: 'SHARED_WRITE' },
        { relation: 'parents', mode: 'SHARED_WRITE' },
      ]),
    );
  });
});
