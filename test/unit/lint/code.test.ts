// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates of the code that is linted.
import { parse } from '@babel/parser';
import { beforeAll, describe, expect, it } from 'vitest';
import { LintCache } from '../../../src/lint/cache';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { editText } from '../../../src/lint/fixes';
import { lintFolder } from '../../../src/lint/lint';
import type { Finding } from '../../../src/model/finding';
import type { FrameworkName } from '../../../src/model/migration';
import type { SourceFile } from '../../../src/model/run-protocol';
import { LineIndex } from '../../../src/parse/lines';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

const first = {
  path: '1700000000000-Users.ts',
  text: `export class Users1700000000000 implements MigrationInterface {
  async up(queryRunner) { await queryRunner.query('CREATE TABLE users (id bigint PRIMARY KEY, email text, name text)'); }
  async down(queryRunner) { await queryRunner.query('DROP TABLE users'); }
}
`,
};
const path = '1700000000001-Change.ts';

/** A TypeORM migration whose `up` holds these lines. */
function typeorm(body: string, head = ''): string {
  return `import { MigrationInterface, TableColumn, TableForeignKey, TableIndex } from 'typeorm';
${head}export class Change1700000000001 implements MigrationInterface {
  async up(queryRunner) {
${body}
  }
  async down(queryRunner) {
    await queryRunner.query('SELECT 1');
  }
}
`;
}

interface Options {
  readonly framework?: FrameworkName;
  readonly files?: readonly SourceFile[];
  readonly rules?: Record<string, 'off' | 'info' | 'warning' | 'error'>;
}

function lint(text: string, { framework = 'typeorm', files = [first], rules = {} }: Options = {}): readonly Finding[] {
  const quiet = {
    'missing-rollback': 'off',
    'rollback-incomplete': 'off',
    'missing-lock-timeout': 'off',
    'discouraged-type': 'off',
  } as const;
  const { reports, problems } = lintFolder({
    files: [...files, { path, text }],
    paths: [path],
    configuration: { ...defaultConfiguration, engine: 'postgres', framework, rules: { ...quiet, ...rules } },
  });
  expect(problems).toEqual([]);
  return reports.flatMap((report) => report.findings);
}

const ids = (text: string, options?: Options) => lint(text, options).map(({ rule }) => rule);

/** The text that a finding of this rule is about. */
function at(text: string, rule: string, options?: Options): string | undefined {
  const finding = lint(text, options).find((candidate) => candidate.rule === rule);
  if (finding === undefined) return undefined;
  const { start, end } = new LineIndex(text).span(finding.range);
  return text.slice(start, end);
}

/** The file after a fix of this rule; fails when there is none. */
function fixed(text: string, rule: string, options?: Options, title = ''): string {
  const fix = lint(text, options)
    .filter((finding) => finding.rule === rule)
    .flatMap(({ fixes }) => fixes)
    .find((candidate) => candidate.title.includes(title));
  if (fix === undefined) throw new Error(`no fix of ${rule}`);
  return editText(text, fix.edits);
}

describe('places in code', () => {
  it('are the characters of the string, also of a template with what is known and what is not', () => {
    expect(at(typeorm("    await queryRunner.query('ALTER TABLE users DROP COLUMN name');"), 'destructive-change')).toBe(
      'ALTER TABLE users DROP COLUMN name',
    );
    const template = typeorm('    await queryRunner.query(`ALTER TABLE ${TABLE} DROP COLUMN name`);', "const TABLE = 'users';\n");
    expect(at(template, 'destructive-change')).toBe('ALTER TABLE ${TABLE} DROP COLUMN name');
    const hole = typeorm('    await queryRunner.query(`ALTER TABLE ${process.env.T} DROP COLUMN name`);');
    expect(at(hole, 'destructive-change')).toBe('ALTER TABLE ${process.env.T} DROP COLUMN name');
  });

  it('are the first line of a call of a builder', () => {
    const text = typeorm(
      "    await queryRunner.createIndex(\n      'users',\n      new TableIndex({ name: 'i', columnNames: ['email'] }),\n    );",
    );
    expect(at(text, 'index-not-concurrent')).toBe('queryRunner.createIndex(');
  });

  it('are the call that leads to another file', () => {
    const helper = { path: 'helpers.ts', text: "export const drop = (runner) => runner.query('ALTER TABLE users DROP COLUMN name');\n" };
    const text = typeorm('    await drop(queryRunner);', "import { drop } from './helpers';\n");
    expect(at(text, 'destructive-change', { files: [first, helper] })).toBe('drop(queryRunner)');
  });
});

