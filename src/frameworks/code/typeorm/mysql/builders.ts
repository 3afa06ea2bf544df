import type { NativeUse } from '../../../../code/native';
import { type BuilderMethod, columnAt, each, type Tables, tableAt } from '../builders';
import { isGuarded } from '../guards';
import { indexName } from '../names';
import { columnFrom, foreignKeyFrom, Held, indexFrom, list, tableFrom, text, texts, viewFrom } from '../options';
import { primaryColumns, type TableColumn, withColumn } from '../tables';
import {
  addForeignKey,
  alter,
  columnDefinition,
  commentText,
  createIndex,
  createTable,
  dropForeignKey,
  dropIndex,
  escapePath,
  nameOfForeignKey,
  nameOfIndex,
  quoted,
  quotedList,
} from './statements';

const notSeen =
  'TypeORM compares the column with the one in the database: where type or length differ it drops the column with its data and adds it again, else it says all of it again in CHANGE';

/** The builders of the query runner for MySQL and MariaDB, by the names of its methods (`driver/mysql/MysqlQueryRunner.js`). */
export function mysqlBuilders(isMariadb: boolean): Readonly<Record<string, BuilderMethod>> {
  const addColumns = (target: unknown, columns: readonly unknown[], database: Tables): readonly string[] => {
    let table = tableAt(target, database);
    const sent: string[] = [];
    for (const column of columns.map(columnFrom)) {
      const primary = primaryColumns(table).map(({ name }) => name);
      const index = table.indices.find(({ columnNames }) => columnNames.length === 1 && columnNames[0] === column.name);
      sent.push(alter(table, `ADD ${columnDefinition(column, { isMariadb, skipPrimary: primary.length > 0 })}`));
      if (column.isPrimary === true && primary.length > 0) {
        sent.push(alter(table, 'DROP PRIMARY KEY'), alter(table, `ADD PRIMARY KEY (${quotedList([...primary, column.name])})`));
      }
      if (index !== undefined) sent.push(createIndex(table, index));
      else if (column.isUnique === true) {
        sent.push(alter(table, `ADD UNIQUE INDEX ${quoted(indexName(table.name, [column.name], ''))} (${quoted(column.name)})`));
      }
      table = withColumn(table, column);
    }
    return sent;
  };
  const createIndexOf: BuilderMethod = ([target, index], database) => [createIndex(tableAt(target, database), indexFrom(index))];
  const createForeignKey: BuilderMethod = ([target, key], database) => [addForeignKey(tableAt(target, database), foreignKeyFrom(key))];
  const change = (column: TableColumn, old: unknown, target: unknown, database: Tables): readonly string[] | string => {
    const table = tableAt(target, database);
    // Only what the migration itself describes is known: of what is in the database TypeORM knows more than can be seen here.
    if (!(old instanceof Held)) return notSeen;
    const before = columnFrom(old);
    const isRecreated =
      before.unseen !== undefined ||
      before.type !== column.type ||
      before.length !== column.length ||
      before.isGenerated !== column.isGenerated ||
      before.generatedType !== column.generatedType ||
      before.isPrimary !== column.isPrimary ||
      before.isUnique !== column.isUnique;
    if (isRecreated) return notSeen;
    return [alter(table, `CHANGE ${quoted(before.name)} ${columnDefinition(column, { isMariadb, skipPrimary: true })}`)];
  };
  const changeColumn: BuilderMethod = ([target, old, column], database) => change(columnFrom(column), old, target, database);

  return {
    createDatabase: ([name, ifNotExists]) => [`CREATE DATABASE ${ifNotExists === true ? 'IF NOT EXISTS ' : ''}${quoted(text(name) ?? '')}`],
    dropDatabase: ([name, ifExists]) => [`DROP DATABASE ${ifExists === true ? 'IF EXISTS ' : ''}${quoted(text(name) ?? '')}`],
    createTable: ([argument, ifNotExists, foreignKeys], _, use) => {
      const table = tableFrom(argument);
      const sql = createTable(table, foreignKeys !== false, isMariadb);
      const guarded = ifNotExists === true || isGuarded(use, false, table.name);
      return [guarded ? sql.replace(/^CREATE TABLE /, 'CREATE TABLE IF NOT EXISTS ') : sql];
    },
    dropTable: ([argument, ifExists, foreignKeys], database, use) => {
      const table = tableAt(argument, database);
      const guarded = ifExists === true || isGuarded(use, true, table.name);
      return [
        ...(foreignKeys === false ? [] : table.foreignKeys.map((key) => dropForeignKey(table, nameOfForeignKey(table, key)))),
        ...table.indices.map((index) => dropIndex(table, nameOfIndex(table, index))),
        `DROP TABLE ${guarded ? 'IF EXISTS ' : ''}${escapePath(table.name)}`,
      ];
    },
    // Indexes and keys whose names TypeORM made of the table's are made anew beside it where they are known: that is left out.
    renameTable: ([argument, newName], database) => {
      const { name } = tableAt(argument, database);
      const path = name.includes('.') ? `${name.slice(0, name.indexOf('.'))}.` : '';
      return [`RENAME TABLE ${escapePath(name)} TO ${escapePath(path + (text(newName) ?? ''))}`];
    },
    changeTableComment: ([argument, comment], database) => [
      alter(tableAt(argument, database), `COMMENT ${commentText(text(comment) ?? '')}`),
    ],
    clearTable: ([name]) => [`TRUNCATE TABLE ${escapePath(text(name) ?? '')}`],
    createView: ([argument]) => {
      const view = viewFrom(argument);
      return [`CREATE VIEW ${escapePath(view.name)} AS ${view.expression}`];
    },
    dropView: ([argument, ifExists]) => [
      `DROP VIEW ${ifExists === true ? 'IF EXISTS ' : ''}${escapePath(text(argument) ?? viewFrom(argument).name)}`,
    ],
    addColumn: ([table, column], database) => addColumns(table, [column], database),
    addColumns: ([table, columns], database) =>
      Array.isArray(columns) ? addColumns(table, columns, database) : 'the columns are known only when it runs',
    dropColumn: ([target, argument], database) => dropColumn(target, argument, database),
    dropColumns: each(([target, argument], database) => dropColumn(target, argument, database)),
    renameColumn: ([target, old, column], database) => {
      const table = tableAt(target, database);
      const before = columnAt(old, table).name;
      // It says the definition of the column again in CHANGE: with a new name alone nothing else of it changes.
      if (!(column instanceof Held)) return [alter(table, `RENAME COLUMN ${quoted(before)} TO ${quoted(text(column) ?? '')}`)];
      return change(columnFrom(column), old, target, database);
    },
    changeColumn,
    changeColumns: ([target, changes], database, use: NativeUse) => {
      if (!Array.isArray(changes)) return 'the changes are known only when it runs';
      const results = changes.map((item: { readonly oldColumn?: unknown; readonly newColumn?: unknown }) =>
        changeColumn([target, item.oldColumn, item.newColumn], database, use),
      );
      return results.find((result) => typeof result === 'string') ?? results.flat();
    },
    createPrimaryKey: ([target, columns], database) => [
      alter(tableAt(target, database), `ADD PRIMARY KEY (${quotedList(texts(columns))})`),
    ],
    updatePrimaryKeys: ([target, columns], database) => {
      const table = tableAt(target, database);
      const names = list(columns).map((column) => columnFrom(column).name);
      const dropped = primaryColumns(table).length > 0 || table.unseen === true ? [alter(table, 'DROP PRIMARY KEY')] : [];
      return [...dropped, alter(table, `ADD PRIMARY KEY (${quotedList(names)})`)];
    },
    dropPrimaryKey: ([target], database) => [alter(tableAt(target, database), 'DROP PRIMARY KEY')],
    createForeignKey,
    createForeignKeys: each(createForeignKey),
    dropForeignKey: dropForeignKeyOf,
    dropForeignKeys: each(dropForeignKeyOf),
    createIndex: createIndexOf,
    createIndices: each(createIndexOf),
    dropIndex: dropIndexOf,
    dropIndices: each(dropIndexOf),
    ...refusing('unique constraints', [
      'createUniqueConstraint',
      'createUniqueConstraints',
      'dropUniqueConstraint',
      'dropUniqueConstraints',
    ]),
    ...refusing('check constraints', ['createCheckConstraint', 'createCheckConstraints', 'dropCheckConstraint', 'dropCheckConstraints']),
    ...refusing('exclusion constraints', ['createExclusionConstraint', 'dropExclusionConstraint']),
    ...refusing('schemas', ['createSchema', 'dropSchema']),
  };
}

