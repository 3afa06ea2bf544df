import { createRequire } from 'node:module';
import { sql } from 'drizzle-orm';
import * as core from 'drizzle-orm/mysql-core';
import { drizzle } from 'drizzle-orm/mysql2';
import mysql from 'mysql2/promise';
import { changes, tables } from './schema.mjs';

// drizzle-kit's own generator, as `drizzle-kit generate` calls it.
const { generateMySQLDrizzleJson, generateMySQLMigration } = createRequire(import.meta.url)('drizzle-kit/api');

function columnOf({ name, type, length, values, unsigned, autoIncrement, primaryKey, notNull, default: value, now }) {
  const made = {
    bigint: () => core.bigint(name, { mode: 'number', unsigned: unsigned === true }),
    int: () => core.int(name, { unsigned: unsigned === true }),
    string: () => core.varchar(name, { length }),
    char: () => core.char(name, { length }),
    decimal: () => core.decimal(name, { precision: 12, scale: 2 }),
    double: () => core.double(name),
    float: () => core.float(name),
    boolean: () => core.boolean(name),
    text: () => core.text(name),
    json: () => core.json(name),
    enum: () => core.mysqlEnum(name, values),
    date: () => core.date(name),
    timestamp: () => core.timestamp(name),
    datetime: () => core.datetime(name, { fsp: 3 }),
    binary: () => core.varbinary(name, { length: 200 }),
  }[type]();
  let column = made;
  if (autoIncrement) column = column.autoincrement();
  if (primaryKey) column = column.primaryKey();
  if (notNull) column = column.notNull();
  if (now) column = type === 'timestamp' ? column.defaultNow().onUpdateNow() : column.default(sql`CURRENT_TIMESTAMP(3)`);
  else if (value !== undefined) column = column.default(type === 'decimal' ? String(value) : value);
  return column;
}

/** The schema as drizzle has it, from descriptions of tables. */
function schemaOf(described) {
  const made = {};
  for (const { name, columns, indexes, keys, check } of described) {
    made[name] = core.mysqlTable(name, Object.fromEntries(columns.map((column) => [column.name, columnOf(column)])), (table) => [
      ...indexes.map((index) =>
        (index.unique ? core.uniqueIndex : core.index)(index.name).on(...index.columns.map((column) => table[column])),
      ),
      ...keys.map(({ name: key, column, target }) =>
        core.foreignKey({ name: key, columns: [table[column]], foreignColumns: [made[target].id] }).onDelete('cascade'),
      ),
      ...(check === undefined ? [] : [core.check(check.name, sql`${table[check.column]} >= 0`)]),
    ]);
  }
  return made;
}

/** The descriptions after one change; what needs an answer at drizzle-kit's prompt (a new name) is a drop and an add. */
function changed(described, change) {
  const edit = (name, by) => described.map((table) => (table.name === name ? { ...table, ...by(table) } : table));
  switch (change.do) {
    case 'add column':
      return edit(change.table, ({ columns }) => ({ columns: [...columns, change.column] }));
    case 'drop column':
      return edit(change.table, ({ columns }) => ({ columns: columns.filter(({ name }) => name !== change.name) }));
    case 'change column':
      return edit(change.table, ({ columns }) => ({
        columns: columns.map((column) => (column.name === change.column.name ? change.column : column)),
      }));
    case 'add index':
      return change.index.fulltext ? described : edit(change.table, ({ indexes }) => ({ indexes: [...indexes, change.index] }));
    case 'drop index':
      return edit(change.table, ({ indexes }) => ({ indexes: indexes.filter(({ name }) => name !== change.name) }));
    case 'add foreign key':
      return edit(change.table, ({ columns, keys }) => ({
        columns: [...columns, change.column],
        keys: [...keys, { name: change.name, column: change.column.name, target: change.target }],
      }));
    case 'drop foreign key':
      return edit(change.table, () => ({ keys: [] }));
    case 'drop table':
      return described.filter(({ name }) => name !== change.table);
    case 'add check':
      return edit(change.table, () => ({ check: { name: change.name, column: change.column } }));
    default:
      return described;
  }
}

export async function run({ connection }) {
  const pool = await mysql.createConnection({ ...connection, multipleStatements: true });
  const db = drizzle(pool);
  // Tables that are referenced must be there before.
  let described = [...tables]
    .sort((left, right) => ['teams', 'tags'].includes(right.name) - ['teams', 'tags'].includes(left.name))
    .map((table) => ({
      ...table,
      keys: table.parent === undefined ? [] : [{ name: `${table.name}_parent_fk`, column: 'parent_id', target: table.parent }],
    }));
  let before = await generateMySQLDrizzleJson({});
  const migrations = [];
  for (const change of [undefined, ...changes]) {
    if (change !== undefined) described = changed(described, change);
    const after = await generateMySQLDrizzleJson(schemaOf(described), before.id);
    const statements = await generateMySQLMigration(before, after);
    before = after;
    if (statements.length > 0)
      migrations.push({ sql: statements, hash: `h${migrations.length}`, folderMillis: 1700000000000 + migrations.length, bps: true });
  }
  await db.dialect.migrate(migrations, db.session, { migrationsFolder: 'drizzle' });
  const { tags } = schemaOf(described.filter(({ name }) => name === 'tags'));
  await db
    .insert(tags)
    .values(changes.find((change) => change.do === 'insert').rows.map((row) => ({ ...row, amount: String(row.amount) })));
  await db.transaction(async (tx) => tx.update(tags).set({ amount: '5' }).where(sql`${tags.code} = 'x1'`));
  await db
    .insert(tags)
    .values({ name: 'd', code: 'x1', amount: '1' })
    .onDuplicateKeyUpdate({ set: { amount: sql`values(${tags.amount})` } });
  await pool.end();
}
