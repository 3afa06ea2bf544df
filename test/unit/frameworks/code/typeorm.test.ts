import { beforeAll, describe, expect, it } from 'vitest';
import { typeorm } from '../../../../src/frameworks/code/typeorm';
import { detectFramework } from '../../../../src/frameworks/registry';
import { emptyCatalog } from '../../../../src/model/catalog';
import type { Migration } from '../../../../src/model/migration';
import type { SourceFile } from '../../../../src/model/run-protocol';
import { loadParser } from '../../../../src/parse/load';
import { generateDown } from '../../../../src/rollback/down';
import { replay } from '../../../../src/schema/virtual-schema';

beforeAll(loadParser);

const engine = { name: 'postgres', major: 18 } as const;

function read(...files: readonly SourceFile[]): readonly Migration[] {
  return typeorm.read(files, { engine, placeholders: {} }).map((result) => {
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  });
}

/** One migration in TypeScript with these statements in `up`. */
function withUp(body: string, rest = 'async down(queryRunner: QueryRunner): Promise<void> {}', timestamp = 1700000000000): SourceFile {
  const text = `import { MigrationInterface, QueryRunner, Table, TableColumn, TableCheck, TableForeignKey, TableIndex, TableUnique } from 'typeorm';

export class Change${timestamp} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    ${body}
  }

  ${rest}
}
`;
  return { path: `${timestamp}-Change.ts`, text };
}

/** A value that is not known, as a rendering has it. */
function hole(name: string): string {
  return `\${${name}}`;
}

function sqlOf(migration: Migration | undefined): readonly string[] {
  return (migration?.up.statements ?? []).map(({ text }) => text);
}

function upOf(body: string): readonly string[] {
  const [migration] = read(withUp(body));
  expect(migration?.up.unread).toEqual([]);
  return sqlOf(migration);
}

