import type { Program, Statement } from '../model/migration';
import { type DownPart, notUndone } from './down-part';

/** What could not be read can't be turned round either: a rollback that is silent about it would pass for a whole one. Last first. */
export function unreadDown(program: Program): DownPart[] {
  const unreadable = program.statements.filter((statement) => statement.unreadable !== undefined);
  return [...unreadCallsDown(program), ...unreadable.map(unreadStatementDown).reverse()];
}

/** The calls of a migration in code that could not be followed. */
export function unreadCallsDown({ unread }: Program): DownPart[] {
  return (unread ?? []).map(({ text }) => notUndone(`what ${text.replace(/\s+/g, ' ')} does, which could not be read`)).reverse();
}

export function unreadStatementDown({ index }: Statement): DownPart {
  return notUndone(`statement ${index}, which could not be read`);
}
