import { beforeAll, expect, test } from 'vitest';
import { knex } from '../../../src/frameworks/code/knex';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Engine } from '../../../src/model/engine';
import { loadParser } from '../../../src/parse/load';
import { generateDown } from '../../../src/rollback/down';
import { replay } from '../../../src/schema/virtual-schema';

beforeAll(loadParser);

const flags = "await knex.raw('CREATE TABLE flags (id integer PRIMARY KEY, name varchar(40) UNIQUE, at timestamp NULL, owner integer)');";

/** The rollback of a migration in code. */
function down(body: string, engine: Engine = { name: 'postgres', major: 18 }, earlier = flags) {
  const file = (path: string, code: string) => ({
    path,
    text: `exports.up = async (knex) => {\n${code}\n};\nexports.down = async () => {};\n`,
  });
  const read = knex.read([file('1_a.js', earlier), file('2_b.js', body)], { engine, placeholders: {} });
  const [first, second] = read.map((result) => (result.ok ? result.value : expect.fail(result.error.message)));
  if (first === undefined || second === undefined) return expect.fail('not read');
  const before = replay(emptyCatalog, first.up.statements, engine);
  return generateDown(second, before, replay(before, second.up.statements, engine));
}

const insert = (row: string) => `const [row] = await knex('flags').select('id');\nawait knex('flags').insert(${row});`;

test('a row goes by what is known of it when the code is read', () => {
  const { statements, irreversible } = down(insert("{ name: 'beta', at: new Date(), owner: row.id }"));
  expect(statements).toEqual(["DELETE FROM flags\n WHERE name = 'beta';"]);
  expect(irreversible).toEqual([]);
  expect(down(insert("{ name: 'beta', at: new Date(), owner: row.id }"), { name: 'mysql', major: 9 }).statements).toEqual([
    "DELETE FROM `flags`\n WHERE `name` = 'beta';",
  ]);
});

test('a row of which no key is known when the code is read is not looked for by the name of a value', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code of a migration.
  for (const row of ['{ id: row.id, at: new Date() }', '{ name: `pre-${row.id}` }', '{ owner: row.id, at: knex.fn.now() }']) {
    expect(down(insert(row))).toMatchObject({
      statements: ["-- Not undone: rows that statement 2 inserted into flags can't be told from the others."],
      losses: [{ table: 'public.flags' }],
    });
  }
});

test('a statement with a value that only a run tells is words, and the others are sent', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code of a migration.
  const made = 'await knex.raw(`CREATE INDEX i ON flags (owner)`);\nawait knex.raw(`CREATE TABLE t_${process.env.X} (id int)`);';
  const { statements, restoresSchema } = down(made);
  expect(statements).toEqual([
    'DROP INDEX i;',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: so does the rendering name it.
    '-- Not undone, for the value of ${process.env.X} is known only when the migration runs: DROP TABLE "t_${process.env.X}"; Write it by hand.',
  ]);
  expect(restoresSchema).toBe(false);
});
