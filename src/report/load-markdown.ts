import { loadView } from '../model/load-view';
import type { SimulatedLoad, SimulatedStatement } from '../model/simulation';
import { inline } from './markdown';
import { formatDuration, plural } from './numbers';

/** What an application felt: the answer, then who waits for which statement, and what fails. */
export function loadMarkdown(load: SimulatedLoad, statements: readonly SimulatedStatement[]): readonly string[] {
  const view = loadView(load, statements, { duration: formatDuration, plural });
  const told = view.lanes.flatMap(({ waits, failures }) => [...waits, ...failures]).map(({ text }) => `- ${inline(text)}`);
  const notes = view.notes.map((note) => `- ${inline(note)}`);
  return [
    '### What an application feels',
    inline(view.headline),
    ...(told.length + notes.length === 0 ? [] : [[...told, ...notes].join('\n')]),
  ];
}
