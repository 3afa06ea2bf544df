import { columnDefinition, isEnum } from './columns';
import { checkName, exclusionName, foreignKeyName, indexName, primaryKeyName, uniqueName } from './names';
import { besideTable, enumPath, escapePath, literal, quoted, quotedList } from './paths';
import {
  primaryColumns,
  type Table,
  type TableCheck,
  type TableColumn,
  type TableExclusion,
  type TableForeignKey,
  type TableIndex,
  type TableUnique,
  type View,
} from './tables';

/**
 * What the builders of TypeORM's query runner send to Postgres (`driver/postgres/PostgresQueryRunner.js`). Left out is what it keeps for
 * itself: rows of `typeorm_metadata`.
 */

/** CREATE TABLE with its enum types before it, and its indexes and comments behind it. */
export function createTable(
  table: Table,
  typeExists: (path: string) => boolean,
  parts = { foreignKeys: true, indices: true },
): readonly string[] {
  const enums = new Map(table.columns.filter(isEnum).map((column) => [enumPath(table, column), column]));
  const comments = table.columns.filter(({ comment }) => comment !== undefined && comment !== '');
  return [
    ...[...enums].filter(([path]) => !typeExists(path)).map(([, column]) => createEnum(table, column)),
    `CREATE TABLE ${escapePath(table)} (${[...tableParts(table, parts.foreignKeys)].join(', ')})`,
    ...comments.map((column) => commentOnColumn(table, column)),
    ...(parts.indices ? table.indices.map((index) => createIndex(table, index)) : []),
    ...(table.comment === undefined || table.comment === '' ? [] : [commentOnTable(table, table.comment)]),
  ];
}

function* tableParts(table: Table, foreignKeys: boolean): Iterable<string> {
  for (const column of table.columns) yield columnDefinition(table, column);
  for (const unique of allUniques(table)) yield `CONSTRAINT ${quoted(nameOfUnique(table, unique))} ${uniqueBody(unique)}`;
  for (const check of table.checks) yield `CONSTRAINT ${quoted(nameOfCheck(table, check))} CHECK (${check.expression})`;
  for (const exclusion of table.exclusions) yield `CONSTRAINT ${quoted(nameOfExclusion(table, exclusion))} ${exclusionBody(exclusion)}`;
  if (foreignKeys) for (const key of table.foreignKeys) yield `CONSTRAINT ${quoted(nameOfForeignKey(table, key))} ${foreignKeyBody(key)}`;
  const primary = primaryColumns(table);
  if (primary.length > 0) {
    yield `CONSTRAINT ${quoted(nameOfPrimaryKey(table, primary))} PRIMARY KEY (${quotedList(primary.map(({ name }) => name))})`;
  }
}

/** Those of the options, and one for each column that says `isUnique` and has none of its own. */
function allUniques(table: Table): readonly TableUnique[] {
  const own = table.uniques.filter(({ columnNames }) => columnNames.length === 1).map(({ columnNames }) => columnNames[0]);
  const missing = table.columns.filter((column) => column.isUnique === true && !own.includes(column.name));
  return [...table.uniques, ...missing.map(({ name }) => ({ columnNames: [name] }))];
}

export function dropTable(table: Table, parts = { foreignKeys: true, indices: true }): readonly string[] {
  return [
    ...(parts.indices ? table.indices.map((index) => dropIndex(table, index, false)) : []),
    ...(parts.foreignKeys ? table.foreignKeys.map((key) => dropConstraint(table, nameOfForeignKey(table, key), false)) : []),
    `DROP TABLE ${escapePath(table)}`,
  ];
}

export function createEnum(table: Table, column: TableColumn, path = enumPath(table, column)): string {
  return `CREATE TYPE ${path} AS ENUM(${(column.enum ?? []).map(literal).join(', ')})`;
}

export function createIndex(table: Table, index: TableIndex): string {
  const name = quoted(nameOfIndex(table, index));
  const words = [
    `CREATE ${index.isUnique ? 'UNIQUE ' : ''}INDEX${index.isConcurrent ? ' CONCURRENTLY' : ''} ${name} ON ${escapePath(table)}`,
    ...(index.type === undefined ? [] : [`USING ${index.type}`]),
    `(${quotedList(index.columnNames)})`,
    ...(index.where === '' ? [] : [`WHERE ${index.where}`]),
  ];
  return words.join(' ');
}