describe('fixes in code', () => {
  it('change the string, and escape what its quotes need', () => {
    const text = typeorm("    await queryRunner.query('ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0)');");
    expect(fixed(text, 'missing-lock-timeout', { rules: { 'missing-lock-timeout': 'warning' } })).toBe(
      text.replace(
        '    await',
        "    await queryRunner.query(`SET LOCAL lock_timeout = '5s'`);\n    await queryRunner.query(`SET LOCAL statement_timeout = '30s'`);\n    await",
      ),
    );
  });

  it('change what is not transactional in place, behind a template with holes', () => {
    const migration = (sql: string) =>
      `exports.up = async (knex) => {\n  await knex.raw(${sql});\n};\nexports.down = async (knex) => {\n  await knex.raw('SELECT 1');\n};\nexports.config = { transaction: false };\n`;
    const text = migration('`CREATE INDEX i\n    ON ${process.env.T} (email)`');
    expect(fixed(text, 'index-not-concurrent', { framework: 'knex', files: [] })).toBe(
      text.replace('CREATE INDEX', 'CREATE INDEX CONCURRENTLY'),
    );
  });

  describe('say CONCURRENTLY by the option of the builder', () => {
    const sequelize = (up: string) =>
      `module.exports = {\n  up: async (queryInterface) => {\n    await queryInterface.${up};\n  },\n  down: (queryInterface) => queryInterface.removeIndex('users', 'i'),\n};\n`;
    const pgm = (up: string) => `exports.up = (pgm) => {\n  pgm.${up};\n};\nexports.down = false;\n`;
    const cases: readonly (readonly [FrameworkName, (up: string) => string, string, string])[] = [
      [
        'sequelize',
        sequelize,
        "addIndex('users', ['email'], { name: 'i' })",
        "addIndex('users', ['email'], { name: 'i', concurrently: true })",
      ],
      ['sequelize', sequelize, "addIndex('users', ['email'])", "addIndex('users', ['email'], { concurrently: true })"],
      ['sequelize', sequelize, "addIndex('users', { fields: ['email'] })", "addIndex('users', { fields: ['email'], concurrently: true })"],
      ['sequelize', sequelize, "removeIndex('users', 'j')", "removeIndex('users', 'j', { concurrently: true })"],
      ['node-pg-migrate', pgm, "createIndex('users', 'email')", "createIndex('users', 'email', { concurrently: true })"],
      [
        'node-pg-migrate',
        pgm,
        "createIndex('users', ['a'], { concurrently: false })",
        "createIndex('users', ['a'], { concurrently: true })",
      ],
      ['node-pg-migrate', pgm, "dropIndex('users', 'email', {})", "dropIndex('users', 'email', { concurrently: true })"],
      [
        'typeorm',
        (up) => typeorm(`    await queryRunner.${up};`),
        "createIndex('users', new TableIndex({ name: 'i', columnNames: ['email'] }))",
        "createIndex('users', new TableIndex({ name: 'i', columnNames: ['email'], isConcurrent: true }))",
      ],
    ];

    it.each(cases)('%s: %3$s', (framework, migration, before, after) => {
      const text = migration(before);
      const engine = { framework, files: [], rules: {} };
      const result = fixed(text, 'index-not-concurrent', engine);
      expect(result).toContain(after);
      expect(result.replace(after, before)).toContain(before);
      const left = lint(result, engine).filter(({ section }) => section === 'up');
      expect(left.map(({ rule }) => rule)).not.toContain('index-not-concurrent');
      expect(left.map(({ rule }) => rule)).not.toContain('concurrent-in-transaction');
    });

    it('and not where the options are out of sight', () => {
      const result = fixed(pgm("createIndex('users', 'email', options)"), 'index-not-concurrent', {
        framework: 'node-pg-migrate',
        files: [],
      });
      expect(result).toContain('CREATE INDEX CONCURRENTLY');
      expect(result).not.toContain('options');
    });
  });

  it('write a call of a builder anew where it can not say it', () => {
    const text = `exports.up = async (knex) => {
  await knex.schema.alterTable('users', (table) => table.index(['email'], 'i'));
};
exports.down = (knex) => knex.raw('SELECT 1');
`;
    const result = fixed(text, 'index-not-concurrent', { framework: 'knex', files: [] });
    expect(result).toContain(`await knex.raw('create index CONCURRENTLY "i" on "users" ("email")');`);
    expect(result).not.toContain('table.index');
  });

  it('make a function wait where a call comes beside what it returned', () => {
    const text = "exports.up = (knex) => knex.raw('ALTER TABLE users ADD COLUMN x int');\nexports.down = (knex) => knex.raw('SELECT 1');\n";
    const result = fixed(text, 'missing-lock-timeout', { framework: 'knex', files: [], rules: { 'missing-lock-timeout': 'warning' } });
    expect(result).toContain(
      "exports.up = async (knex) => {\n  await knex.raw(`SET LOCAL lock_timeout = '5s'`);\n  return knex.raw('ALTER TABLE users ADD COLUMN x int');\n};",
    );
  });

  it('of a place in another file are left out, and the advice stays', () => {
    const helper = { path: 'helpers.ts', text: "export const add = (runner) => runner.query('CREATE INDEX i ON users (email)');\n" };
    const text = typeorm('    await add(queryRunner);', "import { add } from './helpers';\n").replace(
      'async up',
      'transaction = false as const;\n  async up',
    );
    const found = lint(text, { files: [first, helper] }).find(({ rule }) => rule === 'index-not-concurrent');
    expect(found?.help).toContain('CONCURRENTLY');
    expect(found?.fixes).toEqual([]);
  });

  it('of a place that several statements share want to be read first', () => {
    const text = typeorm(
      "    for (const column of ['email', 'name']) {\n      await queryRunner.query(`ALTER TABLE users ALTER COLUMN ${column} SET NOT NULL`);\n    }",
    );
    for (const fix of lint(text).flatMap(({ fixes }) => fixes)) expect(fix.safe, fix.title).toBe(false);
  });
});

