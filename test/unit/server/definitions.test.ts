import { beforeAll, describe, expect, it } from 'vitest';
import { LintCache } from '../../../src/lint/cache';
import { type Configuration, defaultConfiguration } from '../../../src/lint/configuration';
import type { SourceFile } from '../../../src/model/run-protocol';
import { LineIndex } from '../../../src/parse/lines';
import { loadParser } from '../../../src/parse/load';
import { analyseFolder } from '../../../src/server/analyse-folder';
import { definitionsAt, type Place, referencesAt } from '../../../src/server/definitions';

beforeAll(loadParser);

/** The files without the marks `|`, the one that has it, and where. */
function marked(files: Readonly<Record<string, string>>) {
  const found = Object.entries(files).find(([, text]) => text.includes('|'));
  if (found === undefined) throw new Error('no mark');
  const [name, text] = found;
  const plain = text.replace('|', '');
  const all = Object.entries({ ...files, [name]: plain }).map(([path, content]): SourceFile => ({ path, text: content }));
  return { name, files: all, position: new LineIndex(plain).position(text.indexOf('|')) };
}

async function analysed(files: Readonly<Record<string, string>>, configuration: Partial<Configuration> = {}) {
  const at = marked(files);
  const folder = await analyseFolder({
    folder: '/x',
    files: at.files,
    configuration: { ...defaultConfiguration, ...configuration },
    paths: [at.name],
    cache: new LintCache(),
  });
  const analysis = folder.file(at.name);
  if (analysis === undefined) throw new Error('no migration');
  return { ...at, analysis };
}

/** Places as `file:line:text`, lines counted from 1. */
function shown(places: readonly Place[], files: readonly SourceFile[]): readonly string[] {
  return places.map(({ path, range }) => {
    const text = files.find((file) => `/x/${file.path}` === path)?.text ?? '';
    const { start, end } = new LineIndex(text).span(range);
    return `${path.slice(3)}:${range.start.line + 1}:${text.slice(start, end)}`;
  });
}

async function definition(files: Readonly<Record<string, string>>, configuration?: Partial<Configuration>) {
  const { analysis, position, files: all } = await analysed(files, configuration);
  return shown(definitionsAt(analysis, position), all);
}

async function references(files: Readonly<Record<string, string>>, declaration = true) {
  const { analysis, position, files: all } = await analysed(files);
  return shown(referencesAt(analysis, position, declaration), all);
}

const tables = `-- migrate:up
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id bigint,
  "Total" numeric
);
CREATE INDEX orders_customer_idx ON orders (customer_id);
-- migrate:down
DROP TABLE orders;
DROP TABLE customers;
`;
const up = (text: string, down = 'SELECT 1;') => ({ '1_a.sql': tables, '2_b.sql': `-- migrate:up\n${text}\n-- migrate:down\n${down}\n` });

