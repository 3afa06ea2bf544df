import { executeSteps } from '../../../src/engines/postgres/steps';
import { killInside } from './interrupt';
import { address, execute, type Scene } from './scenes';

export interface ModeCase {
  readonly name: string;
  /** The modes that must be found, among others. */
  readonly modes: readonly string[];
  readonly base: string;
  readonly migration: string;
  readonly completed: number;
  /** What interrupts it really, in the partial database. */
  readonly interrupt?: (scene: Scene) => Promise<void>;
  /** A plain query on the partial database, and its rows: the mode is really there. */
  readonly sight: readonly [string, readonly Record<string, unknown>[]];
  /** What is said to be lost, by way; absent where the way is verified whole. */
  readonly loses?: { readonly back?: RegExp; readonly forward?: RegExp };
  /** Tables whose rows the loss is about. */
  readonly lostTables?: readonly string[];
  /** What the executed steps must say, by way. */
  readonly says?: { readonly back?: RegExp; readonly forward?: RegExp };
}

const statement = (scene: Scene, index: number) => scene.trace.migration.up.statements[index - 1]?.sent ?? '';

/** Runs a statement that the server refuses. */
async function refused(scene: Scene, index: number): Promise<void> {
  const outcome = await executeSteps(address(scene), [statement(scene, index)], scene.laboratory.signal);
  if (outcome.ok) throw new Error('The statement was not refused.');
}

const people = `CREATE TABLE people (id serial PRIMARY KEY, email text, country text, points integer NOT NULL DEFAULT 0, note text);
INSERT INTO people (email, country, points, note) SELECT 'p' || g || '@example.com', CASE g % 2 WHEN 0 THEN 'Germany' ELSE 'France' END, g, 'note ' || g FROM generate_series(1, 40) g;`;

const orders = `${people}
CREATE TABLE orders (id serial PRIMARY KEY, person_id integer NOT NULL REFERENCES people, total numeric NOT NULL);
INSERT INTO orders (person_id, total) SELECT 1 + g % 40, g FROM generate_series(1, 60) g;`;

const batches = (update: string) => `DO $$ DECLARE low integer := 0; BEGIN
  WHILE low < 40 LOOP ${update} WHERE id > low AND id <= low + 10; COMMIT; low := low + 10; END LOOP; END $$;`;

