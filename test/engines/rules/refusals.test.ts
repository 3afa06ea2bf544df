import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import { postgresLockModes } from '../../../src/model/plan';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { locksConflict } from '../../../src/plan/lock-conflicts';
import { attachPartitionScan } from '../../../src/rules/postgres/attach-partition-scan';
import { notThere } from '../../../src/rules/postgres/not-there';
import { refusedChange } from '../../../src/rules/postgres/refused-change';
import { stillNeeded } from '../../../src/rules/postgres/still-needed';
import { codeOf, database, majors, startServer, withClient } from './server';

beforeAll(loadParser);

/** Rules about what the server refuses. Of their examples the second file holds one statement in each line. */
const refusing = [refusedChange, stillNeeded, notThere];

/** What the rules say that the server does, seen on the server. */
describe.each(majors)('PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  const attempt = async (setup: string, ...statements: readonly string[]) => {
    const address = await database(sandbox, setup);
    return withClient(address, async (client) => {
      for (const statement of statements.slice(0, -1)) await client.query(statement);
      return codeOf(client.query(statements.at(-1) ?? ''));
    });
  };

  it('replica-identity-missing: a partition is asked by itself, and has the key of its parent', async () => {
    const rows = 'CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (1) TO (10);\nINSERT INTO pt VALUES (1, 1);';
    const bare = `CREATE TABLE pt (id int, d int) PARTITION BY RANGE (d);\n${rows}`;
    const keyed = `CREATE TABLE pt (id int, d int, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);\n${rows}`;
    const update = 'UPDATE pt SET id = 2';
    expect(await attempt(bare, 'CREATE PUBLICATION cdc FOR ALL TABLES', update)).toBe('55000');
    expect(await attempt(keyed, 'CREATE PUBLICATION cdc FOR ALL TABLES', update)).toBe('accepted');
    if (major < 13) return;
    const publish = 'CREATE PUBLICATION cdc FOR TABLE pt';
    expect(await attempt(bare, publish, update)).toBe('55000');
    expect(await attempt(bare, 'ALTER TABLE pt REPLICA IDENTITY FULL', publish, update)).toBe('55000');
    expect(await attempt(bare, 'ALTER TABLE pt1 REPLICA IDENTITY FULL', publish, update)).toBe('accepted');
    expect(await attempt(keyed, publish, update)).toBe('accepted');
  });

  it('still-needed: a role goes when nothing is its own any more, and nothing granted', async () => {
    const roles = { reader: 'reader_once', owner: 'owner_once' };
    const setup = `CREATE ROLE ${roles.reader};\nCREATE ROLE ${roles.owner};\nCREATE TABLE t (a int);\nGRANT SELECT ON t TO ${roles.reader};\nALTER TABLE t OWNER TO ${roles.owner};\n`;
    const ways = [
      { text: `DROP ROLE ${roles.reader};`, code: '2BP01' },
      { text: `DROP ROLE ${roles.owner};`, code: '2BP01' },
      { text: `REVOKE ALL ON t FROM ${roles.reader};\nDROP ROLE ${roles.reader};`, code: 'accepted' },
      {
        text: `REASSIGN OWNED BY ${roles.owner} TO CURRENT_USER;\nDROP OWNED BY ${roles.owner};\nDROP ROLE ${roles.owner};`,
        code: 'accepted',
      },
    ];
    const address = await database(sandbox, setup);
    for (const { text, code } of ways) {
      expect(await withClient(address, (client) => codeOf(client.query(text))), text).toBe(code);
      const { reports } = lintFolder({
        files: [
          { path: '0001_setup.sql', text: setup },
          { path: '0002_drop.sql', text },
        ],
        paths: ['0002_drop.sql'],
        configuration: { ...defaultConfiguration, engineVersion: major, framework: 'sql' },
      });
      const found = reports.flatMap(({ findings }) => findings.filter(({ rule }) => rule === 'still-needed'));
      expect(found.length, text).toBe(code === 'accepted' ? 0 : 1);
    }
  });

  it('guarantee-removed: without the partial index, and the one on an expression, ON CONFLICT finds none', async () => {
    const setup =
      'CREATE TABLE t (a int, b text);\nCREATE UNIQUE INDEX i ON t (lower(b));\nCREATE UNIQUE INDEX j ON t (a) WHERE b IS NULL;';
    const folded = 'INSERT INTO t (b) VALUES (DEFAULT) ON CONFLICT (lower(b)) DO NOTHING';
    const partial = 'INSERT INTO t (a) VALUES (1) ON CONFLICT (a) WHERE b IS NULL DO NOTHING';
    expect(await attempt(setup, folded)).toBe('accepted');
    expect(await attempt(setup, partial)).toBe('accepted');
    expect(await attempt(setup, 'DROP INDEX i', folded)).toBe('42P10');
    expect(await attempt(setup, 'DROP INDEX j', partial)).toBe('42P10');
  });

  it('sequence-left-behind: an identity begins at 1, and setval moves it past the rows', async () => {
    const setup = 'CREATE TABLE t (id int PRIMARY KEY, a int);\nINSERT INTO t VALUES (1, 1), (2, 2);';
    const identity = 'ALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY';
    const move = "SELECT setval(pg_get_serial_sequence('t', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM t";
    const insert = 'INSERT INTO t (a) VALUES (3)';
    expect(await attempt(setup, identity, insert)).toBe('23505');
    expect(await attempt(setup, identity, move, insert)).toBe('accepted');
  });

  it.each(refusing.map((rule) => [rule.id, rule] as const))(
    '%s: the examples are refused with the codes that the rule names, and the others taken',
    async (id, rule) => {
      const cases = [...rule.bad, ...rule.good].map((example) => ({ example, isBad: 'findings' in example }));
      const holding = cases.filter(
        ({ example }) => major >= Math.min(...(example.majors ?? [18])) && major <= Math.max(...(example.majors ?? [18])),
      );
      for (const { example, isBad } of holding) {
        const [first, second] = example.files;
        const configuration = { ...defaultConfiguration, engineVersion: major, framework: example.framework } as const;
        const report = lintFolder({ files: example.files, configuration }).reports.find(({ path }) => path === second?.path);
        const told = new Map(report?.findings.filter(({ rule }) => rule === id).map(({ range, message }) => [range.start.line, message]));
        const address = await database(sandbox, first?.text ?? '');
        await withClient(address, async (client) => {
          for (const [line, statement] of (second?.text.trim().split('\n') ?? []).entries()) {
            const code = await codeOf(client.query(statement));
            if (!isBad || told.get(line) === undefined) expect(code, statement).toBe('accepted');
            else expect(told.get(line), statement).toContain(code);
          }
        });
      }
    },
  );

  it('new-column-required: an insert that does not know the column fails, whatever the rows that are there hold', async () => {
    const address = await database(
      sandbox,
      "CREATE TABLE users (id bigint, email text);\nINSERT INTO users VALUES (1, 'A');\nALTER TABLE users ADD COLUMN locale text NOT NULL DEFAULT 'en';\nALTER TABLE users ADD COLUMN login text;\nUPDATE users SET login = lower(email);",
    );
    await withClient(address, async (client) => {
      const insert = () => codeOf(client.query("INSERT INTO users (id, email) VALUES (2, 'B')"));
      expect(await insert()).toBe('accepted');
      await client.query('DELETE FROM users WHERE login IS NULL');
      await client.query('ALTER TABLE users ALTER COLUMN login SET NOT NULL');
      expect(await insert()).toBe('23502');
      await client.query('ALTER TABLE users ALTER COLUMN login DROP NOT NULL; ALTER TABLE users ALTER COLUMN locale DROP DEFAULT');
      expect(await insert()).toBe('23502');
    });
  });

  it('small-key: the sequence of a serial column keeps its end when the column gets wider, that of an identity does not', async () => {
    const address = await database(sandbox, 'CREATE TABLE t (id serial, n int GENERATED ALWAYS AS IDENTITY)');
    await withClient(address, async (client) => {
      await client.query('ALTER TABLE t ALTER COLUMN id TYPE bigint, ALTER COLUMN n TYPE bigint');
      await client.query("SELECT setval('t_id_seq', 2147483647), setval('t_n_seq', 2147483647)");
      expect(await codeOf(client.query("SELECT nextval('t_n_seq')"))).toBe('accepted');
      expect(await codeOf(client.query("SELECT nextval('t_id_seq')"))).toBe('2200H');
      await client.query('ALTER SEQUENCE t_id_seq AS bigint');
      expect(await codeOf(client.query("SELECT nextval('t_id_seq')"))).toBe('accepted');
    });
  });

  it('open-privileges: a policy keeps rows back only where row security is on', async () => {
    const role = `reader_${major}`;
    const address = await database(
      sandbox,
      `CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nCREATE POLICY p ON t USING (false);\nCREATE ROLE ${role};\nGRANT SELECT ON t TO ${role};`,
    );
    await withClient(address, async (client) => {
      const rows = async () => {
        await client.query(`SET ROLE ${role}`);
        const { rowCount } = await client.query('SELECT * FROM t');
        await client.query('RESET ROLE');
        return rowCount;
      };
      expect(await rows()).toBe(1);
      await client.query('ALTER TABLE t ENABLE ROW LEVEL SECURITY');
      expect(await rows()).toBe(0);
      await client.query('ALTER TABLE t DISABLE ROW LEVEL SECURITY');
      expect(await rows()).toBe(1);
    });
  });

  it('timeout-breaks-off: both timeouts leave an invalid index, and a partition half detached', async () => {
    const address = await database(
      sandbox,
      'CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nCREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9);',
    );
    const invalid =
      "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE NOT indisvalid AND relname IN ('i', 'j') ORDER BY 1";
    await withClient(address, (open) =>
      withClient(address, async (client) => {
        await open.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t; SELECT * FROM p');
        await client.query("SET statement_timeout = '300ms'");
        expect(await codeOf(client.query('CREATE INDEX CONCURRENTLY i ON t (a)'))).toBe('57014');
        await client.query("SET statement_timeout = 0; SET lock_timeout = '300ms'");
        expect(await codeOf(client.query('CREATE INDEX CONCURRENTLY j ON t (a)'))).toBe('55P03');
        expect((await client.query(invalid)).rows).toEqual([{ relname: 'i' }, { relname: 'j' }]);
        if (major < 14) return;
        expect(await codeOf(client.query('ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY'))).toBe('55P03');
        const { rows } = await client.query("SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = 'p1'::regclass");
        expect(rows).toEqual([{ inhdetachpending: true }]);
      }),
    );
  });

  it('conflict-target: a constraint that is deferrable is none for ON CONFLICT, by its columns and by its name', async () => {
    const setup = 'CREATE TABLE t (a int CONSTRAINT u UNIQUE DEFERRABLE);';
    expect(await attempt(setup, 'INSERT INTO t VALUES (1) ON CONFLICT (a) DO NOTHING')).toBe('55000');
    expect(await attempt(setup, 'INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT u DO NOTHING')).toBe('55000');
    expect(await attempt(setup, 'INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT u DO UPDATE SET a = 2')).toBe('55000');
  });

  it('still-needed: a function that a default, a view, an index, a CHECK or a policy calls stays', async () => {
    const setup = "CREATE FUNCTION f(a int DEFAULT 1) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';\nCREATE TABLE t (a int);";
    for (const use of [
      'ALTER TABLE t ALTER COLUMN a SET DEFAULT f(1)',
      'CREATE VIEW v AS SELECT f(a) FROM t',
      'CREATE INDEX i ON t (f(a))',
      'CREATE INDEX i ON t (a) WHERE f(a) > 0',
      'ALTER TABLE t ADD CONSTRAINT c CHECK (f(a) > 0)',
      ...(major >= 15 ? ['ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (f(a)) STORED'] : []),
      'CREATE POLICY p ON t USING (f(a) > 0)',
    ]) {
      expect(await attempt(setup, use, 'DROP FUNCTION f(int)'), use).toBe('2BP01');
    }
    expect(await attempt(setup, "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT f(1)'", 'DROP FUNCTION f(int)')).toBe('accepted');
  });

  it('required-column: one row is enough to refuse it, none is not', async () => {
    const add = 'ALTER TABLE t ADD COLUMN phone text NOT NULL';
    expect(await attempt('CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);', add)).toBe('23502');
    expect(await attempt('CREATE TABLE t (id int);', add)).toBe('accepted');
    expect(await attempt('CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);', 'ALTER TABLE t ADD COLUMN k bigint PRIMARY KEY')).toBe(
      '23502',
    );
  });

  it('outside-transaction: another connection waits for the open transaction for ever, which is no deadlock to the server', async () => {
    const address = await database(sandbox, 'CREATE TABLE t (id int);');
    await withClient(address, (open) =>
      withClient(address, async (beside) => {
        await open.query('BEGIN');
        await open.query('ALTER TABLE t ADD COLUMN a int');
        await open.query('CREATE TABLE fresh (id int)');
        expect(await codeOf(beside.query('CREATE INDEX ON fresh (id)'))).toBe('42P01');
        // deadlock_timeout is one second: were it a deadlock, the server would have said so before this gives up.
        await beside.query("SET deadlock_timeout = '100ms'");
        await beside.query("SET statement_timeout = '3s'");
        expect(await codeOf(beside.query('CREATE INDEX ON t (id)'))).toBe('57014');
        await beside.query('CREATE TABLE stays (id int)');
        await open.query('ROLLBACK');
        expect(await codeOf(beside.query('SELECT * FROM stays'))).toBe('accepted');
      }),
    );
  });

  it('lock-conflicts: the table of the manual, as the server has it', async () => {
    const address = await database(sandbox, 'CREATE TABLE t (id int);');
    await withClient(address, (holder) =>
      withClient(address, async (other) => {
        for (const held of postgresLockModes) {
          await holder.query(`BEGIN; LOCK TABLE t IN ${held} MODE`);
          for (const wanted of postgresLockModes) {
            await other.query('BEGIN');
            const code = await codeOf(other.query(`LOCK TABLE t IN ${wanted} MODE NOWAIT`));
            await other.query('ROLLBACK');
            expect(code === '55P03', `${wanted} beside ${held}`).toBe(locksConflict(wanted, held));
          }
          await holder.query('ROLLBACK');
        }
      }),
    );
  });

  it('conflict-target: 42P10 without a key over exactly these columns, 42704 without the constraint, 55000 for a deferrable one', async () => {
    const table =
      'CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, d int CONSTRAINT late UNIQUE DEFERRABLE, UNIQUE (a, b));\nCREATE UNIQUE INDEX part ON t (c) WHERE c > 0;';
    const insert = (target: string) => attempt(table, `INSERT INTO t VALUES (1, 1, 1, 1, 1) ON CONFLICT ${target} DO NOTHING`);
    expect(await insert('(a)')).toBe('42P10');
    expect(await insert('(c)')).toBe('42P10');
    expect(await insert('(d)')).toBe('55000');
    expect(await insert('ON CONSTRAINT part')).toBe('42704');
    // Without a target every unique key is asked, and one of them can't be.
    expect(await insert('')).toBe('55000');
    for (const good of ['(b, a)', '(id)', '(c) WHERE c > 0', '(id) WHERE c > 0']) expect(await insert(good), good).toBe('accepted');
  });

  it('name-taken: what is there already is refused, with these codes', async () => {
    const there =
      "CREATE TABLE t (id int CONSTRAINT c CHECK (id > 0));\nCREATE INDEX i ON t (id);\nCREATE SEQUENCE s;\nCREATE VIEW v AS SELECT 1 AS x;\nCREATE TYPE mood AS ENUM ('a');\nCREATE SCHEMA w;\nCREATE POLICY p ON t;";
    const codes: Readonly<Record<string, string>> = {
      'CREATE TABLE t (a int)': '42P07',
      'CREATE TABLE i (a int)': '42P07',
      'CREATE SEQUENCE v': '42P07',
      'CREATE VIEW s AS SELECT 1 AS x': '42P07',
      'CREATE INDEX t ON t (id)': '42P07',
      'ALTER TABLE t RENAME TO i': '42P07',
      'CREATE TABLE u (a int, a text)': '42701',
      'ALTER TABLE t ADD COLUMN id int': '42701',
      'ALTER TABLE t ADD CONSTRAINT c CHECK (id > 1)': '42710',
      "CREATE TYPE mood AS ENUM ('b')": '42710',
      "ALTER TYPE mood ADD VALUE 'a'": '42710',
      'CREATE POLICY p ON t': '42710',
      'CREATE SCHEMA w': '42P06',
    };
    for (const [statement, code] of Object.entries(codes)) expect(await attempt(there, statement), statement).toBe(code);
  });

  it('still-needed: what others depend on is not dropped or changed, with these codes', async () => {
    const there =
      "CREATE TYPE mood AS ENUM ('a');\nCREATE TABLE u (id serial PRIMARY KEY, m mood, n int, s int, d int GENERATED ALWAYS AS (n * 2) STORED);\nCREATE TABLE o (u int REFERENCES u);\nCREATE VIEW v AS SELECT s FROM u;\nCREATE VIEW w AS SELECT s FROM v;\nCREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\nCREATE TRIGGER g BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION f();";
    const codes: Readonly<Record<string, string>> = {
      'DROP TABLE u': '2BP01',
      'DROP TABLE o': 'accepted',
      'DROP VIEW v': '2BP01',
      'DROP VIEW v, w': 'accepted',
      'DROP TYPE mood': '2BP01',
      'DROP SEQUENCE u_id_seq': '2BP01',
      'DROP FUNCTION f()': '2BP01',
      'DROP INDEX u_pkey': '2BP01',
      'ALTER TABLE u DROP CONSTRAINT u_pkey': '2BP01',
      // Before 15 the generated column went with it, unsaid.
      'ALTER TABLE u DROP COLUMN n': major >= 15 ? '2BP01' : 'accepted',
      'ALTER TABLE u DROP COLUMN id': '2BP01',
      'ALTER TABLE u DROP COLUMN s': '2BP01',
      'ALTER TABLE u ALTER COLUMN s TYPE bigint': '0A000',
      'ALTER TABLE u ALTER COLUMN n TYPE bigint': major >= 15 ? '0A000' : '42601',
      'ALTER TABLE u ALTER COLUMN id DROP NOT NULL': '42P16',
    };
    for (const [statement, code] of Object.entries(codes)) expect(await attempt(there, statement), statement).toBe(code);
  });

  it('guarantee-removed: without the key ON CONFLICT fails, without the default INSERT does', async () => {
    const table = 'CREATE TABLE t (a int NOT NULL DEFAULT 1, b int);\nCREATE UNIQUE INDEX k ON t (b);';
    expect(await attempt(table, 'DROP INDEX k', 'INSERT INTO t (b) VALUES (1) ON CONFLICT (b) DO NOTHING')).toBe('42P10');
    expect(await attempt(table, 'ALTER TABLE t ALTER COLUMN a DROP DEFAULT', 'INSERT INTO t (b) VALUES (1)')).toBe('23502');
  });

  it('replica-identity-missing: a published table without one takes INSERT, and no UPDATE and no DELETE', async () => {
    const change = (table: string, publish: string, statement: string) =>
      attempt(`${table};\nINSERT INTO t VALUES (1);\nCREATE PUBLICATION p FOR ALL TABLES${publish};`, statement);
    const bare = 'CREATE TABLE t (id int)';
    expect(await change(bare, '', 'UPDATE t SET id = 2')).toBe('55000');
    expect(await change(bare, '', 'DELETE FROM t')).toBe('55000');
    expect(await change(bare, '', 'INSERT INTO t VALUES (2)')).toBe('accepted');
    expect(await change(bare, " WITH (publish = 'insert')", 'DELETE FROM t')).toBe('accepted');
    expect(await change('CREATE TABLE t (id int PRIMARY KEY)', '', 'DELETE FROM t')).toBe('accepted');
    expect(await change(`${bare}; ALTER TABLE t REPLICA IDENTITY FULL`, '', 'DELETE FROM t')).toBe('accepted');
    const gone =
      'CREATE TABLE t (id int NOT NULL); CREATE UNIQUE INDEX k ON t (id); ALTER TABLE t REPLICA IDENTITY USING INDEX k; DROP INDEX k';
    expect(await change(gone, '', 'DELETE FROM t')).toBe('55000');
  });

  it('enum-value-too-early: refused in its transaction, taken after it, and in that of the type itself', async () => {
    const type = "CREATE TYPE status AS ENUM ('open');\nCREATE TABLE t (status status);";
    const add = "ALTER TYPE status ADD VALUE 'late'";
    expect(await attempt(type, 'BEGIN', add, "SELECT 'late'::status")).toBe('55P04');
    expect(await attempt(type, 'BEGIN', add, "ALTER TABLE t ALTER status SET DEFAULT 'late'")).toBe('55P04');
    expect(await attempt(type, add, "INSERT INTO t VALUES ('late')")).toBe('accepted');
    const sameTransaction = ['BEGIN', "CREATE TYPE kind AS ENUM ('a')", "ALTER TYPE kind ADD VALUE 'b'", "SELECT 'b'::kind"];
    expect(await attempt('SELECT 1', ...sameTransaction)).toBe(major >= 17 ? 'accepted' : '55P04');
  });

  it('transaction-control: COMMIT ends the transaction that is open, BEGIN in it only warns', async () => {
    const address = await database(sandbox, 'SELECT 1');
    await withClient(address, async (client) => {
      await client.query('BEGIN');
      expect(await codeOf(client.query('BEGIN'))).toBe('accepted');
      await client.query('CREATE TABLE a (id int)');
      await client.query('COMMIT');
      await client.query('CREATE TABLE b (id int)');
      await client.query('ROLLBACK');
      const { rows } = await client.query("SELECT relname FROM pg_class WHERE relname IN ('a', 'b') ORDER BY relname");
      expect(rows).toEqual([{ relname: 'a' }, { relname: 'b' }]);
    });
  });

  it('left-disabled: ALL switches off the foreign keys too, and what came in is not found later', async () => {
    const tables = 'CREATE TABLE u (id int PRIMARY KEY);\nCREATE TABLE o (u int REFERENCES u);';
    const orphan = 'INSERT INTO o VALUES (7)';
    expect(await attempt(tables, orphan)).toBe('23503');
    expect(await attempt(tables, 'ALTER TABLE o DISABLE TRIGGER USER', orphan)).toBe('23503');
    expect(await attempt(tables, 'ALTER TABLE o DISABLE TRIGGER ALL', orphan)).toBe('accepted');
    const replica = 'SET session_replication_role = replica';
    expect(await attempt(tables, replica, orphan)).toBe('accepted');
    expect(await attempt(tables, replica, orphan, 'RESET session_replication_role', 'ALTER TABLE o VALIDATE CONSTRAINT o_u_fkey')).toBe(
      'accepted',
    );
  });

  it('lock-held: an advisory lock outlives its transaction', async () => {
    const address = await database(sandbox, 'SELECT 1');
    await withClient(address, async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_lock(42), pg_advisory_xact_lock(43)');
      await client.query('ROLLBACK');
      const { rows } = await client.query("SELECT objid::int AS id FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()");
      expect(rows).toEqual([{ id: 42 }]);
    });
  });

  it('open-privileges: row security without a policy shows no row, and no error', async () => {
    const address = await database(
      sandbox,
      'CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;',
    );
    await withClient(address, async (client) => {
      await client.query('BEGIN');
      await client.query('CREATE ROLE faultline_reader');
      await client.query('GRANT SELECT ON t TO faultline_reader');
      await client.query('SET LOCAL ROLE faultline_reader');
      expect((await client.query('SELECT FROM t')).rowCount).toBe(0);
      await client.query('ROLLBACK');
    });
  });

  it('identifier-too-long: 63 bytes are kept, and no character is cut in two', async () => {
    const address = await database(sandbox, `CREATE TABLE "${'ä'.repeat(32)}" (id int);`);
    await withClient(address, async (client) => {
      const { rows } = await client.query("SELECT octet_length(relname::text) AS bytes FROM pg_class WHERE relname LIKE 'ä%'");
      expect(rows).toEqual([{ bytes: 62 }]);
    });
  });

  it('attach-partition-scan: what the fix adds proves the bound', async () => {
    const [bad] = attachPartitionScan.bad;
    const before = bad?.files[0]?.text ?? '';
    const fixed = bad?.fixed?.[0]?.text ?? '';
    const address = await database(sandbox, `${before}\nINSERT INTO events_1 SELECT n FROM generate_series(1, 500) AS n;`);
    await withClient(address, async (client) => {
      const statements = fixed.split('\n').filter(Boolean);
      for (const statement of statements.slice(0, 2)) await client.query(statement);
      const scans = async () => {
        const { rows } = await client.query("SELECT pg_stat_get_xact_numscans('events_1'::regclass)::int AS scans");
        return rows[0]?.scans;
      };
      await client.query('BEGIN');
      const before = await scans();
      await client.query(statements[2] ?? '');
      expect(await scans()).toBe(before);
      await client.query('COMMIT');
      expect(await codeOf(client.query(statements[3] ?? ''))).toBe('accepted');
    });
  });

  it('sequence-left-behind: the sequence comes to the number later, and its move is right for an empty table too', async () => {
    const address = await database(sandbox, 'CREATE TABLE plans (id bigserial PRIMARY KEY, name text);');
    const move = "SELECT setval(pg_get_serial_sequence('plans', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM plans";
    await withClient(address, async (client) => {
      const insert = "INSERT INTO plans (name) VALUES ('x') RETURNING id::int";
      await client.query(move);
      expect((await client.query(insert)).rows).toEqual([{ id: 1 }]);
      await client.query("INSERT INTO plans (id, name) VALUES (2, 'two'), (3, 'three')");
      expect(await codeOf(client.query(insert))).toBe('23505');
      await client.query(move);
      expect((await client.query(insert)).rows).toEqual([{ id: 4 }]);
    });
  });

  it('small-key: the end is the end', async () => {
    const setup = "CREATE TABLE t (id serial PRIMARY KEY);\nSELECT setval('t_id_seq', 2147483647);";
    expect(await attempt(setup, 'INSERT INTO t DEFAULT VALUES')).toBe('2200H');
    const identity = 'CREATE TABLE t (id smallint GENERATED ALWAYS AS IDENTITY (START WITH 32767));\nINSERT INTO t DEFAULT VALUES;';
    expect(await attempt(identity, 'INSERT INTO t DEFAULT VALUES')).toBe('2200H');
  });

  it('discouraged-type: json has no equality, char pads, timestamp loses the zone', async () => {
    expect(await attempt("CREATE TABLE t (j json);\nINSERT INTO t VALUES ('{}');", 'SELECT DISTINCT j FROM t')).toBe('42883');
    const address = await database(
      sandbox,
      "CREATE TABLE t (c char(3), at timestamp);\nINSERT INTO t VALUES ('a', '2026-01-01 00:00+05');",
    );
    await withClient(address, async (client) => {
      const { rows } = await client.query("SELECT octet_length(c) AS bytes, c = 'a   ' AS same, at::text AS at FROM t");
      expect(rows).toEqual([{ bytes: 3, same: true, at: '2026-01-01 00:00:00' }]);
    });
  });

  it('setting-leaks: SET stays when its transaction has committed, SET LOCAL does not', async () => {
    const address = await database(sandbox, 'SELECT 1');
    await withClient(address, async (client) => {
      const path = async () => (await client.query('SHOW search_path')).rows[0]?.search_path;
      const usual = await path();
      await client.query('BEGIN; SET LOCAL search_path TO app; COMMIT');
      expect(await path()).toBe(usual);
      await client.query('BEGIN; SET search_path TO app; COMMIT');
      expect(await path()).toBe('app');
    });
  });

  it('blocks: CONCURRENTLY is refused in one, COMMIT is in one that runs in a transaction', async () => {
    const table = 'CREATE TABLE t (a int);';
    expect(await attempt(table, 'DO $$ BEGIN CREATE INDEX CONCURRENTLY i ON t (a); END $$')).toBe('25001');
    expect(await attempt(table, "DO $$ BEGIN COMMIT; EXECUTE 'CREATE INDEX CONCURRENTLY i ON t (a)'; END $$")).toBe('25001');
    const batch = 'DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$';
    expect(await attempt(table, batch)).toBe('accepted');
    expect(await attempt(table, 'BEGIN', batch)).toBe('2D000');
    expect(await attempt(table, `SELECT 1; ${batch}`)).toBe('2D000');
  });
});
