import { splitMarked } from '../../../../code/plain';
import { quoteIdentifier } from '../../../../parse/mysql/identifiers';
import { foreignKeyName, indexName, uniqueName } from '../names';
import { primaryColumns, type Table, type TableColumn, type TableForeignKey, type TableIndex } from '../tables';

/** What the builders of TypeORM's query runner send to MySQL and MariaDB (`driver/mysql/MysqlQueryRunner.js`, `MysqlDriver.js`). */

/** TypeORM puts names between backticks as they are. */
export function quoted(name: string): string {
  return `\`${name}\``;
}

export function quotedList(names: readonly string[]): string {
  return names.map(quoted).join(', ');
}

/** `table`, or `database.table`. */
export function escapePath(path: string): string {
  return splitMarked(path, '.').map(quoteIdentifier).join('.');
}

function tablePath({ database, name }: Table): string {
  return escapePath(database === undefined ? name : `${database}.${name}`);
}

export function alter(table: Table, change: string): string {
  return `ALTER TABLE ${tablePath(table)} ${change}`;
}

/** One statement: indexes and keys stand in it. */
export function createTable(table: Table, withForeignKeys: boolean, isMariadb: boolean): string {
  const primary = primaryColumns(table).map(({ name }) => name);
  const parts = [
    ...table.columns.map((column) => columnDefinition(column, { isMariadb, skipPrimary: true })),
    ...allIndexes(table).map(
      (index) => `${kindOf(index)}INDEX ${quoted(nameOfIndex(table, index))} (${quotedList(index.columnNames)})${parserOf(index)}`,
    ),
    ...(withForeignKeys ? table.foreignKeys.map((key) => foreignKey(table, key, ' ', ', ')) : []),
    ...(primary.length === 0 ? [] : [`PRIMARY KEY (${quotedList(primary)})`]),
  ];
  const comment = table.comment === undefined || table.comment === '' ? '' : ` COMMENT="${table.comment}"`;
  return `CREATE TABLE ${tablePath(table)} (${parts.join(', ')}) ENGINE=${table.engine ?? 'InnoDB'}${comment}`;
}

/** UNIQUE is an index there: one for each column that says so and has none, and one for each constraint. */
function allIndexes(table: Table): readonly TableIndex[] {
  const isCovered = (column: string): boolean =>
    [...table.indices.filter(({ isUnique }) => isUnique), ...table.uniques].some(
      ({ columnNames }) => columnNames.length === 1 && columnNames[0] === column,
    );
  const unique = (columnNames: readonly string[], name?: string): TableIndex => ({
    ...(name === undefined ? {} : { name }),
    columnNames,
    isUnique: true,
    isConcurrent: false,
    where: '',
  });
  const columns = table.columns.filter((column) => column.isUnique === true && !isCovered(column.name));
  return [
    ...table.indices,
    ...columns.map(({ name }) => unique([name], uniqueName(table.name, [name]))),
    ...table.uniques.map(({ columnNames, name }) => unique(columnNames, name)),
  ];
}

export function createIndex(table: Table, index: TableIndex): string {
  return `CREATE ${kindOf(index)}INDEX ${quoted(nameOfIndex(table, index))} ON ${tablePath(table)} (${quotedList(index.columnNames)})${parserOf(index)}`;
}

export function dropIndex(table: Table, name: string): string {
  return `DROP INDEX ${quoted(name)} ON ${tablePath(table)}`;
}

export function addForeignKey(table: Table, key: TableForeignKey): string {
  return alter(table, `ADD ${foreignKey(table, key, '', ',')}`);
}

export function dropForeignKey(table: Table, name: string): string {
  return alter(table, `DROP FOREIGN KEY ${quoted(name)}`);
}

function foreignKey(table: Table, key: TableForeignKey, blank: string, comma: string): string {
  const database = key.referencedDatabase === undefined ? '' : `${key.referencedDatabase}.`;
  const referenced = key.referencedColumnNames.map(quoted).join(comma);
  const actions = `${key.onDelete === undefined ? '' : ` ON DELETE ${key.onDelete}`}${key.onUpdate === undefined ? '' : ` ON UPDATE ${key.onUpdate}`}`;
  return `CONSTRAINT ${quoted(nameOfForeignKey(table, key))} FOREIGN KEY (${quotedList(key.columnNames)}) REFERENCES ${escapePath(database + key.referencedTableName)}${blank}(${referenced})${actions}`;
}

export function nameOfForeignKey(table: Table, key: TableForeignKey): string {
  return key.name ?? foreignKeyName(table.name, key.columnNames);
}

export function nameOfIndex(table: Table, index: TableIndex): string {
  return index.name ?? indexName(table.name, index.columnNames, index.where);
}

function kindOf({ isUnique, kind }: TableIndex): string {
  return `${isUnique ? 'UNIQUE ' : ''}${kind === undefined ? '' : `${kind} `}`;
}

function parserOf({ kind, parser }: TableIndex): string {
  return kind === 'FULLTEXT' && parser !== undefined ? ` WITH PARSER ${parser}` : '';
}

/** `buildCreateColumnSql`. */
export function columnDefinition(
  column: TableColumn,
  { isMariadb, skipPrimary }: { readonly isMariadb: boolean; readonly skipPrimary: boolean },
): string {
  const isComputed = column.asExpression !== undefined;
  return [
    `${quoted(column.name)} ${fullType(column)}`,
    column.charset === undefined ? '' : `CHARACTER SET "${column.charset}"`,
    column.collation === undefined ? '' : `COLLATE "${column.collation}"`,
    isComputed ? `AS (${column.asExpression}) ${column.generatedType ?? 'VIRTUAL'}` : '',
    column.unsigned === true ? 'UNSIGNED' : '',
    column.enum === undefined ? '' : `(${column.enum.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')})`,
    isMariadb && isComputed ? '' : column.isNullable === true ? 'NULL' : 'NOT NULL',
    column.isPrimary === true && !skipPrimary ? 'PRIMARY KEY' : '',
    column.isGenerated === true && column.generationStrategy === 'increment' ? 'AUTO_INCREMENT' : '',
    column.comment === undefined || column.comment === '' ? '' : `COMMENT ${commentText(column.comment)}`,
    column.default === undefined ? '' : `DEFAULT ${column.default}`,
    column.onUpdate === undefined ? '' : `ON UPDATE ${column.onUpdate}`,
  ]
    .filter((word) => word !== '')
    .join(' ');
}

export function commentText(comment: string): string {
  return `'${comment.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

const lengths: Readonly<Record<string, string>> = { varchar: '255', nvarchar: '255', 'national varchar': '255', varbinary: '255' };

function fullType({ type = '', length, precision, scale, isArray, generationStrategy }: TableColumn): string {
  const given = length === undefined || length === '' ? undefined : length;
  const own = given ?? (generationStrategy === 'uuid' ? '36' : lengths[type]);
  const size = own ?? (precision === undefined ? undefined : `${precision}${scale === undefined ? '' : `,${scale}`}`);
  return `${type}${size === undefined ? '' : `(${size})`}${isArray === true ? ' array' : ''}`;
}
