import type { Program } from '../model/migration';

/** Is there a rollback that does something, also where what it sends could not be read? It is left alone. */
export function isWritten(down: Program | undefined): boolean {
  return down !== undefined && (down.statements.length > 0 || (down.unread ?? []).length > 0);
}
