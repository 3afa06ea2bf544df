import knex from 'knex';
import { changes, tables } from './schema.mjs';

/** Adds a column in knex's words. */
function column(builder, db, { name, type, length, values, unsigned, autoIncrement, primaryKey, notNull, default: value, now }) {
  if (autoIncrement) return type === 'bigint' ? builder.bigIncrements(name) : builder.increments(name, { primaryKey });
  const made = {
    bigint: () => builder.bigInteger(name),
    int: () => builder.integer(name),
    string: () => builder.string(name, length),
    char: () => builder.specificType(name, `char(${length})`),
    decimal: () => builder.decimal(name, 12, 2),
    double: () => builder.double(name),
    float: () => builder.float(name),
    boolean: () => builder.boolean(name),
    text: () => builder.text(name),
    json: () => builder.json(name),
    enum: () => builder.enu(name, values),
    date: () => builder.date(name),
    timestamp: () => builder.timestamp(name),
    datetime: () => builder.datetime(name, { precision: 3 }),
    binary: () => builder.binary(name, 200),
  }[type]();
  if (unsigned) made.unsigned();
  if (notNull) made.notNullable();
  if (now) made.defaultTo(type === 'datetime' ? db.fn.now(3) : db.fn.now());
  else if (value !== undefined) made.defaultTo(value);
  return made;
}

function index(builder, { name, columns, unique, fulltext }) {
  if (unique) builder.unique(columns, { indexName: name });
  else builder.index(columns, name, fulltext ? 'FULLTEXT' : undefined);
}

const steps = {
  'add column': (db, { table, column: added }) => db.schema.alterTable(table, (builder) => void column(builder, db, added)),
  'drop column': (db, { table, name }) => db.schema.alterTable(table, (builder) => void builder.dropColumn(name)),
  'rename column': (db, { table, from, to }) => db.schema.alterTable(table, (builder) => void builder.renameColumn(from, to)),
  'change column': (db, { table, column: changed }) => db.schema.alterTable(table, (builder) => void column(builder, db, changed).alter()),
  'add index': (db, { table, index: added }) => db.schema.alterTable(table, (builder) => index(builder, added)),
  'drop index': (db, { table, name, unique }) =>
    db.schema.alterTable(table, (builder) => void (unique ? builder.dropUnique([], name) : builder.dropIndex([], name))),
  'add foreign key': (db, { table, name, column: added, target }) =>
    db.schema.alterTable(table, (builder) => {
      column(builder, db, { ...added, unsigned: true });
      builder.foreign(added.name, name).references('id').inTable(target).onDelete('SET NULL').onUpdate('CASCADE');
    }),
  'drop foreign key': (db, { table, name }) => db.schema.alterTable(table, (builder) => void builder.dropForeign([], name)),
  'rename table': (db, { from, to }) => db.schema.renameTable(from, to),
  'drop table': (db, { table }) => db.schema.dropTableIfExists(table),
  'add check': (db, { table, name, column: checked }) =>
    db.schema.alterTable(table, (builder) => void builder.check(`\`${checked}\` >= 0`, undefined, name)),
  insert: (db, { table, rows }) => db(table).insert(rows).onConflict().merge(),
  update: (db, { table, set, where }) => db(table).where(where).update(set),
};

/** One migration that makes the tables, and one for each change, run by knex's own migrator; then all of it back. */
export async function run({ connection }) {
  const db = knex({ client: 'mysql2', connection });
  const create = {
    name: '000_tables',
    async up(tx) {
      for (const { name, columns, indexes, parent } of tables) {
        await tx.schema.createTable(name, (builder) => {
          for (const each of columns) column(builder, tx, each.name === 'parent_id' ? { ...each, unsigned: true } : each);
          for (const each of indexes) index(builder, each);
          if (parent !== undefined) builder.foreign('parent_id', `${name}_parent_fk`).references('id').inTable(parent).onDelete('CASCADE');
        });
      }
    },
    async down(tx) {
      await tx.raw('SET foreign_key_checks = 0');
      for (const { name } of [...tables].reverse()) await tx.schema.dropTableIfExists(name === 'events_logs' ? 'event_history' : name);
    },
  };
  const each = changes.map((change, position) => ({
    name: `${String(position + 1).padStart(3, '0')}_change`,
    up: (tx) => steps[change.do](tx, change),
    down: async () => undefined,
  }));
  const all = [create, ...each];
  const migrationSource = { getMigrations: async () => all, getMigrationName: (one) => one.name, getMigration: async (one) => one };
  await db.migrate.latest({ migrationSource });
  await db.migrate.rollback({ migrationSource }, true);
  await db.destroy();
}
