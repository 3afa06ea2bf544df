import { beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/model/operation';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';

beforeAll(loadParser);

function operations(sql: string): readonly Operation[] {
  const [statement, ...others] = readStatements(sql, { start: 0, end: sql.length }, {});
  expect(statement?.unreadable).toBeUndefined();
  expect(others).toEqual([]);
  return statement?.operations ?? [];
}

function operation(sql: string): Operation | undefined {
  const found = operations(sql);
  expect(found).toHaveLength(1);
  return found[0];
}

/** The type and default of a column as ADD COLUMN gives them. */
function column(definition: string) {
  const found = operation(`ALTER TABLE t ADD COLUMN c ${definition}`);
  if (found?.kind !== 'add column') throw new Error('not an ADD COLUMN');
  return found.column;
}

describe('types', () => {
  it('may have a name that every object has a property of', () => {
    for (const type of ['constructor', '__proto__']) expect(column(type)).toMatchObject({ type, serial: false });
  });

  it('are written as the server writes them', () => {
    const spellings: Record<string, string> = {
      int: 'integer',
      INT4: 'integer',
      int8: 'bigint',
      'varchar(50)': 'character varying(50)',
      varchar: 'character varying',
      'char(3)': 'character(3)',
      char: 'character(1)',
      '"char"': '"char"',
      bpchar: 'bpchar',
      'decimal(10, 2)': 'numeric(10,2)',
      numeric: 'numeric',
      float: 'double precision',
      'float(20)': 'real',
      bool: 'boolean',
      timestamptz: 'timestamp with time zone',
      'timestamp(3)': 'timestamp(3) without time zone',
      'time with time zone': 'time with time zone',
      'interval year to month': 'interval year to month',
      'interval(3)': 'interval(3)',
      'bit varying(5)': 'bit varying(5)',
      'int[]': 'integer[]',
      'text[3][4]': 'text[]',
      'app.mood': 'app.mood',
      'app."Mood"': 'app."Mood"',
      citext: 'citext',
      'geometry(Point, 4326)': 'geometry(point,4326)',
      jsonb: 'jsonb',
    };
    for (const [written, canonical] of Object.entries(spellings)) expect([written, column(written).type]).toEqual([written, canonical]);
  });
});

describe('defaults', () => {
  it('know how far they can change', () => {
    const volatilities: Record<string, string> = {
      '5': 'constant',
      "'x'::text": 'constant',
      '-1.5 * 2': 'constant',
      "'{}'::jsonb": 'constant',
      'ARRAY[1, 2]': 'constant',
      "lower('A')": 'constant',
      'now()': 'stable',
      current_timestamp: 'stable',
      CURRENT_USER: 'stable',
      "now() + interval '1 day'": 'stable',
      "timezone('utc', now())": 'stable',
      'gen_random_uuid()': 'volatile',
      "nextval('s')": 'volatile',
      'random()': 'volatile',
      'clock_timestamp()': 'volatile',
      'uuid_generate_v4()': 'volatile',
      'ext.uuid_generate_v4()': 'volatile',
      "coalesce(random()::text, 'x')": 'volatile',
      'my_function()': 'unknown',
      'app.now()': 'unknown',
    };
    for (const [text, volatility] of Object.entries(volatilities)) {
      expect(column(`text DEFAULT ${text} NOT NULL`).default).toEqual({ text, volatility });
    }
  });

  it('end where the next clause begins', () => {
    const found = column(
      `text COLLATE "C" DEFAULT lower('a, b') || (')') CONSTRAINT n NOT NULL CHECK (c <> 'DEFAULT') REFERENCES o (x) ON DELETE CASCADE DEFERRABLE`,
    );
    expect(found).toMatchObject({
      default: { text: "lower('a, b') || (')')" },
      collation: '"C"',
      notNull: true,
      check: "c <> 'DEFAULT'",
      references: { table: { name: 'o' }, columns: ['x'] },
    });
    expect(found.constraints?.map(({ kind, name, definition }) => [kind, name, definition])).toEqual([
      ['not null', 'n', 'NOT NULL c'],
      ['check', undefined, "CHECK (c <> 'DEFAULT')"],
      ['foreign key', undefined, 'FOREIGN KEY (c) REFERENCES o (x) ON DELETE CASCADE DEFERRABLE'],
    ]);
    expect(found.constraints?.[2]?.deferrable).toBe(true);
  });
});

describe('text of many bytes', () => {
  it("shifts nothing that is taken from the text by the parser's byte offsets", () => {
    const before = 'é 漢字 😀';
    const sql = `SELECT '${before}'; ALTER TABLE "${before}" ADD c text DEFAULT lower('${before}') NOT NULL, ADD CONSTRAINT "${before}2" CHECK (c <> '${before}') NOT VALID, ADD d text DEFAULT 'x'`;
    // Once together with another statement, once alone.
    for (const text of [sql, sql.slice(sql.indexOf('ALTER'))]) {
      const last = readStatements(text, { start: 0, end: text.length }, {}).at(-1);
      expect(last?.operations).toMatchObject([
        { column: { default: { text: `lower('${before}')` }, notNull: true } },
        { constraint: { name: `${before}2`, expression: `c <> '${before}'`, definition: `CHECK (c <> '${before}')` } },
        { column: { default: { text: "'x'" } } },
      ]);
    }
  });
});

describe('columns', () => {
  it('know serial, identity and generated ones', () => {
    expect(column('bigserial')).toMatchObject({ type: 'bigint', serial: true, notNull: true });
    expect(column('int GENERATED BY DEFAULT AS IDENTITY')).toMatchObject({ identity: 'by default', notNull: true });
    expect(column('int GENERATED ALWAYS AS (a * (b + 1)) STORED')).toMatchObject({ generated: { text: 'a * (b + 1)', kind: 'stored' } });
    expect(column('int GENERATED ALWAYS AS (a * 2) VIRTUAL')).toMatchObject({ generated: { text: 'a * 2', kind: 'virtual' } });
    expect(column('int PRIMARY KEY')).toMatchObject({ primaryKey: true, notNull: true });
  });
});

describe('ALTER TABLE', () => {
  it('gives one operation per subcommand, each with its own words', () => {
    const sql = `/* é😀 */ ALTER TABLE ONLY "My Schema"."T" ADD COLUMN a int DEFAULT f(1, 2), DROP COLUMN IF EXISTS b CASCADE,
      ALTER c TYPE varchar(20) USING c::varchar, ALTER d SET NOT NULL, ADD CONSTRAINT e CHECK (x > (1 + 2)) NOT VALID,
      ADD PRIMARY KEY USING INDEX i, VALIDATE CONSTRAINT g, ALTER h SET DEFAULT now(), OWNER TO me, SET LOGGED`;
    const found = operations(sql);
    const table = { schema: 'My Schema', name: 'T' };
    expect(found.map(({ kind }) => kind)).toEqual([
      'add column',
      'drop column',
      'alter column type',
      'set not null',
      'add constraint',
      'add constraint',
      'validate constraint',
      'set default',
      'alter table',
      'alter table',
    ]);
    expect(found.every((one) => 'table' in one && JSON.stringify(one.table) === JSON.stringify(table))).toBe(true);
    expect(found.map(({ span }) => sql.slice(span?.start, span?.end))).toEqual([
      'ADD COLUMN a int DEFAULT f(1, 2)',
      'DROP COLUMN IF EXISTS b CASCADE',
      'ALTER c TYPE varchar(20) USING c::varchar',
      'ALTER d SET NOT NULL',
      'ADD CONSTRAINT e CHECK (x > (1 + 2)) NOT VALID',
      'ADD PRIMARY KEY USING INDEX i',
      'VALIDATE CONSTRAINT g',
      'ALTER h SET DEFAULT now()',
      'OWNER TO me',
      'SET LOGGED',
    ]);
    expect(found[2]).toMatchObject({ type: 'character varying(20)', using: 'c::varchar' });
    expect(found[4]).toMatchObject({
      constraint: { kind: 'check', name: 'e', notValid: true, expression: 'x > (1 + 2)', definition: 'CHECK (x > (1 + 2))' },
    });
    expect(found[5]).toMatchObject({ constraint: { kind: 'primary key', usingIndex: 'i' } });
    expect(found[9]).toMatchObject({ rewrites: true });
  });

  it('reads partitions, renames and schemas', () => {
    expect(operation("ALTER TABLE t ATTACH PARTITION p FOR VALUES IN ('a')")).toMatchObject({
      partition: { name: 'p' },
      bound: "FOR VALUES IN ('a')",
    });
    expect(operation('ALTER TABLE t DETACH PARTITION p CONCURRENTLY')).toMatchObject({ concurrently: true, finalize: false });
    expect(operation('ALTER TABLE t DETACH PARTITION p FINALIZE')).toMatchObject({ finalize: true });
    expect(operation('ALTER TABLE t RENAME COLUMN a TO b')).toMatchObject({ kind: 'rename column', column: 'a', newName: 'b' });
    expect(operation('ALTER TABLE t RENAME CONSTRAINT a TO b')).toMatchObject({ kind: 'rename constraint', constraint: 'a', newName: 'b' });
    expect(operation('ALTER INDEX i RENAME TO j')).toMatchObject({ kind: 'rename object', objectKind: 'index', newName: 'j' });
    expect(operation('ALTER TABLE IF EXISTS a.t SET SCHEMA b')).toMatchObject({
      kind: 'set schema',
      object: { schema: 'a', name: 't' },
      newSchema: 'b',
    });
  });
});

describe('places for words', () => {
  /** The statement with a word put in, read again. */
  function inserted(sql: string, word: string, pick: (at: NonNullable<Operation['insertAt']>) => number | undefined): readonly Operation[] {
    const at = operations(sql).flatMap(({ insertAt }) => (insertAt === undefined ? [] : (pick(insertAt) ?? [])))[0];
    if (at === undefined) throw new Error(`no place in ${sql}`);
    return operations(sql.slice(0, at) + word + sql.slice(at));
  }

  it('make a statement that the parser reads as meant', () => {
    const concurrently = [
      'CREATE UNIQUE INDEX i ON t (a)',
      'CREATE INDEX ON t (a)',
      'DROP INDEX a.i, j',
      'REINDEX TABLE t',
      'REFRESH MATERIALIZED VIEW v',
    ];
    for (const sql of concurrently) {
      const [found] = inserted(sql, 'CONCURRENTLY ', (at) => at.concurrently);
      const value = found !== undefined && ('index' in found ? found.index.concurrently : 'concurrently' in found && found.concurrently);
      expect([sql, value]).toEqual([sql, true]);
    }
    const created = [
      'CREATE TABLE t (a int)',
      'CREATE TEMP TABLE t AS SELECT 1',
      'CREATE MATERIALIZED VIEW v AS SELECT 1',
      'CREATE INDEX CONCURRENTLY i ON t (a)',
      'CREATE SEQUENCE s',
      'CREATE SCHEMA s',
      'CREATE EXTENSION e',
      "ALTER TYPE e ADD VALUE 'x'",
      'ALTER TABLE t ADD COLUMN c int',
      'ALTER TABLE t ADD c int',
    ];
    for (const sql of created) {
      const [found] = inserted(sql, 'IF NOT EXISTS ', (at) => at.ifNotExists);
      expect([sql, found && 'ifNotExists' in found && found.ifNotExists]).toEqual([sql, true]);
    }
    const dropped = [
      'DROP TABLE a, b',
      'DROP INDEX CONCURRENTLY i',
      'DROP MATERIALIZED VIEW v',
      'DROP TRIGGER g ON t',
      'ALTER TABLE t DROP COLUMN c',
      'ALTER TABLE t DROP c',
      'ALTER TABLE t DROP CONSTRAINT k',
      'DROP FUNCTION f(int)',
    ];
    for (const sql of dropped) {
      const [found] = inserted(sql, 'IF EXISTS ', (at) => at.ifExists);
      expect([sql, found && 'ifExists' in found && found.ifExists]).toEqual([sql, true]);
    }
    const [constraint] = inserted('ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1), ADD b int', ' NOT VALID', (at) => at.notValid);
    expect(constraint).toMatchObject({ constraint: { notValid: true } });
    const [detached] = inserted('ALTER TABLE t DETACH PARTITION p', ' CONCURRENTLY', (at) => at.concurrently);
    expect(detached).toMatchObject({ concurrently: true });
  });

  it('are absent where the words stand already or can not stand', () => {
    expect(operation('CREATE INDEX ON t (a)')?.insertAt?.ifNotExists).toBeUndefined();
    expect(operation('CREATE TABLE IF NOT EXISTS t (a int)')?.insertAt).toBeUndefined();
    expect(operation('DROP INDEX CONCURRENTLY IF EXISTS i')?.insertAt).toBeUndefined();
    expect(operation('ALTER TABLE t ADD UNIQUE (a)')?.insertAt).toBeUndefined();
  });
});

describe('other statements', () => {
  it('read tables', () => {
    expect(
      operation(
        'CREATE UNLOGGED TABLE a.t (a int, CONSTRAINT k FOREIGN KEY (a) REFERENCES b (c) ON DELETE SET NULL, UNIQUE (a)) PARTITION BY range (a)',
      ),
    ).toMatchObject({
      table: { schema: 'a', name: 't' },
      persistence: 'unlogged',
      partitionKey: 'RANGE (a)',
      constraints: [
        {
          kind: 'foreign key',
          name: 'k',
          target: { table: { name: 'b' }, columns: ['c'] },
          definition: 'FOREIGN KEY (a) REFERENCES b (c) ON DELETE SET NULL',
        },
        { kind: 'unique', columns: ['a'] },
      ],
    });
    expect(operation('CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (2)')).toMatchObject({
      partitionOf: { name: 't' },
      partitionBound: 'FOR VALUES FROM (1) TO (2)',
    });
    expect(operation('CREATE TABLE p PARTITION OF t DEFAULT')).toMatchObject({ partitionBound: 'DEFAULT' });
    expect(operation('CREATE TABLE x (LIKE y INCLUDING ALL) INHERITS (z)')).toMatchObject({
      like: { name: 'y' },
      inherits: [{ name: 'z' }],
    });
    expect(operation('SELECT 1 INTO x')).toMatchObject({ kind: 'create table', asQuery: true });
  });

  it('read indexes', () => {
    expect(
      operation("CREATE UNIQUE INDEX i ON a.t USING gist (lower(b) text_ops DESC, c NULLS FIRST, (d ->> ',')) INCLUDE (e) WHERE f > 1"),
    ).toMatchObject({
      index: {
        name: 'i',
        table: { schema: 'a', name: 't' },
        unique: true,
        method: 'gist',
        keys: ['lower(b)', 'c', "(d ->> ',')"],
        predicate: 'f > 1',
      },
    });
  });

  it('read data changes', () => {
    expect(operation("INSERT INTO t (a, b) VALUES (1, 'x''y'), (-2.5, NULL), (true, '1'::int) ON CONFLICT DO NOTHING")).toMatchObject({
      columns: ['a', 'b'],
      rows: [
        ['1', "'x''y'"],
        ['-2.5', 'NULL'],
        ['TRUE', "'1'::integer"],
      ],
      onConflict: 'nothing',
    });
    expect(operation('INSERT INTO t VALUES (0, now())')).not.toHaveProperty('rows');
    expect(operation('INSERT INTO t VALUES (0, false)')).toMatchObject({ rows: [['0', 'FALSE']] });
    expect(operation("UPDATE t AS u SET a = (SELECT 1 FROM x WHERE y), b = 2 WHERE u.c = 'RETURNING' RETURNING *")).toMatchObject({
      columns: ['a', 'b'],
      where: "u.c = 'RETURNING'",
    });
    expect(operation('DELETE FROM t')).toMatchObject({ hasWhere: false });
    expect(operations('WITH d AS (DELETE FROM t WHERE a RETURNING *) INSERT INTO u SELECT * FROM d').map(({ kind }) => kind)).toEqual([
      'delete',
      'insert',
    ]);
    expect(operation("SELECT pg_catalog.setval('s', 1) FROM a.b JOIN c ON true")).toMatchObject({
      tables: [{ schema: 'a', name: 'b' }, { name: 'c' }],
      functions: ['pg_catalog.setval'],
    });
  });

  it('read objects', () => {
    expect(operation('DROP TRIGGER g ON a.t')).toMatchObject({ objects: [{ name: 'g' }], on: { schema: 'a', name: 't' } });
    expect(operation('DROP FUNCTION f(int, text), g')).toMatchObject({ signatures: ['(integer, text)', undefined] });
    expect(operation("ALTER TYPE e ADD VALUE 'x' BEFORE 'y'")).toMatchObject({ value: 'x', neighbour: { side: 'before', value: 'y' } });
    expect(operation("CREATE TYPE e AS ENUM ('a', 'b')")).toMatchObject({ objectKind: 'type', labels: ['a', 'b'] });
    expect(operation("COMMENT ON COLUMN a.b.c IS 'x'")).toMatchObject({
      objectKind: 'column',
      object: { schema: 'a', name: 'b' },
      member: 'c',
      text: 'x',
    });
    expect(operation('COMMENT ON TABLE t IS NULL')).toMatchObject({ text: null });
    expect(operation('CREATE SEQUENCE s OWNED BY a.b.c')).toMatchObject({ ownedBy: { table: { schema: 'a', name: 'b' }, column: 'c' } });
    expect(operation("CREATE OR REPLACE FUNCTION s.f(a int, OUT b text, VARIADIC c text[]) LANGUAGE sql AS 'SELECT 1'")).toMatchObject({
      orReplace: true,
      signature: '(integer, text[])',
    });
    expect(operation('CREATE VIEW v AS WITH q AS (SELECT * FROM a) SELECT * FROM q, b.c')).toMatchObject({
      uses: [{ schema: 'b', name: 'c' }, { name: 'a' }],
    });
  });

  it('read the session', () => {
    expect(operation("SET LOCAL lock_timeout = '5s'")).toMatchObject({ name: 'lock_timeout', value: "'5s'", local: true });
    expect(operation('SET search_path TO a, b')).toMatchObject({ value: 'a, b', local: false });
    expect(operation('LOCK TABLE a, b IN SHARE ROW EXCLUSIVE MODE NOWAIT')).toMatchObject({ mode: 'SHARE ROW EXCLUSIVE', nowait: true });
    expect(operation('LOCK a')).toMatchObject({ mode: 'ACCESS EXCLUSIVE' });
    for (const [sql, action] of Object.entries({
      BEGIN: 'begin',
      'START TRANSACTION': 'begin',
      COMMIT: 'commit',
      END: 'commit',
      ABORT: 'rollback',
      'SAVEPOINT s': 'savepoint',
      "PREPARE TRANSACTION 'x'": 'prepare',
    })) {
      expect(operation(sql)).toMatchObject({ kind: 'transaction', action });
    }
    expect(operation('VACUUM (FULL, ANALYZE) t')).toMatchObject({ full: true, tables: [{ name: 't' }] });
    expect(operation('VACUUM (FULL false) t')).toMatchObject({ full: false });
    expect(operation('REINDEX (CONCURRENTLY off) TABLE t')).toMatchObject({ concurrently: false });
    expect(operation("DO LANGUAGE plpgsql 'BEGIN END'")).toMatchObject({ language: 'plpgsql', body: 'BEGIN END' });
  });

  it('name what has no reader of its own', () => {
    expect(operation('NOTIFY x')).toMatchObject({ kind: 'other', node: 'NotifyStmt' });
    expect(operation('EXPLAIN SELECT 1')).toMatchObject({ kind: 'other', node: 'ExplainStmt' });
  });
});