describe('going to the definition of a name in a migration', () => {
  it.each([
    ['a table', 'ALTER TABLE or|ders ADD COLUMN x int;', '1_a.sql:3:orders'],
    ['a table with its schema', 'ALTER TABLE public.orders| ADD COLUMN x int;', '1_a.sql:3:orders'],
    ['a column', 'ALTER TABLE orders ALTER COLUMN |customer_id SET NOT NULL;', '1_a.sql:5:customer_id'],
    ['a quoted column', 'UPDATE orders SET "To|tal" = 0;', '1_a.sql:6:"Total"'],
    [
      'a column of the table that it belongs to',
      'ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (|id);',
      '1_a.sql:2:id',
    ],
    ['a column behind an alias', 'UPDATE customers c SET name = o.i|d FROM orders AS o WHERE o.customer_id = c.id;', '1_a.sql:4:id'],
    ['an index', 'DROP INDEX orders_customer|_idx;', '1_a.sql:8:orders_customer_idx'],
    ['a name in a block', 'DO $$ BEGIN ALTER TABLE orders DROP COLUMN customer|_id; END $$;', '1_a.sql:5:customer_id'],
    ['what the migration itself made', 'ALTER TABLE orders ADD COLUMN x int;\nUPDATE orders SET |x = 1;', '2_b.sql:2:x'],
    ['the name that creates it', 'ALTER TABLE orders ADD COLUMN |x int;', '2_b.sql:2:x'],
    [
      'what got another name since',
      'ALTER TABLE orders RENAME customer_id TO buyer;\nUPDATE orders SET bu|yer = 1;',
      '1_a.sql:5:customer_id',
    ],
    ['the new name', 'ALTER TABLE orders RENAME TO purch|ases;', '1_a.sql:3:orders'],
    ['what lives for a moment', 'CREATE TABLE t (a int);\nINSERT INTO t (|a) VALUES (1);\nDROP TABLE t;', '2_b.sql:2:a'],
  ])('finds where it was created: %s', async (_, text, expected) => {
    expect(await definition(up(text))).toEqual([expected]);
  });

  it('finds it from a rollback', async () => {
    expect(await definition(up('ALTER TABLE orders ADD COLUMN x int;', 'ALTER TABLE orders DROP COLUMN |x;'))).toEqual(['2_b.sql:2:x']);
  });

  it('finds the table that is there, not one of its name that was dropped', async () => {
    const files = up('DROP TABLE orders;\nCREATE TABLE orders (id int);\nALTER TABLE |orders ADD x int;');
    expect(await definition(files)).toEqual(['2_b.sql:3:orders']);
    expect(await definition(up('DROP TABLE |orders;\nCREATE TABLE orders (id int);'))).toEqual(['1_a.sql:3:orders']);
  });

  it.each([
    ['a keyword', 'ALTER TA|BLE orders ADD COLUMN x int;'],
    ['a comment', '-- or|ders\nSELECT 1;'],
    ['a string', "INSERT INTO orders (customer_id) VALUES ('orders|');"],
    ['what no migration created', 'ALTER TABLE elsew|here ADD COLUMN x int;\nALTER TABLE elsewhere ADD COLUMN y int;'],
    ['a column that no migration created', 'ALTER TABLE elsewhere ALTER COLUMN |x SET NOT NULL;'],
  ])('finds nothing for %s', async (_, text) => {
    expect(await definition(up(text))).toEqual([]);
  });

  it('takes names of MySQL as it does', async () => {
    const files = {
      '1_a.sql': 'CREATE TABLE `order lines` (`Id` bigint PRIMARY KEY, note text);\n',
      '2_b.sql': 'ALTER TABLE `order lines` MODIFY |id int, ADD KEY by_note (note(10));\n',
    };
    expect(await definition(files, { engine: 'mysql' })).toEqual(['1_a.sql:1:`Id`']);
    expect(await definition({ ...files, '2_b.sql': 'DROP TABLE `or|der lines`;\n' }, { engine: 'mysql' })).toEqual([
      '1_a.sql:1:`order lines`',
    ]);
  });

  it('follows names through builders and raw SQL of code', async () => {
    const first = `exports.up = async (knex) => {
  await knex.schema.createTable('users', (table) => {
    table.bigIncrements('id');
    table.text('nickName');
  });
};
exports.down = (knex) => knex.schema.dropTable('users');
`;
    const files = (body: string) => ({
      '20240101000000_a.js': first,
      '20240102000000_b.js': `exports.up = async (knex) => {\n  ${body}\n};\n`,
    });
    expect(await definition(files("await knex('us|ers').update({ nickName: '' });"))).toEqual(['20240101000000_a.js:2:users']);
    expect(await definition(files("await knex('users').update({ nick|Name: '' });"))).toEqual(['20240101000000_a.js:4:nickName']);
    expect(await definition(files('await knex.raw(`UPDATE users SET "nick|Name" = null`);'))).toEqual(['20240101000000_a.js:4:nickName']);
  });
});

describe('finding the references of a name', () => {
  const files = {
    '1_a.sql': tables,
    '2_b.sql':
      '-- migrate:up\nALTER TABLE orders RENAME |customer_id TO buyer;\n-- migrate:down\nALTER TABLE orders RENAME buyer TO customer_id;\n',
    '3_c.sql': '-- migrate:up\nUPDATE orders SET buyer = 1;\nALTER TABLE customers ADD buyer int;\n-- migrate:down\nSELECT 1;\n',
  };

  it('finds it in all migrations and rollbacks, under each of its names, and nothing that is only called alike', async () => {
    expect(await references(files)).toEqual([
      '1_a.sql:5:customer_id',
      '1_a.sql:8:customer_id',
      '2_b.sql:2:customer_id',
      '2_b.sql:2:buyer',
      '2_b.sql:4:buyer',
      '2_b.sql:4:customer_id',
      '3_c.sql:2:buyer',
    ]);
  });

  it('finds what lives within one migration, and nothing where nothing is named', async () => {
    const text = '-- migrate:up\nCREATE TABLE t (a int);\nINSERT INTO |t VALUES (1);\nDROP TABLE t;\n-- migrate:down\nSELECT 1;\n';
    expect(await references({ '1_a.sql': tables, '2_b.sql': text })).toEqual(['2_b.sql:2:t', '2_b.sql:3:t', '2_b.sql:4:t']);
    expect(await references({ '1_a.sql': tables, '2_b.sql': text.replace('|', '').replace('INTO', 'IN|TO') })).toEqual([]);
  });

  it('leaves out where it is created when that is not asked for', async () => {
    const found = await references(files, false);
    expect(found).toHaveLength(6);
    expect(found).not.toContain('1_a.sql:5:customer_id');
  });
});
