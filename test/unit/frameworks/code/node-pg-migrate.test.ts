import { MigrationBuilder } from 'node-pg-migrate/migrationBuilder';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodePgMigrate } from '../../../../src/frameworks/code/node-pg-migrate';
import { even, loadParser, migrations, only, statementsOf, unreadOf } from './read';

beforeAll(loadParser);

const up = (body: string) => `exports.up = (pgm) => {\n  ${body}\n};\n`;
const sqlOf = (body: string) => statementsOf(only(nodePgMigrate, up(body)).up);

describe('the SQL that the tool makes of the same calls', () => {
  function tool(body: string, reverse: boolean): string[] {
    const nothing = () => Promise.resolve([] as never);
    const silent = { debug: undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const pgm = new MigrationBuilder({ query: nothing, select: nothing }, {}, false, silent as never);
    if (reverse) pgm.enableReverseMode();
    new Function('pgm', body)(pgm);
    return pgm.getSqlSteps().map(even);
  }
  const whole = (statements: readonly string[]) => statements.map((statement) => `${even(statement).replace(/;$/, '')};`).join(' ');

  it.each([
    `pgm.createTable('users', { id: 'id', name: { type: 'string', notNull: true, default: "it's" }, at: { type: 'timestamp', default: pgm.func('now()') }, team: { type: 'int', references: 'teams', onDelete: 'CASCADE' } }, { comment: 'people', constraints: { unique: [['name', 'team']] } });`,
    `pgm.addColumns('t', { a: { type: 'int', unique: true }, b: { type: 'text', array: true } }, { ifNotExists: true }); pgm.renameColumn('t', 'a', 'c');`,
    `pgm.createIndex('t', ['a', { name: 'b', sort: 'DESC' }], { unique: true, concurrently: true, where: 'a > 0', method: 'btree', include: 'c' });`,
    `pgm.addConstraint('t', 'c', { check: 'a > 0' }); pgm.addConstraint('t', 'f', { foreignKeys: { columns: ['a'], references: 'u(id)' } });`,
    `pgm.createType('mood', ['sad', 'ok']); pgm.renameType('mood', 'feeling');`,
    `pgm.createSchema('s', { ifNotExists: true }); pgm.createExtension('citext'); pgm.createSequence({ schema: 's', name: 'q' }, { start: 5 });`,
    `pgm.createFunction('f', [{ name: 'a', type: 'integer' }], { returns: 'integer', language: 'plpgsql', replace: true }, 'BEGIN RETURN a; END;');`,
    `pgm.createView('v', { columns: 'a' }, 'SELECT a FROM t'); pgm.createMaterializedView('m', { ifNotExists: true }, 'SELECT 1 AS a');`,
    `pgm.createRole('r', { login: true }); pgm.createDomain('d', 'text', { check: "VALUE <> ''" });`,
    `for (const name of ['a', 'b']) pgm.addColumn(name, { note: 'text' });`,
  ])('%s', (body) => {
    const migration = only(nodePgMigrate, up(body));
    expect(unreadOf(migration.up)).toEqual([]);
    expect(whole(statementsOf(migration.up))).toBe(whole(tool(body, false).flatMap((step) => step.split(/;\s+(?=[A-Z])/))));
    // There is no down: it is the up, run backwards.
    expect(whole(statementsOf(migration.down))).toBe(whole(tool(body, true).flatMap((step) => step.split(/;\s+(?=[A-Z])/))));
  });

  it.each([
    `pgm.dropColumns('t', ['a', 'b'], { ifExists: true }); pgm.dropTable('t', { cascade: true });`,
    `pgm.alterColumn('t', 'a', { type: 'bigint', using: 'a::bigint', notNull: true, default: null });`,
    `pgm.addTypeValue('mood', 'great', { ifNotExists: true, after: 'ok' }); pgm.dropIndex('t', 'a', { concurrently: true, ifExists: true });`,
    `pgm.alterTable('t', { levelSecurity: 'ENABLE' }); pgm.dropConstraint('t', 'c');`,
    `pgm.createTrigger('t', 'tr', { when: 'BEFORE', operation: 'UPDATE', level: 'ROW', function: 'f' }); pgm.createPolicy('t', 'p', { command: 'SELECT', using: 'true' });`,
    `pgm.grantOnTables({ tables: 't', privileges: ['SELECT'], roles: 'r' }); pgm.refreshMaterializedView('m', { concurrently: true });`,
  ])('%s, which has no reverse or none that matters', (body) => {
    const migration = only(nodePgMigrate, up(body));
    expect(whole(statementsOf(migration.up))).toBe(whole(tool(body, false).flatMap((step) => step.split(/;\s+(?=[A-Z])/))));
  });
});

describe('raw SQL', () => {
  it('has literals as they are', () => {
    expect(sqlOf("pgm.sql(`ALTER TABLE t ALTER a SET DEFAULT ${pgm.func('now()')}`);")).toEqual([
      'ALTER TABLE t ALTER a SET DEFAULT now()',
    ]);
  });

  it('is also what a callback of the connection sends', () => {
    expect(sqlOf("pgm.db.query('SELECT 1', [], (error) => { pgm.sql('DROP TABLE a'); });")).toEqual(['SELECT 1', 'DROP TABLE a']);
  });

  it('has types by the constants of the package', () => {
    const text = `const { PgType } = require('node-pg-migrate');\n${up("pgm.addColumn('t', { a: PgType.TIMESTAMP_WITH_TIME_ZONE });")}`;
    expect(statementsOf(only(nodePgMigrate, text).up)).toEqual(['ALTER TABLE "t" ADD "a" timestamp with time zone']);
  });

  it('keeps its places, and fills in names and numbers', () => {
    const text = up("pgm.sql(`\n    UPDATE {t} SET a = {n} WHERE b\n  `, { t: 'users', n: 5 });");
    const { up: program } = only(nodePgMigrate, text);
    expect(statementsOf(program)).toEqual(['UPDATE "users" SET a = 5 WHERE b']);
    expect(
      program.rendering?.pieces.filter(({ kind }) => kind === 'verbatim').map(({ source }) => text.slice(source.start, source.end).trim()),
    ).toEqual(['UPDATE', 'SET a =', 'WHERE b']);
  });

  it('through pgm.db is sent before the steps', () => {
    const { up: program } = only(
      nodePgMigrate,
      `exports.up = async (pgm) => { pgm.dropTable('a'); await pgm.db.query({ text: 'DELETE FROM b' }); };`,
    );
    expect(statementsOf(program)).toEqual(['DELETE FROM b', 'DROP TABLE "a"']);
  });
});

describe('down', () => {
  it('can be declared to be none', () => {
    const migration = only(nodePgMigrate, `${up("pgm.dropTable('a');")}exports.down = false;`);
    expect(migration).toMatchObject({ downUnsupported: true });
    expect(migration.down).toBeUndefined();
  });

  it('is none where one operation has no reverse', () => {
    expect(only(nodePgMigrate, up("pgm.createTable('a', { id: 'id' }); pgm.sql('SELECT 1');")).down).toBeUndefined();
    expect(only(nodePgMigrate, up("pgm.dropTable('a');")).down).toBeUndefined();
  });
});

describe('how it runs', () => {
  it('all in one transaction, unless it opts out', () => {
    expect(only(nodePgMigrate, up("pgm.dropTable('a');")).up.execution.wrapped).toBe(true);
    expect(only(nodePgMigrate, up("pgm.noTransaction(); pgm.dropTable('a');")).up.execution.wrapped).toBe(false);
  });

  it('shorthands hold for the files behind theirs', () => {
    const read = migrations(nodePgMigrate, {
      '10_b.js': up("pgm.addColumn('t', { key: 'key' });"),
      '9_a.js': `exports.shorthands = { key: { type: 'uuid', notNull: true } };\n${up("pgm.addColumn('t', { other: 'key' });")}`,
    });
    expect(read.map(({ id }) => id)).toEqual(['9_a', '10_b']);
    expect(statementsOf(read[1]?.up)).toEqual(['ALTER TABLE "t" ADD "key" uuid NOT NULL']);
  });

  it('a default of a shorthand can be SQL', () => {
    const migration = only(
      nodePgMigrate,
      `const { PgLiteral } = require('node-pg-migrate');
exports.shorthands = { seen: { type: 'timestamptz', notNull: true, default: new PgLiteral('now()') }, kind: { type: process.env.KIND } };
${up("pgm.addColumns('t', { first_seen: 'seen', last_seen: { type: 'seen', notNull: false } });")}`,
    );
    expect(statementsOf(migration.up)).toEqual([
      even('ALTER TABLE "t" ADD "first_seen" timestamptz DEFAULT now() NOT NULL, ADD "last_seen" timestamptz DEFAULT now()'),
    ]);
  });

  it('SQL files have both ways under their markers', () => {
    const migration = only(nodePgMigrate, {
      '1_a.sql': '-- Up Migration\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\n\n-- Down Migration\nDROP TABLE b;\n',
    });
    expect(statementsOf(migration.up)).toEqual(['CREATE TABLE a (id int)', 'CREATE TABLE b (id int)']);
    expect(migration.up.execution.groups).toEqual([[1, 2]]);
    expect(statementsOf(migration.down)).toEqual(['DROP TABLE b']);
  });
});

describe('what is not known', () => {
  it('is a hole in a name or a value, and named where it is a structure', () => {
    const { up: program } = only(
      nodePgMigrate,
      up("pgm.createTable(process.env.T, { id: 'id', v: { type: 'int', default: other } }); pgm.createTable('x', columns);"),
    );
    expect(program.statements).toHaveLength(1);
    expect(program.statements[0]?.unresolved).toContain('other');
    expect(unreadOf(program)).toEqual(["pgm.createTable('x', columns): its part `columns` is known only when it runs"]);
  });

  it('what the tool refuses is said', () => {
    expect(unreadOf(only(nodePgMigrate, up("pgm.createTable('x', { id: 'id' }, { temporary: true, unlogged: true });")).up)[0]).toContain(
      'node-pg-migrate refuses it: TEMPORARY and UNLOGGED',
    );
  });
});

describe('writing', () => {
  const place = (text: string) => {
    const migration = only(nodePgMigrate, text);
    const placed = nodePgMigrate.placeDown(migration, [{ path: migration.up.path, text }], ['DROP TABLE a;']);
    if (placed.kind !== 'edit') throw new Error(placed.kind);
    return text.slice(0, placed.span.start) + placed.newText + text.slice(placed.span.end);
  };

  it('a rollback, in the form of up', () => {
    expect(place("export const up = (pgm) => {\n  pgm.sql('CREATE TABLE a (id int)');\n};\n")).toContain(
      "export const down = (pgm) => {\n  pgm.sql('DROP TABLE a');\n};",
    );
    expect(place(`${up("pgm.sql('SELECT 1');")}exports.down = false;\n`)).toContain(
      `exports.down = (pgm) => {\n  pgm.sql('DROP TABLE a');\n};\n`,
    );
  });

  it('a rollback outside a transaction, where up says so', () => {
    expect(place(up("pgm.noTransaction(); pgm.createIndex('t', 'a', { concurrently: true });"))).toContain(
      `exports.down = (pgm) => {\n  pgm.noTransaction();\n  pgm.sql('DROP TABLE a');\n};\n`,
    );
  });

  it('noTransaction(), and away again', () => {
    const text = up("pgm.createIndex('t', 'a');");
    const mark = nodePgMigrate.noTransactionMark?.(text, 'up');
    if (mark?.kind !== 'patch') throw new Error('no patch');
    const marked = text.slice(0, mark.patch.span.start) + mark.patch.newText + text.slice(mark.patch.span.end);
    expect(marked).toBe(up("pgm.noTransaction();\n  pgm.createIndex('t', 'a');"));
    expect(only(nodePgMigrate, marked).up.execution.wrapped).toBe(false);
    const without = nodePgMigrate.withoutNoTransactionMark?.(marked);
    expect(without && marked.slice(0, without.span.start) + without.newText + marked.slice(without.span.end)).toBe(text);
  });

  it('a raw call instead of another', () => {
    const call = "pgm.createIndex('t', 'a')";
    const text = up(`${call};`);
    const start = text.indexOf(call);
    const { up: program } = only(nodePgMigrate, text);
    expect(
      nodePgMigrate.rawCall?.('CREATE INDEX CONCURRENTLY i ON t (a)', { program, text, call: { start, end: start + call.length } }),
    ).toBe("pgm.sql('CREATE INDEX CONCURRENTLY i ON t (a)');");
  });
});
