import { describe, expect, it } from 'vitest';
import { engineOfFiles, otherEngineOfFiles } from '../../../src/frameworks/engine-of-files';

const sql = (text: string, path = '001.sql') => [{ path, text }];

describe('the engine of a folder', () => {
  it.each([
    ['migration_lock.toml', 'provider = "mysql"\n', 'mysql'],
    ['migration_lock.toml', 'provider = "postgresql"\n', 'postgres'],
    ['migration_lock.toml', 'provider = "sqlite"\n', undefined],
    ['../schema.prisma', 'generator client {\n provider = "prisma-client-js"\n}\ndatasource db {\n  provider = "mysql"\n}\n', 'mysql'],
    ['meta/_journal.json', '{"version":"7","dialect":"mysql","entries":[]}', 'mysql'],
    ['meta/_journal.json', '{"version":"7","dialect":"postgresql","entries":[]}', 'postgres'],
    ['../flyway.conf', 'flyway.url=jdbc:mariadb://localhost/app\n', 'mariadb'],
    ['flyway.toml', '[environments.dev]\nurl = "jdbc:mysql://localhost/app"\n', 'mysql'],
    ['../../application.properties#migrations', 'database=mysql\n', 'mysql'],
    ['../../application.yml#migrations', 'database=h2\n', undefined],
    ['dbconfig.yml', 'development:\n  dialect: mysql\n', 'mysql'],
    ['../Cargo.toml', '[dependencies]\ndiesel = { version = "2", features = ["chrono", "mysql"] }\n', 'mysql'],
    ['../Cargo.toml', '[dependencies]\nsqlx = { version = "0.8", features = [\n  "runtime-tokio",\n  "postgres",\n] }\n', 'postgres'],
    ['../Cargo.toml', '[dependencies]\ndiesel = { version = "2", features = ["mysql", "postgres"] }\n', undefined],
  ])('is what %s says: %j', (path, text, expected) => {
    expect(engineOfFiles([{ path, text }, ...sql('CREATE TABLE a (id int);')])).toBe(expected);
  });

  it.each([
    ['CREATE TABLE `a` (`id` int);', 'mysql'],
    ['CREATE TABLE a (id bigint AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;', 'mysql'],
    ['ALTER TABLE a ADD n int unsigned;', 'mysql'],
    ['CREATE TABLE a (id int) ENGINE = Aria;', 'mariadb'],
    ['/*M!100301 CREATE SEQUENCE s */; CREATE TABLE `a` (id int);', 'mariadb'],
    ['DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END $$\nDELIMITER ;\n', 'mysql'],
    ['DELIMITER $body$\nCREATE PROCEDURE p() SELECT 1 $body$\nDELIMITER ;\n', 'mysql'],
    ['CREATE TABLE `a` (id serial, `serial` int);', 'mysql'],
    ["# the customer's own\nCREATE TABLE `a` (b int DEFAULT '1');", 'mysql'],
    ['INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE b = 2;', 'mysql'],
    ['ALTER TABLE a ADD b int, ALGORITHM=INSTANT;', 'mysql'],
    ['ALTER TABLE a MODIFY COLUMN b bigint;', 'mysql'],
    ['UPDATE a x INNER JOIN b ON b.id = x.id SET x.c = b.c;', 'mysql'],
    ['UPDATE a SET c = b.c FROM b JOIN d ON d.id = b.id;', undefined],
    ['CREATE TABLE a (b datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);', 'mysql'],
    ['-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\nCREATE TABLE `a` (b int);', 'mariadb'],
    ['-- MySQL dump 10.18  Distrib 10.3.27-MariaDB\nCREATE TABLE `a` (b int);', 'mariadb'],
    ["COPY a FROM '/a.csv' WITH (\n  DELIMITER ','\n  );\nCOPY a FROM '/a.csv'\nDELIMITER ';' CSV", undefined],
    ['CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql; -- `a`', undefined],
    ['CREATE TABLE "a" (id serial);', undefined],
    ['CREATE TABLE a (id int);', undefined],
    ["INSERT INTO a VALUES ('`b`');", undefined],
    ['-- `a` is ENGINE=InnoDB elsewhere\nSELECT 1;', undefined],
    ['CREATE TABLE "a" (id serial PRIMARY KEY); -- auto_increment', undefined],
    ['CREATE TABLE `a` (id INTEGER PRIMARY KEY AUTOINCREMENT);', undefined],
    ["SELECT '`'::text; CREATE TABLE `a` (b int);", undefined],
  ])('is what the SQL shows: %s', (text, expected) => {
    expect(engineOfFiles(sql(text))).toBe(expected);
  });

  it('is not told by one file against another', () => {
    expect(engineOfFiles([...sql('CREATE TABLE `a` (b int);'), ...sql('CREATE TABLE b (c jsonb);', '002.sql')])).toBeUndefined();
  });

  it('is what the nearest file says', () => {
    const files = [
      { path: '../../migration_lock.toml', text: 'provider = "postgresql"' },
      { path: 'migration_lock.toml', text: 'provider = "mysql"' },
    ];
    expect(engineOfFiles(files)).toBe('mysql');
  });
});

describe('a database that is none of those', () => {
  it.each([
    ['migration_lock.toml', 'provider = "sqlite"\n', 'SQLite'],
    ['../flyway.conf', 'flyway.url=jdbc:sqlserver://localhost;databaseName=a\n', 'SQL Server'],
    ['../flyway.toml', '[environments.dev]\nurl = "jdbc:oracle:thin:@localhost"\n', 'Oracle'],
    ['meta/_journal.json', '{"dialect":"sqlite","entries":[]}', 'SQLite'],
    ['../../application.yml#migrations', 'database=sqlserver\n', 'SQL Server'],
    ['../../application.yml#migrations', 'database=h2\n', undefined],
    ['dbconfig.yml', 'development:\n  dialect: sqlite3\nproduction:\n  dialect: postgres\n', undefined],
    ['../flyway.conf', 'flyway.url=jdbc:postgresql://localhost/a\n', undefined],
  ])('is what %s says: %j', (path, text, expected) => {
    expect(otherEngineOfFiles([{ path, text }, ...sql('CREATE TABLE a (id int);')])?.name).toBe(expected);
  });
});