export const modeCases: readonly ModeCase[] = [
  {
    name: 'CREATE INDEX CONCURRENTLY killed while it waits for a writer',
    modes: ['invalid index left by a concurrent build'],
    base: people,
    migration: `CREATE TABLE marks (id integer); CREATE INDEX CONCURRENTLY people_email ON people (email); ALTER TABLE people ADD COLUMN z integer;`,
    completed: 1,
    interrupt: (scene) => killInside(address(scene), ["INSERT INTO people (email) VALUES ('late')"], statement(scene, 2)),
    says: {
      back: /DROP INDEX CONCURRENTLY/,
      forward: /^DROP INDEX CONCURRENTLY public.people_email;[\s\S]*CREATE INDEX CONCURRENTLY people_email/,
    },
    sight: ['SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid', [{ name: 'people_email' }]],
  },
  {
    name: 'CREATE UNIQUE INDEX CONCURRENTLY that meets duplicates which the migration removes',
    modes: ['invalid index left by a concurrent build'],
    base: `${people} INSERT INTO people (email) VALUES ('p1@example.com');`,
    migration:
      'CREATE TABLE marks (id integer); DELETE FROM people WHERE id = 41; CREATE UNIQUE INDEX CONCURRENTLY people_email ON people (email);',
    completed: 1,
    interrupt: async (scene) => {
      await execute(scene.laboratory, scene.partial, []);
      await refused(scene, 3);
    },
    sight: ['SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid', [{ name: 'people_email' }]],
  },
  {
    name: 'CREATE UNIQUE INDEX CONCURRENTLY that meets a duplicate which somebody has added',
    modes: ['invalid index left by a concurrent build', 'rows that break a statement'],
    base: people,
    migration: 'CREATE TABLE marks (id integer); CREATE UNIQUE INDEX CONCURRENTLY people_email ON people (email);',
    completed: 1,
    interrupt: async (scene) => {
      await execute(scene.laboratory, scene.partial, ["INSERT INTO people (email) VALUES ('p1@example.com')"]);
      await refused(scene, 2);
    },
    sight: ['SELECT count(*)::int AS rows, count(DISTINCT email)::int AS different FROM people', [{ rows: 41, different: 40 }]],
    loses: { forward: /share email/ },
    lostTables: ['people'],
  },
  {
    name: 'REINDEX CONCURRENTLY killed before the new index is built, on a table with TOAST',
    modes: ['index left by REINDEX CONCURRENTLY'],
    base: people,
    migration: 'CREATE TABLE marks (id integer); REINDEX TABLE CONCURRENTLY people; CREATE TABLE done (id integer);',
    completed: 1,
    interrupt: (scene) => killInside(address(scene), ["INSERT INTO people (email) VALUES ('late')"], statement(scene, 2)),
    says: { forward: /DROP INDEX CONCURRENTLY pg_toast\./ },
    sight: [
      "SELECT count(*)::int AS invalid, count(*) FILTER (WHERE c.relnamespace = 'pg_toast'::regnamespace)::int AS toast FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT indisvalid AND relname ~ '_ccnew'",
      [{ invalid: 2, toast: 1 }],
    ],
  },
  {
    name: 'REINDEX CONCURRENTLY killed after the exchange: the old index is left',
    modes: ['index left by REINDEX CONCURRENTLY'],
    base: people,
    migration: 'CREATE TABLE marks (id integer); REINDEX INDEX CONCURRENTLY people_pkey; CREATE TABLE done (id integer);',
    completed: 1,
    // An old reader does not stop the build of the new index, and keeps the old one from being dropped.
    interrupt: (scene) => killInside(address(scene), ['SELECT FROM people'], statement(scene, 2)),
    says: { back: /DROP INDEX CONCURRENTLY public.people_pkey_ccold/, forward: /DROP INDEX CONCURRENTLY public.people_pkey_ccold/ },
    sight: ['SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid', [{ name: 'people_pkey_ccold' }]],
  },
  {
    name: 'REINDEX CONCURRENTLY of a partitioned table, killed in a partition',
    modes: ['index left by REINDEX CONCURRENTLY'],
    base: `CREATE TABLE log (id integer, at date NOT NULL) PARTITION BY RANGE (at); CREATE INDEX log_at ON log (at);
      CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
      CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01'); INSERT INTO log VALUES (1, '2020-02-02'), (2, '2021-02-02');`,
    migration: 'CREATE TABLE marks (id integer); REINDEX TABLE CONCURRENTLY log; CREATE TABLE done (id integer);',
    completed: 1,
    interrupt: (scene) =>
      killInside(address(scene), ['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'SELECT FROM marks'], statement(scene, 2)),
    sight: ['SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid', [{ name: 'log_1_at_idx_ccnew' }]],
  },
  {
    name: 'DETACH PARTITION CONCURRENTLY killed in between',
    modes: ['detach of a partition pending'],
    base: `CREATE TABLE log (id integer, at date NOT NULL) PARTITION BY RANGE (at);
      CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
      CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01'); INSERT INTO log VALUES (1, '2020-02-02'), (2, '2021-02-02');`,
    migration:
      'CREATE TABLE marks (id integer); ALTER TABLE log DETACH PARTITION log_2 CONCURRENTLY; ALTER TABLE log_2 ADD COLUMN why text;',
    completed: 1,
    interrupt: (scene) => killInside(address(scene), ['SELECT * FROM log'], statement(scene, 2)),
    says: { back: /FINALIZE[\s\S]*ATTACH PARTITION/, forward: /FINALIZE/ },
    sight: ['SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhdetachpending', [{ name: 'log_2' }]],
  },
  {
    name: 'a foreign key NOT VALID, with orphans, that can not be validated',
    modes: ['constraint NOT VALID and never validated', 'rows that break a statement'],
    base: `${people} CREATE TABLE visits (id serial PRIMARY KEY, person_id integer); INSERT INTO visits (person_id) VALUES (1), (2), (NULL);`,
    migration: `ALTER TABLE visits ADD CONSTRAINT visits_person FOREIGN KEY (person_id) REFERENCES people NOT VALID; ALTER TABLE visits VALIDATE CONSTRAINT visits_person;`,
    completed: 1,
    interrupt: async (scene) => {
      await execute(scene.laboratory, scene.partial, [
        'ALTER TABLE visits DISABLE TRIGGER ALL; UPDATE visits SET person_id = 999 WHERE id = 2; ALTER TABLE visits ENABLE TRIGGER ALL',
      ]);
      await refused(scene, 2);
    },
    says: { back: /DROP CONSTRAINT visits_person/, forward: /SET person_id = NULL[\s\S]*VALIDATE CONSTRAINT/ },
    sight: [
      "SELECT convalidated, (SELECT count(*)::int FROM visits v WHERE person_id IS NOT NULL AND NOT EXISTS (SELECT FROM people p WHERE p.id = v.person_id)) AS orphans FROM pg_constraint WHERE conname = 'visits_person'",
      [{ convalidated: false, orphans: 1 }],
    ],
    loses: { back: /visits/, forward: /person_id/ },
    lostTables: ['visits'],
  },
  {
    name: 'a foreign key NOT ENFORCED, never enforced',
    modes: ['constraint NOT ENFORCED'],
    base: `${people} CREATE TABLE visits (id serial PRIMARY KEY, person_id integer); INSERT INTO visits (person_id) VALUES (1), (2), (NULL);`,
    migration: `ALTER TABLE visits ADD CONSTRAINT visits_person FOREIGN KEY (person_id) REFERENCES people NOT ENFORCED; ALTER TABLE visits ALTER CONSTRAINT visits_person ENFORCED; CREATE TABLE done (id integer);`,
    completed: 1,
    sight: ["SELECT conenforced FROM pg_constraint WHERE conname = 'visits_person'", [{ conenforced: false }]],
  },
  {
    name: 'a foreign key switched off and not on again',
    modes: ['constraint NOT ENFORCED'],
    base: orders,
    migration: `ALTER TABLE orders ALTER CONSTRAINT orders_person_id_fkey NOT ENFORCED; CREATE TABLE marks (id integer); ALTER TABLE orders ALTER CONSTRAINT orders_person_id_fkey ENFORCED;`,
    completed: 2,
    says: { back: /ALTER CONSTRAINT orders_person_id_fkey ENFORCED/ },
    sight: ["SELECT conenforced FROM pg_constraint WHERE conname = 'orders_person_id_fkey'", [{ conenforced: false }]],
  },
  {
    name: 'a load under session_replication_role, stopped before the parents came',
    modes: ['foreign key bypassed'],
    base: orders,
    migration: `SET session_replication_role = replica; INSERT INTO orders (id, person_id, total) VALUES (101, 901, 1), (102, 902, 2);
      INSERT INTO people (id, email) VALUES (901, 'x'), (902, 'y'); SET session_replication_role = origin;`,
    completed: 2,
    says: {
      back: /DELETE FROM/,
      forward: /ALTER CONSTRAINT orders_person_id_fkey NOT ENFORCED;\n.*ALTER CONSTRAINT orders_person_id_fkey ENFORCED/,
    },
    sight: [
      'SELECT count(*)::int AS orphans FROM orders o WHERE NOT EXISTS (SELECT FROM people p WHERE p.id = o.person_id)',
      [{ orphans: 2 }],
    ],
  },
  {
    name: 'triggers disabled for a load',
    modes: ['trigger disabled'],
    base: `${orders} CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := ''stamped''; RETURN NEW; END';
      CREATE TRIGGER people_stamp BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION stamp();`,
    migration: `ALTER TABLE people DISABLE TRIGGER ALL; INSERT INTO people (id, email) VALUES (500, 'x'); ALTER TABLE people ENABLE TRIGGER ALL;`,
    completed: 2,
    says: { back: /ENABLE TRIGGER/ },
    sight: ["SELECT tgenabled FROM pg_trigger WHERE tgname = 'people_stamp'", [{ tgenabled: 'D' }]],
  },
  {
    name: 'a batched backfill of a new column, killed in its third batch',
    modes: ['half a batch or backfill'],
    base: people,
    migration: `ALTER TABLE people ADD COLUMN size text; ${batches("UPDATE people SET size = 'small'")} ALTER TABLE people ALTER COLUMN size SET NOT NULL;`,
    completed: 1,
    interrupt: (scene) => killInside(address(scene), ['SELECT FROM people WHERE id = 25 FOR UPDATE'], statement(scene, 2)),
    sight: ['SELECT count(size)::int AS filled FROM people', [{ filled: 20 }]],
  },
  {
    name: 'batches that raise a number, killed in between: running them again would raise it twice',
    modes: ['half a batch or backfill'],
    base: people,
    migration: `CREATE TABLE marks (id integer); ${batches('UPDATE people SET points = points + 100')} CREATE TABLE done (id integer);`,
    completed: 1,
    interrupt: (scene) => killInside(address(scene), ['SELECT FROM people WHERE id = 25 FOR UPDATE'], statement(scene, 2)),
    says: { back: /points - 100/, forward: /points - 100 WHERE id <= 20;\nDO/ },
    sight: ['SELECT count(*)::int AS raised FROM people WHERE points > 100', [{ raised: 20 }]],
  },
  {
    name: 'batches that write names in place of others, killed in between',
    modes: ['half a batch or backfill'],
    base: people,
    migration: `CREATE TABLE marks (id integer); ${batches("UPDATE people SET country = CASE country WHEN 'Germany' THEN 'DE' WHEN 'France' THEN 'FR' END")} CREATE TABLE done (id integer);`,
    completed: 1,
    interrupt: (scene) => killInside(address(scene), ['SELECT FROM people WHERE id = 25 FOR UPDATE'], statement(scene, 2)),
    says: { back: /WHEN 'DE' THEN 'Germany'/ },
    sight: ["SELECT count(*)::int AS short FROM people WHERE country IN ('DE', 'FR')", [{ short: 20 }]],
  },
  {
    name: 'batches that copy rows into another table, killed in between',
    modes: ['half a batch or backfill'],
    base: `${people} CREATE TABLE copies (id serial PRIMARY KEY, email text); INSERT INTO copies (email) VALUES ('old');`,
    migration: `CREATE TABLE marks (id integer); ${batches('INSERT INTO copies (email) SELECT email FROM people')} CREATE TABLE done (id integer);`,
    completed: 1,
    interrupt: (scene) =>
      killInside(address(scene), ['LOCK TABLE copies IN SHARE MODE'], statement(scene, 2)).then(() =>
        execute(scene.laboratory, scene.partial, ['INSERT INTO copies (email) SELECT email FROM people WHERE id <= 20']),
      ),
    sight: ['SELECT count(*)::int AS rows FROM copies', [{ rows: 21 }]],
  },
  {
    name: 'rows that came twice, because the statement was run again',
    modes: ['duplicates after a retry'],
    base: `${people} CREATE TABLE mails (id serial PRIMARY KEY, address text, person_id integer); INSERT INTO mails (address) VALUES ('same'), ('same');`,
    migration:
      'CREATE TABLE marks (id integer); INSERT INTO mails (address, person_id) SELECT email, id FROM people; CREATE TABLE done (id integer);',
    completed: 2,
    interrupt: (scene) => execute(scene.laboratory, scene.partial, [statement(scene, 2)]),
    says: { forward: /row_number\(\) OVER/ },
    sight: ['SELECT count(*)::int AS rows FROM mails', [{ rows: 82 }]],
  },
  {
    name: 'rows with keys of their own, stopped before the sequence was moved',
    modes: ['sequence behind its column'],
    base: people,
    migration: `INSERT INTO people (id, email) VALUES (900, 'x'); SELECT setval('people_id_seq', (SELECT max(id) FROM people)); CREATE TABLE done (id integer);`,
    completed: 1,
    says: { back: /DELETE FROM/ },
    sight: ['SELECT last_value::int FROM people_id_seq', [{ last_value: 40 }]],
  },
  {
    name: 'a sequence moved alone',
    modes: ['sequence moved'],
    base: people,
    migration: `SELECT setval('people_id_seq', 5000); CREATE TABLE done (id integer);`,
    completed: 1,
    says: { back: /setval\('public.people_id_seq', coalesce\(max\(id\), 1\), max\(id\) IS NOT NULL\)/ },
    sight: ['SELECT last_value::int FROM people_id_seq', [{ last_value: 5000 }]],
  },
  {
    name: 'a table swap by a bare copy, stopped between the renames',
    modes: ['table swap incomplete'],
    base: `${orders} CREATE VIEW emails AS SELECT id, email FROM people; CREATE ROLE swap_reader; GRANT SELECT ON people TO swap_reader;`,
    migration: `CREATE TABLE people_new AS SELECT * FROM people; ALTER TABLE people RENAME TO people_old; ALTER TABLE people_new RENAME TO people; CREATE TABLE done (id integer);`,
    completed: 2,
    says: { back: /RENAME TO people/ },
    sight: ["SELECT to_regclass('people') IS NULL AS missing", [{ missing: true }]],
  },
  {
    name: 'an enum value added and used',
    modes: ['enum value added'],
    base: `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE moods (id serial PRIMARY KEY, mood mood DEFAULT 'ok'); INSERT INTO moods (mood) SELECT 'sad' FROM generate_series(1, 5);
      CREATE VIEW sad AS SELECT id FROM moods WHERE mood = 'sad'; CREATE INDEX moods_mood ON moods (mood);`,
    migration: `ALTER TYPE mood ADD VALUE 'happy' BEFORE 'ok'; INSERT INTO moods (mood) VALUES ('happy'); CREATE TABLE done (id integer);`,
    completed: 2,
    says: { back: /BEGIN;\n[\s\S]*DROP TYPE public.mood_replaced;\nCOMMIT/ },
    sight: ['SELECT enum_range(NULL::mood)::text AS labels', [{ labels: '{sad,happy,ok}' }]],
  },
  {
    name: 'a published table whose columns changed',
    modes: ['replica diverged'],
    base: `${people} CREATE PUBLICATION news FOR TABLE people;`,
    migration: 'ALTER TABLE people ADD COLUMN size text; CREATE TABLE done (id integer); CREATE TABLE more (id integer);',
    completed: 1,
    sight: ["SELECT count(*)::int AS published FROM pg_publication_tables WHERE tablename = 'people'", [{ published: 1 }]],
  },
  {
    name: 'settings of the database',
    modes: ['settings, subscriptions or large objects changed'],
    base: people,
    migration: `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = %L', current_database(), '8MB'); END $$; CREATE TABLE done (id integer); CREATE TABLE more (id integer);`,
    completed: 1,
    sight: [
      'SELECT setconfig[1] AS setting FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()',
      [{ setting: 'work_mem=8MB' }],
    ],
  },
  {
    name: 'a column copied, then dropped',
    modes: [],
    base: people,
    migration: `ALTER TABLE people ADD COLUMN mail varchar(80); UPDATE people SET mail = email; ALTER TABLE people DROP COLUMN email; CREATE TABLE done (id integer);`,
    completed: 3,
    says: { back: /RENAME COLUMN mail TO email/ },
    sight: [
      "SELECT count(*)::int AS columns FROM information_schema.columns WHERE table_name = 'people' AND column_name = 'email'",
      [{ columns: 0 }],
    ],
  },
  {
    name: 'a type without a way back',
    modes: [],
    base: `${people} ALTER TABLE people ADD COLUMN spot point NOT NULL DEFAULT '(1,2)'; CREATE VIEW spots AS SELECT id, spot FROM people;`,
    migration: `DROP VIEW spots; ALTER TABLE people ALTER COLUMN spot DROP DEFAULT; ALTER TABLE people ALTER COLUMN spot TYPE jsonb USING to_jsonb(spot[0]); CREATE TABLE done (id integer);`,
    completed: 3,
    sight: ["SELECT data_type FROM information_schema.columns WHERE column_name = 'spot'", [{ data_type: 'jsonb' }]],
    loses: { back: /people\.spot/ },
    lostTables: ['people'],
  },
  {
    name: 'a backfill of missing values into a column that was empty',
    modes: [],
    base: `${people} UPDATE people SET note = NULL;`,
    migration: `UPDATE people SET note = 'none' WHERE note IS NULL; CREATE TABLE done (id integer); CREATE TABLE more (id integer);`,
    completed: 1,
    says: { back: /SET note = NULL WHERE note IS NOT NULL/ },
    sight: ["SELECT count(*)::int AS filled FROM people WHERE note = 'none'", [{ filled: 40 }]],
  },
  {
    name: 'keys that were written: the rows are the old ones, and none is deleted',
    modes: [],
    base: people,
    migration: 'UPDATE people SET id = id + 1000; CREATE TABLE done (id integer); CREATE TABLE more (id integer);',
    completed: 1,
    sight: ['SELECT min(id) AS least FROM people', [{ least: 1001 }]],
    loses: { back: /keys of people/ },
    lostTables: ['people'],
  },
  {
    name: 'a merge that inserts and overwrites',
    modes: [],
    base: people,
    migration: `MERGE INTO people p USING (VALUES (1, 'Germany'), (77, 'Spain')) v (id, country) ON p.id = v.id WHEN MATCHED THEN UPDATE SET note = 'merged' WHEN NOT MATCHED THEN INSERT (id, country) VALUES (v.id, v.country);
      CREATE TABLE done (id integer); CREATE TABLE more (id integer);`,
    completed: 1,
    sight: ["SELECT count(*)::int AS merged FROM people WHERE note = 'merged' OR id = 77", [{ merged: 2 }]],
    loses: { back: /1 value of people\.note/ },
    lostTables: ['people'],
  },
];
