import mysql, { type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { isReserved } from '../../../src/parse/mysql/names';
import { requireOrSkip } from '../../require';
import { fixtureStatements } from '../../unit/parse/mysql/statements';
import { dockerMissing } from '../docker';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

/** ER_PARSE_ERROR; MariaDB's "unknown data type" is one of its own. */
const syntaxErrors = [1064, 4161];

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
