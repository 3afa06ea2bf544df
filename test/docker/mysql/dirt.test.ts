import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlEngine } from '../../../src/engines/mysql/engine';
import { deriveDirt } from '../../../src/faults/dirt/derive';
import { freshColumns } from '../../../src/faults/dirt/fresh';
import type { DirtAnswer } from '../../../src/faults/dirt/recipe';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/read';
import { replaySteps } from '../../../src/schema/virtual-schema';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { members, shapes, unbreakable } from './dirt-shapes';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());
const signal = new AbortController().signal;

describe.skipIf(skip).each(servers)('rows that break a statement on $label', ({ name, engine, ...server }) => {
  let sandbox: Sandbox;
  let databases = 0;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer({ name, engine, ...server });
  });
  afterAll(() => sandbox?.dispose());

  const databaseWith = async (before: string) => {
    const database = `d${++databases}`;
    await sandbox.createDatabase(database);
    expect(await mysqlEngine.executeSteps(sandbox.address(database), [before], signal)).toEqual({ ok: true });
    await mysqlEngine.generateRows(sandbox.address(database), { rows: 20, seed: 1, excludeTables: [] });
    return database;
  };
  const derived = (state: State, text: string): DirtAnswer => {
    const statements = readStatements(text, { start: 0, end: text.length }, { engine });
    const earlier = statements.slice(0, -1);
    const statement = statements.at(-1);
    const current = replaySteps(state.catalog, earlier, engine).at(-1);
    if (statement === undefined || current === undefined) throw new Error(`${text} could not be read.`);
    return deriveDirt({ engine: name, statement, earlier, before: state.catalog, current, bookkeeping: [] });
  };

  it.each(shapes)('$name', async ({ before, migration, codes, description }) => {
    const original = await databaseWith(before);
    const state = await mysqlEngine.captureState(sandbox.address(original), { bookkeepingTables: [], volatile: {} });
    const answer = derived(state, migration);
    const expected = codes[name === 'mysql' ? 0 : 1];
    if (expected === undefined) {
      expect(answer.candidates).toEqual([]);
      return;
    }
    const found: string[] = [];
    for (const candidate of answer.candidates) {
      const database = `${original}_${found.length}`;
      await sandbox.cloneDatabase(original, database);
      const source = { seed: 1, fresh: (table: string) => freshColumns(table, state.catalog, undefined) };
      const made = await mysqlEngine.makeDirt(sandbox.address(database), candidate, source);
      if ('why' in made) {
        found.push(made.why);
        continue;
      }
      const run = await mysqlEngine.executeSteps(sandbox.address(database), [migration], signal);
      const code = run.ok ? 'it went through' : `${run.error.code}`;
      if (code !== expected) {
        found.push(`${made.description}: ${run.ok ? code : `${code} ${run.error.message}`}`);
        continue;
      }
      expect(candidate.errors).toContain(code);
      expect(made.description).toMatch(description);
      // By hand, in the state before, the text alone does it again.
      const again = `${database}_again`;
      await sandbox.cloneDatabase(original, again);
      expect(await mysqlEngine.executeSteps(sandbox.address(again), [made.text], signal)).toEqual({ ok: true });
      expect(await mysqlEngine.executeSteps(sandbox.address(again), [migration], signal)).toMatchObject({ ok: false, error: { code } });
      return;
    }
    throw new Error(`Nothing broke it: ${found.join('; ') || answer.otherwise}`);
  });

  it('says why no row can break a statement', async () => {
    const state = await mysqlEngine.captureState(sandbox.address(await databaseWith(members)), { bookkeepingTables: [], volatile: {} });
    for (const { migration, why } of unbreakable) {
      const answer = derived(state, migration);
      expect([migration, answer.candidates, answer.otherwise]).toEqual([migration, [], expect.stringMatching(why)]);
    }
  });
});
