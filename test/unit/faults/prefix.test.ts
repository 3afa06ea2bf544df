import { beforeAll, describe, expect, it } from 'vitest';
import { courseOf } from '../../../src/faults/course';
import { freshStarts } from '../../../src/faults/prefix';
import { readFolder } from '../../../src/frameworks/registry';
import type { Catalog } from '../../../src/model/catalog';
import { loadParser } from '../../../src/parse/load';
import { planProgram } from '../../../src/plan/plan';
import { builtIn } from '../../built-in';

const engine = { name: 'postgres', major: 18 } as const;
const empty: Catalog = { schemas: [], tables: [], sequences: [], types: [], definitions: [] };

beforeAll(() => loadParser());

function startsOf(text: string, { before = empty, path = '1_change.sql', framework = 'sql' } = {}): readonly number[] {
  const read = readFolder([{ path, text }], { engine, placeholders: {}, framework });
  const [migration] = read.migrations;
  if (migration === undefined) throw new Error(JSON.stringify(read.problems));
  const steps = builtIn(read.framework).run(migration.engine).steps(migration);
  return freshStarts(migration, courseOf(migration.up, planProgram(migration, 'up', before), steps), steps, before);
}

const change = 'ALTER TABLE t ADD COLUMN a text;\nUPDATE t SET a = 1;\nCREATE INDEX i ON t (a);\n';

describe('another session may go on', () => {
  it('behind statements that are committed and leave nothing in their session', () => {
    expect(startsOf(change)).toEqual([2, 3]);
  });

  it('behind a whole transaction of the migration, not within it', () => {
    expect(startsOf(`BEGIN;${change}COMMIT;\nCREATE INDEX j ON t (a);\nDROP TABLE u;`)).toEqual([6, 7]);
  });

  it.each([
    'SET lock_timeout = 1000;',
    "SELECT set_config('search_path', 'x', false);",
    'CREATE TEMP TABLE x (a integer);',
    'DO $$ BEGIN NULL; END $$;',
    'CALL p();',
    'SELECT pg_advisory_lock(1);',
    'PREPARE q AS SELECT 1;',
    'LISTEN c;',
    "PREPARE TRANSACTION 'x';",
    'CREATE SEQUENCE s CACHE 10;',
    'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET x.y = 1; END $$;',
    'this is not SQL;',
  ])('not behind %s', (statement) => {
    expect(startsOf(`DROP TABLE a;\n${statement}\nDROP TABLE b;\nDROP TABLE c;`)).toEqual([2]);
  });

  it('nowhere, where a statement asks for the number that was drawn last', () => {
    expect(startsOf("INSERT INTO t DEFAULT VALUES;\nDROP TABLE a;\nINSERT INTO u VALUES (currval('s'));")).toEqual([]);
    expect(startsOf('INSERT INTO t DEFAULT VALUES;\nDROP TABLE a;\nUPDATE u SET t = lastval();')).toEqual([]);
  });

  it('nowhere, where the framework has a transaction or a lock around all', () => {
    const dbmate = { path: '20260101_change.sql', framework: 'dbmate' };
    expect(startsOf(`-- migrate:up\n${change}`, dbmate)).toEqual([]);
    expect(startsOf(change, { path: '1_change.up.sql', framework: 'golang-migrate' })).toEqual([]);
  });

  it('nowhere, where functions or sequences that are there keep something in the session', () => {
    const named = { identity: '1', schema: 'public', name: 'x' };
    const definition = { ...named, kind: 'function', definition: "... PERFORM set_config('a.b', '1', false) ...", dependsOn: [] } as const;
    expect(startsOf(change, { before: { ...empty, definitions: [definition] } })).toEqual([]);
    const sequence = {
      ...named,
      dataType: 'bigint',
      start: '1',
      increment: '1',
      minimum: '1',
      maximum: '9',
      cycle: false,
      persistence: 'permanent',
    } as const;
    expect(startsOf(change, { before: { ...empty, sequences: [{ ...sequence, cache: '20' }] } })).toEqual([]);
    expect(startsOf(change, { before: { ...empty, sequences: [{ ...sequence, cache: '1' }] } })).toEqual([2, 3]);
  });
});
