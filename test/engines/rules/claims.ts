/** What rules say about single statements, to be seen on a server: its locks, whether it writes or reads a table whole, and whether the rule speaks. */
export interface Claim {
  readonly rule: string;
  /** SQL before it, in a migration of its own. */
  readonly setup: string;
  readonly statement: string;
  /** Majors on which it holds; default: all. */
  readonly since?: number;
  readonly until?: number;
  /** Strongest lock per table. */
  readonly locks?: Readonly<Record<string, string>>;
  readonly rewritten?: readonly string[];
  /** Tables read from end to end. Absent: not claimed. */
  readonly scanned?: readonly string[];
  /** Does the rule find something? */
  readonly found: boolean;
}

const users = `CREATE TABLE users (id int PRIMARY KEY, email varchar(50), note text, amount numeric(10,2), at timestamp(3), network cidr, age int);
INSERT INTO users SELECT n, 'e' || n, 'n', n, now(), '10.0.0.0/8', n FROM generate_series(1, 500) AS n;
`;
const orders = `${users}CREATE TABLE orders (id int PRIMARY KEY, user_id int);
INSERT INTO orders SELECT n, n FROM generate_series(1, 500) AS n;
`;
const partitioned = `CREATE TABLE p (a int) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
`;
const exclusive = { users: 'ACCESS EXCLUSIVE' };

