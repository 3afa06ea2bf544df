import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { typeorm } from '../../src/frameworks/code/typeorm';
import { loadParser } from '../../src/parse/load';
import { root, withoutTools } from './tools';

/** What is read from builders of TypeORM on MySQL and MariaDB, against its own query runner, which only keeps what it would send. */

const table = `new Table({ name: 't', columns: [{ name: 'id', type: 'int', isPrimary: true }, { name: 'a', type: 'int' }] })`;

const cases: readonly string[] = [
  `await queryRunner.createTable(new Table({
    name: 'users',
    columns: [
      { name: 'id', type: 'int', isPrimary: true, isGenerated: true, generationStrategy: 'increment', unsigned: true },
      { name: 'uuid', type: 'varchar', generationStrategy: 'uuid', isGenerated: true },
      { name: 'email', type: 'varchar', isUnique: true },
      { name: 'name', type: 'varchar', length: '80', isNullable: true, charset: 'utf8mb4', collation: 'utf8mb4_bin' },
      { name: 'price', type: 'decimal', precision: 10, scale: 2, default: 0 },
      { name: 'kind', type: 'enum', enum: ['a', "b's"], default: "'a'" },
      { name: 'created', type: 'datetime', precision: 6, default: 'CURRENT_TIMESTAMP(6)', onUpdate: 'CURRENT_TIMESTAMP(6)' },
      { name: 'note', type: 'text', isNullable: true, comment: "it's \\\\ here" },
      { name: 'sum', type: 'int', asExpression: 'price * 2', generatedType: 'STORED', isNullable: true },
    ],
    indices: [
      { columnNames: ['name', 'email'] },
      { name: 'own', columnNames: ['name'], isUnique: true },
      { name: 'words', columnNames: ['note'], isFulltext: true, parser: 'ngram' },
    ],
    uniques: [{ name: 'UQ_own', columnNames: ['kind', 'name'] }],
    foreignKeys: [
      { columnNames: ['kind'], referencedTableName: 'kinds', referencedColumnNames: ['id'], onDelete: 'CASCADE', onUpdate: 'RESTRICT' },
      { name: 'fk_own', columnNames: ['a', 'b'], referencedTableName: 'other.t', referencedColumnNames: ['c', 'd'] },
    ],
    engine: 'InnoDB',
    comment: 'people',
  }))`.replace("asExpression: 'price * 2', generatedType: 'STORED', ", ''),
  `await queryRunner.createTable(new Table({ name: 'app.t', columns: [{ name: 'a', type: 'int', isPrimary: true }, { name: 'b', type: 'int', isPrimary: true }] }), false, false)`,
  `await queryRunner.addColumn(${table}, new TableColumn({ name: 'b', type: 'varchar', isNullable: true }))`,
  `await queryRunner.addColumn(${table}, new TableColumn({ name: 'b', type: 'bigint', unsigned: true, isUnique: true, default: 5 }))`,
  `await queryRunner.addColumns(${table}, [new TableColumn({ name: 'b', type: 'json', isNullable: true }), new TableColumn({ name: 'c', type: 'tinyint', width: 1, default: 1 })])`,
  `await queryRunner.dropColumn(${table}, 'a')`,
  `await queryRunner.dropColumns(${table}, ['a'])`,
  `await queryRunner.createIndex(${table}, new TableIndex({ columnNames: ['a', 'id'] }))`,
  `await queryRunner.createIndex(${table}, new TableIndex({ name: 'i', columnNames: ['a'], isUnique: true }))`,
  `await queryRunner.createIndices(${table}, [new TableIndex({ name: 'i', columnNames: ['a'], isSpatial: true })])`,
  `await queryRunner.dropIndex(${table}, new TableIndex({ name: 'i', columnNames: ['a'] }))`,
  `await queryRunner.createForeignKey(${table}, new TableForeignKey({ columnNames: ['a'], referencedTableName: 'u', referencedColumnNames: ['id'], onDelete: 'SET NULL' }))`,
  `await queryRunner.createForeignKey(${table}, new TableForeignKey({ name: 'fk', columnNames: ['a', 'b'], referencedTableName: 'u', referencedColumnNames: ['c', 'd'] }))`,
  `await queryRunner.dropForeignKey(${table}, new TableForeignKey({ columnNames: ['a'], referencedTableName: 'u', referencedColumnNames: ['id'] }))`,
  `await queryRunner.createPrimaryKey(${table}, ['id', 'a'])`,
  `await queryRunner.dropPrimaryKey(${table})`,
  `await queryRunner.updatePrimaryKeys(${table}, [new TableColumn({ name: 'a', type: 'int' })])`,
  `await queryRunner.renameTable(${table}, 'u')`,
  `await queryRunner.changeTableComment(${table}, "it's new")`,
  `await queryRunner.changeColumn(${table}, new TableColumn({ name: 'a', type: 'int' }), new TableColumn({ name: 'a', type: 'int', isNullable: true, default: 3 }))`,
  `await queryRunner.createView(new View({ name: 'v', expression: 'SELECT 1 AS a' }))`,
  `await queryRunner.createDatabase('app', true)`,
  `await queryRunner.dropDatabase('app', true)`,
];

interface Runner {
  enableSqlMemory(): void;
  getMemorySql(): { readonly upQueries: readonly { readonly query: string }[] };
}

const names = ['Table', 'TableColumn', 'TableIndex', 'TableForeignKey', 'View'] as const;

describe.skipIf(withoutTools()).each(['mysql', 'mariadb'] as const)('the SQL of a call for %s', (type) => {
  let real: Record<string, unknown>;
  beforeAll(async () => {
    await loadParser();
    const require = createRequire(join(root, 'package.json'));
    require('reflect-metadata');
    real = require('typeorm') as Record<string, unknown>;
  });

  /** What TypeORM would send for it. */
  async function wanted(code: string): Promise<readonly string[]> {
    const { DataSource } = real as { readonly DataSource: new (options: object) => { createQueryRunner(): Runner } };
    const runner = new DataSource({ type, database: 'here' }).createQueryRunner();
    runner.enableSqlMemory();
    const values = names.map((name) => real[name]);
    const run = new Function('queryRunner', ...names, `return (async () => { ${code} })()`) as (...args: unknown[]) => Promise<void>;
    await run(runner, ...values);
    return runner.getMemorySql().upQueries.map(({ query }) => query);
  }

  it.each(cases)('%s', async (code) => {
    const text = `import { ${names.join(', ')} } from 'typeorm';\nexport class A1700000000000 {\n  async up(queryRunner) {\n    ${code};\n  }\n  async down() {}\n}\n`;
    const [result] = typeorm.read([{ path: '1-A.ts', text }], {
      engine: { name: type, major: type === 'mysql' ? 9 : 11 },
      placeholders: {},
    });
    if (result?.ok !== true) throw new Error('not read');
    const { statements, unread } = result.value.up;
    expect(statements).not.toEqual([]);
    expect(unread).toEqual([]);
    expect(statements.map(({ sent }) => sent.trim())).toEqual((await wanted(code)).map((sql) => sql.trim()));
    expect(statements.flatMap(({ unreadable }) => unreadable ?? [])).toEqual([]);
  });
});
