/** A statement, the last of `migration`, and what the dirt for it must be. */
export interface Shape {
  readonly name: string;
  readonly before: string;
  readonly migration: string;
  /** The server's answer to the statement. */
  readonly code: string;
  readonly description: RegExp;
  readonly rows: number;
  /** In the SQL that puts the rows in. */
  readonly text?: RegExp;
  /** Generated rows per table; 20 where nothing is said. */
  readonly generated?: number;
  /** The statement itself has to be changed: no repair of rows lets it pass. */
  readonly beyondRepair?: boolean;
}

const users = `CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, nick text, age text, price numeric(12,2) NOT NULL DEFAULT 1,
  active boolean NOT NULL DEFAULT true, data jsonb, born date, deleted_at timestamptz);`;
const teams = `CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE members (id serial PRIMARY KEY, team_id int NOT NULL, name text);`;
const tenants = `CREATE TABLE places (tenant int NOT NULL, code text NOT NULL, name text, PRIMARY KEY (tenant, code));
CREATE TABLE visits (id serial PRIMARY KEY, tenant int, code text);
INSERT INTO places SELECT g, 'c' || g FROM generate_series(1, 30) g; INSERT INTO visits (tenant, code) SELECT tenant, code FROM places;`;
const events = `CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 (id bigint NOT NULL, at date NOT NULL CHECK (at >= '2023-01-01'), kind text);
INSERT INTO events_2025 SELECT g, date '2025-01-01' + g, 'x' FROM generate_series(1, 30) g;`;

