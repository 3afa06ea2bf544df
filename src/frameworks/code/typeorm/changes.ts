import { columnDefinition, fullType, isEnum, uuidGenerator } from './columns';
import { foreignKeyName, indexName, primaryKeyName, uniqueName } from './names';
import { besideTable, enumName, enumPath, escapePath, literal, quoted, sequenceName, sequencePath } from './paths';
import {
  addConstraint,
  addPrimaryKey,
  commentOnColumn,
  createEnum,
  createIndex,
  dropConstraint,
  dropIndex,
  nameOfPrimaryKey,
  nameOfUnique,
  uniqueBody,
} from './statements';
import { primaryColumns, type Table, type TableColumn, withColumn } from './tables';

/**
 * What TypeORM sends to change a column (`driver/postgres/PostgresQueryRunner.js`: `addColumn`, `dropColumn`, `changeColumn`). It asks the
 * database what the table has, and so must be told here.
 */

export interface Database {
  typeExists(path: string): boolean;
}

export function addColumn(table: Table, column: TableColumn, database: Database): readonly string[] {
  const sent: string[] = [];
  if (isEnum(column) && !database.typeExists(enumPath(table, column))) sent.push(createEnum(table, column));
  sent.push(`ALTER TABLE ${escapePath(table)} ADD ${columnDefinition(table, column)}`);
  if (column.isPrimary === true) {
    const primary = primaryColumns(table);
    if (primary.length > 0) sent.push(dropConstraint(table, nameOfPrimaryKey(table, primary), false));
    sent.push(addPrimaryKey(table, [...primary, column]));
  }
  const index = table.indices.find(({ columnNames }) => columnNames.length === 1 && columnNames[0] === column.name);
  if (index !== undefined) sent.push(createIndex(table, index));
  if (column.isUnique === true)
    sent.push(addConstraint(table, uniqueName(table.name, [column.name]), uniqueBody({ columnNames: [column.name] })));
  if (column.comment !== undefined && column.comment !== '') sent.push(commentOnColumn(table, column));
  return sent;
}

export function dropColumn(table: Table, column: TableColumn, ifExists: boolean, database: Database): readonly string[] {
  const sent: string[] = [];
  const alone = ({ columnNames }: { readonly columnNames?: readonly string[] }) =>
    columnNames?.length === 1 && columnNames[0] === column.name;
  if (column.isPrimary === true) {
    const primary = primaryColumns(table);
    sent.push(dropConstraint(table, nameOfPrimaryKey(table, primary), false));
    const rest = primary.filter(({ name }) => name !== column.name);
    if (rest.length > 0) sent.push(addPrimaryKey(table, rest));
  }
  const index = table.indices.find(alone);
  if (index !== undefined) sent.push(dropIndex(table, index, false));
  const check = table.checks.find(alone);
  if (check?.name !== undefined) sent.push(dropConstraint(table, check.name, false));
  const unique = table.uniques.find(alone);
  if (unique !== undefined) sent.push(dropConstraint(table, nameOfUnique(table, unique), false));
  sent.push(`ALTER TABLE ${escapePath(table)} DROP COLUMN ${ifExists ? 'IF EXISTS ' : ''}${quoted(column.name)}`);
  if (isEnum(column) && database.typeExists(enumPath(table, column))) sent.push(`DROP TYPE ${enumPath(table, column)}`);
  return sent;
}

/**
 * Whether TypeORM drops the column and adds it again, data and all: it does where the type, the length, the array or the expression differ.
 * Undefined when that depends on a column that no migration shows.
 */
export function isRecreated(old: TableColumn, column: TableColumn): boolean | undefined {
  if (old.unseen !== undefined && old.unseen !== column.unseen) return undefined;
  const stored = column.generatedType === 'STORED';
  return (
    old.type !== column.type ||
    old.length !== column.length ||
    old.isArray !== column.isArray ||
    (stored && (old.generatedType === undefined || old.asExpression !== column.asExpression))
  );
}

