import type { NativeUse } from '../../../code/native';
import { holeMark, splitMarked } from '../../../code/plain';
import { addColumn, changeColumn, type Database, dropColumn } from './changes';
import { isGuarded } from './guards';
import { primaryKeyName } from './names';
import {
  checkFrom,
  columnFrom,
  exclusionFrom,
  foreignKeyFrom,
  Held,
  indexFrom,
  list,
  tableFrom,
  text,
  texts,
  uniqueFrom,
  viewFrom,
} from './options';
import { escapePath, quoted, quotedList } from './paths';
import { renameTable } from './rename-table';
import {
  addConstraint,
  addPrimaryKey,
  commentOnTable,
  createIndex,
  createTable,
  createView,
  dropConstraint,
  dropIndex,
  dropTable,
  dropView,
  exclusionBody,
  foreignKeyBody,
  nameOfCheck,
  nameOfExclusion,
  nameOfForeignKey,
  nameOfPrimaryKey,
  nameOfUnique,
  uniqueBody,
} from './statements';
import { columnNamed, primaryColumns, type Table, type TableColumn, withColumn } from './tables';

/** The database as the builders ask for it. */
export interface Tables extends Database {
  table(name: string): Table;
  isMaterializedView(name: string): boolean;
}

/**
 * What a builder of the query runner sends for its arguments (plain values, see options.ts): statements, or why that can't be told, as the
 * end of a sentence. From `driver/postgres/PostgresQueryRunner.js`.
 */
export type BuilderMethod = (args: readonly unknown[], database: Tables, use: NativeUse) => readonly string[] | string;

/** A table by its name, as the database has it; or the one that was built. */
export function tableAt(argument: unknown, database: Tables): Table {
  return argument instanceof Held && argument.kind === 'table' ? tableFrom(argument) : database.table(text(argument) ?? '');
}

export function columnAt(argument: unknown, table: Table): TableColumn {
  return argument instanceof Held ? columnFrom(argument) : columnNamed(table, text(argument) ?? '');
}

/** Several calls of one method, each with one item of a list; the table as it is after the one before. */
export function each(method: BuilderMethod): BuilderMethod {
  return ([table, items, ...rest], database, use) => {
    if (!Array.isArray(items)) return 'the list that it is given is known only when it runs';
    return joined(items.map((item) => method([table, item, ...rest], database, use)));
  };
}

function joined(results: readonly (readonly string[] | string)[]): readonly string[] | string {
  const unread = results.find((result) => typeof result === 'string');
  return unread ?? results.flat();
}

const notSeen =
  'TypeORM compares the column with the one in the database, which no migration that was read creates: where type or length differ it drops the column with its data and adds it again';

function change(table: Table, old: TableColumn, column: TableColumn, database: Tables): readonly string[] | string {
  return changeColumn(table, old, column, database) ?? notSeen;
}

/** Changes several columns one after the other: each sees what the ones before have made. */
function changeColumns(argument: unknown, changes: readonly unknown[], database: Tables): readonly string[] | string {
  let table = tableAt(argument, database);
  const results: (readonly string[] | string)[] = [];
  for (const item of changes) {
    const { oldColumn, newColumn } = item as { readonly oldColumn?: unknown; readonly newColumn?: unknown };
    const old = columnAt(oldColumn, table);
    const column = columnFrom(newColumn);
    results.push(change(table, old, column, database));
    table = withColumn(table, column, old.name);
  }
  return joined(results);
}