export const shapes: readonly Shape[] = [
  {
    name: 'unique index',
    before: users,
    migration: 'CREATE UNIQUE INDEX ON users (nick);',
    code: '23505',
    description: /same nick/,
    rows: 2,
  },
  {
    name: 'unique index over an expression, built concurrently',
    before: users,
    migration: 'CREATE UNIQUE INDEX CONCURRENTLY u ON users (lower(email));',
    code: '23505',
    description: /same lower\(email\)/,
    rows: 2,
  },
  {
    name: 'partial unique index over several columns',
    before: users,
    migration: 'CREATE UNIQUE INDEX ON users (nick, born) WHERE deleted_at IS NULL AND NOT active;',
    code: '23505',
    description: /same nick, born where/,
    rows: 2,
    text: /false/,
  },
  {
    name: 'unique constraint that takes NULLs for equal',
    before: users,
    migration: 'ALTER TABLE users ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (nick);',
    code: '23505',
    description: /same nick/,
    rows: 2,
  },
  {
    name: 'primary key over columns that may be NULL',
    before: 'CREATE TABLE links (source int, target int, note text); INSERT INTO links SELECT g, g FROM generate_series(1, 30) g;',
    migration: 'ALTER TABLE links ADD PRIMARY KEY (source, target);',
    code: '23505',
    description: /same source, target/,
    rows: 2,
  },
  {
    name: 'exclusion of ranges that overlap',
    before: 'CREATE TABLE stays (id serial PRIMARY KEY, during daterange NOT NULL);',
    migration: 'ALTER TABLE stays ADD CONSTRAINT once EXCLUDE USING gist (during WITH &&);',
    code: '23P01',
    description: /same during/,
    rows: 2,
  },
  {
    name: 'NOT NULL',
    before: users,
    migration: 'ALTER TABLE users ALTER COLUMN nick SET NOT NULL;',
    code: '23502',
    description: /nick is NULL/,
    rows: 1,
    text: /NULL/,
  },
  {
    name: 'CHECK that asks for a value, validated later',
    before: users,
    migration: 'ALTER TABLE users ADD CONSTRAINT c CHECK (nick IS NOT NULL) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT c;',
    code: '23514',
    description: /does not meet nick IS NOT NULL/,
    rows: 1,
    text: /NULL/,
  },
  {
    name: 'CHECK of a number',
    before: users,
    migration: 'ALTER TABLE users ADD CHECK (price > 0);',
    code: '23514',
    description: /does not meet price > 0/,
    rows: 1,
  },
  {
    name: 'CHECK of a list, of a length and of a pattern',
    before:
      "CREATE TABLE codes (id serial PRIMARY KEY, code text NOT NULL); INSERT INTO codes (code) SELECT 'AB' FROM generate_series(1, 30);",
    migration: "ALTER TABLE codes ADD CHECK (code IN ('AB', 'CD') AND length(code) = 2 AND code ~ '^[A-Z]+$');",
    code: '23514',
    description: /does not meet code IN/,
    rows: 1,
  },
  {
    name: 'CHECK over two columns',
    before:
      "CREATE TABLE spans (id serial PRIMARY KEY, since date NOT NULL, until date NOT NULL); INSERT INTO spans (since, until) SELECT date '2024-01-01' + g, date '2025-01-01' + g FROM generate_series(1, 30) g;",
    migration: 'ALTER TABLE spans ADD CHECK (since <= until);',
    code: '23514',
    description: /does not meet since <= until/,
    rows: 1,
  },
  {
    name: 'foreign key',
    before: teams,
    migration: 'ALTER TABLE members ADD FOREIGN KEY (team_id) REFERENCES teams (id);',
    code: '23503',
    description: /team_id is in no row of teams/,
    rows: 1,
  },
  {
    name: 'foreign key of two columns, validated later',
    before: tenants,
    migration:
      'ALTER TABLE visits ADD CONSTRAINT f FOREIGN KEY (tenant, code) REFERENCES places NOT VALID;\nALTER TABLE visits VALIDATE CONSTRAINT f;',
    code: '23503',
    description: /\(tenant, code\) is in no row of places/,
    rows: 1,
  },
  {
    name: 'foreign key to itself',
    before:
      'CREATE TABLE nodes (id int PRIMARY KEY, parent int); INSERT INTO nodes SELECT g, nullif(g / 2, 0) FROM generate_series(1, 30) g;',
    migration: 'ALTER TABLE nodes ADD FOREIGN KEY (parent) REFERENCES nodes (id);',
    code: '23503',
    description: /parent is in no row of nodes/,
    rows: 1,
  },
  {
    name: 'constraint that was NOT VALID before the migration',
    before: `${users}\nALTER TABLE users ADD CONSTRAINT positive CHECK (price > 0) NOT VALID;`,
    migration: 'ALTER TABLE users VALIDATE CONSTRAINT positive;',
    code: '23514',
    description: /does not meet/,
    rows: 1,
    text: /DROP CONSTRAINT positive;[\s\S]*INSERT[\s\S]*ADD CONSTRAINT positive CHECK .* NOT VALID;/,
  },
  {
    name: 'text to integer',
    before: `${users.replace('age text', "age text DEFAULT '7'")}`,
    migration: 'ALTER TABLE users ALTER COLUMN age DROP DEFAULT;\nALTER TABLE users ALTER COLUMN age TYPE integer USING age::integer;',
    code: '22P02',
    description: /age can't become integer \(the text 'not a number'\)/,
    rows: 1,
  },
  {
    name: 'shorter varchar',
    before: users,
    migration: 'ALTER TABLE users ALTER COLUMN nick TYPE varchar(30);',
    code: '22001',
    description: /31 characters/,
    rows: 1,
  },
  {
    name: 'smaller numeric',
    before: users,
    migration: 'ALTER TABLE users ALTER COLUMN price TYPE numeric(6,2);',
    code: '22003',
    description: /10000/,
    rows: 1,
  },
  {
    name: 'bigint to integer',
    before: 'CREATE TABLE n (id serial PRIMARY KEY, size bigint NOT NULL);',
    migration: 'ALTER TABLE n ALTER COLUMN size TYPE integer;',
    code: '22003',
    description: /3000000000/,
    rows: 1,
  },
  {
    name: 'text to an enum that the migration makes',
    before:
      "CREATE TABLE jobs (id serial PRIMARY KEY, state text NOT NULL DEFAULT 'open'); INSERT INTO jobs (state) SELECT 'open' FROM generate_series(1, 30);",
    migration:
      "CREATE TYPE state AS ENUM ('open', 'done');\nALTER TABLE jobs ALTER COLUMN state DROP DEFAULT;\nALTER TABLE jobs ALTER COLUMN state TYPE state USING state::state;",
    code: '22P02',
    description: /state can't become state/,
    rows: 1,
  },
  {
    name: 'required column on a table that was empty',
    before: users,
    migration: 'ALTER TABLE users ADD COLUMN country text NOT NULL;',
    code: '23502',
    description: /a row in users/,
    rows: 1,
    generated: 0,
    beyondRepair: true,
  },
  {
    name: 'row that is there already',
    before: teams,
    migration: "INSERT INTO teams (id, name) VALUES (700, 'seven'), (800, 'eight');",
    code: '23505',
    description: /id = 700/,
    rows: 1,
  },
  {
    name: 'backfill that leaves a NULL behind',
    before: `${users}`,
    migration:
      'ALTER TABLE users ADD COLUMN label text;\nUPDATE users SET label = nick;\nALTER TABLE users ALTER COLUMN label SET NOT NULL;',
    code: '23502',
    description: /nick is NULL/,
    rows: 1,
  },
  {
    name: 'update that makes keys equal',
    before: `${users}\nCREATE UNIQUE INDEX users_email ON users (email);`,
    migration: 'UPDATE users SET email = lower(email);',
    code: '23505',
    description: /upper and lower case/,
    rows: 2,
  },
  {
    name: 'delete of a row that another refers to',
    before: `${teams}\nALTER TABLE members ADD FOREIGN KEY (team_id) REFERENCES teams (id);`,
    migration: "DELETE FROM teams WHERE name = 'old team';",
    code: '23503',
    description: /refers by members_team_id_fkey/,
    rows: 2,
    text: /old team/,
  },
  {
    name: 'value too long for an index',
    before: users,
    migration: 'CREATE INDEX ON users (email);',
    code: '54000',
    description: /too long for an index/,
    rows: 1,
  },
  {
    name: 'index over a cast',
    before:
      'CREATE TABLE logs (id serial PRIMARY KEY, size text NOT NULL); INSERT INTO logs (size) SELECT g::text FROM generate_series(1, 30) g;',
    migration: 'CREATE INDEX ON logs ((size::integer));',
    code: '22P02',
    description: /on which \(size::integer\) fails/,
    rows: 1,
  },
  {
    name: 'partition with a row out of its bound',
    before: events,
    migration: "ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');",
    code: '23514',
    description: /not FOR VALUES FROM/,
    rows: 1,
  },
  {
    name: 'partition beside a default one',
    before:
      "CREATE TABLE m (id int, region text) PARTITION BY LIST (region); CREATE TABLE m_rest PARTITION OF m DEFAULT; INSERT INTO m SELECT g, 'other' FROM generate_series(1, 30) g;",
    migration: "CREATE TABLE m_eu PARTITION OF m FOR VALUES IN ('eu');",
    code: '23514',
    description: /in the DEFAULT partition/,
    rows: 1,
  },
  {
    name: 'block that looks for itself',
    before: users,
    migration: "DO $$ BEGIN IF EXISTS (SELECT FROM users WHERE nick IS NULL) THEN RAISE EXCEPTION 'nick is missing'; END IF; END $$;",
    code: 'P0001',
    description: /nick is NULL/,
    rows: 1,
  },
  {
    name: 'domain that asks for more',
    before:
      "CREATE DOMAIN label AS text; CREATE TABLE tags (id serial PRIMARY KEY, tag label NOT NULL); INSERT INTO tags (tag) SELECT 'x' FROM generate_series(1, 30);",
    migration: 'ALTER DOMAIN label ADD CONSTRAINT short CHECK (length(VALUE) < 3);',
    code: '23514',
    description: /tag does not meet/,
    rows: 1,
  },
];
