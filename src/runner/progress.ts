import { keptStatements } from '../faults/course';
import { faultKind } from '../faults/kinds/registry';
import { relationKey } from '../model/catalog';
import type { State } from '../model/state';
import { commandsIn, writtenCollection } from '../recovery/mongodb/operations';
import type { Observation } from './observe';
import type { Trace } from './trace';

/** How far a migration came, by the state that it left. */
export interface Progress {
  /** Number of leading statements whose effects are in the state. */
  readonly completed: number;
  /** Statements behind the interrupted one that are in it as well: those that did not wait for it. */
  readonly beyond: readonly number[];
}

/** What was measured wins over what the point lets expect. */
export function progressOf(trace: Trace, physical: 'before' | 'after' | 'partial', { cell, outcome }: Observation, state: State): Progress {
  if (physical === 'before') return { completed: 0, beyond: [] };
  if (physical === 'after') return { completed: trace.migration.up.statements.length, beyond: [] };
  const { fault, point } = cell;
  let completed = faultKind(fault)?.completed(trace.course, point) ?? 0;
  const finished = new Set(outcome.statements.map(({ index }) => index));
  // The client that died did not hear of these.
  for (const index of outcome.sent ?? []) if (!finished.has(index) && showsInState(trace, index, state)) finished.add(index);
  // The fault itself tells what became of the statement that it struck at.
  const stayed = new Set(keptStatements(trace.course, finished).filter((index) => index > completed && index !== point.statement));
  while (stayed.delete(completed + 1)) completed += 1;
  return { completed, beyond: [...stayed].toSorted((left, right) => left - right) };
}

/** Is all that the statement writes to as it is after the migration, and not as it was before? */
function showsInState({ migration, before, after }: Trace, index: number, state: State): boolean {
  const statement = migration.up.statements.find((each) => each.index === index);
  const written = statement === undefined ? [] : commandsIn(statement).flatMap((command) => writtenCollection(command) ?? []);
  if (after === undefined || written.length === 0) return false;
  return written.every(
    (name) => documentsOf(state, name) === documentsOf(after, name) && documentsOf(state, name) !== documentsOf(before, name),
  );
}

function documentsOf({ catalog, data }: State, name: string): string | undefined {
  const table = catalog.tables.find((each) => each.name === name);
  const found = table && data.find((each) => each.table === relationKey(table));
  return found && `${found.rowCount} ${found.rowsHash}`;
}