describe('every fix of every finding', () => {
  const bodies: Readonly<Record<string, string>> = {
    raw: "    await queryRunner.query('CREATE INDEX i ON users (email)');\n    await queryRunner.query(`UPDATE users SET name = 'x'`);",
    'several in one':
      '    await queryRunner.query(`CREATE INDEX i ON users (email); ALTER TABLE users ADD COLUMN x int NOT NULL;\n      DROP INDEX i;`);',
    quotes: `    await queryRunner.query("INSERT INTO users (id, name) VALUES (1, 'it''s')");\n    await queryRunner.query('ALTER TABLE users ALTER COLUMN id TYPE int')`,
    builder: `    await queryRunner.addColumn('users', new TableColumn({ name: 'age', type: 'int' }));
    await queryRunner.createForeignKey('users', new TableForeignKey({ columnNames: ['age'], referencedTableName: 'ages', referencedColumnNames: ['id'] }));
    await queryRunner.dropColumn('users', 'name');`,
    branch:
      "    if (process.env.X) await queryRunner.query('CREATE INDEX i ON users (email)');\n    else { await queryRunner.query('VACUUM users'); }",
    returned: "    return queryRunner.query('ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0)');",
    chained:
      "    return queryRunner.query('ALTER TABLE users ADD COLUMN x int').then(() => queryRunner.query('CREATE INDEX i ON users (x)'));",
    loop: "    for (const t of ['users', 'orders']) await queryRunner.query(`CREATE INDEX ${t}_i ON ${t} (email)`);",
    'Windows line ends':
      "    await queryRunner.query(`\r\n      CREATE INDEX i\r\n      ON users (email)`);\r\n    await queryRunner.query('DROP TABLE users');",
  };

  it.each(Object.entries(bodies))('leaves code that can be read: %s', (_, body) => {
    const text = typeorm(body);
    const rules = { 'missing-lock-timeout': 'warning', 'missing-rollback': 'info', 'rollback-incomplete': 'warning' } as const;
    const findings = lint(text, { rules });
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) {
      const { start, end } = new LineIndex(text).span(finding.range);
      expect(start).toBeLessThan(end);
      for (const fix of finding.fixes) {
        const own = fix.edits.filter((edit) => edit.path === undefined);
        const result = editText(text, own);
        expect(
          () => parse(result, { sourceType: 'module', plugins: ['typescript'] }),
          `${finding.rule}: ${fix.title}\n${result}`,
        ).not.toThrow();
        const left = lint(result, { rules });
        expect(
          left.filter(({ rule }) => rule === 'unread-code' || rule === 'unreadable-statement'),
          result,
        ).toEqual([]);
        const before = findings.filter(({ rule }) => rule === finding.rule).length;
        expect(left.filter(({ rule }) => rule === finding.rule).length, `${finding.rule}: ${fix.title}\n${result}`).toBeLessThan(before);
      }
    }
  });
});

