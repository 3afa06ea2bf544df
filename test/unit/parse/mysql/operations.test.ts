import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../../src/model/operation';
import { engine, read } from './statements';

const mariadb = engine('mariadb');

/** The operations of one statement, without the places that the other tests look at. */
function operations(sql: string, of = engine('mysql')): readonly Operation[] {
  const [statement, ...more] = read(sql, of);
  expect(statement?.unreadable, sql).toBeUndefined();
  expect(more).toEqual([]);
  return statement?.operations ?? [];
}

function only(sql: string, of = engine('mysql')): Operation | undefined {
  const found = operations(sql, of);
  expect(found).toHaveLength(1);
  return found[0];
}

/** The text that an operation says is its own. */
function ownText(sql: string, { span }: Operation): string {
  return sql.slice(span?.start, span?.end);
}

describe('columns', () => {
  const columnOf = (definition: string, of = engine('mysql')) => {
    const operation = only(`ALTER TABLE t ADD COLUMN c ${definition}`, of);
    return operation?.kind === 'add column' ? operation.column : undefined;
  };

  it('have all that their definition says, and nothing else', () => {
    expect(
      columnOf("VARCHAR(20) CHARACTER SET Latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s' COMMENT 'a; b' INVISIBLE UNIQUE"),
    ).toEqual({
      name: 'c',
      type: 'varchar(20)',
      notNull: true,
      serial: false,
      primaryKey: false,
      unique: true,
      default: { text: "'it''s'", volatility: 'constant' },
      charset: 'latin1',
      collation: 'latin1_bin',
      comment: 'a; b',
      invisible: true,
    });
    expect(columnOf('INT')).toEqual({ name: 'c', type: 'int', notNull: false, serial: false, primaryKey: false, unique: false });
    expect(columnOf('TIMESTAMP(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE NOW(3)')).toMatchObject({
      type: 'timestamp(3)',
      explicitNull: true,
      default: { text: 'CURRENT_TIMESTAMP(3)', volatility: 'stable' },
      onUpdate: 'NOW(3)',
    });
    expect(columnOf('SERIAL')).toMatchObject({ type: 'bigint unsigned', notNull: true, autoIncrement: true, unique: true });
    expect(columnOf('INT AUTO_INCREMENT PRIMARY KEY')).toMatchObject({ autoIncrement: true, primaryKey: true, notNull: true });
    expect(columnOf('INT AS (a + b) STORED')).toMatchObject({ generated: { text: 'a + b', kind: 'stored' } });
    expect(columnOf('INT GENERATED ALWAYS AS (a)')).toMatchObject({ generated: { text: 'a', kind: 'virtual' } });
    expect(columnOf('INT AS (a) PERSISTENT', mariadb)).toMatchObject({ generated: { kind: 'stored' } });
    expect(columnOf('POINT SRID 4326')).toMatchObject({ attributes: ['SRID 4326'] });
  });

  it('tell defaults that are expressions from plain ones, and changing values from fixed ones', () => {
    expect(columnOf('CHAR(36) DEFAULT (UUID())')?.default).toEqual({ text: '(UUID())', volatility: 'volatile', expression: true });
    expect(columnOf('CHAR(36) DEFAULT UUID()', mariadb)?.default).toEqual({ text: 'UUID()', volatility: 'volatile', expression: true });
    expect(columnOf('INT DEFAULT (1 + 2)')?.default).toEqual({ text: '(1 + 2)', volatility: 'constant', expression: true });
    expect(columnOf('INT DEFAULT -1 NOT NULL')?.default).toEqual({ text: '-1', volatility: 'constant' });
    expect(columnOf('DATETIME DEFAULT (NOW() + INTERVAL 1 DAY)')?.default?.volatility).toBe('stable');
    expect(columnOf('DATETIME DEFAULT NOW()', mariadb)?.default).toEqual({ text: 'NOW()', volatility: 'stable' });
    expect(columnOf('INT DEFAULT (NEXT VALUE FOR s)', mariadb)?.default?.volatility).toBe('volatile');
  });

  it('have foreign keys of their own only where the server makes them', () => {
    const sql = 'INT REFERENCES p (id) ON DELETE CASCADE';
    expect(columnOf(sql, engine('mysql', '8.0'))).toMatchObject({ references: { table: { name: 'p' }, columns: ['id'] } });
    expect(columnOf(sql, engine('mysql', '8.4'))?.constraints).toBeUndefined();
    for (const of of [engine('mysql', '9'), mariadb]) {
      expect(columnOf(sql, of)?.constraints).toMatchObject([
        {
          kind: 'foreign key',
          columns: ['c'],
          onDelete: 'CASCADE',
          definition: 'FOREIGN KEY (`c`) REFERENCES `p` (`id`) ON DELETE CASCADE',
        },
      ]);
    }
  });

  it('keep their checks with name and enforcement', () => {
    expect(columnOf('INT CONSTRAINT positive CHECK (c > (0)) NOT ENFORCED')).toMatchObject({
      check: 'c > (0)',
      constraints: [{ kind: 'check', name: 'positive', expression: 'c > (0)', enforced: false }],
    });
  });
});

