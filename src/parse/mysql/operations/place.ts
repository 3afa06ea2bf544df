import type { Operation, OperationPlace } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { ifNotExists } from './constraints';

/** Where IF [NOT] EXISTS can be inserted: before the next token. */
export function guardPlace(cursor: Cursor, word: 'ifExists' | 'ifNotExists'): Pick<OperationPlace, 'insertAt'> {
  const { start } = cursor.token();
  return { insertAt: { [word]: cursor.toFile({ start, end: start }).start } };
}

/** Operations with what holds for the whole statement. What an operation says itself of its places stays. */
export function withPlace(operations: readonly Operation[], place: OperationPlace): Operation[] {
  return operations.map((operation) => ({ ...place, ...operation, ...(merged(place, operation) as object) })) as Operation[];
}

function merged({ insertAt: all }: OperationPlace, { insertAt: own }: OperationPlace): Pick<OperationPlace, 'insertAt'> {
  return all === undefined && own === undefined ? {} : { insertAt: { ...all, ...own } };
}

/** What CREATE has read before the kind of object. */
export interface CreateHead {
  readonly orReplace: boolean;
}

/** IF NOT EXISTS, or where it can be inserted. OR REPLACE and it exclude one another. */
export function guard(cursor: Cursor, orReplace: boolean): { readonly guarded: boolean; readonly place: Pick<OperationPlace, 'insertAt'> } {
  const place = guardPlace(cursor, 'ifNotExists');
  const guarded = ifNotExists(cursor);
  return { guarded, place: guarded || orReplace ? {} : place };
}