describe('suppressions in code', () => {
  const drop = "await queryRunner.query('ALTER TABLE users DROP COLUMN name');";

  it('stand above the call, behind it on its line, or in the SQL', () => {
    expect(ids(typeorm(`    ${drop}`))).toEqual(['destructive-change']);
    expect(ids(typeorm(`    // faultline-ignore destructive-change: agreed\n    ${drop}`))).toEqual([]);
    expect(ids(typeorm(`    /* faultline-ignore destructive-change: agreed */ ${drop}`))).toEqual([]);
    expect(ids(typeorm(`    ${drop} // faultline-ignore destructive-change: agreed`))).toEqual([]);
    const inside = typeorm(
      '    await queryRunner.query(`\n      -- faultline-ignore destructive-change: agreed\n      ALTER TABLE users DROP COLUMN name`);',
    );
    expect(ids(inside)).toEqual([]);
  });

  it('above a call that leads to another file, or that sends a constant of the file', () => {
    const helper = { path: 'helpers.ts', text: "export const drop = (runner) => runner.query('ALTER TABLE users DROP COLUMN name');\n" };
    const text = typeorm(
      '    // faultline-ignore destructive-change: agreed\n    await drop(queryRunner);',
      "import { drop } from './helpers';\n",
    );
    expect(ids(text, { files: [first, helper] })).toEqual([]);
    const constant = typeorm(
      '    // faultline-ignore destructive-change: agreed\n    await queryRunner.query(SQL);',
      "const SQL = 'ALTER TABLE users DROP COLUMN name';\n",
    );
    expect(ids(constant)).toEqual([]);
  });

  it('of the file reach all of it; strings are no comments', () => {
    expect(ids(`// faultline-ignore-file destructive-change: agreed\n${typeorm(`    ${drop}\n    ${drop}`)}`)).toEqual([]);
    expect(ids(typeorm(`    const x = '// faultline-ignore destructive-change: no';\n    ${drop}`))).toEqual(['destructive-change']);
  });

  it('that suppress nothing are findings, and go away by their fix', () => {
    const text = typeorm(`    ${drop}\n    // faultline-ignore destructive-change: agreed\n    await queryRunner.query('SELECT 1');`);
    expect(ids(text)).toEqual(['destructive-change', 'unused-suppression']);
    expect(fixed(text, 'unused-suppression')).not.toContain('faultline-ignore');
  });

  it('hold within a call of a builder for the part below them', () => {
    const text = (comment: string) => `exports.up = (knex) => knex.schema.alterTable('users', (table) => {
  table.dropColumn('email');
  ${comment}
  table.dropColumn('name');
});
exports.down = (knex) => knex.raw('SELECT 1');
`;
    const options = { framework: 'knex', files: [] } as const;
    const all = lint(text('//'), options).filter(({ rule }) => rule === 'destructive-change');
    const left = lint(text('// faultline-ignore destructive-change: agreed'), options).filter(({ rule }) => rule === 'destructive-change');
    expect([all.length, left.length]).toEqual([2, 1]);
  });
});