describe('CREATE TABLE', () => {
  it('has keys with prefixes, order, expressions and visibility', () => {
    const operation = only(
      'CREATE TABLE t (a INT, b TEXT, PRIMARY KEY (a), UNIQUE KEY u (b(10) DESC, (a + 1)) INVISIBLE COMMENT "x", KEY k USING HASH (a), FULLTEXT KEY f (b) WITH PARSER ngram, CONSTRAINT c UNIQUE (a))',
    );
    expect(operation).toMatchObject({
      kind: 'create table',
      constraints: [
        { kind: 'primary key', columns: ['a'] },
        {
          kind: 'unique',
          name: 'u',
          columns: ['b', 'a + 1'],
          index: {
            parts: [{ column: 'b', length: 10, descending: true }, { expression: 'a + 1' }],
            visible: false,
            comment: 'x',
            unique: true,
          },
        },
        { kind: 'unique', name: 'c', index: { name: 'c', keys: ['a'] } },
      ],
      indexes: [
        { name: 'k', method: 'hash', unique: false, keys: ['a'] },
        { name: 'f', method: 'fulltext', parser: 'ngram' },
      ],
    });
  });

  it('has options, partitions, foreign keys', () => {
    const operation = only(
      "CREATE TABLE shop.t (a INT, CONSTRAINT fk FOREIGN KEY (a) REFERENCES p (id) ON UPDATE SET NULL) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=UTF8MB4 COLLATE utf8mb4_bin ROW_FORMAT=Dynamic COMMENT='it''s' KEY_BLOCK_SIZE 8 PARTITION BY RANGE (a) PARTITIONS 2 (PARTITION p0 VALUES LESS THAN (1), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    );
    expect(operation).toMatchObject({
      table: { schema: 'shop', name: 't' },
      options: {
        engine: 'innodb',
        autoIncrement: '5',
        charset: 'utf8mb4',
        collation: 'utf8mb4_bin',
        rowFormat: 'dynamic',
        comment: "it's",
        others: ['KEY_BLOCK_SIZE=8'],
      },
      partitionKey: 'RANGE (a)',
      partitions: 'PARTITIONS 2 (PARTITION p0 VALUES LESS THAN (1), PARTITION p1 VALUES LESS THAN MAXVALUE)',
      constraints: [
        { name: 'fk', kind: 'foreign key', columns: ['a'], target: { table: { name: 'p' }, columns: ['id'] }, onUpdate: 'SET NULL' },
      ],
    });
  });

  it('may copy a table or the rows of a query', () => {
    expect(only('CREATE TEMPORARY TABLE IF NOT EXISTS a LIKE shop.b')).toMatchObject({
      persistence: 'temporary',
      ifNotExists: true,
      like: { schema: 'shop', name: 'b' },
    });
    expect(only('CREATE TABLE a (KEY (x)) SELECT x FROM b JOIN shop.c USING (x)')).toMatchObject({
      asQuery: true,
      uses: [{ name: 'b' }, { schema: 'shop', name: 'c' }],
    });
    expect(only('CREATE OR REPLACE TABLE a (x INT)', mariadb)).toMatchObject({ orReplace: true });
  });

  it('says where a guard can stand', () => {
    const sql = 'CREATE TABLE t (a INT)';
    expect(only(sql)?.insertAt?.ifNotExists).toBe(sql.indexOf('t ('));
    expect(only('CREATE TABLE IF NOT EXISTS t (a INT)')?.insertAt).toBeUndefined();
  });
});

describe('ALTER TABLE', () => {
  it('is one operation for each change, each with its place', () => {
    const sql =
      'ALTER TABLE t ADD a INT FIRST, ADD COLUMN (b INT, c INT), MODIFY d BIGINT NOT NULL AFTER a, DROP KEY k, ALGORITHM=INPLACE, LOCK NONE';
    const found = operations(sql);
    expect(found.map((operation) => [operation.kind, ownText(sql, operation)])).toEqual([
      ['add column', 'ADD a INT FIRST'],
      ['add column', 'b INT'],
      ['add column', 'c INT'],
      ['redefine column', 'MODIFY d BIGINT NOT NULL AFTER a'],
      ['drop object', 'DROP KEY k'],
    ]);
    for (const { online, insertAt } of found) {
      expect(online).toEqual({ algorithm: 'inplace', lock: 'none' });
      expect(insertAt?.online).toBe(sql.indexOf(', ALGORITHM'));
    }
    expect(found[0]).toMatchObject({ position: 'first' });
    expect(found[3]).toMatchObject({ column: 'd', position: { after: 'a' }, specification: { type: 'bigint', notNull: true } });
  });

  it('has room for ALGORITHM and LOCK before a PARTITION BY', () => {
    const sql = 'ALTER TABLE t ADD a INT PARTITION BY KEY (a)';
    expect(operations(sql)[0]?.insertAt?.online).toBe(sql.indexOf(' PARTITION'));
  });

  it('renames a column by CHANGE only where the name differs', () => {
    expect(only('ALTER TABLE t CHANGE a `b c` INT')).toMatchObject({
      kind: 'redefine column',
      column: 'a',
      newName: 'b c',
      specification: { name: 'b c' },
    });
    expect(only('ALTER TABLE t CHANGE a a INT')).not.toHaveProperty('newName');
  });

  it.each([
    ['DROP PRIMARY KEY', { kind: 'drop constraint', constraint: 'PRIMARY', constraintKind: 'primary key' }],
    ['DROP FOREIGN KEY f', { kind: 'drop constraint', constraint: 'f', constraintKind: 'foreign key' }],
    ['DROP CONSTRAINT f', { kind: 'drop constraint', constraint: 'f' }],
    ['DROP INDEX i', { kind: 'drop object', objectKind: 'index', objects: [{ name: 'i' }], on: { name: 't' } }],
    ['DROP c', { kind: 'drop column', column: 'c', ifExists: false }],
    ['RENAME TO shop.u', { kind: 'rename object', object: { name: 't' }, newName: 'u', newSchema: 'shop' }],
    ['RENAME COLUMN a TO b', { kind: 'rename column', column: 'a', newName: 'b' }],
    ['RENAME KEY a TO b', { kind: 'rename object', objectKind: 'index', object: { name: 'a' }, newName: 'b', on: { name: 't' } }],
    ['ALTER c SET DEFAULT (1)', { kind: 'set default', column: 'c', default: '(1)', expression: true }],
    ['ALTER c DROP DEFAULT', { kind: 'drop default', column: 'c' }],
    ['ALTER INDEX i INVISIBLE', { kind: 'alter index', indexName: 'i', visible: false }],
    ['ALTER CHECK c NOT ENFORCED', { kind: 'alter constraint', constraint: 'c', enforced: false }],
    ['ENGINE=InnoDB', { kind: 'table options', options: { engine: 'innodb' } }],
    ['AUTO_INCREMENT=7', { kind: 'table options', options: { autoIncrement: '7' } }],
    ['CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', { kind: 'convert charset', charset: 'utf8mb4', collation: 'utf8mb4_bin' }],
    ['DEFAULT CHARSET utf8mb4', { kind: 'table options', options: { charset: 'utf8mb4' } }],
    ['FORCE', { kind: 'alter table', detail: 'FORCE', rewrites: true }],
    ['ORDER BY a, b', { kind: 'alter table', detail: 'ORDER BY a, b', rewrites: true }],
    ['DROP PARTITION p0, p1', { kind: 'partitioning', action: 'drop', partitions: ['p0', 'p1'] }],
    ['REMOVE PARTITIONING', { kind: 'partitioning', action: 'remove' }],
    [
      'EXCHANGE PARTITION p WITH TABLE u WITHOUT VALIDATION',
      { kind: 'partitioning', action: 'exchange', otherTable: { name: 'u' }, validation: false },
    ],
    [
      'ADD UNIQUE KEY u (a(5))',
      { kind: 'add constraint', constraint: { kind: 'unique', name: 'u', index: { parts: [{ column: 'a', length: 5 }] } } },
    ],
    ['ADD INDEX i (a)', { kind: 'create index', index: { name: 'i', table: { name: 't' }, keys: ['a'] } }],
  ])('%s', (change, expected) => {
    expect(only(`ALTER TABLE t ${change}`)).toMatchObject(expected);
  });

  it.each([
    ['ADD COLUMN IF NOT EXISTS a INT', { kind: 'add column', ifNotExists: true }],
    ['DROP COLUMN IF EXISTS a', { kind: 'drop column', ifExists: true }],
    ['NOWAIT ADD a INT', { waitSeconds: 0 }],
    ['WAIT 7 ADD a INT', { waitSeconds: 7 }],
    ['ALTER INDEX i IGNORED', { kind: 'alter index', visible: false }],
    ['ADD a INT, ALGORITHM=NOCOPY', { online: { algorithm: 'nocopy' } }],
  ])("MariaDB's %s", (change, expected) => {
    expect(only(`ALTER TABLE t ${change}`, mariadb)).toMatchObject(expected);
  });

  it("has MariaDB's ONLINE and IGNORE", () => {
    expect(only('ALTER ONLINE IGNORE TABLE t ADD a INT', mariadb)).toMatchObject({ online: { lock: 'none' }, ignore: true });
  });
});

describe('rows', () => {
  it('of INSERT are known where they are literals', () => {
    expect(only("INSERT INTO t (a, b) VALUES (1, 'x'), (-2, NULL)")).toMatchObject({
      columns: ['a', 'b'],
      rows: [
        ['1', "'x'"],
        ['-2', 'NULL'],
      ],
      onConflict: 'none',
    });
    expect(only('INSERT INTO t VALUES (UUID())')).toMatchObject({ functions: ['uuid'] });
    expect(only('INSERT INTO t VALUES (UUID())')).not.toHaveProperty('rows');
    expect(only('INSERT IGNORE INTO t SET a = 1')).toMatchObject({ columns: ['a'], onConflict: 'nothing', ignore: true });
    expect(only('REPLACE INTO t SELECT * FROM u')).toMatchObject({ onConflict: 'replace', from: [{ name: 'u' }] });
  });

  it('that are there already may be changed, by VALUES or an alias', () => {
    const sql = 'INSERT INTO t (a, b) VALUES (1, 2) ON DUPLICATE KEY UPDATE b = VALUES(b) + 1, t.c = VALUES(`a`)';
    const operation = only(sql);
    if (operation?.kind !== 'insert') throw new Error('It is no insert');
    const { duplicateUpdate } = operation;
    expect(duplicateUpdate?.columns).toEqual(['b', 'c']);
    expect(duplicateUpdate?.valuesCalls.map(({ span, column }) => [sql.slice(span.start, span.end), column])).toEqual([
      ['VALUES(b)', 'b'],
      ['VALUES(`a`)', 'a'],
    ]);
    expect(duplicateUpdate?.aliasAt).toBe(sql.indexOf(' ON DUPLICATE'));
    const aliased = only('INSERT INTO t (a) VALUES (1) AS new ON DUPLICATE KEY UPDATE a = new.a');
    expect(aliased).toMatchObject({ duplicateUpdate: { alias: 'new', valuesCalls: [] } });
    const queried = only('INSERT INTO t (a) SELECT a FROM u ON DUPLICATE KEY UPDATE a = VALUES(a)');
    expect(queried).toMatchObject({ from: [{ name: 'u' }], duplicateUpdate: { valuesCalls: [{ column: 'a' }] } });
    expect(queried?.kind === 'insert' && queried.duplicateUpdate?.aliasAt).toBeUndefined();
  });

  it('of UPDATE and DELETE are chosen by WHERE, ORDER BY and LIMIT', () => {
    expect(only('UPDATE t SET a = 1, b = (SELECT MAX(x) FROM u) WHERE id > 5 ORDER BY id LIMIT 100')).toMatchObject({
      kind: 'update',
      table: { name: 't' },
      columns: ['a', 'b'],
      hasWhere: true,
      where: 'id > 5',
      limit: '100',
      ordered: true,
      joined: [{ name: 'u' }],
    });
    expect(only('DELETE FROM t')).toMatchObject({ kind: 'delete', table: { name: 't' }, hasWhere: false });
  });

  it('of several tables are one operation for each table that changes', () => {
    expect(operations('UPDATE shop.a AS x JOIN b ON x.id = b.id SET x.p = 1, b.q = 2 WHERE x.r')).toMatchObject([
      { table: { schema: 'shop', name: 'a' }, columns: ['p'], joined: [{ name: 'b' }] },
      { table: { name: 'b' }, columns: ['q'] },
    ]);
    expect(operations('DELETE x, c FROM a x JOIN b ON x.id = b.id JOIN c ON c.id = b.id WHERE b.y')).toMatchObject([
      { table: { name: 'a' }, hasWhere: true },
      { table: { name: 'c' } },
    ]);
    expect(operations('DELETE FROM x, c USING a AS x JOIN c')).toMatchObject([{ table: { name: 'a' } }, { table: { name: 'c' } }]);
    expect(only('WITH n AS (SELECT id FROM u) DELETE FROM t WHERE id IN (SELECT id FROM n)')).toMatchObject({
      kind: 'delete',
      hasWhere: true,
    });
  });
});

describe('queries', () => {
  it('name the tables that they read, wherever those stand, and none that WITH makes', () => {
    const sql =
      'WITH c AS (SELECT * FROM a) SELECT EXTRACT(YEAR FROM d), (SELECT 1 FROM b) FROM c, shop.e AS x JOIN (f LEFT JOIN g ON 1) ON 1, LATERAL (SELECT * FROM h) i WHERE j IN (SELECT k FROM l UNION TABLE m)';
    const operation = only(sql);
    expect(
      operation?.kind === 'select' &&
        operation.tables.map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`)).sort(),
    ).toEqual(['a', 'b', 'f', 'g', 'h', 'l', 'm', 'shop.e']);
  });

  it('may take locks and write files', () => {
    expect(only("SELECT GET_LOCK('m', 5), RELEASE_LOCK(@x) FROM t FOR UPDATE")).toMatchObject({
      functions: ['get_lock', 'release_lock'],
      namedLocks: [{ action: 'get', name: 'm' }, { action: 'release' }],
      locking: 'update',
    });
    expect(only("SELECT a INTO OUTFILE 'f' FROM t")).toMatchObject({ into: 'outfile' });
    expect(only('DO RELEASE_ALL_LOCKS()')).toMatchObject({ kind: 'select', namedLocks: [{ action: 'release all' }] });
  });
});

describe('other objects', () => {
  it.each([
    [
      'CREATE DEFINER=a@b VIEW v AS SELECT * FROM t',
      { kind: 'create object', objectKind: 'view', object: { name: 'v' }, uses: [{ name: 't' }] },
    ],
    [
      'CREATE TRIGGER tr AFTER UPDATE ON s.t FOR EACH ROW SET @a = 1',
      { objectKind: 'trigger', on: { schema: 's', name: 't' }, when: 'AFTER UPDATE', body: 'SET @a = 1' },
    ],
    ['CREATE PROCEDURE p(IN a INT) BEGIN SELECT 1; END', { objectKind: 'procedure', signature: '(IN a INT)', body: 'BEGIN SELECT 1; END' }],
    ['CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1', { objectKind: 'event', when: 'EVERY 1 DAY', body: 'SELECT 1' }],
    ['CREATE DATABASE d CHARACTER SET utf8mb4', { objectKind: 'database', options: { charset: 'utf8mb4' } }],
    ["CREATE USER IF NOT EXISTS 'a'@'b' IDENTIFIED BY 'x'", { objectKind: 'user', object: { name: 'a@b' }, ifNotExists: true }],
    ['DROP TEMPORARY TABLE a, b', { kind: 'drop object', objectKind: 'table', temporary: true, objects: [{ name: 'a' }, { name: 'b' }] }],
    ['DROP INDEX `PRIMARY` ON t', { kind: 'drop constraint', constraint: 'PRIMARY' }],
    ['DROP INDEX i ON t LOCK=NONE', { kind: 'drop object', objectKind: 'index', on: { name: 't' }, online: { lock: 'none' } }],
    ['ALTER EVENT e DISABLE', { kind: 'alter object', objectKind: 'event', detail: 'DISABLE' }],
    ['TRUNCATE t', { kind: 'truncate', tables: [{ name: 't' }] }],
    ['LOAD DATA LOCAL INFILE "f" REPLACE INTO TABLE t', { kind: 'copy', table: { name: 't' }, onConflict: 'replace', fromClient: true }],
    ["PREPARE s FROM 'DROP TABLE t'", { kind: 'prepared statement', action: 'prepare', name: 's', text: 'DROP TABLE t' }],
    ['USE shop', { kind: 'use', database: 'shop' }],
    ['CALL shop.p(1)', { kind: 'call', name: { schema: 'shop', name: 'p' } }],
    ['OPTIMIZE TABLE a, b', { kind: 'table maintenance', action: 'optimize', tables: [{ name: 'a' }, { name: 'b' }] }],
    ['FLUSH TABLES WITH READ LOCK', { kind: 'other', node: 'FLUSH TABLES WITH READ LOCK' }],
    ["XA PREPARE 'x','y',3", { kind: 'transaction', action: 'prepare', xa: { word: 'prepare', id: "'x','y',3" } }],
    ['LOCK TABLES a WRITE', { kind: 'lock table', mode: 'WRITE', tables: [{ name: 'a' }] }],
    ['SET TRANSACTION READ ONLY', { kind: 'set', name: 'transaction', scope: 'transaction' }],
  ])('%s', (sql, expected) => {
    expect(only(sql)).toMatchObject(expected);
  });

  it('are renamed one after the other', () => {
    expect(operations('RENAME TABLE a TO old, new TO a')).toMatchObject([
      { kind: 'rename object', object: { name: 'a' }, newName: 'old' },
      { kind: 'rename object', object: { name: 'new' }, newName: 'a' },
    ]);
  });

  it('are set each with its scope', () => {
    expect(
      operations("SET @a = 1, GLOBAL b = 2, @@SESSION.c = 'x', SQL_LOG_BIN = 0, @@transaction_isolation = 'SERIALIZABLE'"),
    ).toMatchObject([
      { name: 'a', value: '1', scope: 'user' },
      { name: 'b', value: '2', scope: 'global' },
      { name: 'c', value: "'x'", scope: 'session' },
      { name: 'sql_log_bin', value: '0', scope: 'session' },
      { name: 'transaction_isolation', scope: 'transaction' },
    ]);
    expect(operations('SET STATEMENT lock_wait_timeout = 1 FOR ALTER TABLE t ADD a INT', mariadb)).toMatchObject([
      { kind: 'set', name: 'lock_wait_timeout', scope: 'statement' },
      { kind: 'add column' },
    ]);
  });
});
