import { beforeAll, describe, expect, it } from 'vitest';
import { readFolder } from '../../../src/frameworks/registry';
import { emptyCatalog } from '../../../src/model/catalog';
import type { ExecutionPlan } from '../../../src/model/plan';
import { loadParser } from '../../../src/parse/load';
import { planProgram } from '../../../src/plan/plan';
import { whyFree } from '../../../src/plan/type-change';
import { replay } from '../../../src/schema/virtual-schema';

beforeAll(loadParser);

/** The plan of one file; `before` is SQL that made the schema it meets. */
function plan(
  path: string,
  text: string,
  options: { readonly before?: string; readonly major?: number; readonly direction?: 'up' | 'down' } = {},
): ExecutionPlan {
  const engine = { name: 'postgres', major: options.major ?? 18 } as const;
  const { migrations } = readFolder([{ path, text }], { engine, placeholders: {} });
  const setup = readFolder([{ path: 'a.sql', text: options.before ?? '' }], { engine, placeholders: {} });
  const catalog = replay(
    emptyCatalog,
    setup.migrations.flatMap(({ up }) => up.statements),
  );
  const [migration] = migrations;
  if (migration === undefined) throw new Error('no migration');
  return planProgram(migration, options.direction ?? 'up', catalog);
}

/** `kind: numbers` of each transaction. */
function transactions({ transactions }: ExecutionPlan): string[] {
  return transactions.map(({ kind, statements }) => `${kind}: ${statements.join(' ')}`);
}

const three = 'CREATE TABLE a (b int); CREATE TABLE c (d int); UPDATE e SET f = 1;';