describe('TypeORM migrations', () => {
  it('are classes with a timestamp, in its order and not in that of the files', () => {
    const early = withUp("await queryRunner.query('SELECT 1');", '', 1600000000000);
    const migrations = read(withUp("await queryRunner.query('SELECT 2');"), { ...early, path: '9-late.ts' });
    expect(migrations.map(({ id }) => id)).toEqual(['Change1600000000000', 'Change1700000000000']);
    expect(migrations[0]?.down).toBeUndefined();
    expect(migrations[1]?.down?.statements).toEqual([]);
  });

  it.each([
    ['exports', "exports.A1700000000000 = class A1700000000000 { async up(q) { await q.query('SELECT 1'); } };"],
    ['module.exports', "module.exports = class A1700000000000 { async up(q) { await q.query('SELECT 1'); } };"],
    [
      'the output of tsc',
      '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.A1700000000000 = void 0;\nclass A1700000000000 {\n    constructor() {\n        this.name = "A1700000000000";\n    }\n    async up(q) {\n        await q.query(`SELECT 1`);\n    }\n}\nexports.A1700000000000 = A1700000000000;\n',
    ],
    [
      'the output of tsc for old engines',
      '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.A1700000000000 = void 0;\nvar A1700000000000 = /** @class */ (function () {\n    function A1700000000000() {\n        this.name = "A1700000000000";\n    }\n    A1700000000000.prototype.up = function (q) {\n        return q.query("SELECT 1");\n    };\n    A1700000000000.prototype.down = function (q) {\n        return q.query("SELECT 2");\n    };\n    return A1700000000000;\n}());\nexports.A1700000000000 = A1700000000000;\n',
    ],
    ['a default export', "export default class A1700000000000 { up = async (q) => { await q.query('SELECT 1'); }; }"],
    ['a name of its own', "export class Short { name = 'A1700000000000'; async up(q) { await q.query('SELECT 1'); } }"],
  ])('are found in %s', (_, text) => {
    const [migration] = read({ path: 'a.js', text });
    expect(migration?.id).toBe('A1700000000000');
    expect(sqlOf(migration)).toEqual(['SELECT 1']);
  });

  it('names a method that is compiled to the states of a generator', () => {
    const text =
      'var A1700000000000 = (function () { function A1700000000000() {} A1700000000000.prototype.up = function (q) { return __awaiter(this, void 0, void 0, function () { return __generator(this, function (_a) { return [4, q.query("SELECT 1")]; }); }); }; return A1700000000000; }()); exports.A1700000000000 = A1700000000000;';
    const [migration] = read({ path: 'a.js', text });
    expect(migration?.up.unread).toMatchObject([{ why: expect.stringContaining('generator') }]);
  });

  it('leaves out what is for another database, and what only helps', () => {
    const helper = { path: 'helper.ts', text: 'export class Base { async up() {} }' };
    const migrations = read({ ...withUp(''), path: 'sqlite/1700000000000-Change.ts' }, helper, withUp('', '', 1700000000001));
    expect(migrations.map(({ id }) => id)).toEqual(['Change1700000000001']);
  });

  it('leaves out what the list for Postgres leaves out of a folder that it shares with other databases', () => {
    const inFolder = (folder: string, timestamp: number) => ({ ...withUp('', '', timestamp), path: `${folder}/${timestamp}-Change.ts` });
    const index = { path: 'postgres/index.ts', text: "import { A } from '../common/1700000000001-Change';\nexport const list = [A];" };
    const files = [
      inFolder('common', 1700000000001),
      inFolder('common', 1700000000002),
      inFolder('postgres', 1700000000003),
      inFolder('other', 1700000000004),
    ];
    const ids = (all: readonly SourceFile[]) => read(...all).map(({ id }) => id.slice(-1));
    expect(ids(files)).toEqual(['1', '2', '3', '4']);
    expect(ids([...files, index])).toEqual(['1', '3', '4']);
  });

  it('places statements in the strings that they come from', () => {
    const file = withUp('await queryRunner.query(`CREATE INDEX a ON "users" (email)`);');
    const [migration] = read(file);
    const statement = migration?.up.statements[0];
    const line = file.text.split('\n')[statement?.range.start.line ?? 0] ?? '';
    expect(line.slice(statement?.range.start.character, statement?.range.end.character)).toBe('CREATE INDEX a ON "users" (email)');
    expect(migration?.up.rendering?.pieces[0]?.kind).toBe('verbatim');
  });

  it('knows the transaction that it runs in', () => {
    const up = "await queryRunner.query('SELECT 1');";
    expect(read(withUp(up))[0]?.up.execution.wrapped).toBe(true);
    const [none] = read(withUp(up, 'transaction = false as const;'));
    expect(none?.up.execution).toMatchObject({ wrapped: false, because: expect.stringContaining('transaction = false') });
  });

  it('knows that the way back asks no migration for its transaction', () => {
    const text = `import { MigrationInterface, QueryRunner } from 'typeorm';
export class Email1700000000002 implements MigrationInterface {
  transaction = false as const;
  async up(queryRunner: QueryRunner) {
    await queryRunner.query('CREATE INDEX CONCURRENTLY email_idx ON users (email)');
  }
  async down(queryRunner: QueryRunner) {
    await queryRunner.query('DROP INDEX CONCURRENTLY email_idx');
  }
}
`;
    const withUsers = `export class Users1700000000001 {
  async up(queryRunner) {
    await queryRunner.query('CREATE TABLE users (email text)');
  }
  async down(queryRunner) {}
}`;
    const file = { path: '1700000000002-Email.ts', text };
    const [migration] = read(file);
    expect(migration?.up.execution).toMatchObject({ wrapped: false, downWrapped: true });
    expect(migration?.down?.execution.because).toContain('--transaction none');
    // A generated rollback has to work in the transaction that a revert opens.
    const users = replay(emptyCatalog, read({ path: '1700000000001-Users.ts', text: withUsers })[0]?.up.statements ?? []);
    const down = migration === undefined ? undefined : generateDown(migration, users, replay(users, migration.up.statements));
    expect(down?.statements).toEqual(['DROP INDEX email_idx;']);
    const settings = { path: '../data-source.ts', text: `new DataSource({ type: 'postgres', migrationsTransactionMode: 'none' })` };
    const [without] = read(file, settings);
    expect(without?.up.execution).toMatchObject({ wrapped: false });
    const [plain] = read(withUp("await queryRunner.query('SELECT 1');"), settings);
    expect(plain?.up.execution).toMatchObject({ wrapped: false, because: expect.stringContaining('migrationsTransactionMode') });
    expect(without?.down?.execution).toMatchObject({ wrapped: false });
    const [byScript] = read(withUp("await queryRunner.query('SELECT 1');"), {
      path: '../package.json',
      text: '{"typeormTransaction":"none"}',
    });
    expect(byScript?.up.execution).toMatchObject({ wrapped: false });
  });

  it('takes several statements of one query as one request', () => {
    const [migration] = read(withUp("await queryRunner.query('SELECT 1; SELECT 2'); await queryRunner.query('SELECT 3');"));
    expect(migration?.up.execution.groups).toEqual([[1, 2], [3]]);
  });

  it('takes a down that only throws as one that says there is none', () => {
    const [migration] = read(
      withUp("await queryRunner.query('SELECT 1');", "async down(): Promise<void> { throw new Error('no way back'); }"),
    );
    expect(migration?.down).toBeUndefined();
    expect(migration?.downUnsupported).toBe(true);
  });

  it('ends the transaction around it where the migration says so', () => {
    expect(
      upOf(`await queryRunner.commitTransaction();
    await queryRunner.query('CREATE INDEX CONCURRENTLY a ON b (c)');
    await queryRunner.startTransaction();
    await queryRunner.startTransaction();
    await queryRunner.commitTransaction();`),
    ).toEqual([
      'COMMIT',
      'CREATE INDEX CONCURRENTLY a ON b (c)',
      'START TRANSACTION',
      'SAVEPOINT typeorm_1',
      'RELEASE SAVEPOINT typeorm_1',
    ]);
  });
});

