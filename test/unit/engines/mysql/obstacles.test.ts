import { beforeAll, expect, test } from 'vitest';
import { obstaclesOf } from '../../../../src/engines/mysql/faults/inside/obstacles';
import { loadParser } from '../../../../src/parse/load';
import { readStatements } from '../../../../src/parse/read';

beforeAll(loadParser);

function obstacles(text: string, bodies?: readonly string[]): readonly string[] {
  const options = { engine: { name: 'mysql', major: 9 }, placeholders: {} } as const;
  const [statement] = readStatements(text, { start: 0, end: text.length }, options);
  return statement === undefined ? [] : obstaclesOf(statement, bodies).map(({ kind, table }) => `${kind} ${table.name}`);
}

test.each([
  ['UPDATE orders SET note = 1', ['middle row orders', 'all rows orders']],
  ['ALTER TABLE orders ADD COLUMN a int', ['metadata orders']],
])('%s', (text, expected) => {
  expect(obstacles(text)).toEqual(expected);
});

test('a procedure stops at what its body writes, in the order of its text', () => {
  const body = `BEGIN
    SELECT max(id) INTO last FROM seen;
    WHILE at < last DO
      update ignore \`big orders\` SET note = 'x' WHERE id > at;
      DELETE FROM carts WHERE order_id = at;
      INSERT INTO log (id) VALUES (at);
    END WHILE;
  END`;
  expect(obstacles('CALL fill()', [body])).toEqual([
    'middle row big orders',
    'all rows big orders',
    'middle row carts',
    'all rows carts',
    'all rows log',
  ]);
});
