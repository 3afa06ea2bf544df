import { beforeAll, describe, expect, it } from 'vitest';
import { knex } from '../../../../src/frameworks/code/knex';
import { builderCall } from '../../../../src/frameworks/code/knex/writing-builders';
import { defaultEngine } from '../../../../src/model/engine';
import type { Migration } from '../../../../src/model/migration';
import { loadParser } from '../../../../src/parse/load';

beforeAll(async () => {
  await loadParser();
});

function readAll(files: Readonly<Record<string, string>>): readonly Migration[] {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return knex
    .read(sources, { engine: defaultEngine, placeholders: {} })
    .flatMap((result) => (result.ok ? [result.value] : [expect.fail(result.error.message)]));
}

function readOne(text: string, path = '20240101000000_a.js'): Migration {
  const [migration] = readAll({ [path]: text });
  return migration ?? expect.fail('nothing was read');
}

/** The statements of an `up` with this body. */
function sent(body: string): readonly string[] {
  const { up } = readOne(`exports.up = async function (knex) {\n${body}\n};\n`);
  expect(up.unread ?? []).toEqual([]);
  return up.statements.map(({ text }) => text);
}

describe('detection', () => {
  const up = 'exports.up = (knex) => knex.schema.dropTable("a");\nexports.down = () => {};\n';

  it.each([
    ['a.js', up],
    ['a.ts', "import type { Knex } from 'knex';\nexport async function up(knex: Knex): Promise<void> { await knex.raw('select 1'); }\n"],
    ['a.js', 'export const up = async (db) => { await db.schema.alterTable("a", (t) => t.dropColumn("b")); };\n'],
    ['a.js', 'module.exports = { async up(trx) { await trx("users").del(); }, async down() {} };\n'],
    ['a.js', 'exports.up = async knex => { await knex.raw("select 1"); };\n'],
    ['a.js', 'exports.up = knex => knex.raw("select 1");\n'],
    ['a.js', 'module.exports = { up: async knex => { await knex("a").del(); }, down: async knex => {} };\n'],
    ['a.ts', 'export const up = async trx => { await trx.raw("select 1"); };\n'],
  ])('%s is its own', (path, text) => {
    expect(knex.detect([{ path, text }])).toBeGreaterThan(0.5);
  });

  it.each([
    ['a.js', "module.exports = { up: (queryInterface) => queryInterface.dropTable('a') };\n"],
    [
      'a.ts',
      "export class A1700000000000 implements MigrationInterface { async up(queryRunner: QueryRunner) { await queryRunner.query('x'); } }\n",
    ],
    ['a.js', "exports.up = (pgm) => { pgm.dropTable('a'); };\n"],
    ['a.js', "exports.up = function (db) { return db.runSql('select 1'); };\n"],
    [
      'a.ts',
      "import { type Kysely } from 'kysely';\nexport async function up(db: Kysely<any>) { await db.schema.createTable('a').execute(); }\n",
    ],
    ['a.sql', 'SELECT 1;\n'],
    ['helper.js', 'exports.addUp = 1;\n'],
  ])("%s is another tool's", (path, text) => {
    expect(knex.detect([{ path, text }])).toBe(0);
  });

  it('takes what has an up where the package names knex alone', () => {
    const text = 'exports.up = async ({ context: connection }) => { await connection.raw("select 1"); };\n';
    const named = (dependencies: string): number =>
      knex.detect([
        { path: 'a.js', text },
        { path: '../package.json', text: `{"dependencies":{${dependencies}}}` },
      ]);
    expect(named('"knex":"3.1.0"')).toBeGreaterThan(0);
    expect(named('"knex":"3.1.0","sequelize":"6.0.0"')).toBe(0);
    expect(named('"pg":"8.0.0"')).toBe(0);
  });

  it('is surer with the package or a knexfile', () => {
    const alone = knex.detect([{ path: 'a.js', text: up }]);
    expect(
      knex.detect([
        { path: 'a.js', text: up },
        { path: '../package.json', text: '{"dependencies":{"knex":"3.1.0"}}' },
      ]),
    ).toBeGreaterThan(alone);
    expect(
      knex.detect([
        { path: 'a.js', text: up },
        { path: '../knexfile.js', text: 'module.exports = {};' },
      ]),
    ).toBeGreaterThan(alone);
  });
});

