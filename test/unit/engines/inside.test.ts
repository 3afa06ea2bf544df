import { beforeAll, describe, expect, it } from 'vitest';
import { obstaclesOf } from '../../../src/engines/postgres/faults/inside/obstacles';
import { hiddenSettings, settingStatement } from '../../../src/engines/postgres/faults/inside/settings';
import { withTextGate } from '../../../src/engines/postgres/faults/inside/text-gate';
import { touchedRowsQuery } from '../../../src/engines/postgres/faults/inside/touched-rows';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';

beforeAll(() => loadParser());

const spaced = (text: string | undefined) => text?.replace(/\s+/g, ' ').trim();

describe('the rows that a statement writes', () => {
  it.each([
    ['UPDATE t SET a = 1', 'SELECT t.tableoid AS relation, t.ctid AS place FROM t'],
    ['update only s.t as x set a = (select 1 where true) where x.a > 1 returning *', 'x.ctid AS place FROM only s.t as x WHERE x.a > 1'],
    ['UPDATE "T" SET a = 1 FROM u, v WHERE u.id = "T".id', '"T".ctid AS place FROM "T" , u, v WHERE u.id = "T".id'],
    ['DELETE FROM t USING u WHERE t.id = u.id', 't.ctid AS place FROM t , u WHERE t.id = u.id'],
    ['MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE', 't.ctid AS place FROM t JOIN u ON t.id = u.id'],
    [
      'WITH w AS (SELECT 1) UPDATE t SET a = 1 FROM w -- all\n;',
      'WITH w AS (SELECT 1) SELECT t.tableoid AS relation, t.ctid AS place FROM t , w',
    ],
  ])('%s', (text, query) => {
    expect(spaced(touchedRowsQuery(text))).toContain(query);
  });

  it.each([
    'INSERT INTO t VALUES (1)',
    'UPDATE t SET a = 1 WHERE CURRENT OF c',
    'WITH gone AS (DELETE FROM u RETURNING id) UPDATE t SET a = 1 FROM gone',
    'SELECT 1',
  ])('are not asked for: %s', (text) => {
    expect(touchedRowsQuery(text)).toBeUndefined();
  });
});

describe('a gate in the text', () => {
  it.each<[string, RegExp | undefined]>([
    ['INSERT INTO t VALUES (1)', /VALUES \(1\)\nRETURNING \(SELECT CASE/],
    ['UPDATE t SET a = 1 -- all', /-- all\nRETURNING \(/],
    ['DELETE FROM t RETURNING id', /RETURNING id\n, \(SELECT/],
    ['WITH w AS (SELECT 1) INSERT INTO t SELECT * FROM w', /FROM w\nRETURNING/],
    ['WITH w AS (DELETE FROM t RETURNING id) SELECT * FROM w', undefined],
    ['MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE', undefined],
    ['ALTER TABLE t ADD COLUMN a int', undefined],
  ])('%s', (text, expected) => {
    const gated = withTextGate(text);
    if (expected === undefined) expect(gated).toBeUndefined();
    else expect(gated).toMatch(expected);
  });
});

describe('obstacles', () => {
  const kinds = (text: string) => {
    const [statement] = readStatements(text, { start: 0, end: text.length }, {});
    return statement === undefined ? [] : obstaclesOf(statement).map((each) => ('mode' in each ? `${each.kind} ${each.mode}` : each.kind));
  };
  it.each<[string, string[]]>([
    ['UPDATE t SET a = 1', ['row', 'table EXCLUSIVE', 'gate in text', 'named tables']],
    ['CREATE INDEX CONCURRENTLY i ON t (a)', ['old snapshot']],
    ['DROP INDEX CONCURRENTLY i', ['reader']],
    ['CREATE INDEX i ON t (a)', ['table SHARE UPDATE EXCLUSIVE', 'catalogs', 'named tables']],
    ['CREATE TABLE t (a int)', ['catalogs', 'named tables']],
    ['DO $$ BEGIN COMMIT; END $$', ['batches', 'named tables']],
    ['DO $$ BEGIN NULL; END $$', ['body tables', 'catalogs', 'named tables']],
    ['SELECT pg_advisory_lock(7)', ['advisory lock', 'body tables', 'named tables']],
    ['BEGIN', []],
  ])('%s: %j', (text, expected) => {
    expect(kinds(text).filter((kind) => kind !== 'table ACCESS EXCLUSIVE')).toEqual(expected);
  });
});

describe('hidden settings', () => {
  it('are remembered where no transaction will undo them, and put back', () => {
    const { before, after } = hiddenSettings({ lock_timeout: '40ms' }, 'I');
    expect(before).toContain("set_config('faultline.' || name, pg_catalog.current_setting(name), false)");
    expect(after).toContain("set_config(name, pg_catalog.current_setting('faultline.' || name), false)");
  });

  it('last to the end of a transaction, and answer with no rows within a request', () => {
    expect(hiddenSettings({ lock_timeout: '40ms' }, 'T').after).toBeUndefined();
    expect(settingStatement({ lock_timeout: '40ms' })).toMatch(/^DO .*PERFORM pg_catalog\.set_config\(name, value, true\)/);
  });
});