/** The statements of a change; undefined when they depend on a column that no migration shows. */
export function changeColumn(table: Table, old: TableColumn, column: TableColumn, database: Database): readonly string[] | undefined {
  const recreated = isRecreated(old, column);
  if (recreated === undefined) return undefined;
  if (recreated) {
    const without = { ...table, columns: table.columns.filter(({ name }) => name !== old.name) };
    return [...dropColumn(table, old, false, database), ...addColumn(without, column, database)];
  }
  const renamed = old.name === column.name ? table : withRenamedColumn(table, old.name, column.name);
  const before = { ...old, name: column.name };
  return [
    ...(old.name === column.name ? [] : renameColumn(table, old, column)),
    ...changeOfType(renamed, before, column),
    ...changeOfNull(renamed, before, column),
    ...(before.comment === column.comment ? [] : [commentOnColumn(renamed, column)]),
    ...changeOfPrimaryKey(renamed, before, column),
    ...changeOfUnique(renamed, before, column),
    ...changeOfGeneration(renamed, before, column),
    ...changeOfDefault(renamed, before, column),
    ...changeOfCollation(renamed, before, column),
  ];
}

function alter(table: Table, column: TableColumn, what: string): string {
  return `ALTER TABLE ${escapePath(table)} ALTER COLUMN ${quoted(column.name)} ${what}`;
}

function changeOfType(table: Table, old: TableColumn, column: TableColumn): readonly string[] {
  const sent: string[] = [];
  if (column.precision !== old.precision || column.scale !== old.scale) sent.push(alter(table, column, `TYPE ${fullType(column)}`));
  if (isEnum(column) && isEnum(old)) sent.push(...changeOfEnum(table, old, column));
  return sent;
}

/** New values alone are added; any other difference makes a new type, and rewrites the table. */
function changeOfEnum(table: Table, old: TableColumn, column: TableColumn): readonly string[] {
  const values = column.enum ?? [];
  const before = old.enum ?? [];
  if (values.join('\0') === before.join('\0') && column.enumName === old.enumName) return [];
  const added = values.filter((value) => !before.includes(value));
  const oldPath = enumPath(table, old);
  if (before.every((value) => values.includes(value)) && added.length > 0) {
    return added.map((value) => `ALTER TYPE ${oldPath} ADD VALUE ${literal(value)}`);
  }
  const replaced = `${enumName(table, old)}_old`;
  const array = column.isArray === true ? '[]' : '';
  const path = enumPath(table, column);
  return [
    `ALTER TYPE ${oldPath} RENAME TO ${quoted(replaced)}`,
    createEnum(table, column),
    ...(old.default === undefined ? [] : [alter(table, column, 'DROP DEFAULT')]),
    alter(table, column, `TYPE ${path}${array} USING ${quoted(column.name)}::"text"::${path}${array}`),
    ...(column.default === undefined ? [] : [alter(table, column, `SET DEFAULT ${column.default}`)]),
    `DROP TYPE ${besideTable(table, replaced)}`,
  ];
}

function changeOfNull(table: Table, old: TableColumn, column: TableColumn): readonly string[] {
  if (old.isNullable === column.isNullable) return [];
  return [alter(table, column, column.isNullable === true ? 'DROP NOT NULL' : 'SET NOT NULL')];
}

function changeOfPrimaryKey(table: Table, old: TableColumn, column: TableColumn): readonly string[] {
  if (old.isPrimary === column.isPrimary) return [];
  const primary = primaryColumns(table);
  const rest = primary.filter(({ name }) => name !== column.name);
  const wanted = column.isPrimary === true ? [...rest, column] : rest;
  return [
    ...(primary.length === 0 ? [] : [dropConstraint(table, nameOfPrimaryKey(table, primary), false)]),
    ...(wanted.length === 0 ? [] : [addPrimaryKey(table, wanted)]),
  ];
}

function changeOfUnique(table: Table, old: TableColumn, column: TableColumn): readonly string[] {
  if (old.isUnique === column.isUnique) return [];
  if (column.isUnique === true) {
    return [addConstraint(table, uniqueName(table.name, [column.name]), uniqueBody({ columnNames: [column.name] }))];
  }
  const unique = table.uniques.find(({ columnNames }) => columnNames.length === 1 && columnNames[0] === column.name);
  const name = unique === undefined ? uniqueName(table.name, [column.name]) : nameOfUnique(table, unique);
  return [dropConstraint(table, name, false)];
}