describe('files', () => {
  it('are read in the order of their names, helpers left out, imports followed', () => {
    const migrations = readAll({
      '20240102_b.js': "const { addUser } = require('./helpers/users');\nexports.up = (knex) => addUser(knex, 'b');\n",
      '20240101_a.js': "exports.up = (knex) => knex.schema.dropTable('a');\n",
      'helpers/users.js': "exports.addUser = (knex, name) => knex('users').insert({ name });\n// up\n",
      '../package.json': '{}',
      'a.d.ts': 'export declare function up(knex: unknown): void;\n',
    });
    expect(migrations.map(({ id }) => id)).toEqual(['20240101_a.js', '20240102_b.js']);
    expect(migrations[1]?.up.statements.map(({ text }) => text)).toEqual([`insert into "users" ("name") values ('b')`]);
    // The range is the call in the own file.
    expect(migrations[1]?.up.statements[0]?.range.start).toEqual({ line: 1, character: 23 });
  });

  it.each([
    'exports.up = function (knex) {\n  return knex.raw("select 1");\n};\nexports.down = function (knex) {\n  return knex.raw("select 2");\n};\n',
    'export const up = (knex) => knex.raw("select 1");\nexport const down = (knex) => knex.raw("select 2");\n',
    'export async function up(knex: any): Promise<void> {\n  await knex.raw("select 1");\n}\nexport async function down(knex: any): Promise<void> {\n  await knex.raw("select 2");\n}\n',
    'module.exports = { up: async (knex) => { await knex.raw("select 1"); }, async down(knex) { await knex.raw("select 2"); } };\n',
    'export default { async up(knex) { await knex.raw("select 1"); }, async down(knex) { await knex.raw("select 2"); } };\n',
    'exports.up = (knex, Promise) => Promise.all([knex.raw("select 1")]);\nexports.down = async (knex) => { await Promise.all([knex.raw("select 2")]); };\n',
    'class A { async up(knex) { await knex.raw("select 1"); } async down(knex) { await knex.raw("select 2"); } }\nmodule.exports = new A();\n',
    // knex-migrator
    'module.exports.up = async (options) => { await options.connection.raw("select 1"); };\nmodule.exports.down = async ({ transacting }) => { await transacting.raw("select 2"); };\n',
  ])('are understood however they export: %#', (text) => {
    const { up, down } = readOne(text, 'a.ts');
    expect([up, down].map((program) => program?.statements.map((statement) => statement.text))).toEqual([['select 1'], ['select 2']]);
  });

  it('say whether they want a transaction', () => {
    const wrapped = (text: string, more: Readonly<Record<string, string>> = {}): boolean | undefined =>
      readAll({ 'a.js': text, ...more })[0]?.up.execution.wrapped;
    const up = "exports.up = (knex) => knex.raw('select 1');\n";
    expect(wrapped(up)).toBe(true);
    expect(wrapped(`${up}exports.config = { transaction: false };\n`)).toBe(false);
    expect(wrapped("export const config = { transaction: false };\nexport const up = (knex) => knex.raw('select 1');\n")).toBe(false);
    expect(wrapped("module.exports = { config: { transaction: false }, up(knex) { return knex.raw('select 1'); } };\n")).toBe(false);
    expect(wrapped(`${up}exports.config = { transaction: process.env.T };\n`)).toBe(true);
    const knexfile = { '../knexfile.js': 'module.exports = { migrations: { disableTransactions: true } };\n' };
    expect(wrapped(up, knexfile)).toBe(false);
    expect(wrapped(`${up}exports.config = { transaction: true };\n`, knexfile)).toBe(true);
  });

  it('without a way back, with an empty one, and with one that refuses', () => {
    const up = "exports.up = (knex) => knex.schema.dropTable('a');\n";
    expect(readOne(up).down).toBeUndefined();
    // knex runs nothing at all when one of the files has no down.
    expect(readOne(up, '1_a.js').up.execution.refused).toBe('Invalid migration: 1_a.js must have both an up and down function');
    expect(
      readAll({ 'a.js': up, '../package.json': '{"dependencies":{"knex-migrator":"5.0.0"}}' })[0]?.up.execution.refused,
    ).toBeUndefined();
    expect(readOne(`${up}exports.down = async () => {};\n`).up.execution.refused).toBeUndefined();
    expect(readOne(`${up}exports.down = async () => {};\n`).down?.statements).toEqual([]);
    for (const down of [
      "exports.down = () => { throw new Error('irreversible'); };\n",
      "exports.down = async () => { throw new Error('irreversible'); };\n",
      "exports.down = () => Promise.reject(new Error('irreversible'));\n",
    ]) {
      const migration = readOne(up + down);
      expect(migration.down, down).toBeUndefined();
      expect(migration.downUnsupported, down).toBe(true);
    }
  });
});