function addColumns(argument: unknown, columns: readonly unknown[], database: Tables, use: NativeUse): readonly string[] {
  let table = tableAt(argument, database);
  const sent: string[] = [];
  for (const item of columns) {
    const column = columnFrom(item);
    const statements = addColumn(table, column, database);
    const guarded = isGuarded(use, false, table.name, column.name);
    sent.push(
      ...(guarded
        ? statements.map((sql) => sql.replace(/^(ALTER TABLE (?:"[^"]*"\.)?"[^"]*" ADD) (?!CONSTRAINT )/, '$1 COLUMN IF NOT EXISTS '))
        : statements),
    );
    table = withColumn(table, column);
  }
  return sent;
}

function dropColumns(
  argument: unknown,
  columns: readonly unknown[],
  ifExists: boolean,
  database: Tables,
  use: NativeUse,
): readonly string[] {
  let table = tableAt(argument, database);
  const sent: string[] = [];
  for (const item of columns) {
    const column = columnAt(item, table);
    sent.push(...dropColumn(table, column, ifExists || isGuarded(use, true, table.name, column.name), database));
    table = { ...table, columns: table.columns.filter(({ name }) => name !== column.name) };
  }
  return sent;
}

const createForeignKey: BuilderMethod = ([target, argument], database) => {
  const table = tableAt(target, database);
  const key = foreignKeyFrom(argument);
  return [addConstraint(table, nameOfForeignKey(table, key), foreignKeyBody(key))];
};

const createUnique: BuilderMethod = ([target, argument], database) => {
  const table = tableAt(target, database);
  const unique = uniqueFrom(argument);
  return [addConstraint(table, nameOfUnique(table, unique), uniqueBody(unique))];
};

const createCheck: BuilderMethod = ([target, argument], database) => {
  const table = tableAt(target, database);
  const check = checkFrom(argument);
  return [addConstraint(table, nameOfCheck(table, check), `CHECK (${check.expression})`)];
};

const createExclusion: BuilderMethod = ([target, argument], database) => {
  const table = tableAt(target, database);
  const exclusion = exclusionFrom(argument);
  return [addConstraint(table, nameOfExclusion(table, exclusion), exclusionBody(exclusion))];
};

const createIndexOf: BuilderMethod = ([target, argument], database) => [createIndex(tableAt(target, database), indexFrom(argument))];

/** Drops a constraint that is given by its name, or as the object that TypeORM takes the name from. */
function dropping(nameOf: (table: Table, argument: unknown) => string): BuilderMethod {
  return ([target, argument, ifExists], database) => {
    // What was looked for and may not be there: nothing is sent then.
    if (argument === undefined || argument === null) return [];
    const table = tableAt(target, database);
    return [dropConstraint(table, text(argument) ?? nameOf(table, argument), ifExists === true)];
  };
}

const dropForeignKey = dropping((table, argument) => nameOfForeignKey(table, foreignKeyFrom(argument)));
const dropUnique = dropping((table, argument) => nameOfUnique(table, uniqueFrom(argument)));
const dropCheck = dropping((table, argument) => nameOfCheck(table, checkFrom(argument)));
const dropExclusion = dropping((table, argument) => nameOfExclusion(table, exclusionFrom(argument)));

const dropIndexOf: BuilderMethod = ([target, argument, ifExists], database) => {
  if (argument === undefined || argument === null) return [];
  const table = tableAt(target, database);
  const name = text(argument);
  const index = name === undefined ? indexFrom(argument) : { name, columnNames: [], isUnique: false, isConcurrent: false, where: '' };
  return [dropIndex(table, index, ifExists === true)];
};

/** The builders of the query runner, by the names of its methods. */
export const builderMethods: Readonly<Record<string, BuilderMethod>> = {
  createDatabase: ([name]) => [`CREATE DATABASE ${quoted(text(name) ?? '')}`],
  dropDatabase: ([name, ifExists]) => [`DROP DATABASE ${ifExists === true ? 'IF EXISTS ' : ''}${quoted(text(name) ?? '')}`],
  createSchema: ([path, ifNotExists]) => [`CREATE SCHEMA ${ifNotExists === true ? 'IF NOT EXISTS ' : ''}${quoted(lastPart(path))}`],
  dropSchema: ([path, ifExists, cascade]) => [
    `DROP SCHEMA ${ifExists === true ? 'IF EXISTS ' : ''}${quoted(lastPart(path))}${cascade === true ? ' CASCADE' : ''}`,
  ],

  createTable: ([argument, ifNotExists, foreignKeys, indices], database, use) => {
    const table = tableFrom(argument);
    const parts = { foreignKeys: foreignKeys !== false, indices: indices !== false };
    const statements = createTable(table, (path) => database.typeExists(path), parts);
    const guarded = ifNotExists === true || isGuarded(use, false, table.name);
    return guarded ? statements.map((sql) => sql.replace(/^CREATE TABLE /, 'CREATE TABLE IF NOT EXISTS ')) : statements;
  },
  dropTable: ([argument, ifExists, foreignKeys, indices], database, use) => {
    const table = tableAt(argument, database);
    const statements = dropTable(table, { foreignKeys: foreignKeys !== false, indices: indices !== false });
    const guarded = ifExists === true || isGuarded(use, true, table.name);
    return guarded ? statements.map((sql) => sql.replace(/^DROP TABLE /, 'DROP TABLE IF EXISTS ')) : statements;
  },
  renameTable: ([argument, newName], database) => renameTable(tableAt(argument, database), text(newName) ?? ''),
  changeTableComment: ([argument, comment], database) => [commentOnTable(tableAt(argument, database), text(comment) ?? '')],
  clearTable: ([name, options]) => {
    const { cascade } = (options ?? {}) as { readonly cascade?: unknown };
    return [`TRUNCATE TABLE ${escapePath({ name: text(name) ?? '' })}${cascade === true ? ' CASCADE' : ''}`];
  },

  createView: ([view]) => [createView(viewFrom(view))],
  dropView: ([argument, ifExists], database) => {
    const name = text(argument);
    const view = name === undefined ? viewFrom(argument) : { name, expression: '', materialized: database.isMaterializedView(name) };
    return [dropView(view, ifExists === true)];
  },
  createViewIndex: createIndexOf,
  createViewIndices: each(createIndexOf),
  dropViewIndex: dropIndexOf,

  addColumn: ([table, column], database, use) => addColumns(table, [column], database, use),
  addColumns: ([table, columns], database, use) =>
    Array.isArray(columns) ? addColumns(table, columns, database, use) : 'the columns are known only when it runs',
  dropColumn: ([table, column, ifExists], database, use) => dropColumns(table, [column], ifExists === true, database, use),
  dropColumns: ([table, columns, ifExists], database, use) =>
    Array.isArray(columns) ? dropColumns(table, columns, ifExists === true, database, use) : 'the columns are known only when it runs',
  renameColumn: ([target, oldColumn, newColumn], database) => {
    const table = tableAt(target, database);
    const old = columnAt(oldColumn, table);
    return change(table, old, newColumn instanceof Held ? columnFrom(newColumn) : { ...old, name: text(newColumn) ?? '' }, database);
  },
  changeColumn: ([table, oldColumn, newColumn], database) => changeColumns(table, [{ oldColumn, newColumn }], database),
  changeColumns: ([table, changes], database) =>
    Array.isArray(changes) ? changeColumns(table, changes, database) : 'the changes are known only when it runs',

  createPrimaryKey: ([target, columns, name], database) => {
    const table = tableAt(target, database);
    const names = texts(columns);
    return [addConstraint(table, text(name) ?? primaryKeyName(table.name, names), `PRIMARY KEY (${quotedList(names)})`)];
  },
  updatePrimaryKeys: ([target, columns], database) => {
    const table = tableAt(target, database);
    const old = primaryColumns(table);
    const wanted = list(columns).map(columnFrom);
    const dropped = old.length > 0 || table.unseen === true ? [dropConstraint(table, primaryKeyOf(table), false)] : [];
    const name = old[0]?.primaryKeyConstraintName;
    return [...dropped, name === undefined ? addPrimaryKey(table, wanted) : addPrimaryKey(table, wanted, name)];
  },
  dropPrimaryKey: ([target, name, ifExists], database) => {
    const table = tableAt(target, database);
    return [dropConstraint(table, table.unseen === true ? (text(name) ?? primaryKeyOf(table)) : primaryKeyOf(table), ifExists === true)];
  },

  createUniqueConstraint: createUnique,
  createUniqueConstraints: each(createUnique),
  dropUniqueConstraint: dropUnique,
  dropUniqueConstraints: each(dropUnique),
  createCheckConstraint: createCheck,
  createCheckConstraints: each(createCheck),
  dropCheckConstraint: dropCheck,
  dropCheckConstraints: each(dropCheck),
  createExclusionConstraint: createExclusion,
  createExclusionConstraints: each(createExclusion),
  dropExclusionConstraint: dropExclusion,
  dropExclusionConstraints: each(dropExclusion),
  createForeignKey,
  createForeignKeys: each(createForeignKey),
  dropForeignKey,
  dropForeignKeys: each(dropForeignKey),
  createIndex: createIndexOf,
  createIndices: each(createIndexOf),
  dropIndex: dropIndexOf,
  dropIndices: each(dropIndexOf),
};

/** `database.schema` to `schema`. */
function lastPart(path: unknown): string {
  return splitMarked(text(path) ?? '', '.').at(-1) ?? '';
}

function primaryKeyOf(table: Table): string {
  const columns = primaryColumns(table);
  return columns.length === 0 ? holeMark(`primary key of ${table.name}`) : nameOfPrimaryKey(table, columns);
}