describe('builders of TypeORM', () => {
  it('keep what was spread into the options of a new column', () => {
    const first = withUp('await queryRunner.query(`CREATE TABLE users (id int, nick varchar(50))`);');
    const second = withUp(
      `const table = await queryRunner.getTable('users');
    const column = table!.findColumnByName('nick')!;
    await queryRunner.changeColumn(table!, column, new TableColumn({ ...column, name: 'nickname', isNullable: false }));`,
      '',
      1700000000001,
    );
    expect(sqlOf(read(first, second)[1])).toEqual([
      'ALTER TABLE "users" RENAME COLUMN "nick" TO "nickname"',
      'ALTER TABLE "users" ALTER COLUMN "nickname" SET NOT NULL',
    ]);
  });

  it('recreate a column whose type differs, with its data', () => {
    const first = withUp('await queryRunner.query(`CREATE TABLE users (id int, email varchar(50))`);');
    const second = withUp(
      `await queryRunner.changeColumn('users', 'email', new TableColumn({ name: 'email', type: 'varchar', length: '100' }));`,
      '',
      1700000000001,
    );
    expect(sqlOf(read(first, second)[1])).toEqual([
      'ALTER TABLE "users" DROP COLUMN "email"',
      'ALTER TABLE "users" ADD "email" varchar(100) NOT NULL',
    ]);
  });

  it('say so when the column that they compare with is not known', () => {
    const [migration] = read(withUp(`await queryRunner.changeColumn('users', 'email', new TableColumn({ name: 'email', type: 'text' }));`));
    expect(migration?.up.statements).toEqual([]);
    expect(migration?.up.unread).toMatchObject([{ why: expect.stringContaining('drops the column with its data') }]);
  });

  it('change nothing but what was changed on a copy, also of a column that is not known', () => {
    expect(
      upOf(`const table = await queryRunner.getTable('users');
    const column = table!.findColumnByName('email')!;
    const changed = column.clone();
    changed.isNullable = false;
    await queryRunner.changeColumn(table!, column, changed);`),
    ).toEqual(['ALTER TABLE "users" ALTER COLUMN "email" SET NOT NULL']);
  });

  it('drop what was looked up on a table that is not known', () => {
    expect(
      upOf(`const table = await queryRunner.getTable('orders');
    const key = table.foreignKeys.find((candidate) => candidate.columnNames.indexOf('user_id') !== -1);
    await queryRunner.dropForeignKey('orders', key);`),
    ).toEqual([expect.stringMatching(/^ALTER TABLE "orders" DROP CONSTRAINT "\$\{.*\}"$/)]);
  });

  it.each([
    "if (!table.findColumnByName('a')) await queryRunner.query('SELECT 1');",
    "if (!table?.findColumnByName('a')) await queryRunner.query('SELECT 1');",
    "const has = table?.findColumnByName('a') !== undefined; if (!has) await queryRunner.query('SELECT 1');",
    "const has = !!table?.findColumnByName('a'); if (!has) await queryRunner.query('SELECT 1');",
    "if (table.findColumnIndices('a').length === 0) await queryRunner.query('SELECT 1');",
    "if (!table.findColumnForeignKeys('a')[0]) await queryRunner.query('SELECT 1');",
    "if (!table) await queryRunner.query('SELECT 1');",
    "if (table === undefined) await queryRunner.query('SELECT 1');",
    "if (table) { table.clone(); } else { await queryRunner.query('SELECT 1'); }",
    "if ((table ?? null) === null) await queryRunner.query('SELECT 1');",
  ])('may find nothing in a table that is not known: %s', (code) => {
    expect(upOf(`const table = await queryRunner.getTable('users'); ${code}`)).toEqual(['SELECT 1']);
  });

  it('send nothing for a table or column where it is not there', () => {
    expect(
      upOf(`const table = await queryRunner.getTable('users');
    const column = table?.findColumnByName('a');
    await queryRunner.query(\`ALTER TABLE \${table.name} ALTER \${column.name} DROP NOT NULL\`);
    await queryRunner.dropColumn(table, column);
    await queryRunner.dropForeignKeys(table, table.foreignKeys);`),
    ).toEqual([
      'ALTER TABLE users ALTER a DROP NOT NULL',
      'ALTER TABLE "users" DROP COLUMN "a"',
      `ALTER TABLE "users" DROP CONSTRAINT "${hole('table.foreignKeys')}"`,
    ]);
  });

  it('are one statement in a loop over what a table has', () => {
    expect(
      upOf(`const table = await queryRunner.getTable('users');
    for (const key of table.foreignKeys) await queryRunner.dropForeignKey(table, key);`),
    ).toEqual([`ALTER TABLE "users" DROP CONSTRAINT "${hole('key')}"`]);
  });

  it("are beside what the driver's own client sends", () => {
    expect(upOf("await queryRunner.connect().then((client) => client.query('DROP TABLE a'));")).toEqual(['DROP TABLE a']);
    expect(upOf("await (await queryRunner.connect()).query({ text: 'DROP TABLE a' });")).toEqual(['DROP TABLE a']);
  });

  it('are IF [NOT] EXISTS where the code asks first', () => {
    expect(
      upOf(`if (!(await queryRunner.hasTable('a'))) {
      await queryRunner.createTable(new Table({ name: 'a', columns: [{ name: 'id', type: 'int' }] }));
    }
    if (await queryRunner.hasColumn('b', 'c')) await queryRunner.dropColumn('b', 'c');
    if (!(await queryRunner.hasColumn('b', 'd'))) await queryRunner.addColumn('b', new TableColumn({ name: 'd', type: 'int', isNullable: true }));`),
    ).toEqual([
      'CREATE TABLE IF NOT EXISTS "a" ("id" int NOT NULL)',
      'ALTER TABLE "b" DROP COLUMN IF EXISTS "c"',
      'ALTER TABLE "b" ADD COLUMN IF NOT EXISTS "d" int',
    ]);
  });

  it('name what is not known, and keep the rest', () => {
    const [sql = ''] = upOf(`const schema = process.env.DB_SCHEMA;
    await queryRunner.createIndex(\`\${schema}.users\`, new TableIndex({ columnNames: ['email'], isUnique: true, where: '"email" > 1' }));`);
    expect(sql.replace(/IDX_[0-9a-f]{26}/, 'IDX')).toBe(
      `CREATE UNIQUE INDEX "IDX" ON "${hole('DB_SCHEMA')}"."users" ("email") WHERE "email" > 1`,
    );
  });

  it('follow loops, helpers and parent classes', () => {
    const helper = {
      path: 'base.ts',
      text: `export abstract class Base {
  abstract table(): string;
  async up(queryRunner) {
    for (const column of ['a', 'b']) await queryRunner.query(\`ALTER TABLE \${this.table()} ADD \${column} int\`);
  }
}`,
    };
    const own = {
      path: '1700000000000-Own.ts',
      text: "import { Base } from './base';\nexport class Own1700000000000 extends Base { table() { return 'users'; } }",
    };
    expect(sqlOf(read(helper, own)[0])).toEqual(['ALTER TABLE users ADD a int', 'ALTER TABLE users ADD b int']);
  });

  it('write rows through the manager and query builders', () => {
    expect(
      upOf(`await queryRunner.manager.update('users', { id: 7 }, { name: "o'neil" });
    await queryRunner.manager.createQueryBuilder().delete().from('users').where('name = :name', { name: 'x' }).execute();
    await queryRunner.manager.getRepository('users').save([{ id: 1 }, { id: 2, name: null }]);
    await queryRunner.connection.createQueryBuilder().select().from('users', 'u').getRawMany();`),
    ).toEqual([
      `UPDATE "users" SET "name" = 'o''neil' WHERE "id" = 7`,
      `DELETE FROM "users" WHERE name = 'x'`,
      'INSERT INTO "users" ("id", "name") VALUES (1, DEFAULT), (2, NULL)',
    ]);
  });

  it('read names of which a part is not known', () => {
    const [migration] = read(
      withUp(
        `const prefix = process.env.PREFIX;\n    await queryRunner.query(\`CREATE INDEX IDX_\${prefix}07ab ON \${prefix}users (email)\`);`,
      ),
    );
    expect(migration?.up.statements).toMatchObject([{ unresolved: ['process.env.PREFIX'], operations: [{ kind: 'create index' }] }]);
    expect(migration?.up.statements[0]?.unreadable).toBeUndefined();
  });

  it('name a call whose columns are not known, and no other', () => {
    const [migration] = read(
      withUp(
        "await queryRunner.addColumn('a', makeColumn());\n    await queryRunner.createCheckConstraint('a', new TableCheck({ name: 'c', expression: \"b IN ('x') AND b <> ''\" }));",
      ),
    );
    expect(sqlOf(migration)).toEqual([`ALTER TABLE "a" ADD CONSTRAINT "c" CHECK (b IN ('x') AND b <> '')`]);
    expect(migration?.up.unread).toHaveLength(1);
  });

  it('name a call that they do not know', () => {
    const [migration] = read(withUp('await queryRunner.reorganise("users");'));
    expect(migration?.up.unread).toMatchObject([{ text: expect.stringContaining('queryRunner.reorganise') }]);
  });
});