function dropColumn(target: unknown, argument: unknown, database: Tables): readonly string[] {
  const table = tableAt(target, database);
  const column = columnAt(argument, table);
  const index = table.indices.find(({ columnNames }) => columnNames.length === 1 && columnNames[0] === column.name);
  return [
    ...(index === undefined ? [] : [dropIndex(table, nameOfIndex(table, index))]),
    alter(table, `DROP COLUMN ${quoted(column.name)}`),
  ];
}

const dropForeignKeyOf: BuilderMethod = ([target, key], database) => {
  // What was looked for and may not be there: nothing is sent then.
  if (key === undefined || key === null) return [];
  const table = tableAt(target, database);
  return [dropForeignKey(table, text(key) ?? nameOfForeignKey(table, foreignKeyFrom(key)))];
};

const dropIndexOf: BuilderMethod = ([target, index], database) => {
  if (index === undefined || index === null) return [];
  const table = tableAt(target, database);
  return [dropIndex(table, text(index) ?? nameOfIndex(table, indexFrom(index)))];
};

/** What TypeORM throws an error for. */
function refusing(what: string, methods: readonly string[]): Readonly<Record<string, BuilderMethod>> {
  return Object.fromEntries(
    methods.map((method): [string, BuilderMethod] => [method, () => `TypeORM refuses it: its driver for MySQL knows no ${what}`]),
  );
}
