import { DataTypes, Sequelize } from 'sequelize';
import { changes, tables } from './schema.mjs';

function attribute({ type, length, values, unsigned, autoIncrement, primaryKey, notNull, default: value, now }) {
  const number = { bigint: DataTypes.BIGINT, int: DataTypes.INTEGER }[type];
  const types = {
    string: () => DataTypes.STRING(length),
    char: () => DataTypes.CHAR(length),
    decimal: () => DataTypes.DECIMAL(12, 2),
    double: () => DataTypes.DOUBLE,
    float: () => DataTypes.FLOAT,
    boolean: () => DataTypes.BOOLEAN,
    text: () => DataTypes.TEXT,
    json: () => DataTypes.JSON,
    enum: () => DataTypes.ENUM(...values),
    date: () => DataTypes.DATEONLY,
    timestamp: () => 'TIMESTAMP',
    datetime: () => DataTypes.DATE(3),
    binary: () => DataTypes.BLOB('tiny'),
  };
  return {
    type: number === undefined ? types[type]() : unsigned ? number.UNSIGNED : number,
    allowNull: !notNull && !primaryKey,
    ...(autoIncrement && { autoIncrement: true }),
    ...(primaryKey && { primaryKey: true }),
    ...(now && { defaultValue: Sequelize.literal(type === 'datetime' ? 'CURRENT_TIMESTAMP(3)' : 'CURRENT_TIMESTAMP') }),
    ...(value !== undefined && { defaultValue: value }),
  };
}

const steps = {
  'add column': (query, { table, column }) => query.addColumn(table, column.name, { ...attribute(column), after: 'name' }),
  'drop column': (query, { table, name }) => query.removeColumn(table, name),
  'rename column': (query, { table, from, to }) => query.renameColumn(table, from, to),
  'change column': (query, { table, column }) => query.changeColumn(table, column.name, attribute(column)),
  'add index': (query, { table, index: { name, columns, unique, fulltext } }) =>
    query.addIndex(table, columns, { name, unique: unique === true, ...(fulltext && { type: 'FULLTEXT' }) }),
  'drop index': (query, { table, name }) => query.removeIndex(table, name),
  'add foreign key': async (query, { table, name, column, target }) => {
    await query.addColumn(table, column.name, attribute(column));
    const references = { table: target, field: 'id' };
    await query.addConstraint(table, {
      fields: [column.name],
      type: 'foreign key',
      name,
      references,
      onDelete: 'set null',
      onUpdate: 'cascade',
    });
  },
  'drop foreign key': (query, { table, name }) => query.removeConstraint(table, name).catch(() => undefined),
  'rename table': (query, { from, to }) => query.renameTable(from, to),
  'drop table': (query, { table }) => query.dropTable(table),
  'add check': (query, { table, name, column }) =>
    query.sequelize.query(`ALTER TABLE \`${table}\` ADD CONSTRAINT \`${name}\` CHECK (\`${column}\` >= 0)`),
  insert: (query, { table, rows }) => query.bulkInsert(table, rows),
  update: (query, { table, set, where }) => query.bulkUpdate(table, set, where),
};

export async function run({ connection }) {
  const { database, user, password, host, port } = connection;
  const sequelize = new Sequelize(database, user, password, { host, port, dialect: 'mysql', logging: false });
  const query = sequelize.getQueryInterface();
  for (const { name, columns, indexes, parent } of tables) {
    const attributes = Object.fromEntries(columns.map((column) => [column.name, attribute(column)]));
    if (parent !== undefined)
      Object.assign(attributes.parent_id, { references: { model: parent, key: 'id' }, onDelete: 'CASCADE', onUpdate: 'NO ACTION' });
    await query.createTable(name, attributes, { charset: 'utf8mb4', collate: 'utf8mb4_unicode_ci', comment: 'made by Sequelize' });
    for (const index of indexes) await query.addIndex(name, index.columns, { name: index.name, unique: index.unique === true });
  }
  await sequelize.transaction(async (transaction) =>
    query.bulkInsert('tags', [{ name: 'in one', code: 'x9', amount: 3 }], { transaction }),
  );
  for (const change of changes) await steps[change.do](query, change);
  await query.dropAllTables();
  await sequelize.close();
}