export function dropIndex(table: Table, index: TableIndex, ifExists: boolean): string {
  return `DROP INDEX ${index.isConcurrent ? 'CONCURRENTLY ' : ''}${guard(ifExists)}${besideTable(table, nameOfIndex(table, index))}`;
}

export function createView(view: View): string {
  return `CREATE ${view.materialized ? 'MATERIALIZED ' : ''}VIEW ${escapePath(view)} AS ${view.expression}`;
}

export function dropView(view: View, ifExists: boolean): string {
  return `DROP ${view.materialized ? 'MATERIALIZED ' : ''}VIEW ${guard(ifExists)}${escapePath(view)}`;
}

export function addConstraint(table: Table, name: string, body: string): string {
  return `ALTER TABLE ${escapePath(table)} ADD CONSTRAINT ${quoted(name)} ${body}`;
}

export function dropConstraint(table: Table, name: string, ifExists: boolean): string {
  return `ALTER TABLE ${escapePath(table)} DROP CONSTRAINT ${guard(ifExists)}${quoted(name)}`;
}

export function addPrimaryKey(table: Table, columns: readonly TableColumn[], name = nameOfPrimaryKey(table, columns)): string {
  return addConstraint(table, name, `PRIMARY KEY (${quotedList(columns.map((column) => column.name))})`);
}

export function foreignKeyBody(key: TableForeignKey): string {
  const target = escapePath({
    name: key.referencedTableName,
    ...(key.referencedSchema === undefined ? {} : { schema: key.referencedSchema }),
  });
  const words = [
    `FOREIGN KEY (${quotedList(key.columnNames)}) REFERENCES ${target} (${quotedList(key.referencedColumnNames)})`,
    ...(key.onDelete === undefined ? [] : [`ON DELETE ${key.onDelete}`]),
    ...(key.onUpdate === undefined ? [] : [`ON UPDATE ${key.onUpdate}`]),
    ...(key.deferrable === undefined ? [] : [`DEFERRABLE ${key.deferrable}`]),
  ];
  return words.join(' ');
}

export function uniqueBody({ columnNames, deferrable }: TableUnique): string {
  return `UNIQUE (${quotedList(columnNames)})${deferrable === undefined ? '' : ` DEFERRABLE ${deferrable}`}`;
}

export function exclusionBody({ expression, deferrable }: TableExclusion): string {
  return `EXCLUDE ${expression}${deferrable === undefined ? '' : ` DEFERRABLE ${deferrable}`}`;
}

export function commentOnColumn(table: Table, { name, comment = '' }: TableColumn): string {
  return `COMMENT ON COLUMN ${escapePath(table)}.${quoted(name)} IS ${comment === '' ? 'NULL' : literal(comment)}`;
}

export function commentOnTable(table: Table, comment: string): string {
  return `COMMENT ON TABLE ${escapePath(table)} IS ${comment === '' ? 'NULL' : literal(comment)}`;
}

export function nameOfPrimaryKey(table: Table, columns: readonly TableColumn[]): string {
  return (
    columns[0]?.primaryKeyConstraintName ??
    primaryKeyName(
      table.name,
      columns.map(({ name }) => name),
    )
  );
}

export function nameOfIndex(table: Table, index: TableIndex): string {
  return index.name ?? indexName(table.name, index.columnNames, index.where);
}

export function nameOfForeignKey(table: Table, key: TableForeignKey): string {
  return key.name ?? foreignKeyName(table.name, key.columnNames);
}

export function nameOfUnique(table: Table, unique: TableUnique): string {
  return unique.name ?? uniqueName(table.name, unique.columnNames);
}

export function nameOfCheck(table: Table, check: TableCheck): string {
  return check.name ?? checkName(table.name, check.expression);
}

export function nameOfExclusion(table: Table, exclusion: TableExclusion): string {
  return exclusion.name ?? exclusionName(table.name, exclusion.expression);
}

function guard(ifExists: boolean): string {
  return ifExists ? 'IF EXISTS ' : '';
}