describe('a wrapper of the project', () => {
  const helpers = {
    path: 'helpers.ts',
    text: `const createContext = (queryRunner, migration) => ({
  queryRunner,
  isSqlite: process.env.DB === 'sqlite',
  rename: async (from, to) => queryRunner.query(\`ALTER TABLE "\${from}" RENAME TO "\${to}"\`),
});
export const wrap = (migration) => {
  const { up } = migration.prototype;
  migration.prototype.up = async function (queryRunner) { await up.call(this, createContext(queryRunner, migration)); };
};`,
  };

  it('is looked through', () => {
    const own = {
      path: '1700000000000-Own.ts',
      text: "export class Own1700000000000 { async up({ rename, isSqlite }) { if (isSqlite) await rename('x', 'y'); await rename('a', 'b'); } }",
    };
    expect(sqlOf(read(helpers, own)[0])).toEqual(['ALTER TABLE "a" RENAME TO "b"']);
  });
});

describe('what is written into TypeORM migrations', () => {
  function down(file: SourceFile, statements: readonly string[]): string {
    const [migration] = read(file);
    if (migration === undefined) throw new Error('no migration');
    const placed = typeorm.placeDown(migration, [file], statements);
    if (placed.kind !== 'edit') throw new Error(JSON.stringify(placed));
    return file.text.slice(0, placed.span.start) + placed.newText + file.text.slice(placed.span.end);
  }

  it('is a rollback in down, as raw queries, with comments as comments', () => {
    const file = withUp("await queryRunner.query('SELECT 1');");
    const text = down(file, ['-- Lost: rows.\nDROP TABLE "a";', "UPDATE b SET c = 'x';"]);
    expect(text).toContain(
      `async down(queryRunner: QueryRunner): Promise<void> {\n    // Lost: rows.\n    await queryRunner.query('DROP TABLE "a"');\n    await queryRunner.query(\`UPDATE b SET c = 'x'\`);\n  }`,
    );
  });

  it('makes a down where there is none', () => {
    const text = down(withUp("await queryRunner.query('SELECT 1');", ''), ['DROP TABLE a;']);
    expect(text).toContain("async down(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query('DROP TABLE a');\n  }");
  });

  it('is the mark that it runs without a transaction', () => {
    const { text } = withUp('');
    const mark = typeorm.noTransactionMark?.(text, 'up');
    if (mark?.kind !== 'patch') throw new Error('no patch');
    const marked = text.slice(0, mark.patch.span.start) + mark.patch.newText + text.slice(mark.patch.span.end);
    expect(marked).toContain('implements MigrationInterface {\n  transaction = false as const;\n');
    expect(read({ path: 'a.ts', text: marked })[0]?.up.execution.wrapped).toBe(false);
    expect(typeorm.noTransactionMark?.(marked, 'up')).toBeUndefined();
    const undone = typeorm.withoutNoTransactionMark?.(marked);
    expect(undone && marked.slice(0, undone.span.start) + marked.slice(undone.span.end)).not.toContain('transaction');
  });

  it('is a query beside a call, on the runner that the call is made on', () => {
    const file = withUp("await queryRunner.dropTable('a');", '');
    const [migration] = read(file);
    const start = file.text.indexOf("queryRunner.dropTable('a')");
    const call = { start, end: start + "queryRunner.dropTable('a')".length };
    if (migration === undefined) throw new Error('no migration');
    expect(typeorm.rawCall?.('SET x = 1', { program: migration.up, text: file.text, call })).toBe("await queryRunner.query('SET x = 1');");
    const nested = file.text.replace('await queryRunner', 'await Promise.all([queryRunner');
    const inside = { start: start + 'Promise.all(['.length, end: call.end + 'Promise.all(['.length };
    expect(typeorm.rawCall?.('SET x = 1', { program: migration.up, text: nested, call: inside })).toBeUndefined();
  });
});

