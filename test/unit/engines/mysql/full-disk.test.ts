import { beforeAll, expect, test } from 'vitest';
import { mysqlEngine } from '../../../../src/engines/mysql/engine';
import { loadParser } from '../../../../src/parse/load';
import { readStatements } from '../../../../src/parse/read';
import { tableOfShowCreate } from '../../../../src/schema/mysql/show-create';

beforeAll(loadParser);

test.each([
  ['mariadb', 11, 'TRUNCATE TABLE orders', false],
  ['mariadb', 10, 'TRUNCATE TABLE orders', true],
  ['mariadb', 11, 'INSERT INTO hits (id) VALUES (1)', true],
  ['mysql', 9, 'ALTER TABLE `hits` ADD COLUMN a INT', true],
  ['mysql', 9, 'ALTER TABLE hits_new ADD COLUMN a INT', false],
  ['mariadb', 11, 'DELETE FROM orders', false],
  ['mysql', 9, 'TRUNCATE TABLE orders', false],
  ['mysql', 9, 'UPDATE orders SET note = name', true],
  ['mysql', 9, 'REPLACE INTO orders (id) VALUES (1)', true],
  ['mysql', 9, 'INSERT INTO orders (id) VALUES (1) ON DUPLICATE KEY UPDATE note = name', true],
  ['mysql', 9, 'CALL fill(50)', true],
  ['mysql', 9, 'INSERT INTO orders (id) VALUES (1)', false],
  ['mysql', 9, 'ALTER TABLE orders ADD COLUMN a INT', false],
  ['mariadb', 11, 'UPDATE orders SET note = name', false],
] as const)('%s %i is spared a full disk under %s: %s', (name, major, text, spared) => {
  const engine = { name, major };
  const tables = [
    tableOfShowCreate('CREATE TABLE `hits` (\n  `id` int\n) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4', engine),
    tableOfShowCreate('CREATE TABLE `orders` (\n  `id` int\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4', engine),
  ];
  const [statement] = readStatements(text, { start: 0, end: text.length }, { engine, placeholders: {} });
  expect(statement && mysqlEngine.fullDisk?.whyNot?.(statement, engine, tables) !== undefined).toBe(spared);
});
