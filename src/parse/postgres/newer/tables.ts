import { absent, type Feature, option, present } from './feature';

/** What is new about tables, columns, constraints, indexes, views and triggers. */
export const tableFeatures: readonly Feature[] = [
  // 13
  {
    what: 'DROP EXPRESSION',
    since: 13,
    words: /\bdrop\s+expression\b/,
    nodes: { AlterTableCmd: { subtype: 'AT_DropExpression' } },
    example: 'ALTER TABLE t ALTER COLUMN g DROP EXPRESSION',
  },
  {
    what: 'ALTER VIEW ... RENAME COLUMN',
    since: 13,
    words: /\brename\b/,
    nodes: { RenameStmt: { renameType: 'OBJECT_COLUMN', relationType: 'OBJECT_VIEW' } },
    example: 'ALTER VIEW v RENAME COLUMN a TO z',
    instead: 'ALTER TABLE renames columns of views too',
  },
  {
    what: 'the index parameter deduplicate_items',
    since: 13,
    words: /\bdeduplicate_items\b/,
    nodes: { IndexStmt: { options: option('deduplicate_items') } },
    example: 'CREATE INDEX i ON t (a) WITH (deduplicate_items = off)',
  },
  // 14
  {
    what: 'DETACH PARTITION ... CONCURRENTLY',
    since: 14,
    words: /\bconcurrently\b/,
    nodes: { AlterTableCmd: { subtype: 'AT_DetachPartition', def: { PartitionCmd: { concurrent: true } } } },
    example: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY',
    instead: 'Detach it under a short lock_timeout',
  },
  {
    what: 'CREATE OR REPLACE TRIGGER',
    since: 14,
    words: /\bor\s+replace\b/,
    nodes: { CreateTrigStmt: { replace: true } },
    example: 'CREATE OR REPLACE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()',
    instead: 'Drop the trigger IF EXISTS and create it, in one transaction',
  },
  {
    what: 'COMPRESSION',
    since: 14,
    words: /\bcompression\b/,
    nodes: { ColumnDef: { compression: present }, AlterTableCmd: { subtype: 'AT_SetCompression' } },
    example: 'ALTER TABLE t ADD COLUMN z text COMPRESSION pglz',
  },
  {
    what: 'extended statistics on expressions',
    since: 14,
    words: /\bstatistics\b/,
    nodes: { CreateStatsStmt: { exprs: { StatsElem: { expr: present } } } },
    example: 'CREATE STATISTICS s ON (a + 1) FROM t',
  },
  // 15
  {
    what: 'NULLS NOT DISTINCT',
    since: 15,
    words: /\bnulls\s+not\s+distinct\b/,
    nodes: { IndexStmt: { nulls_not_distinct: true }, Constraint: { nulls_not_distinct: true } },
    example: 'CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT',
    instead: 'Use a second unique index for the rows that hold NULL: CREATE UNIQUE INDEX ... ON t ((1)) WHERE a IS NULL',
  },
  {
    what: 'security_invoker',
    since: 15,
    words: /\bsecurity_invoker\b/,
    nodes: {
      ViewStmt: { options: option('security_invoker') },
      AlterTableCmd: { subtype: /RelOptions$/, def: { List: { items: option('security_invoker') } } },
    },
    example: 'CREATE VIEW n WITH (security_invoker = true) AS SELECT 1 AS a',
  },
  {
    what: 'SET NULL or SET DEFAULT for some of the columns',
    since: 15,
    words: /\bset\s+(?:null|default)\s*\(/,
    nodes: { Constraint: { fk_del_set_cols: present } },
    example: 'ALTER TABLE t ADD FOREIGN KEY (a, c) REFERENCES u (a, c) ON DELETE SET NULL (c)',
  },
  {
    what: 'SET ACCESS METHOD',
    since: 15,
    words: /\bset\s+access\s+method\b/,
    nodes: { AlterTableCmd: { subtype: 'AT_SetAccessMethod' } },
    example: 'ALTER TABLE t SET ACCESS METHOD heap',
  },
  {
    what: 'UNLOGGED sequences',
    since: 15,
    words: /\bunlogged\s+sequence\b/,
    nodes: { CreateSeqStmt: { sequence: { relpersistence: 'u' } } },
    example: 'CREATE UNLOGGED SEQUENCE s',
  },
  {
    what: 'a scale of numeric that is negative',
    since: 15,
    words: /\b(?:numeric|decimal)\s*\(\s*\d+\s*,\s*-/,
    nodes: { TypeName: { typmods: { A_Const: { ival: { ival: isNegative } } } } },
    example: 'CREATE TABLE n (a numeric(3, -2))',
  },
  // 16
  {
    what: 'STORAGE in the definition of a column',
    since: 16,
    words: /\bstorage\b/,
    nodes: { ColumnDef: { storage_name: present } },
    example: 'CREATE TABLE n (a text STORAGE EXTERNAL)',
    instead: 'Use ALTER TABLE ... ALTER COLUMN ... SET STORAGE afterwards',
  },
  {
    what: 'SET STORAGE DEFAULT',
    since: 16,
    words: /\bstorage\s+default\b/,
    nodes: { AlterTableCmd: { subtype: 'AT_SetStorage', def: { String: { sval: 'default' } } } },
    example: 'ALTER TABLE t ALTER COLUMN b SET STORAGE DEFAULT',
  },
  {
    what: 'CREATE STATISTICS without a name',
    since: 16,
    words: /\bcreate\s+statistics\b/,
    nodes: { CreateStatsStmt: { defnames: absent } },
    example: 'CREATE STATISTICS ON a, c FROM t',
    instead: 'Give it a name',
  },
  // 17
  {
    what: 'SET EXPRESSION',
    since: 17,
    words: /\bset\s+expression\b/,
    nodes: { AlterTableCmd: { subtype: 'AT_SetExpression' } },
    example: 'ALTER TABLE t ALTER COLUMN g SET EXPRESSION AS (a + 2)',
  },
  {
    what: 'SET STATISTICS DEFAULT',
    since: 17,
    words: /\bstatistics\s+default\b/,
    nodes: { AlterTableCmd: { subtype: 'AT_SetStatistics', def: absent } },
    example: 'ALTER TABLE t ALTER COLUMN a SET STATISTICS DEFAULT',
    instead: 'SET STATISTICS -1 says the same',
  },
  // 18
  {
    what: 'a virtual generated column (the default where STORED is not said)',
    since: 18,
    words: /\bgenerated\b/,
    nodes: { Constraint: { contype: 'CONSTR_GENERATED', generated_kind: 'v' } },
    example: 'CREATE TABLE n (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL)',
    instead: 'Say STORED, which writes the whole table when it is added to one',
  },
  {
    what: 'NOT NULL as a table constraint',
    since: 18,
    words: /\bnot\s+null\b/,
    nodes: { Constraint: { contype: 'CONSTR_NOTNULL', keys: present } },
    example: 'ALTER TABLE t ADD CONSTRAINT n NOT NULL c NOT VALID',
    instead: 'Add CHECK (column IS NOT NULL) NOT VALID, VALIDATE it later, then SET NOT NULL',
  },
  {
    what: 'NOT ENFORCED',
    since: 18,
    words: /\benforced\b/,
    nodes: {
      Constraint: { contype: /^CONSTR_(?:CHECK|FOREIGN)$/, is_enforced: false },
      AlterTableCmd: { subtype: 'AT_AlterConstraint', def: { ATAlterConstraint: { alterEnforceability: true } } },
    },
    example: 'ALTER TABLE t ADD CONSTRAINT n CHECK (a > 0) NOT ENFORCED',
  },
  {
    what: 'NOT ENFORCED or ENFORCED beside a column',
    since: 18,
    words: /\benforced\b/,
    nodes: { Constraint: { contype: /^CONSTR_ATTR_(?:NOT_)?ENFORCED$/ } },
    example: 'CREATE TABLE n (a int CHECK (a > 0) NOT ENFORCED)',
  },
  {
    what: 'INHERIT or NO INHERIT of a constraint that is there',
    since: 18,
    words: /\binherit\b/,
    nodes: { AlterTableCmd: { subtype: 'AT_AlterConstraint', def: { ATAlterConstraint: { alterInheritability: true } } } },
    setup: 'ALTER TABLE t ADD CONSTRAINT n NOT NULL c',
    example: 'ALTER TABLE t ALTER CONSTRAINT n NO INHERIT',
  },
  {
    what: 'WITHOUT OVERLAPS',
    since: 18,
    words: /\bwithout\s+overlaps\b/,
    nodes: { Constraint: { without_overlaps: true } },
    example: 'CREATE TABLE n (s int4range, r int4range, PRIMARY KEY (s, r WITHOUT OVERLAPS))',
    instead: 'Use EXCLUDE USING gist (... WITH &&)',
  },
  {
    what: 'PERIOD in a foreign key',
    since: 18,
    words: /\bperiod\b/,
    nodes: { Constraint: { fk_with_period: true } },
    setup: 'CREATE TABLE m (s int4range, r int4range, PRIMARY KEY (s, r WITHOUT OVERLAPS))',
    example: 'CREATE TABLE n (s int4range, r int4range, FOREIGN KEY (s, PERIOD r) REFERENCES m (s, PERIOD r))',
  },
  {
    what: 'LIKE in CREATE FOREIGN TABLE',
    since: 18,
    words: /\blike\b/,
    nodes: { CreateForeignTableStmt: { base: { tableElts: { TableLikeClause: present } } } },
    setup: 'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w',
    example: 'CREATE FOREIGN TABLE n (LIKE t) SERVER s',
  },
];

function isNegative(value: unknown): boolean {
  return typeof value === 'number' && value < 0;
}
