import type { PlannedCell } from '../../src/model/fault';
import type { CellResult } from '../../src/model/simulation';
import { faultWords, pointWords, verdictWords } from '../../src/model/words';
import { cellName } from './cells';

/** The story of a cell: the runner's own when it tells one, else put together from what was measured. */
export function storyOf(result: CellResult): string {
  if (result.story !== undefined) return result.story;
  const struck = `${faultWords[result.fault].sentence} ${pointWords(result.point)}.`;
  const meaning = result.verdict === undefined ? '' : `${capital(verdictWords[result.verdict].meaning)}.`;
  return [struck, meaning].filter((sentence) => sentence !== '').join(' ');
}

/** What a retry does, in a sentence. Undefined when none was made. */
export function retryWords(result: CellResult): string | undefined {
  const { retry } = result;
  switch (retry?.outcome) {
    case undefined:
      return undefined;
    case 'after':
      return 'finishes the job';
    case 'before':
      return 'leaves the database as it was before';
    case 'differs':
      return 'reports success, and ends in a state that is neither before nor after';
    case 'error':
      return retry?.error === undefined ? 'stops with an error' : 'stops with';
  }
}

/** Why a cell needs no recovery; undefined when it needs one. */
export function nothingToDo(result: CellResult): string | undefined {
  if (result.verdict === 'rolled-back') {
    return 'Nothing has to be repaired: the database is exactly as before, and the history is clean. Fix the cause, then run the migration again.';
  }
  if (result.verdict === 'complete') {
    return (result.bookkeeping ?? []).length > 0
      ? 'Nothing has to be repaired: all of the migration is done, and it is recorded as applied.'
      : 'Nothing has to be repaired: all of the migration is done. No history says so: look before you run it again.';
  }
  return undefined;
}

/** `Ends exactly like crash after statement 1, which was run in its place.` */
export function sameAsWords(cell: PlannedCell, cells: readonly PlannedCell[]): string | undefined {
  const other = cells.find((candidate) => candidate.id === cell.sameAs);
  return other && cellName([other]);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
