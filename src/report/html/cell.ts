import type { CellResult, RecoveryPlan, Simulation, StateDifference } from '../../model/simulation';
import { faultWords, pointWords, verdictWords } from '../../model/words';
import { bookkeepingText, checksText, differenceMark, differenceSubject, modeText, proofText, retryText, sentence } from '../cell-words';
import { escapeXml } from '../escape';
import { formatDuration, plural, shortFingerprint } from '../numbers';
import { oneLine } from '../terminal-text';
import { anchorOf } from './anchors';

/** What one cell tells: its story, the state beside before and after, and the two ways out. */
export function cellArticle(
  simulation: Simulation,
  cell: CellResult,
  place: { readonly section: number; readonly shown: boolean; readonly printed: boolean },
): string {
  const words = cell.verdict === undefined ? undefined : verdictWords[cell.verdict];
  const name = `${faultWords[cell.fault].label} ${pointWords(cell.point)}`;
  const alike = simulation.cells
    .filter((other) => other.sameAs === cell.id)
    .map((other) => `${faultWords[other.fault].label} ${pointWords(other.point)}`);
  const small = [
    ...(cell.fingerprint === undefined ? [] : [`state ${shortFingerprint(cell.fingerprint)}`]),
    ...(cell.durationMs === undefined ? [] : [formatDuration(cell.durationMs)]),
    ...(alike.length === 0 ? [] : [`the same: ${alike.join('; ')}`]),
  ];
  return `
<article class="state edge-${words?.tone ?? 'quiet'}${place.shown ? ' shown' : ''}${place.printed ? ' printed' : ''}" id="${anchorOf(simulation, cell, place.section)}">
<div class="story"><h2><span class="cell fill-${words?.tone ?? 'quiet'}">${words?.glyph ?? ''}</span> ${escapeXml(capital(name))}: ${words?.label ?? ''}</h2>
<p>${escapeXml(cell.story ?? `${capital(words?.meaning ?? '')}.`)}</p>${dirt(cell)}<small>${escapeXml(small.join(' · '))}</small></div>
<div class="columns"><section><h3>State after the failure</h3>${stateTable(cell)}</section>
${cell.recovery === undefined ? '' : `<section><h3>Recovery</h3>${recovery(cell.recovery)}</section>`}</div>
</article>`;
}

/** The rows that were put there before, so that the statement met them. */
function dirt({ dirt }: CellResult): string {
  if (dirt === undefined) return '';
  return `<details><summary>The rows that made it fail: ${escapeXml(dirt.description)}, ${plural(dirt.rows, 'row')} in ${escapeXml(dirt.table)}</summary><pre>${escapeXml(dirt.text)}</pre></details>`;
}

function stateTable(cell: CellResult): string {
  const rows = [
    ...(cell.inside === undefined ? [] : [row('The server', escapeXml(cell.inside))]),
    ...(cell.error === undefined
      ? []
      : [row('The client saw', `<code>${escapeXml(`${cell.error.code} ${cell.error.message}`.trim())}</code>`)]),
    row('A retry', escapeXml(retryText(cell))),
    row('History', escapeXml(bookkeepingText(cell))),
    row(
      'Sessions',
      (cell.sessions ?? [])
        .map((session) => `${escapeXml(session.state)}: <code>${escapeXml(oneLine(session.query))}</code>`)
        .join('<br>') || 'none left',
    ),
    row('Since before', differences(cell.differsFromBefore)),
    row('Unlike after', differences(cell.differsFromAfter)),
  ];
  return `<table class="facts-table"><tbody>${rows.join('')}</tbody></table>`;
}

function row(label: string, content: string): string {
  return `<tr><th scope="row">${label}</th><td>${content}</td></tr>`;
}

function differences(list: readonly StateDifference[] | undefined): string {
  if (list === undefined) return '<span class="dim">not recorded</span>';
  if (list.length === 0) return '<span class="dim">no difference</span>';
  const tones = { added: 'good', removed: 'bad', changed: 'caution' };
  const items = list.map(
    (difference) =>
      `<li><span class="ink-${tones[difference.change]}">${differenceMark(difference)} ${escapeXml(differenceSubject(difference))}</span>${difference.detail === '' ? '' : `<br><span class="dim">${escapeXml(difference.detail)}</span>`}</li>`,
  );
  return `<ul class="differences">${items.join('')}</ul>`;
}

function recovery(recovery: NonNullable<CellResult['recovery']>): string {
  const order = recovery.recommended === 'back' ? (['back', 'forward'] as const) : (['forward', 'back'] as const);
  const plans = order.map((direction) => plan(recovery[direction], direction, direction === recovery.recommended));
  const modes = (recovery.modes ?? []).map(
    (mode) =>
      `<li>${escapeXml(modeText(mode))}<details><summary>the query that finds it</summary><pre>${escapeXml(mode.query)}</pre></details></li>`,
  );
  const found = modes.length === 0 ? '' : `<ul class="modes">${modes.join('')}</ul>`;
  return `${found}${plans.join('')}<p class="dim">${escapeXml(recovery.because)}</p>${decision(recovery)}`;
}

/** Both ways side by side, by what was measured of them. */
function decision({ decision }: NonNullable<CellResult['recovery']>): string {
  const facts = decision?.facts ?? [];
  if (facts.length === 0) return '';
  const rows = facts.map(
    ({ name, back, forward }) =>
      `<tr><th scope="row">${escapeXml(name)}</th><td>${escapeXml(back)}</td><td>${escapeXml(forward)}</td></tr>`,
  );
  return `<table class="decision"><thead><tr><td></td><th scope="col">back</th><th scope="col">forward</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function checks(plan: RecoveryPlan): string {
  const text = checksText(plan);
  if (text === undefined) return '';
  const items = (plan.checks ?? []).map(
    ({ title, text: query, expected, passed, found }) =>
      `<li><span class="ink-${passed ? 'good' : 'bad'}">${passed ? '✓' : '✕'}</span> ${escapeXml(title)}: ${escapeXml(passed ? expected : `must be ${expected}, is ${found ?? 'not known'}`)}<pre>${escapeXml(query)}</pre></li>`,
  );
  return `<details class="checks"><summary>Afterwards ${escapeXml(text)}</summary><ul>${items.join('')}</ul></details>`;
}

function plan(plan: RecoveryPlan, direction: 'back' | 'forward', recommended: boolean): string {
  const steps = plan.steps.map(
    (step) =>
      `<li>${escapeXml(sentence(step.title))}${step.why === '' ? '' : ` <span class="dim">${escapeXml(step.why)}</span>`}<pre>${escapeXml(step.text)}</pre></li>`,
  );
  const caution = [
    ...(plan.loses === undefined ? [] : [`Loses: ${plan.loses}`]),
    ...(plan.problem === undefined ? [] : [`Not proven: ${plan.problem}`]),
  ];
  return `<div class="plan"><header><b>Go ${direction}</b>${recommended ? ' <span class="recommended">recommended</span>' : ''}
<span class="${plan.verified ? 'ink-good' : 'ink-caution'}">${plan.verified ? '✓' : '!'} ${escapeXml(proofText(plan, direction))}</span></header>
${caution.map((line) => `<p class="ink-caution">${escapeXml(line)}</p>`).join('')}<ol>${steps.join('')}</ol>${checks(plan)}</div>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
