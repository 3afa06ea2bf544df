import type { Catalog, TypeObject } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { type DownPart, notUndone } from './down-part';
import { spoken } from './names';

/** What labels that rows have by now leave to do. */
export interface LabelsInUse {
  /** The schema to go back to, with these labels in it. */
  readonly target: Catalog;
  readonly parts: readonly DownPart[];
}

/**
 * Labels that the migration adds to an enum and writes to rows that stay: the type is made again without them by converting its columns,
 * which fails at the first such row. They stay, and nothing else is held up by them.
 */
export function labelsInUse(statements: readonly Statement[], target: Catalog, after: Catalog): LabelsInUse {
  const found = target.types.flatMap((type) => {
    const now = after.types.find(({ identity }) => identity === type.identity);
    const added = now?.labels?.filter((label) => !type.labels?.includes(label)) ?? [];
    const written = added.flatMap((label) => {
      const place = statements.find(({ sent, operations }) => sent.includes(quoteLiteral(label)) && operations.some(leavesRows));
      return place === undefined ? [] : [{ label, statement: place.index }];
    });
    return now === undefined || type.kind !== 'enum' || written.length === 0 ? [] : [{ type, now, written }];
  });
  if (found.length === 0) return { target, parts: [] };
  const types = new Map<TypeObject, TypeObject>(
    found.map(({ type, now }) => [type, { ...type, labels: now.labels ?? [], definition: now.definition }]),
  );
  return {
    target: { ...target, types: target.types.map((type) => types.get(type) ?? type) },
    parts: found.flatMap(({ type, written }) =>
      written.map(({ label, statement }) =>
        notUndone(`label ${label} of ${spoken(type)}, which statement ${statement} writes to rows: it can go when no row has it any more`),
      ),
    ),
  };
}

/** Rows of constants are deleted again; all else that is written may stay. */
function leavesRows(operation: Operation): boolean {
  if (operation.kind === 'insert') return operation.rows === undefined || operation.onConflict !== 'none';
  return operation.kind === 'update' || operation.kind === 'merge';
}