function changeOfGeneration(table: Table, old: TableColumn, column: TableColumn): readonly string[] {
  if (old.isGenerated === column.isGenerated) return [];
  const sequence = sequencePath(table, column.name);
  const sent: string[] = [];
  if (old.isGenerated === true) {
    sent.push(alter(table, column, 'DROP DEFAULT'));
    if (old.generationStrategy === 'increment') sent.push(`DROP SEQUENCE ${sequence}`);
  }
  if (column.isGenerated !== true) return sent;
  if (column.generationStrategy === 'uuid') sent.push(alter(table, column, `SET DEFAULT ${uuidGenerator}`));
  if (column.generationStrategy === 'increment') {
    sent.push(`CREATE SEQUENCE IF NOT EXISTS ${sequence} OWNED BY ${escapePath(table)}.${quoted(column.name)}`);
    sent.push(alter(table, column, `SET DEFAULT nextval('${sequence}')`));
  }
  return sent;
}

function changeOfDefault(table: Table, old: TableColumn, column: TableColumn): readonly string[] {
  const done = isEnum(column) && isEnum(old) && old.default !== undefined && changeOfEnum(table, old, column).length > 1;
  if (old.default === column.default || done) return [];
  return [alter(table, column, column.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${column.default}`)];
}

function changeOfCollation(table: Table, old: TableColumn, column: TableColumn): readonly string[] {
  if (old.collation === column.collation) return [];
  return [alter(table, column, `TYPE ${column.type ?? ''} COLLATE ${quoted(column.collation ?? 'undefined')}`)];
}

/** The column, and what bears a name that TypeORM made of it: those follow, names of one's own stay. */
function renameColumn(table: Table, old: TableColumn, column: TableColumn): readonly string[] {
  const renamedList = (names: readonly string[]) => [...names.filter((name) => name !== old.name), column.name];
  const sent = [`ALTER TABLE ${escapePath(table)} RENAME COLUMN ${quoted(old.name)} TO ${quoted(column.name)}`];
  if (isEnum(old)) sent.push(`ALTER TYPE ${enumPath(table, old)} RENAME TO ${quoted(enumName(table, column))}`);
  if (old.isPrimary === true && old.primaryKeyConstraintName === undefined) {
    const names = primaryColumns(table).map(({ name }) => name);
    sent.push(renameConstraint(table, primaryKeyName(table.name, names), primaryKeyName(table.name, renamedList(names))));
  }
  if (old.isGenerated === true && column.generationStrategy === 'increment') {
    sent.push(`ALTER SEQUENCE ${sequencePath(table, old.name)} RENAME TO ${quoted(sequenceName(table, column.name))}`);
  }
  for (const { name, columnNames } of table.uniques) {
    if (!columnNames.includes(old.name) || name !== uniqueName(table.name, columnNames)) continue;
    sent.push(renameConstraint(table, name, uniqueName(table.name, renamedList(columnNames))));
  }
  for (const { name, columnNames, where } of table.indices) {
    if (!columnNames.includes(old.name) || name !== indexName(table.name, columnNames, where)) continue;
    sent.push(`ALTER INDEX ${besideTable(table, name)} RENAME TO ${quoted(indexName(table.name, renamedList(columnNames), where))}`);
  }
  for (const { name, columnNames } of table.foreignKeys) {
    if (!columnNames.includes(old.name) || name !== foreignKeyName(table.name, columnNames)) continue;
    sent.push(renameConstraint(table, name, foreignKeyName(table.name, renamedList(columnNames))));
  }
  return sent;
}

export function renameConstraint(table: Table, name: string, newName: string): string {
  return `ALTER TABLE ${escapePath(table)} RENAME CONSTRAINT ${quoted(name)} TO ${quoted(newName)}`;
}

function withRenamedColumn(table: Table, oldName: string, newName: string): Table {
  const column = table.columns.find(({ name }) => name === oldName);
  const inList = (names: readonly string[]) => names.map((name) => (name === oldName ? newName : name));
  return {
    ...(column === undefined ? table : withColumn(table, { ...column, name: newName }, oldName)),
    uniques: table.uniques.map((unique) => ({ ...unique, columnNames: inList(unique.columnNames) })),
    indices: table.indices.map((index) => ({ ...index, columnNames: inList(index.columnNames) })),
    foreignKeys: table.foreignKeys.map((key) => ({ ...key, columnNames: inList(key.columnNames) })),
  };
}