export const claims: readonly Claim[] = [
  // Maintenance
  ...[
    { statement: 'CLUSTER users USING users_pkey' },
    { statement: 'ALTER TABLE users SET UNLOGGED' },
    {
      statement: 'ALTER TABLE users SET ACCESS METHOD heap2',
      setup: 'CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;\n',
      since: 15,
    },
  ].map(({ statement, setup = '', since = 12 }) => ({
    rule: 'blocking-maintenance',
    setup: `${users}${setup}`,
    statement,
    locks: exclusive,
    rewritten: ['users'],
    since,
    found: true,
  })),

  // Partitions
  ...[
    { check: '', scanned: ['p2'], found: true },
    { check: 'ALTER TABLE p2 ADD CHECK (a IS NOT NULL AND a >= 10 AND a < 1000);\n', scanned: [], found: false },
    { check: 'ALTER TABLE p2 ADD CHECK (a IS NOT NULL AND a >= 10 AND a < 1000) NOT VALID;\n', scanned: ['p2'], found: true },
  ].map(({ check, scanned, found }) => ({
    rule: 'attach-partition-scan',
    setup: `${partitioned}CREATE TABLE p2 (a int);\nINSERT INTO p2 SELECT n FROM generate_series(10, 500) AS n;\n${check}`,
    statement: 'ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (1000)',
    locks: { p: 'SHARE UPDATE EXCLUSIVE', p2: 'ACCESS EXCLUSIVE' },
    scanned,
    found,
  })),

  // Locks by hand
  { rule: 'lock-held', setup: users, statement: 'LOCK TABLE users', locks: exclusive, found: true },
  { rule: 'lock-held', setup: users, statement: 'LOCK TABLE users IN ROW SHARE MODE', locks: { users: 'ROW SHARE' }, found: false },

  // Indexes
  {
    rule: 'index-not-concurrent',
    setup: users,
    statement: 'CREATE INDEX i ON users (email)',
    locks: { users: 'SHARE' },
    scanned: ['users'],
    found: true,
  },
  {
    rule: 'index-not-concurrent',
    setup: `${users}CREATE INDEX i ON users (email);`,
    statement: 'DROP INDEX i',
    locks: exclusive,
    found: true,
  },
  { rule: 'index-not-concurrent', setup: users, statement: 'REINDEX TABLE users', locks: { users: 'SHARE' }, found: true },
  { rule: 'index-not-concurrent', setup: users, statement: 'REINDEX INDEX users_pkey', locks: { users: 'SHARE' }, found: true },
  {
    rule: 'index-not-concurrent',
    setup: users,
    statement: 'ALTER TABLE users ADD UNIQUE (email)',
    locks: exclusive,
    scanned: ['users'],
    found: true,
  },
  { rule: 'index-not-concurrent', setup: users, statement: 'ALTER TABLE users ADD COLUMN k int UNIQUE', locks: exclusive, found: true },
  {
    rule: 'index-not-concurrent',
    setup: `${users}CREATE UNIQUE INDEX i ON users (email);`,
    statement: 'ALTER TABLE users ADD CONSTRAINT k UNIQUE USING INDEX i',
    locks: exclusive,
    rewritten: [],
    scanned: [],
    found: false,
  },
  {
    rule: 'index-not-concurrent',
    setup: 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;\nCREATE UNIQUE INDEX i ON m (a);',
    statement: 'REFRESH MATERIALIZED VIEW m',
    locks: { m: 'ACCESS EXCLUSIVE' },
    found: true,
  },
  {
    // The one CONCURRENTLY that may run inside a transaction.
    rule: 'index-not-concurrent',
    setup: 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;\nCREATE UNIQUE INDEX i ON m (a);',
    statement: 'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
    locks: { m: 'EXCLUSIVE' },
    found: false,
  },
  {
    rule: 'index-not-concurrent',
    setup: partitioned,
    statement: 'ALTER TABLE p DETACH PARTITION p1',
    locks: { p: 'ACCESS EXCLUSIVE', p1: 'ACCESS EXCLUSIVE' },
    since: 14,
    found: true,
  },

  // New columns
  ...[
    'token uuid DEFAULT gen_random_uuid()',
    'r float DEFAULT random()',
    'c timestamptz DEFAULT clock_timestamp()',
    's bigserial',
    'g int GENERATED ALWAYS AS IDENTITY',
    'u text GENERATED ALWAYS AS (upper(note)) STORED',
  ].map((column) => ({
    rule: 'add-column-rewrite',
    setup: users,
    statement: `ALTER TABLE users ADD COLUMN ${column}`,
    locks: exclusive,
    rewritten: ['users'],
    found: true,
    // gen_random_uuid() is built in from 13 on.
    ...(column.startsWith('token') && { since: 13 }),
  })),
  ...[
    { domain: 'CREATE DOMAIN pos AS int CHECK (VALUE > 0)', rewritten: ['users'] },
    { domain: 'CREATE DOMAIN whole AS int CHECK (VALUE > 0);\nCREATE DOMAIN pos AS whole', rewritten: ['users'] },
    { domain: 'CREATE DOMAIN pos AS int', rewritten: [] },
  ].flatMap(({ domain, rewritten }) =>
    ['d pos', 'd pos DEFAULT 1'].map((column) => ({
      rule: 'add-column-rewrite',
      setup: `${users}${domain};\n`,
      statement: `ALTER TABLE users ADD COLUMN ${column}`,
      locks: exclusive,
      rewritten,
      found: rewritten.length > 0,
    })),
  ),
  ...[
    { routine: "LANGUAGE plpgsql AS $$ BEGIN RETURN 'eu'; END $$", rewritten: ['users'] },
    { routine: "LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN 'eu'; END $$", rewritten: [] },
    { routine: 'LANGUAGE sql IMMUTABLE AS $$ SELECT random()::text $$', rewritten: [] },
    { routine: "LANGUAGE sql AS $$ SELECT 'eu' $$", rewritten: [] },
    { routine: 'LANGUAGE sql AS $$ SELECT now()::text $$', rewritten: [] },
    { routine: "LANGUAGE sql SECURITY DEFINER AS $$ SELECT 'eu' $$", rewritten: ['users'] },
    { routine: "LANGUAGE sql SET search_path = public AS $$ SELECT 'eu' $$", rewritten: ['users'] },
    { routine: 'LANGUAGE sql AS $$ SELECT random()::text $$', rewritten: ['users'] },
    { routine: 'LANGUAGE sql AS $$ SELECT min(email) FROM users $$', rewritten: ['users'] },
  ].map(({ routine, rewritten }) => ({
    rule: 'add-column-rewrite',
    setup: `${users}CREATE FUNCTION region() RETURNS text ${routine};\n`,
    statement: 'ALTER TABLE users ADD COLUMN region text DEFAULT region()',
    rewritten,
    found: rewritten.length > 0,
  })),
  ...[
    'a int',
    'b int NOT NULL DEFAULT 5',
    'c timestamptz DEFAULT now()',
    "d jsonb DEFAULT '{}'::jsonb",
    'e date DEFAULT current_date',
    "f text DEFAULT upper('x')",
  ].map((column) => ({
    rule: 'add-column-rewrite',
    setup: users,
    statement: `ALTER TABLE users ADD COLUMN ${column}`,
    locks: exclusive,
    rewritten: [],
    found: false,
  })),
  {
    rule: 'add-column-rewrite',
    setup: users,
    statement: 'ALTER TABLE users ADD COLUMN v int GENERATED ALWAYS AS (age + 1) VIRTUAL',
    since: 18,
    locks: exclusive,
    rewritten: [],
    found: false,
  },

  // Types
  ...[
    'id TYPE bigint',
    'email TYPE varchar(20)',
    'note TYPE varchar(20)',
    'amount TYPE numeric(12,3)',
    'at TYPE timestamp(0)',
    'email TYPE text USING upper(email)',
    'age TYPE text',
  ].map((change) => ({
    rule: 'column-type-rewrite',
    setup: users,
    statement: `ALTER TABLE users ALTER COLUMN ${change}`,
    locks: exclusive,
    rewritten: ['users'],
    found: true,
  })),
  ...[
    'email TYPE varchar(100)',
    'email TYPE varchar',
    'email TYPE text',
    'note TYPE varchar',
    'amount TYPE numeric(12,2)',
    'amount TYPE numeric',
    'at TYPE timestamp(6)',
    'at TYPE timestamp',
    'network TYPE inet',
    'email TYPE text USING email::text',
  ].map((change) => ({
    rule: 'column-type-rewrite',
    setup: users,
    statement: `ALTER TABLE users ALTER COLUMN ${change}`,
    locks: exclusive,
    rewritten: [],
    found: false,
  })),

  ...[
    { domain: 'text', change: 'email TYPE kind', rewritten: [] },
    { domain: 'text', change: 'note TYPE kind', rewritten: [] },
    { domain: 'varchar', change: 'note TYPE kind', rewritten: [] },
    { domain: 'varchar(200)', change: 'email TYPE kind', rewritten: [] },
    { domain: 'varchar(20)', change: 'email TYPE kind', rewritten: ['users'] },
    { domain: "text CHECK (VALUE <> '')", change: 'note TYPE kind', rewritten: ['users'] },
    { domain: 'text NOT NULL', change: 'note TYPE kind', rewritten: ['users'] },
    { domain: 'bigint', change: 'age TYPE kind', rewritten: ['users'] },
  ].map(({ domain, change, rewritten }) => ({
    rule: 'column-type-rewrite',
    setup: `${users}CREATE DOMAIN kind AS ${domain};\n`,
    statement: `ALTER TABLE users ALTER COLUMN ${change}`,
    locks: exclusive,
    rewritten,
    found: rewritten.length > 0,
  })),

  // NOT NULL
  {
    rule: 'set-not-null-scan',
    setup: users,
    statement: 'ALTER TABLE users ALTER COLUMN age SET NOT NULL',
    locks: exclusive,
    scanned: ['users'],
    found: true,
  },
  ...['age IS NOT NULL', '((age IS NOT NULL) AND age > 0)'].map((check) => ({
    rule: 'set-not-null-scan',
    setup: `${users}ALTER TABLE users ADD CONSTRAINT c CHECK (${check});`,
    statement: 'ALTER TABLE users ALTER COLUMN age SET NOT NULL',
    locks: exclusive,
    scanned: [],
    found: false,
  })),
  {
    rule: 'set-not-null-scan',
    setup: `${users}ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL OR id > 0);`,
    statement: 'ALTER TABLE users ALTER COLUMN age SET NOT NULL',
    scanned: ['users'],
    found: true,
  },
  {
    rule: 'set-not-null-scan',
    setup: `${users}ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL) NOT VALID;`,
    statement: 'ALTER TABLE users ALTER COLUMN age SET NOT NULL',
    scanned: ['users'],
    found: true,
  },
  { rule: 'set-not-null-scan', setup: users, statement: 'ALTER TABLE users ALTER COLUMN id SET NOT NULL', scanned: [], found: false },
  {
    rule: 'set-not-null-scan',
    setup: users,
    statement: 'ALTER TABLE users ADD CONSTRAINT c NOT NULL age NOT VALID',
    since: 18,
    locks: exclusive,
    scanned: [],
    found: false,
  },
  {
    rule: 'set-not-null-scan',
    setup: `${users}ALTER TABLE users ADD CONSTRAINT c NOT NULL age NOT VALID;`,
    statement: 'ALTER TABLE users VALIDATE CONSTRAINT c',
    since: 18,
    locks: { users: 'SHARE UPDATE EXCLUSIVE' },
    scanned: ['users'],
    found: false,
  },

  // Foreign keys and CHECKs
  {
    rule: 'constraint-validated-at-once',
    setup: orders,
    statement: 'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id)',
    locks: { orders: 'SHARE ROW EXCLUSIVE', users: 'SHARE ROW EXCLUSIVE' },
    scanned: ['orders', 'users'],
    found: true,
  },
  {
    rule: 'constraint-validated-at-once',
    setup: orders,
    statement: 'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID',
    locks: { orders: 'SHARE ROW EXCLUSIVE', users: 'SHARE ROW EXCLUSIVE' },
    scanned: [],
    found: false,
  },
  {
    rule: 'constraint-validated-at-once',
    setup: `${orders}ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;`,
    statement: 'ALTER TABLE orders VALIDATE CONSTRAINT fk',
    locks: { orders: 'SHARE UPDATE EXCLUSIVE', users: 'ROW SHARE' },
    scanned: ['orders', 'users'],
    found: false,
  },
  {
    rule: 'constraint-validated-at-once',
    setup: users,
    statement: 'ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0)',
    locks: exclusive,
    scanned: ['users'],
    found: true,
  },
  {
    rule: 'constraint-validated-at-once',
    setup: users,
    statement: 'ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID',
    locks: exclusive,
    scanned: [],
    found: false,
  },
  {
    rule: 'constraint-validated-at-once',
    setup: `${users}ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID;`,
    statement: 'ALTER TABLE users VALIDATE CONSTRAINT c',
    locks: { users: 'SHARE UPDATE EXCLUSIVE' },
    scanned: ['users'],
    found: false,
  },
  {
    rule: 'constraint-validated-at-once',
    setup: orders,
    statement: 'ALTER TABLE orders ADD COLUMN buyer int REFERENCES users (id)',
    scanned: [],
    found: false,
  },
  {
    rule: 'constraint-validated-at-once',
    setup: orders,
    statement: 'ALTER TABLE orders ADD COLUMN buyer int DEFAULT 1 REFERENCES users (id)',
    scanned: ['orders', 'users'],
    found: true,
  },
  {
    rule: 'constraint-validated-at-once',
    setup: orders,
    statement: 'ALTER TABLE orders ADD COLUMN n int CHECK (n > 0)',
    scanned: ['orders'],
    found: true,
  },
  {
    rule: 'constraint-validated-at-once',
    setup: users,
    statement: 'ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT ENFORCED',
    since: 18,
    scanned: [],
    found: false,
  },
];