describe('places', () => {
  it('of raw text are its characters, of a builder its calls', () => {
    const text = `exports.up = async (knex) => {
  await knex.raw('ALTER TABLE a ADD b int');
  await knex.schema.alterTable('users', (table) => {
    table.string('name').notNullable();
    table.index(['name']);
  });
};
`;
    const { up } = readOne(text);
    const pieces = up.rendering?.pieces.map(({ kind, source }) => [kind, text.slice(source.start, source.end).split('\n')[0]]);
    expect(up.statements.map((statement) => statement.text)).toEqual([
      'ALTER TABLE a ADD b int',
      'alter table "users" add column "name" varchar(255) not null',
      'create index "users_name_index" on "users" ("name")',
    ]);
    expect(pieces).toEqual([
      ['verbatim', 'ALTER TABLE a ADD b int'],
      ['written', "knex.schema.alterTable('users', (table) => {"],
      ['written', "table.string('name').notNullable()"],
      ['written', "table.index(['name'])"],
    ]);
  });

  it('of raw text survive bindings', () => {
    const text = "exports.up = (knex) => knex.raw('ALTER TABLE ?? ADD b text DEFAULT ?', ['my.table', 'x']);\n";
    const { up } = readOne(text);
    expect(up.statements[0]?.text).toBe(`ALTER TABLE "my"."table" ADD b text DEFAULT 'x'`);
    const verbatim = up.rendering?.pieces
      .filter(({ kind }) => kind === 'verbatim')
      .map(({ source }) => text.slice(source.start, source.end));
    expect(verbatim).toEqual(['ALTER TABLE ', ' ADD b text DEFAULT ']);
  });
});

describe('places of a chain', () => {
  it('begin at the call that sends the statement', () => {
    const text = `exports.up = (knex) =>
  knex.schema
    .createTable('a', (table) => {
      table.uuid('id').primary();
    })
    .createTable('b', (table) => {
      table.uuid('id').primary();
    });
`;
    const shown = readOne(text).up.statements.map(({ range }) => text.split('\n')[range.start.line]?.slice(range.start.character));
    expect(shown).toEqual(['knex.schema', "createTable('b', (table) => {"]);
  });
});

describe('builders that wait together', () => {
  it('send their first statements before their second ones', () => {
    expect(
      sent(`await Promise.all([
  knex.schema.createTable('b', (table) => { table.uuid('a_id').references('a.id'); }),
  knex.schema.createTable('a', (table) => { table.uuid('id').primary(); }),
  knex('c').del(),
]);`),
    ).toEqual([
      'create table "b" ("a_id" uuid)',
      'create table "a" ("id" uuid, constraint "a_pkey" primary key ("id"))',
      'delete from "c"',
      'alter table "b" add constraint "b_a_id_foreign" foreign key ("a_id") references "a" ("id")',
    ]);
  });
});

describe('values that are not known', () => {
  it('are holes', () => {
    expect(
      sent("const s = process.env.S;\nawait knex.raw(`CREATE SCHEMA ${s}`);\nawait knex.schema.withSchema(s).dropTable('a');"),
    ).toEqual(['CREATE SCHEMA ${process.env.S}', 'drop table "${process.env.S}"."a"']);
  });

  it('of rows keep statements readable', () => {
    const { up } = readOne(
      "exports.up = async (knex) => {\n  const rows = await knex('a').select('id');\n  for (const row of rows) await knex('b').update(row).where({ id: row.id });\n  await knex('c').insert(rows);\n  await knex('c').insert(rows.map((row) => ({ a: row.id }))).onConflict('a').merge();\n};\n",
    );
    expect(up.statements.map(({ unreadable }) => unreadable)).toEqual([undefined, undefined, undefined, undefined]);
    expect(up.statements[1]?.operations[0]?.kind).toBe('update');
  });
});

