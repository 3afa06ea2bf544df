import { type Catalog, type Constraint, relationKey, type Table } from '../model/catalog';
import type { Operation } from '../model/operation';
import { referencedColumns } from '../state/loss';

/**
 * Other tables whose rows go or change with those of `table`, by the foreign keys that say so: TRUNCATE ... CASCADE empties all that refer
 * to it, DELETE and UPDATE do what ON DELETE and ON UPDATE say.
 */
export function tablesReached(table: Table, operation: Operation, catalog: Catalog): readonly Table[] {
  const action = actionOf(operation);
  if (action === undefined) return [];
  const found = new Set<Table>([table]);
  for (const reached of found) {
    const key = relationKey(reached);
    for (const other of catalog.tables) {
      const refers = other.constraints.some(
        ({ kind, references, definition }) => kind === 'foreign key' && references === key && action.test(definition),
      );
      if (refers || other.partitionOf?.parent === key) found.add(other);
    }
  }
  found.delete(table);
  return [...found];
}

/** Columns of a table whose values are others than before. */
export interface WrittenColumns {
  readonly table: Table;
  readonly columns: readonly string[];
}

/** Columns of other tables that change with these of `table`: ON UPDATE CASCADE, SET NULL and SET DEFAULT, and what follows those in turn. */
export function columnsFollowing(table: Table, columns: readonly string[], catalog: Catalog): readonly WrittenColumns[] {
  const found: WrittenColumns[] = [{ table, columns }];
  // It grows while it is walked through; what was found once is not found again, so a circle ends too.
  for (const written of found) {
    for (const other of catalog.tables) {
      const following = other.constraints.flatMap((constraint) => columnsOfKeyOn(constraint, written));
      const known = found.filter((earlier) => earlier.table === other).flatMap((earlier) => earlier.columns);
      const more = [...new Set(following)].filter((column) => !known.includes(column));
      if (more.length > 0) found.push({ table: other, columns: more });
    }
  }
  return found.slice(1);
}

function columnsOfKeyOn({ kind, references, definition, columns, ...rest }: Constraint, written: WrittenColumns): readonly string[] {
  const action = /\bon\s+update\s+(cascade|set\s+(?:null|default))/i.exec(definition)?.[1];
  if (kind !== 'foreign key' || action === undefined || references !== relationKey(written.table)) return [];
  const listed = referencedColumns({ kind, definition, columns, ...rest });
  const primary = written.table.constraints.find((constraint) => constraint.kind === 'primary key')?.columns ?? [];
  const targets = listed.length > 0 ? listed : primary;
  const isWritten = (place: number) => written.columns.includes(targets[place] ?? '');
  if (!/^cascade$/i.test(action)) return columns.some((_, place) => isWritten(place)) ? columns : [];
  return columns.filter((_, place) => isWritten(place));
}

function actionOf(operation: Operation): RegExp | undefined {
  switch (operation.kind) {
    case 'truncate':
      return operation.cascade ? /./s : /^\b$/;
    case 'delete':
      return /\bon\s+delete\s+(cascade|set\s+(null|default))/i;
    case 'update':
    case 'merge':
      return /\bon\s+(update|delete)\s+(cascade|set\s+(null|default))/i;
    default:
      return undefined;
  }
}
