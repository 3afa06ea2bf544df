import type { CellResult, RecoveryPlan, Simulation, StateDifference } from '../../model/simulation';
import { faultWords, pointWords, verdictWords } from '../../model/words';
import { bookkeepingText, differenceMark, proofText, retryText, sentence } from '../cell-words';
import { escapeXml } from '../escape';
import { formatDuration, shortFingerprint } from '../numbers';
import { oneLine } from '../terminal-text';
import { anchorOf } from './anchors';

/** What one cell tells: its story, the state beside before and after, and the two ways out. */
export function cellArticle(
  simulation: Simulation,
  cell: CellResult,
  place: { readonly section: number; readonly shown: boolean },
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
<article class="state edge-${words?.tone ?? 'quiet'}${place.shown ? ' shown' : ''}" id="${anchorOf(simulation, cell, place.section)}">
<div class="story"><h2><span class="cell fill-${words?.tone ?? 'quiet'}">${words?.glyph ?? ''}</span> ${escapeXml(capital(name))}: ${words?.label ?? ''}</h2>
<p>${escapeXml(cell.story ?? `${capital(words?.meaning ?? '')}.`)}</p><small>${escapeXml(small.join(' · '))}</small></div>
<div class="columns"><section><h3>State after the failure</h3>${stateTable(cell)}</section>
${cell.recovery === undefined ? '' : `<section><h3>Recovery</h3>${recovery(cell.recovery)}</section>`}</div>
</article>`;
}

function stateTable(cell: CellResult): string {
  const rows = [
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
      `<li><span class="ink-${tones[difference.change]}">${differenceMark(difference)} ${escapeXml(`${difference.kind} ${difference.name}`)}</span>${difference.detail === '' ? '' : `<br><span class="dim">${escapeXml(difference.detail)}</span>`}</li>`,
  );
  return `<ul class="differences">${items.join('')}</ul>`;
}

function recovery(recovery: NonNullable<CellResult['recovery']>): string {
  const order = recovery.recommended === 'back' ? (['back', 'forward'] as const) : (['forward', 'back'] as const);
  const plans = order.map((direction) => plan(recovery[direction], direction, direction === recovery.recommended));
  return `${plans.join('')}<p class="dim">${escapeXml(recovery.because)}</p>`;
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
${caution.map((line) => `<p class="ink-caution">${escapeXml(line)}</p>`).join('')}<ol>${steps.join('')}</ol></div>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
