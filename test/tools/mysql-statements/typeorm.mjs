import 'reflect-metadata';
import typeorm from 'typeorm';
import { changes, tables } from './schema.mjs';

const { DataSource, Table, TableCheck, TableColumn, TableForeignKey, TableIndex } = typeorm;

const types = { string: 'varchar', boolean: 'tinyint', binary: 'varbinary' };

function columnOptions({ name, type, length, values, unsigned, autoIncrement, primaryKey, notNull, default: value, now }) {
  return {
    name,
    type: types[type] ?? type,
    ...(length !== undefined && { length: String(length) }),
    ...(type === 'binary' && { length: '200' }),
    ...(type === 'boolean' && { width: 1 }),
    ...(type === 'decimal' && { precision: 12, scale: 2 }),
    ...(values !== undefined && { enum: values }),
    ...(unsigned && { unsigned: true }),
    ...(autoIncrement && { isGenerated: true, generationStrategy: 'increment' }),
    ...(primaryKey && { isPrimary: true }),
    isNullable: !notNull && !primaryKey,
    ...(now && { default: 'CURRENT_TIMESTAMP', onUpdate: 'CURRENT_TIMESTAMP' }),
    ...(value !== undefined && { default: typeof value === 'string' ? `'${value}'` : String(Number(value)) }),
  };
}

function indexOptions({ name, columns, unique, fulltext }) {
  return { name, columnNames: columns, isUnique: unique === true, isFulltext: fulltext === true };
}

const steps = {
  'add column': (runner, { table, column }) => runner.addColumn(table, new TableColumn(columnOptions(column))),
  'drop column': (runner, { table, name }) => runner.dropColumn(table, name),
  'rename column': (runner, { table, from, to }) => runner.renameColumn(table, from, to),
  'change column': (runner, { table, column }) => runner.changeColumn(table, column.name, new TableColumn(columnOptions(column))),
  'add index': (runner, { table, index }) => runner.createIndex(table, new TableIndex(indexOptions(index))),
  'drop index': (runner, { table, name }) => runner.dropIndex(table, name),
  'add foreign key': async (runner, { table, name, column, target }) => {
    await runner.addColumn(table, new TableColumn(columnOptions(column)));
    const key = { name, columnNames: [column.name], referencedTableName: target, referencedColumnNames: ['id'], onDelete: 'SET NULL' };
    await runner.createForeignKey(table, new TableForeignKey(key));
  },
  'drop foreign key': (runner, { table, name }) => runner.dropForeignKey(table, name),
  'rename table': (runner, { from, to }) => runner.renameTable(from, to),
  'drop table': (runner, { table }) => runner.dropTable(table, true),
  'add check': (runner, { table, name, column }) =>
    runner
      .query(`ALTER TABLE \`${table}\` ADD CONSTRAINT \`${name}\` CHECK (\`${column}\` >= 0)`)
      .then(() => new TableCheck({ expression: column })),
  insert: (runner, { table, rows }) =>
    runner.manager.createQueryBuilder().insert().into(table, Object.keys(rows[0])).values(rows).execute(),
  update: (runner, { table, set, where }) =>
    runner.manager.createQueryBuilder().update(table).set(set).where('code = :code', where).execute(),
};

/** TypeORM's names of migrations end in a moment. */
function named(name, moment, up, down) {
  const made = class {
    name = `${name}${moment}`;
    up = up;
    down = down;
  };
  Object.defineProperty(made, 'name', { value: `${name}${moment}` });
  return made;
}

export async function run({ server, connection }) {
  const create = named(
    'Tables',
    1700000000000,
    async (runner) => {
      for (const { name, columns, indexes, parent } of tables) {
        const key = {
          name: `${name}_parent_fk`,
          columnNames: ['parent_id'],
          referencedTableName: parent,
          referencedColumnNames: ['id'],
          onDelete: 'CASCADE',
        };
        await runner.createTable(
          new Table({
            name,
            columns: columns.map(columnOptions),
            indices: indexes.map(indexOptions),
            foreignKeys: parent === undefined ? [] : [key],
            comment: 'made by TypeORM',
          }),
          true,
        );
      }
    },
    async (runner) => {
      await runner.query('SET foreign_key_checks = 0');
      for (const { name } of [...tables].reverse()) await runner.dropTable(name === 'events_logs' ? 'event_history' : name, true, true);
    },
  );
  const each = changes.map((change, position) =>
    named(
      'Change',
      1700000000001 + position,
      (runner) => steps[change.do](runner, change),
      async () => undefined,
    ),
  );
  const { user: username, ...rest } = connection;
  const source = new DataSource({ type: server, ...rest, username, migrations: [create, ...each], migrationsTransactionMode: 'each' });
  await source.initialize();
  await source.runMigrations();
  for (let left = changes.length + 1; left > 0; left--) await source.undoLastMigration();
  await source.destroy();
}