describe('what could not be read', () => {
  it('is one finding each, and can be ignored', () => {
    const text = typeorm("    await fill(queryRunner, 'users');", "import { fill } from '@app/database';\n");
    expect(at(text, 'unread-code')).toBe("fill(queryRunner, 'users')");
    expect(
      ids(typeorm('    // faultline-ignore unread-code: fills nothing\n    await fill(queryRunner);', "import { fill } from 'x';\n")),
    ).toEqual([]);
  });

  it('a placeholder of code is no gap', () => {
    expect(ids(typeorm('    await queryRunner.query(`SELECT ${process.env.A}`);'))).toEqual([]);
  });
});

describe('the database of a project', () => {
  const mysql = { path: '../package.json', text: '{ "dependencies": { "typeorm": "1", "mysql2": "3" } }' };
  const text = typeorm("    await queryRunner.query('ALTER TABLE users DROP COLUMN name');");
  const run = (files: readonly SourceFile[], engine?: 'postgres') =>
    lintFolder({ files: [first, ...files, { path, text }], configuration: { ...defaultConfiguration, ...(engine && { engine }) } });

  it('that is another one is named, and nothing is linted as PostgreSQL', () => {
    const sqlite = { path: '../package.json', text: '{ "dependencies": { "typeorm": "1", "better-sqlite3": "3" } }' };
    expect(run([sqlite])).toMatchObject({ reports: [], otherEngine: expect.stringContaining('depends on better-sqlite3') });
  });

  it('that is MySQL is read as MySQL', () => {
    const { engine, reports } = run([mysql]);
    expect(engine.name).toBe('mysql');
    expect(reports.flatMap(({ findings }) => findings.map(({ rule }) => rule))).toContain('mysql-destructive-change');
  });

  it('is PostgreSQL where its driver is among others, where nothing is known, and where it is said', () => {
    const both = { path: '../package.json', text: '{ "dependencies": { "pg": "8", "mysql2": "3" } }' };
    const nearer = { path: 'package.json', text: '{ "devDependencies": { "pg": "8" } }' };
    for (const files of [[both], [], [nearer, mysql]]) expect(run(files).reports.length, JSON.stringify(files)).toBe(2);
    expect(run([mysql], 'postgres').reports).toHaveLength(2);
  });
});

it('typing in one migration of code changes what is found in it, and in the later ones that depend on it', () => {
  const cache = new LintCache();
  const run = (column: string) =>
    lintFolder({
      files: [
        { ...first, text: first.text.replace('email text', `${column} text`) },
        { path, text: typeorm("    await queryRunner.query('ALTER TABLE users ALTER COLUMN email TYPE varchar(10)');") },
      ],
      cache,
    }).reports.map(({ findings }) => findings.map(({ message }) => message));
  expect(run('email')).toEqual(run('email'));
  expect(run('mail')).not.toEqual(run('email'));
});
