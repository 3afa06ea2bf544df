import { beforeAll, describe, expect, it } from 'vitest';
import { mikroOrm } from '../../../../src/frameworks/code/mikro-orm';
import { detectFramework } from '../../../../src/frameworks/registry';
import type { Migration } from '../../../../src/model/migration';
import type { SourceFile } from '../../../../src/model/run-protocol';
import { loadParser } from '../../../../src/parse/load';

beforeAll(loadParser);

function read(...files: readonly SourceFile[]): readonly Migration[] {
  return mikroOrm.read(files, { engine: { name: 'postgres', major: 18 }, placeholders: {} }).map((result) => {
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  });
}

function migration(body: string, rest = '', path = 'Migration20240101000000.ts'): SourceFile {
  const text = `import { Migration } from '@mikro-orm/migrations';

export class ${path.replace(/\W.*$/, '')} extends Migration {

  override async up(): Promise<void> {
    ${body}
  }
${rest === '' ? '' : `\n  ${rest}\n`}
}
`;
  return { path, text };
}

function sqlOf(found: Migration | undefined): readonly string[] {
  return (found?.up.statements ?? []).map(({ text }) => text);
}

describe('MikroORM migrations', () => {
  it('are read in the order of their files, with what they send', () => {
    const later = migration('this.addSql(`alter table "a" add column "c" int;`);', '', 'Migration20240102000000.ts');
    const snapshot = { path: '.snapshot-app.json', text: '{"tables": []}' };
    const migrations = read(later, snapshot, migration('this.addSql(\'create table "a" ("id" int);\');'));
    expect(migrations.map(({ id }) => id)).toEqual(['Migration20240101000000', 'Migration20240102000000']);
    expect(migrations.map(sqlOf)).toEqual([['create table "a" ("id" int)'], ['alter table "a" add column "c" int']]);
    expect(migrations[0]?.down).toBeUndefined();
  });

  it('send what was added when the method has returned, behind what was executed', () => {
    const [found] = read(
      migration(`this.addSql('alter table a add b int');
    const rows = await this.execute('select id from a');
    for (const row of rows) await this.execute(\`update a set b = \${row.id}\`);`),
    );
    expect(sqlOf(found).map((text) => text.split(' ')[0])).toEqual(['select', 'update', 'alter']);
  });

  it('send question marks as parameters where there are any', () => {
    const [found] = read(
      migration(`const em = this.getEntityManager();
    await em.execute('update a set b = ? where c = ?', [1, 2]);
    await em.execute("update a set b = 1 where c ? 'x'");`),
    );
    expect(sqlOf(found)).toEqual(['update a set b = $1 where c = $2', "update a set b = 1 where c ? 'x'"]);
  });

  it('send the text of a builder once', () => {
    const [found] = read(
      migration("const knex = this.getKnex(); this.addSql(knex.schema.createTable('zz1', (t) => t.increments()).toString());"),
    );
    expect(sqlOf(found)).toEqual(['create table "zz1" ("id" serial primary key)']);
  });

  it('are read as JavaScript, too', () => {
    const text =
      "'use strict';\nconst { Migration } = require('@mikro-orm/migrations');\nclass A extends Migration {\n  async up() {\n    this.addSql('select 1;');\n  }\n}\nexports.A = A;\n";
    expect(sqlOf(read({ path: 'a.js', text })[0])).toEqual(['select 1']);
  });

  it('know the transaction that they run in', () => {
    expect(read(migration("this.addSql('select 1');"))[0]?.up.execution.wrapped).toBe(true);
    const [without] = read(migration("this.addSql('select 1');", 'override isTransactional(): boolean { return false; }'));
    expect(without?.up.execution.wrapped).toBe(false);
  });

  it('know which calls go past the transaction', () => {
    const [found] = read(
      migration(`await this.execute('select 1');
    await this.driver.execute('select 2');
    await this.driver.getConnection().execute('select 3');
    const em = this.getEntityManager();
    await em.execute('select 4');
    await em.getConnection().execute('select 5');
    await em.getDriver().execute('select 6');
    await em.getConnection().execute('select 7', [], 'all', this.ctx);
    await this.getKnex().raw('select 8');
    this.addSql('select 9');`),
    );
    const past = found?.up.execution.beside?.map((index) => found.up.statements.find((each) => each.index === index)?.text);
    expect(past).toEqual(['select 2', 'select 3', 'select 5', 'select 6', 'select 8']);
  });

  it('write rows through the entity manager and knex', () => {
    const [found] = read(
      migration(`const em = this.getEntityManager();
    await em.nativeUpdate('users', { id: 1 }, { name: 'x' });
    await em.execute('delete from a where b');
    await this.getKnex().schema.dropTable('c');
    await em.flush();`),
    );
    expect(sqlOf(found)).toEqual([`UPDATE "users" SET "name" = 'x' WHERE "id" = 1`, 'delete from a where b', 'drop table "c"']);
    expect(found?.up.unread).toMatchObject([{ text: expect.stringContaining('em.flush()') }]);
  });

  it('say that there is no way back by throwing', () => {
    const [found] = read(migration("this.addSql('select 1');", "override async down(): Promise<void> { throw new Error('no'); }"));
    expect([found?.down, found?.downUnsupported]).toEqual([undefined, true]);
  });
});

describe('what is written into MikroORM migrations', () => {
  it('is a rollback', () => {
    const file = migration("this.addSql('create table a (id int)');");
    const [found] = read(file);
    if (found === undefined) throw new Error('no migration');
    const placed = mikroOrm.placeDown(found, [file], ['-- Lost: rows.\nDROP TABLE a;\n', "SELECT 'x';"]);
    if (placed.kind !== 'edit') throw new Error(JSON.stringify(placed));
    const text = file.text.slice(0, placed.span.start) + placed.newText + file.text.slice(placed.span.end);
    expect(text).toContain(
      "override async down(): Promise<void> {\n    // Lost: rows.\n    this.addSql('DROP TABLE a');\n    this.addSql(`SELECT 'x'`);\n  }\n",
    );
    expect(read({ ...file, text })[0]?.down?.statements.map((statement) => statement.text)).toEqual(['DROP TABLE a', "SELECT 'x'"]);
  });

  it('is the mark that it runs without a transaction, and its removal', () => {
    const { text, path } = migration('');
    const mark = mikroOrm.noTransactionMark?.(text, 'up');
    if (mark?.kind !== 'patch') throw new Error('no patch');
    const marked = text.slice(0, mark.patch.span.start) + mark.patch.newText + text.slice(mark.patch.span.end);
    expect(marked).toContain('  override isTransactional(): boolean {\n    return false;\n  }\n');
    expect(read({ path, text: marked })[0]?.up.execution.wrapped).toBe(false);
    const undone = mikroOrm.withoutNoTransactionMark?.(marked);
    if (undone === undefined) throw new Error('not found');
    expect(read({ path, text: marked.slice(0, undone.span.start) + marked.slice(undone.span.end) })[0]?.up.execution.wrapped).toBe(true);
  });

  it('is a call beside one of the same kind', () => {
    const file = migration("this.addSql('drop table a');");
    const [found] = read(file);
    if (found === undefined) throw new Error('no migration');
    const start = file.text.indexOf('this.addSql');
    const place = { program: found.up, text: file.text, call: { start, end: start + "this.addSql('drop table a')".length } };
    expect(mikroOrm.rawCall?.('SET x = 1', place)).toBe("this.addSql('SET x = 1');");
  });
});

it('MikroORM is recognised by its migrations', () => {
  expect(detectFramework([migration("this.addSql('select 1');")]).name).toBe('mikro-orm');
});
