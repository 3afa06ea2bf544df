import { type LoadLane, type LoadMark, loadView, type StatementMark } from '../../model/load-view';
import type { SimulatedLoad, SimulatedStatement } from '../../model/simulation';
import { escapeXml } from '../escape';
import { formatDuration, plural } from '../numbers';

const lockFills = { all: 'bad', writers: 'caution', schema: 'neutral', none: 'quiet' } as const;

/** What an application felt: statements on the time axis, under them who waits for which, and what fails. */
export function loadSection(load: SimulatedLoad, statements: readonly SimulatedStatement[]): string {
  const view = loadView(load, statements, { duration: formatDuration, plural });
  const { summary, sessions } = load;
  const lanes = view.lanes.map((lane) => `<span class="lane">${escapeXml(lane.label)}</span><div class="track">${laneMarks(lane)}</div>`);
  const failures = view.lanes
    .flatMap((lane) => lane.failures)
    .map(({ text }) => `<li><span class="ink-bad">✕</span> ${escapeXml(text)}</li>`);
  const notes = view.notes.map((note) => `<li class="dim">${escapeXml(note)}</li>`);
  return `<section class="load"><h3>What an application feels</h3><p>${escapeXml(view.headline)}</p>
<div class="chart"><span class="lane">migration</span><div class="track tall">${view.statements.map(statementMark).join('')}</div>
${lanes.join('\n')}
<span></span><div class="axis"><span>0</span><span>${formatDuration(view.durationMs / 2)}</span><span>${formatDuration(view.durationMs)}</span></div></div>
<ul class="told">${[...failures, ...notes].join('')}</ul>
<p class="dim small">${sessions} sessions, ${plural(summary.requests, 'request')}. A request took ${formatDuration(summary.latencyBeforeMs)} before the migration and ${formatDuration(summary.latencyDuringMs)} while it ran, in the middle of all.</p></section>`;
}

/** With the pixels that it needs for what is written in it: it stands so far from the end at least. */
function place({ start, length }: { readonly start: number; readonly length: number }, room = 4): string {
  const percent = (share: number) => `${Math.round(share * 10_000) / 100}%`;
  return `left:min(${percent(start)},100% - ${room}px);width:${percent(length)}`;
}

function statementMark(mark: StatementMark): string {
  const fill = `fill-${lockFills[mark.weight]}`;
  const held = place({ start: mark.start, length: mark.heldLength });
  return `<i class="held ${fill}" style="${held}"></i><b class="mark ${fill}" style="${place(mark, 12)}" title="${escapeXml(mark.text)}" tabindex="0">${mark.statement}</b>`;
}

function laneMarks({ waits, failures }: LoadLane): string {
  const mark = (kind: string, of: LoadMark, text: string) =>
    `<b class="mark ${kind}" style="${place(of, text === '' ? 4 : 42)}" title="${escapeXml(of.text)}" tabindex="0">${escapeXml(text)}</b>`;
  return [
    ...waits.map((wait) => mark('wait', wait, '')),
    ...failures.map((failure) => mark(failure.lasting ? 'fails lasting' : 'fails', failure, failure.code)),
  ].join('');
}
