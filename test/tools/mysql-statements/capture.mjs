/**
 * What knex, TypeORM, Sequelize and Drizzle send to a MySQL or MariaDB server for the same schema and changes, as the server's general log
 * has it, into `test/fixtures/mysql-statements/captured`:
 *
 *     node test/tools/mysql-statements/capture.mjs mysql|mariadb HOST PORT USER PASSWORD [TOOL]
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';

const [server = 'mysql', host = '127.0.0.1', port = '3306', user = 'root', password = '', only] = process.argv.slice(2);
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/mysql-statements/captured', server);
const tools = ['knex', 'typeorm', 'sequelize', 'drizzle'].filter((tool) => only === undefined || tool === only);
const database = 'captured';
mkdirSync(folder, { recursive: true });

const control = await mysql.createConnection({ host, port: Number(port), user, password });
await control.query("SET GLOBAL log_output = 'TABLE'");
for (const tool of tools) {
  await control.query(`DROP DATABASE IF EXISTS ${database}`);
  await control.query(`CREATE DATABASE ${database}`);
  await control.query('TRUNCATE mysql.general_log');
  await control.query('SET GLOBAL general_log = ON');
  const { run } = await import(`./${tool}.mjs`);
  await run({ server, connection: { host, port: Number(port), user, password, database } });
  await control.query('SET GLOBAL general_log = OFF');
  const [rows] = await control.query(
    `SELECT CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log
     WHERE command_type IN ('Query', 'Prepare') AND thread_id <> CONNECTION_ID()`,
  );
  const texts = [...new Set(rows.map(({ text }) => text.trim().replace(/;$/, '')))].filter((text) => text !== '');
  writeFileSync(join(folder, `${tool}.sql`), `${texts.join(';\n')};\n`);
  console.log(`${tool}: ${rows.length} requests, ${texts.length} different`);
}
await control.query(`DROP DATABASE IF EXISTS ${database}`);
await control.end();
