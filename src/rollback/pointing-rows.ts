import { type Catalog, relationKey, type Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import { referencedColumns } from '../state/loss';
import type { SqlWords } from './dialect';
import { deletionByKey, isNamed } from './rows';

/** Rows of a table that point to rows which the same migration inserted: nothing can have pointed there before. */
export interface PointingRows {
  readonly target: Table;
  /** Their deletion; undefined where the foreign key deletes them with what they point to. */
  readonly text: string | undefined;
}

/** @param statements those before the one that inserted the rows of `table`, as it is after the migration. */
export function pointingRows(table: Table, statements: readonly Statement[], after: Catalog, words: SqlWords): readonly PointingRows[] {
  return table.constraints.flatMap((constraint) => {
    const target = after.tables.find((other) => other !== table && relationKey(other) === constraint.references);
    if (constraint.kind !== 'foreign key' || target === undefined) return [];
    const listed = referencedColumns(constraint);
    const keys = listed.length > 0 ? listed : (target.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? []);
    const action = /\bon\s+delete\s+(cascade|set)\b/i.exec(constraint.definition)?.[1]?.toLowerCase();
    if (keys.length !== constraint.columns.length || action === 'set') return [];
    const names = (columns: readonly string[]) => columns.map(words.quoteIdentifier).join(', ');
    const own = constraint.columns.length === 1 ? names(constraint.columns) : `(${names(constraint.columns)})`;
    return insertedInto(target, statements, words).map((where) => ({
      target,
      text:
        action === 'cascade'
          ? undefined
          : `DELETE FROM ${words.sqlName(table)}\n WHERE ${own} IN (SELECT ${names(keys)} FROM ${words.sqlName(target)} ${where})`,
    }));
  });
}

/** The conditions for rows that are taken back by their key, last first. */
function insertedInto(target: Table, statements: readonly Statement[], words: SqlWords): readonly string[] {
  const operations = statements.toReversed().flatMap((statement) => statement.operations.toReversed());
  return operations.flatMap((operation) => {
    if (operation.kind !== 'insert' || operation.onConflict !== 'none' || !isNamed(operation.table, target)) return [];
    const text = deletionByKey(operation.columns, operation.rows ?? operation.mixedRows ?? [], target, words);
    return text === undefined ? [] : [text.slice(text.indexOf('WHERE '))];
  });
}