describe('transactions', () => {
  it('follow what each framework does', () => {
    expect(transactions(plan('a.sql', three))).toEqual(['autocommit: 1', 'autocommit: 2', 'autocommit: 3']);
    expect(transactions(plan('1_a.up.sql', three))).toEqual(['implicit: 1 2 3']);
    expect(transactions(plan('V1__a.sql', three))).toEqual(['framework: 1 2 3']);
    expect(transactions(plan('1/migration.sql', three))).toEqual(['implicit: 1 2 3']);
    expect(transactions(plan('1.sql', `-- migrate:up\n${three}`))).toEqual(['framework: 1 2 3']);
    expect(transactions(plan('1.sql', `-- migrate:up transaction:false\n${three}`))).toEqual(['implicit: 1 2 3']);
    expect(
      transactions(
        plan('1_a.sql', '-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\nSELECT 2; SELECT 3;\nSELECT 4;\nSELECT 5; SELECT 6;\n'),
      ),
    ).toEqual(['autocommit: 1', 'implicit: 2 3', 'autocommit: 4', 'implicit: 5 6']);
    expect(transactions(plan('1_a.up.sql', 'SELECT 1'))).toEqual(['autocommit: 1']);
    expect(transactions(plan('a.sql', ''))).toEqual([]);
  });

  it('follow BEGIN and COMMIT in the file', () => {
    expect(transactions(plan('a.sql', 'SET x = 1; BEGIN; SELECT 1; COMMIT; SELECT 2;'))).toEqual([
      'autocommit: 1',
      'explicit: 2 3 4',
      'autocommit: 5',
    ]);
    expect(transactions(plan('a.sql', 'BEGIN; SELECT 1; SAVEPOINT s; ROLLBACK TO s; SELECT 2;'))).toEqual(['explicit: 1 2 3 4 5']);
    expect(transactions(plan('V1__a.sql', 'SELECT 1; COMMIT; SELECT 2; BEGIN; SELECT 3; ROLLBACK;'))).toEqual([
      'framework: 1 2',
      'autocommit: 3',
      'explicit: 4 5 6',
    ]);
    expect(transactions(plan('1_a.up.sql', 'SELECT 1; BEGIN; SELECT 2; COMMIT; SELECT 3; SELECT 4;'))).toEqual([
      'explicit: 1 2 3 4',
      'implicit: 5 6',
    ]);
    expect(transactions(plan('V1__a.sql', 'BEGIN; SELECT 1;'))).toEqual(['framework: 1 2']);
  });

  it('say whether a failure leaves something', () => {
    const atomic = (path: string, text: string): [boolean, string] => {
      const { atomic, summary } = plan(path, text);
      return [atomic, summary];
    };
    expect(atomic('a.sql', three)).toEqual([false, '3 statements, no transaction: a failure leaves part of it']);
    expect(atomic('V1__a.sql', three)).toEqual([true, '3 statements, one transaction: a failure leaves nothing behind']);
    expect(atomic('a.sql', `SET lock_timeout = '5s'; BEGIN; ${three} COMMIT; SELECT now();`)[0]).toBe(true);
    expect(atomic('a.sql', `BEGIN; ${three} COMMIT; DROP TABLE z;`)).toEqual([
      false,
      '6 statements, 2 transactions: a failure leaves what was committed before it',
    ]);
    expect(atomic('a.sql', `SELECT setval('s', 1); BEGIN; ${three} COMMIT;`)[0]).toBe(false);
    expect(atomic('a.sql', 'CREATE TABLE a (b int)')).toEqual([true, '1 statement, committed as it ends: a failure leaves nothing behind']);
    expect(atomic('V1__a.sql', 'CREATE TABLE a (b int)')).toEqual([true, '1 statement, one transaction: a failure leaves nothing behind']);
    // The tool commits a note of the attempt before it, and stops at that the next time.
    expect(atomic('1_a.up.sql', three)).toEqual([
      true,
      '3 statements, one transaction: a failure leaves only the dirty flag, which stops a retry',
    ]);
    expect(atomic('20240101000000_a/migration.sql', 'CREATE TABLE a (b int)')[1]).toBe(
      '1 statement, committed as it ends: a failure leaves only its unfinished history row, which stops a retry',
    );
    const batches = 'DO $$ BEGIN LOOP UPDATE t SET a = 1 WHERE a IS NULL; EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$';
    expect(atomic('a.sql', batches)).toEqual([false, '1 statement, which commits on its way: a failure leaves part of it']);
    expect(atomic('a.sql', batches.replace('COMMIT;', ''))[1]).toBe('1 statement, committed as it ends: a failure leaves nothing behind');
    expect(atomic('a.sql', `SET lock_timeout = '5s'; ${batches}`)).toEqual([
      false,
      '2 statements, no transaction: a failure leaves part of it',
    ]);
    expect(atomic('a.sql', 'CALL fill()')).toEqual([false, '1 statement, which may commit on its way: a failure can leave part of it']);
    expect(atomic('a.sql', 'CREATE INDEX CONCURRENTLY i ON t (a)')).toEqual([
      false,
      '1 statement, outside of transactions: a failure can leave something half done behind',
    ]);
    expect(atomic('1_a.up.sql', 'CREATE INDEX CONCURRENTLY i ON t (a); SELECT 1;')[1]).toContain("number 1 can't run in a transaction");
    expect(atomic('V1__a.sql', 'CREATE INDEX CONCURRENTLY i ON t (a); CREATE TABLE a (b int);')[1]).toContain(
      'It will not run: Detected both',
    );
    expect(atomic('a.sql', '')).toEqual([true, 'There is nothing to run.']);
  });

  it('plan the way back as a program of its own', () => {
    const text = '-- +goose Up\nCREATE TABLE a (b int);\n-- +goose Down\nALTER TABLE a ADD COLUMN c serial;\n';
    expect(plan('1_a.sql', text, { direction: 'down' })).toMatchObject({ direction: 'down', statements: [{ cost: 'rewrite' }] });
    expect(plan('a.sql', 'SELECT 1', { direction: 'down' })).toMatchObject({
      statements: [],
      transactions: [],
      summary: 'There is no rollback.',
    });
  });
});

