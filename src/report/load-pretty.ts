import { type LoadLane, loadView, type StatementMark } from '../model/load-view';
import type { SimulatedLoad, SimulatedStatement } from '../model/simulation';
import { formatDuration, plural } from './numbers';
import { type Palette, paintTone } from './palette';
import { hang, oneLine, padRight, terminalColumns, truncate, wrap } from './terminal-text';

const labelColumns = 20;
const trackColumns = terminalColumns - labelColumns - 2;

/** What an application felt, for the terminal: the statements on the time axis, under them who waits, and what fails. */
export function loadPretty(load: SimulatedLoad, statements: readonly SimulatedStatement[], palette: Palette): readonly string[] {
  const view = loadView(load, statements, { duration: formatDuration, plural });
  const axis = `0${formatDuration(view.durationMs).padStart(trackColumns - 1)}`;
  const chart = [
    labelled('migration', migrationTrack(view.statements, palette), palette),
    ...view.lanes.map((lane) => labelled(lane.label, laneTrack(lane, palette), palette)),
    labelled('', palette.dim(axis), palette),
  ];
  return [
    ...wrap(`What an application feels: ${view.headline}`, terminalColumns),
    ...(view.lanes.length === 0 ? [] : chart),
    ...errorLines(view.lanes, palette),
    ...view.notes.flatMap((note) => wrap(note, terminalColumns)).map(palette.dim),
  ];
}

function labelled(label: string, track: string, palette: Palette): string {
  return `  ${palette.dim(padRight(truncate(oneLine(label), labelColumns - 2), labelColumns))}${track}`.trimEnd();
}

/** Where something stands, and never shorter than one column. */
function columnsOf(mark: { readonly start: number; readonly length: number }): readonly [from: number, to: number] {
  const from = Math.min(trackColumns - 1, Math.round(mark.start * trackColumns));
  return [from, Math.min(trackColumns, Math.max(from + 1, Math.round((mark.start + mark.length) * trackColumns)))];
}

/** A statement by its number where it runs, a line for as long as its locks are held. */
function migrationTrack(statements: readonly StatementMark[], palette: Palette): string {
  const cells = new Array<string>(trackColumns).fill(' ');
  const paints = { all: paintTone(palette, 'bad'), writers: paintTone(palette, 'caution'), schema: palette.blue, none: palette.dim };
  for (const mark of statements) {
    const [from, to] = columnsOf({ start: mark.start, length: mark.heldLength });
    for (let at = from; at < to; at++) cells[at] = paints[mark.weight]('─');
  }
  for (const mark of statements) {
    const [from, to] = columnsOf(mark);
    const number = String(mark.statement);
    for (let at = from; at < Math.max(to, Math.min(trackColumns, from + number.length)); at++) {
      cells[at] = paints[mark.weight](number[at - from] ?? '━');
    }
  }
  return cells.join('');
}

function laneTrack({ waits, failures }: LoadLane, palette: Palette): string {
  const cells = new Array<string>(trackColumns).fill(palette.dim('·'));
  for (const wait of waits) {
    const [from, to] = columnsOf(wait);
    for (let at = from; at < to; at++) cells[at] = paintTone(palette, 'caution')('▒');
  }
  for (const failure of failures) {
    const [from, to] = columnsOf(failure);
    for (let at = from; at < to; at++) cells[at] = paintTone(palette, 'bad')('✕');
  }
  return cells.join('');
}

function errorLines(lanes: readonly LoadLane[], palette: Palette): readonly string[] {
  const failures = lanes.flatMap((lane) => lane.failures);
  return failures.flatMap(({ text }) => hang(`  ${palette.red('✕')} `, wrap(oneLine(text), terminalColumns - 4)));
}