it('TypeORM is recognised by its migrations', () => {
  expect(detectFramework([withUp('')]).name).toBe('typeorm');
  expect(detectFramework([{ path: '1700000000000-A.js', text: 'class A1700000000000 { async up(queryRunner) {} }' }]).name).toBe('typeorm');
  expect(
    detectFramework([
      {
        path: 'a.ts',
        text: "import { Migration } from '@mikro-orm/migrations';\nexport class A extends Migration { async up() { this.addSql(''); } }",
      },
    ]).name,
  ).toBe('mikro-orm');
});

describe('reading a folder again', () => {
  const users = withUp('await queryRunner.query(`CREATE TABLE users (id int, email varchar(50))`);');
  const change = withUp(
    `await queryRunner.changeColumn('users', 'email', new TableColumn({ name: 'email', type: 'character varying', length: '50' }));`,
    '',
    1700000000001,
  );

  it('gives the same objects for what did not change', () => {
    const [first, second] = read(users, change);
    const again = read(users, { ...change });
    expect(again[0]?.up).toBe(first?.up);
    expect(again[1]?.up).toBe(second?.up);
  });

  it('reads again what asked for a table that is another one now', () => {
    expect(sqlOf(read(users, change)[1])).toEqual(['ALTER TABLE "users" ALTER COLUMN "email" SET NOT NULL']);
    const longer = { ...users, text: users.text.replace('varchar(50)', 'varchar(90)') };
    expect(sqlOf(read(longer, change)[1])[0]).toBe('ALTER TABLE "users" DROP COLUMN "email"');
  });

  it('reads again what imports a file that is another one now', () => {
    const helper = (table: string) => ({ path: 'names.ts', text: `export const table = '${table}';` });
    const own = {
      path: '1700000000002-Own.ts',
      text: "import { table } from './names';\nexport class Own1700000000002 { async up(queryRunner) { await queryRunner.query('DROP TABLE ' + table); } }",
    };
    expect(sqlOf(read(helper('a'), own)[0])).toEqual(['DROP TABLE a']);
    expect(sqlOf(read(helper('b'), own)[0])).toEqual(['DROP TABLE b']);
    const [without] = read(own);
    expect(without?.up.statements[0]?.unresolved ?? without?.up.unread).toHaveLength(1);
  });
});

it('a table is the same, whether its name stands in quotes with its placeholder or not', () => {
  const [migration] = read(
    withUp(
      `const prefix = config.database.tables.prefix;\n    await queryRunner.query(\`CREATE TABLE \${prefix}Users (id int)\`);\n    await queryRunner.query(\`DROP TABLE "\${prefix}users"\`);`,
    ),
  );
  const name = `${hole('prefix')}users`;
  expect(migration?.up.statements.map(({ operations }) => operations)).toMatchObject([
    [{ kind: 'create table', table: { name } }],
    [{ kind: 'drop object', objects: [{ name }] }],
  ]);
});