describe('what is known of the schema', () => {
  const costs = ({ statements }: ExecutionPlan): string[] => statements.map(({ cost }) => cost);

  it('makes what happens to a new table cheap, until it is gone', () => {
    expect(
      costs(
        plan(
          'a.sql',
          'CREATE TABLE a (b int); ALTER TABLE a ALTER b SET NOT NULL; CREATE INDEX ON public.a (b); ALTER TABLE a RENAME TO z; ALTER TABLE z ADD c serial; ALTER TABLE a ADD c serial',
        ),
      ),
    ).toEqual(['metadata', 'metadata', 'metadata', 'metadata', 'metadata', 'rewrite']);
    expect(
      costs(plan('a.sql', 'CREATE TABLE IF NOT EXISTS a (b int); ALTER TABLE a ADD c serial', { before: 'CREATE TABLE a (b int)' })),
    ).toEqual(['metadata', 'rewrite']);
  });

  it('follows the schema from statement to statement', () => {
    const text =
      'ALTER TABLE t ADD CONSTRAINT k CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k; ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ALTER a SET NOT NULL';
    expect(costs(plan('a.sql', text, { before: 'CREATE TABLE t (a int)' }))).toEqual([
      'metadata',
      'scan',
      'metadata',
      'metadata',
      'metadata',
    ]);
  });

  it('admits what it does not know', () => {
    expect(
      costs(plan('a.sql', 'ALTER TABLE t ALTER a TYPE bigint; ALTER TABLE t ADD b int DEFAULT f(); DO $$ BEGIN END $$; SELEC')),
    ).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
  });

  it('gives the reason of the dearest part, and the strongest lock of each table', () => {
    const { statements } = plan(
      'a.sql',
      'ALTER TABLE t ADD a int, ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES u (id), ADD c uuid DEFAULT gen_random_uuid()',
    );
    expect(statements[0]).toMatchObject({
      cost: 'rewrite',
      because: 'DEFAULT gen_random_uuid() is volatile, so each row needs a value of its own: every row is written again',
      locks: [
        { relation: 't', mode: 'ACCESS EXCLUSIVE' },
        { relation: 'u', mode: 'SHARE ROW EXCLUSIVE' },
      ],
    });
  });

  it('knows the version', () => {
    const detach = 'ALTER TABLE t DETACH PARTITION p';
    expect(plan('a.sql', detach, { major: 13 }).statements[0]?.locks[1]?.mode).toBe('SHARE UPDATE EXCLUSIVE');
    expect(plan('a.sql', detach, { major: 14 }).statements[0]?.locks[1]?.mode).toBe('ACCESS EXCLUSIVE');
  });
});

describe('changes of type', () => {
  it('are free where no value changes on disk', () => {
    const free = [
      'character varying(5)>character varying(6)',
      'character varying(5)>text',
      'text>character varying',
      'numeric(5,2)>numeric(9,2)',
      'numeric(5,2)>numeric',
      'timestamp(3) without time zone>timestamp without time zone',
      'integer>integer',
    ];
    const dear = [
      'character varying(6)>character varying(5)',
      'text>character varying(9)',
      'integer>bigint',
      'numeric>numeric(9,2)',
      'numeric(5,2)>numeric(9,3)',
      'timestamp without time zone>timestamp(3) without time zone',
      'character(3)>text',
      'integer>text',
    ];
    const why = (pair: string): string | undefined => whyFree(pair.split('>')[0] ?? '', pair.split('>')[1] ?? '');
    for (const pair of free) expect([pair, why(pair) === undefined]).toEqual([pair, false]);
    for (const pair of dear) expect([pair, why(pair) === undefined]).toEqual([pair, true]);
    expect(why('timestamp without time zone>timestamp with time zone')).toBe('time zone');
  });
});

// The limits are wide, for busy machines: they tell linear work from work that grows with the square.
it('plans five thousand statements quickly', { timeout: 120_000 }, () => {
  const text = Array.from({ length: 5000 }, (_, row) => `CREATE TABLE t${row} (a int);\n`).join('');
  const started = performance.now();
  expect(plan('V1__a.sql', text).statements).toHaveLength(5000);
  expect(performance.now() - started).toBeLessThan(60_000);
});
