import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { isReserved } from '../../../src/parse/mysql/names';
import { readText } from '../../../src/parse/read';
import { requireOrSkip } from '../../require';
import { fixtureStatements } from '../../unit/parse/mysql/statements';
import { dockerMissing } from '../docker';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

/** ER_PARSE_ERROR; MariaDB's "unknown data type" is one of its own. */
const syntaxErrors = [1064, 4161];

const types = [
  ...[
    'TINYINT',
    'TINYINT(1)',
    'TINYINT(1) UNSIGNED',
    'TINYINT UNSIGNED',
    'SMALLINT',
    'SMALLINT UNSIGNED',
    'MEDIUMINT',
    'MEDIUMINT(5) UNSIGNED',
  ],
  ...[
    'INT',
    'INTEGER',
    'INT(11)',
    'INT UNSIGNED',
    'INT(5) ZEROFILL',
    'INT ZEROFILL',
    'BIGINT',
    'BIGINT(20) UNSIGNED',
    'INT1',
    'INT2',
    'INT3',
    'INT4',
  ],
  ...[
    'INT8',
    'MIDDLEINT',
    'BOOL',
    'BOOLEAN',
    'SERIAL',
    'BIT',
    'BIT(8)',
    'DECIMAL',
    'DEC(5)',
    'NUMERIC(8, 3)',
    'FIXED',
    'DECIMAL(5,2) UNSIGNED',
  ],
  ...['FLOAT', 'FLOAT(20)', 'FLOAT(30)', 'FLOAT(7,3)', 'FLOAT4', 'FLOAT8', 'DOUBLE', 'DOUBLE PRECISION', 'REAL', 'DOUBLE(8,2) UNSIGNED'],
  ...[
    'DATE',
    'TIME',
    'TIME(0)',
    'TIME(3)',
    'DATETIME',
    'DATETIME(6)',
    'TIMESTAMP NULL',
    'TIMESTAMP(0) NULL',
    'TIMESTAMP(3) NULL',
    'YEAR',
    'YEAR(4)',
  ],
  ...[
    'CHAR',
    'CHAR(0)',
    'CHARACTER(5)',
    'VARCHAR(50)',
    'CHARACTER VARYING(5)',
    'CHAR VARYING(6)',
    'NCHAR(3)',
    'NATIONAL VARCHAR(3)',
    'NVARCHAR(4)',
  ],
  ...[
    'BINARY',
    'BINARY(16)',
    'VARBINARY(9)',
    'TINYTEXT',
    'TEXT',
    'MEDIUMTEXT',
    'LONGTEXT',
    'LONG',
    'LONG VARCHAR',
    'LONG VARBINARY',
    'TINYBLOB',
  ],
  ...[
    'BLOB',
    'MEDIUMBLOB',
    'LONGBLOB',
    "ENUM('a', 'b''c')",
    "SET('x','y')",
    'JSON',
    'GEOMETRY',
    'POINT',
    'POLYGON',
    'TEXT(100)',
    'BLOB(70000)',
  ],
  ...['TEXT(70000) CHARACTER SET latin1', 'CHAR(5) BYTE', 'VARCHAR(5) CHARACTER SET binary', 'TEXT CHARACTER SET binary'],
];

describe.skipIf(skip).each(servers)('$label', (server) => {
  let sandbox: Sandbox;
  let connection: Connection;
  beforeAll(async () => {
    sandbox = await startServer(server);
    await sandbox.createDatabase('words');
    connection = await mysql.createConnection({ ...sandbox.address('words'), charset: 'utf8mb4' });
  });
  afterAll(async () => {
    await connection?.end();
    await sandbox?.dispose();
  });

  /** Prepares it, which reads it and does nothing: the server's error number, or 0. What can't be prepared was read before that is said. */
  const errorOf = async (sql: string): Promise<number> => {
    try {
      const prepared = await connection.prepare(sql);
      await prepared.close();
      return 0;
    } catch (error) {
      return (error as { readonly errno?: number }).errno ?? -1;
    }
  };

  it.each(['common', server.name])('takes every statement of the fixtures in %s for one', async (folder) => {
    const refused: string[] = [];
    for (const { where, statement } of fixtureStatements(folder, server.engine)) {
      if (syntaxErrors.includes(await errorOf(statement.sent))) refused.push(`${where} ${statement.text}`);
    }
    expect(refused).toEqual([]);
  });

  it.each(['refused/common.sql', `refused/${server.name}.sql`])('refuses every statement of %s', async (file) => {
    const taken: string[] = [];
    for (const { statement } of fixtureStatements(file, server.engine)) {
      if (!syntaxErrors.includes(await errorOf(statement.sent))) taken.push(statement.text);
    }
    expect(taken).toEqual([]);
  });

  it('calls types as they are called here', async () => {
    const shown: string[] = [];
    const read: string[] = [];
    for (const type of [...types, ...(server.name === 'mysql' ? ['VECTOR(3)', 'GEOMCOLLECTION'] : ['UUID', 'INET6', 'VECTOR(3)'])]) {
      await connection.query('DROP TABLE IF EXISTS typed');
      await connection.query(`CREATE TABLE typed (c ${type})`);
      const [rows] = await connection.query(
        "SELECT column_type AS type FROM information_schema.columns WHERE table_name = 'typed' AND table_schema = DATABASE()",
      );
      shown.push(`${type}: ${(rows as { readonly type: string }[])[0]?.type}`);
      const [operation] = readText(`CREATE TABLE typed (c ${type})`, server.engine)[0]?.operations ?? [];
      read.push(`${type}: ${operation?.kind === 'create table' ? operation.columns[0]?.type : 'not read'}`);
    }
    // MariaDB keeps JSON as text with a check of its own: only the word brings both back, so it is read as it was written.
    const asWritten = server.name === 'mysql' ? shown : shown.map((line) => (line === 'JSON: longtext' ? 'JSON: json' : line));
    if (server.name === 'mariadb') expect(shown).toContain('JSON: longtext');
    expect(read).toEqual(asWritten);
  });

  it('reserves the words that are taken for reserved', async () => {
    const [rows] = await connection.query('SELECT LOWER(word) AS word FROM information_schema.keywords');
    const words = (rows as { readonly word: string }[]).map(({ word }) => word).filter((word) => /^[a-z_][a-z_0-9]*$/.test(word));
    expect(words.length).toBeGreaterThan(500);
    const different: string[] = [];
    for (const word of words) {
      const isRefused = syntaxErrors.includes(await errorOf(`ALTER TABLE words.t DROP COLUMN ${word}`));
      if (isRefused !== isReserved(word, server.engine)) different.push(word);
    }
    expect(different).toEqual([]);
  });
});