describe('guards', () => {
  it.each([
    [
      "if (!(await knex.schema.hasTable('a'))) { await knex.schema.createTable('a', (t) => { t.increments(); }); }",
      'create table if not exists "a" ("id" serial primary key)',
    ],
    [
      "const there = await knex.schema.hasTable('a');\nif (there) return;\nawait knex.schema.createTable('a', (t) => { t.increments(); });",
      'create table if not exists "a" ("id" serial primary key)',
    ],
    ["const there = await knex.schema.hasTable('a');\nif (there) await knex.schema.dropTable('a');", 'drop table if exists "a"'],
    ["return knex.schema.hasTable('a').then((exists) => { if (exists) return knex.schema.dropTable('a'); });", 'drop table if exists "a"'],
    [
      "const has = await knex.schema.hasColumn('a', 'b');\nawait knex.schema.alterTable('a', (t) => { if (!has) t.string('b'); });",
      undefined,
    ],
    [
      "if (!(await knex.schema.hasColumn('a', 'b'))) await knex.schema.alterTable('a', (t) => { t.string('b'); });",
      'alter table "a" add column if not exists "b" varchar(255)',
    ],
    [
      "if (await knex.schema.hasColumn('a', 'b')) await knex.schema.alterTable('a', (t) => { t.dropColumn('b'); });",
      'alter table "a" drop column if exists "b"',
    ],
    ["if (!(await knex.schema.hasTable('b'))) await knex.raw('CREATE TABLE b (c int)');", 'CREATE TABLE if not exists b (c int)'],
    ["if (await knex.schema.hasTable('other')) await knex.schema.dropTable('a');", 'drop table "a"'],
  ])('%s', (body, expected) => {
    if (expected !== undefined) expect(sent(body)).toEqual([expected]);
  });
});

describe('transactions of its own', () => {
  const body =
    "await knex.transaction(async (trx) => {\n  await trx.raw('select 1');\n  await trx('a').del();\n});\nawait knex.raw('select 2');";

  it('are savepoints in that of knex, which change nothing', () => {
    expect(sent(body)).toEqual(['select 1', 'delete from "a"', 'select 2']);
  });

  it('are BEGIN and COMMIT where there is none', () => {
    const text = `exports.config = { transaction: false };\nexports.up = async (knex) => {\n${body}\n};\n`;
    expect(readOne(text).up.statements.map((statement) => statement.text)).toEqual([
      'BEGIN',
      'select 1',
      'delete from "a"',
      'COMMIT',
      'select 2',
    ]);
    expect(readOne(text).up.execution.beside).toBeUndefined();
  });

  it('end where the code ends them', () => {
    const text = `exports.config = { transaction: false };
exports.up = async (knex) => {
  const trx = await knex.transaction();
  try {
    await trx('a').update({ b: 1 });
    await trx.commit();
  } catch (error) {
    await trx.rollback();
    throw error;
  }
};
`;
    expect(readOne(text).up.statements.map((statement) => statement.text)).toEqual(['BEGIN', 'update "a" set "b" = 1', 'COMMIT']);
  });

  it('leave out what runs on another connection', () => {
    const text = `exports.config = { transaction: false };
exports.up = async (knex) => {
  await knex.transaction(async (trx) => {
    await trx('a').del();
    await knex('b').del();
    await knex('c').del().transacting(trx);
  });
};
`;
    const { execution, statements } = readOne(text).up;
    expect(statements.map((statement) => statement.text)).toEqual([
      'BEGIN',
      'delete from "a"',
      'delete from "b"',
      'delete from "c"',
      'COMMIT',
    ]);
    expect(execution.beside).toEqual([3]);
    expect(execution.transactions).toEqual([
      { kind: 'explicit', statements: [1, 2, 4, 5] },
      { kind: 'autocommit', statements: [3] },
    ]);
  });

  it('of another knex are beside that of the migration', () => {
    const { execution } = readOne(
      "const other = require('knex')({ client: 'pg' });\nexports.up = async (knex) => {\n  await knex('a').del();\n  await other('b').del();\n};\n",
    ).up;
    expect(execution.beside).toEqual([2]);
  });
});

