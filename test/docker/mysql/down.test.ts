import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlEngine } from '../../../src/engines/mysql/engine';
import { executeSteps } from '../../../src/engines/mysql/steps';
import { readFolder } from '../../../src/frameworks/registry';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { loadParser } from '../../../src/parse/load';
import { generateDown } from '../../../src/rollback/down';
import { replay } from '../../../src/schema/virtual-schema';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { maskLost } from '../../../src/state/loss';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { blog, type Change, changes, rows } from './down-changes';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

/** Migrations on tables with rows, taken back by what is generated from texts alone: what it does not name as lost is as it was. */
describe.skipIf(skip).each(servers)('a generated rollback on $label', ({ engine, name, ...server }) => {
  let sandbox: Sandbox;
  const signal = new AbortController().signal;
  const run = (database: string, texts: readonly string[]) => executeSteps(sandbox.address(database), texts, signal);

  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer({ engine, name, ...server });
    await sandbox.createDatabase('blog');
    expect(await run('blog', [blog, rows])).toEqual({ ok: true });
  });
  afterAll(() => sandbox?.dispose());

  /** Numbers that were given out are not given back. */
  async function capture(database: string): Promise<State> {
    const options = { bookkeepingTables: [], volatile: {}, columnHashes: true };
    return { ...(await mysqlEngine.captureState(sandbox.address(database), options)), sequences: [] };
  }

  const known = changes.filter(({ only }) => only === undefined || only === name);
  it.each(known.map((change, place) => [change.name, change, `down_${place}`] as const))('%s', async (_, change, database) => {
    await sandbox.cloneDatabase('blog', database);
    try {
      await thereAndBack(change, database);
    } finally {
      await sandbox.dropDatabases([database]);
    }
  });

  async function thereAndBack({ sql, says, leavesSchema = false }: Change, database: string): Promise<void> {
    const files = [
      { path: '001_blog.sql', text: blog },
      { path: '002_change.sql', text: sql },
    ];
    const [first, second] = readFolder(files, { engine, placeholders: {}, framework: 'sql' }).migrations;
    if (first === undefined || second === undefined) throw new Error('not read');
    const before = replay(emptyCatalog, first.up.statements, engine);
    const down = generateDown(second, before, replay(before, second.up.statements, engine));
    const shown = down.statements.join('\n');
    const start = await capture(database);
    const texts = second.up.statements.map(({ sent }) => sent);
    expect(await run(database, texts)).toEqual({ ok: true });
    expect(fingerprint(await capture(database)), 'the migration changes something').not.toBe(fingerprint(start));
    expect(await run(database, down.statements), shown).toEqual({ ok: true });
    if (says === undefined) expect(down.irreversible, shown).toEqual([]);
    else expect(down.irreversible.join(' '), shown).toMatch(says);
    expect(down.restoresSchema, shown).toBe(!leavesSchema);
    if (leavesSchema) return;
    const [target, reached] = [maskLost(start, down.losses), maskLost(await capture(database), down.losses)];
    expect(stateDifferences(target, reached), shown).toEqual([]);
    expect(fingerprint(reached), shown).toBe(fingerprint(target));
  }
});
