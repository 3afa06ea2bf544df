import { renameConstraint } from './changes';
import { isEnum } from './columns';
import { foreignKeyName, indexName, primaryKeyName, uniqueName } from './names';
import { besideTable, enumName, enumPath, escapePath, pathOf, quoted, sequenceName, sequencePath } from './paths';
import { primaryColumns, type Table } from './tables';

/** A table renamed, and all that bears a name which TypeORM made of the table's (`PostgresQueryRunner.js`, `renameTable`). */
export function renameTable(table: Table, newName: string): readonly string[] {
  const { schema } = pathOf(table);
  const renamed: Table = { ...table, schema, name: newName };
  const sent = [`ALTER TABLE ${escapePath(table)} RENAME TO ${quoted(newName)}`];
  const primary = primaryColumns(table).map(({ name }) => name);
  if (primary.length > 0 && primaryColumns(table)[0]?.primaryKeyConstraintName === undefined) {
    sent.push(renameConstraint(renamed, primaryKeyName(table.name, primary), primaryKeyName(newName, primary)));
  }
  for (const column of table.columns) {
    if (column.isGenerated !== true || column.generationStrategy !== 'increment') continue;
    sent.push(`ALTER SEQUENCE ${sequencePath(table, column.name)} RENAME TO ${quoted(sequenceName(renamed, column.name))}`);
  }
  for (const { name, columnNames } of table.uniques) {
    if (name === uniqueName(table.name, columnNames)) sent.push(renameConstraint(renamed, name, uniqueName(newName, columnNames)));
  }
  for (const { name, columnNames, where } of table.indices) {
    if (name !== indexName(table.name, columnNames, where)) continue;
    sent.push(`ALTER INDEX ${besideTable(renamed, name)} RENAME TO ${quoted(indexName(newName, columnNames, where))}`);
  }
  for (const { name, columnNames } of table.foreignKeys) {
    if (name === foreignKeyName(table.name, columnNames)) sent.push(renameConstraint(renamed, name, foreignKeyName(newName, columnNames)));
  }
  for (const column of table.columns.filter((candidate) => isEnum(candidate) && candidate.enumName === undefined)) {
    sent.push(`ALTER TYPE ${enumPath(table, column)} RENAME TO ${quoted(enumName(renamed, column))}`);
  }
  return sent;
}