describe('what is not sent', () => {
  it('is a query that became a part of another, or was never waited for', () => {
    expect(sent("const ids = knex('a').select('id');\nawait knex('b').whereIn('a_id', ids).del();\nknex('c').del();")).toEqual([
      'delete from "b" where "a_id" in (select "id" from "a")',
    ]);
  });

  it('is named when it could not be read', () => {
    const { up } = readOne(
      "const { seed } = require('@app/seeds');\nexports.up = async (knex) => {\n  await seed(knex);\n  await knex.schema.createTable('a', (t) => { t.fancy('b'); });\n};\n",
    );
    expect(up.unread?.map(({ text }) => text)).toEqual(['seed(knex)', "t.fancy('b')"]);
  });
});

describe('written into code', () => {
  const cjs = "exports.up = function (knex) {\n  return knex.schema.dropTable('a');\n};\n";

  function marked(text: string): string | undefined {
    const mark = knex.noTransactionMark?.(text, 'up');
    return mark?.kind === 'patch' ? text.slice(0, mark.patch.span.start) + mark.patch.newText + text.slice(mark.patch.span.end) : undefined;
  }

  it.each([
    [cjs, `exports.config = { transaction: false };\n\n${cjs}`],
    [
      "module.exports.up = (knex) => knex.raw('x');\n",
      "module.exports.config = { transaction: false };\n\nmodule.exports.up = (knex) => knex.raw('x');\n",
    ],
    [
      "import { Knex } from 'knex';\n\n/** It. */\nexport async function up(knex: Knex): Promise<void> {}\n",
      "import { Knex } from 'knex';\n\nexport const config = { transaction: false };\n\n/** It. */\nexport async function up(knex: Knex): Promise<void> {}\n",
    ],
    ['module.exports = {\n  async up(knex) {},\n};\n', 'module.exports = {\n  config: { transaction: false },\n  async up(knex) {},\n};\n'],
    [`${cjs}exports.config = { transaction: true };\n`, `${cjs}exports.config = { transaction: false };\n`],
    [`${cjs}exports.config = {};\n`, `${cjs}exports.config = { transaction: false };\n`],
  ])('the mark for no transaction: %#', (text, expected) => {
    expect(marked(text)).toBe(expected);
    expect(readOne(expected, 'a.ts').up.execution.wrapped).toBe(false);
    expect(marked(expected)).toBeUndefined();
  });

  it('takes the mark away again', () => {
    for (const text of [cjs, 'module.exports = {\n  async up(knex) {},\n};\n', "export const up = (knex) => knex.raw('x');\n"]) {
      const withMark = marked(text) ?? '';
      const edit = knex.withoutNoTransactionMark?.(withMark) ?? expect.fail(withMark);
      expect(withMark.slice(0, edit.span.start) + edit.newText + withMark.slice(edit.span.end)).toBe(text);
    }
    expect(knex.withoutNoTransactionMark?.(cjs)).toBeUndefined();
  });

  it('the way back, in calls of the builders where they say the same', () => {
    const statements = [
      'DROP TABLE a;',
      'ALTER TABLE app.users DROP COLUMN b;',
      'DROP INDEX c;',
      'ALTER TABLE d DROP CONSTRAINT e, DROP COLUMN f;',
      "SELECT data ? 'x';",
    ];
    const placed = knex.placeDown(readOne(cjs, 'a.js'), [{ path: 'a.js', text: cjs }], statements);
    expect(placed.kind === 'edit' ? placed.newText : placed).toBe(
      `

exports.down = async function (knex) {
  await knex.schema.dropTable('a');
  await knex.schema.withSchema('app').alterTable('users', (table) => {
    table.dropColumn('b');
  });
  await knex.raw('DROP INDEX c');
  await knex.raw('ALTER TABLE d DROP CONSTRAINT e, DROP COLUMN f');
  await knex.raw(\`SELECT data \\\\\\\\? 'x'\`);
};`.replaceAll('\\\\\\\\', '\\\\'),
    );
  });

  it.each([
    'DROP TABLE a CASCADE',
    'DROP TABLE a, b',
    'DROP TABLE "odd.name"',
    'DROP VIEW a CASCADE',
    'ALTER TABLE ONLY a DROP COLUMN b',
    'ALTER TABLE a DROP COLUMN b CASCADE',
    'ALTER TABLE a DROP COLUMN IF EXISTS b',
    'ALTER TABLE a ALTER COLUMN b SET DEFAULT 1',
    'CREATE TABLE a (b int)',
  ])('not for %s', (sql) => {
    expect(builderCall('knex', sql, defaultEngine)).toBeUndefined();
  });

  it('raw calls on what the call is made on', () => {
    const text =
      "exports.up = async (db) => {\n  await db.transaction(async (trx) => {\n    await trx.schema.dropTable('a');\n  });\n  await helper(db);\n};\n";
    const program = readOne(text).up;
    const at = (call: string) => {
      const start = text.indexOf(call);
      return knex.rawCall?.("SET lock_timeout = '2s'", { program, text, call: { start, end: start + call.length } });
    };
    expect(at("trx.schema.dropTable('a')")).toBe("await trx.raw(`SET lock_timeout = '2s'`);");
    expect(at('helper(db)')).toBe("await db.raw(`SET lock_timeout = '2s'`);");
  });
});

