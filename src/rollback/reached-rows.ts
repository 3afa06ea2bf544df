import { type Catalog, relationKey, type Table } from '../model/catalog';
import type { Operation } from '../model/operation';

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