describe('the client', () => {
  it.each([
    [
      "const conn = await knex.client.acquireConnection(); await conn.query('DROP TABLE a'); await knex.client.releaseConnection(conn);",
      ['DROP TABLE a'],
    ],
    ["const conn = await knex.client.acquireConnection(); await conn.query({ text: 'DROP TABLE a', values: [] });", ['DROP TABLE a']],
    ["const conn = await knex.client.acquireConnection(); await knex.client.query(conn, 'DROP TABLE a');", ['DROP TABLE a']],
    ["await knex.client.query(await knex.client.acquireConnection(), { sql: 'DROP TABLE a' });", ['DROP TABLE a']],
    ["await knex.client.raw('DROP TABLE a');", ['DROP TABLE a']],
    ["await knex.client.transaction(async (trx) => { await trx.raw('DROP TABLE a'); });", ['DROP TABLE a']],
    ["await knex.client.schemaBuilder().dropTable('a');", ['drop table "a"']],
    ["await knex.client.queryBuilder().from('a').del();", ['delete from "a"']],
    ["if (knex.client.config.client === 'pg') await knex.raw('DROP TABLE a');", ['DROP TABLE a']],
    ["if (knex.client.constructor.name === 'Client_PG') await knex.raw('DROP TABLE a');", ['DROP TABLE a']],
    ['if (knex.client.config.connection.user) return;', []],
  ])('%s', (code, expected) => {
    expect(sent(code)).toEqual(expected);
  });

  it.each([
    'await knex.client.pool.acquire();',
    "await knex.client.processResponse('DROP TABLE a');",
    "const conn = await knex.client.acquireConnection(); await conn.queryArray('DROP TABLE a');",
    'const conn = await knex.client.acquireConnection(); await conn.query(make());',
  ])('names what it does not know: %s', (code) => {
    expect(readOne(`exports.up = async (knex) => {\n${code}\n};\n`).up.unread).toHaveLength(1);
  });
});

describe('the text of a builder', () => {
  it.each([
    ["const sql = knex.schema.dropTable('x').toString(); await knex.raw(sql);", ['drop table "x"']],
    ["await knex.raw(knex.schema.dropTable('x').toQuery());", ['drop table "x"']],
    ["await knex.raw(`${knex('x').del().toString()} returning id`);", ['delete from "x" returning id']],
    ["await knex.raw(`${knex.schema.createTable('x', (t) => { t.integer('a'); })}`);", ['create table "x" ("a" integer)']],
    ["knex.schema.dropTable('x').toString();", []],
    ["await knex.raw(knex('x').where('a', 1).del().toString());", ['delete from "x" where "a" = 1']],
  ])('%s', (code, expected) => {
    expect(sent(code)).toEqual(expected);
  });
});

describe('rows that are not known', () => {
  it('are no query of their own', () => {
    expect(sent("for (const c of _.chunk([{ a: 1 }], 10)) await knex('zz2').insert(c);")).toEqual(['insert into "zz2" default values']);
  });
});
