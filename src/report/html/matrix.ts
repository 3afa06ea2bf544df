import type { Point } from '../../model/fault';
import type { CellResult, SimulatedStatement, Simulation } from '../../model/simulation';
import {
  dataNouns,
  failedGlyph,
  faultWords,
  impossibleGlyph,
  lockWeight,
  pointWords,
  unfilledText,
  verdictsBySeverity,
  verdictWords,
} from '../../model/words';
import { headline } from '../assessment';
import { escapeXml } from '../escape';
import { type FaultColumn, foldRows, impossibleReasons, type Matrix, type MatrixRow, matrixOf } from '../matrix';
import { formatCount, formatDuration, plural } from '../numbers';
import { factsOf, strongestLock } from '../statement-facts';
import { oneLine } from '../terminal-text';
import { engineTitle, nameOf } from '../titles';
import { anchorOf } from './anchors';
import { loadSection } from './load';

/** Head, headline, counts, matrix and legend of one migration. */
export function matrixSection(simulation: Simulation, section: number): string {
  const { migration } = simulation;
  const { risk, wayOut } = headline(simulation);
  const chips = [
    engineTitle(migration),
    migration.sandbox,
    migration.framework,
    `${formatCount(migration.rows)} ${dataNouns(migration.engine).rows} · seed ${migration.seed}`,
  ];
  return `
<header class="head"><h1>${escapeXml(migration.command ?? lastPart(nameOf(simulation)))}</h1>
<p class="chips">${chips.map((chip) => `<span class="chip">${escapeXml(chip)}</span>`).join(' ')}</p></header>
<p class="headline">${escapeXml(risk)} <b>${escapeXml(wayOut)}</b></p>
${migration.unfilled === undefined ? '' : `<p class="dim">${escapeXml(unfilledText(migration))}</p>`}
<p class="counts">${counts(simulation)}</p>
${matrixTable(simulation, section)}
${legend(simulation)}
${simulation.load === undefined ? '' : loadSection(simulation.load, simulation.statements)}`;
}

function lastPart(path: string): string {
  return path.split('/').at(-1) ?? path;
}

function counts(simulation: Simulation): string {
  const { summary, cells } = simulation;
  const impossible = cells.filter((cell) => cell.status === 'impossible').length;
  const failed = cells.filter((cell) => cell.status === 'failed').length;
  return [
    `<span><b>${plural(summary.cells, 'cell')}</b> in ${formatDuration(summary.durationMs)}</span>`,
    ...verdictsBySeverity.flatMap((verdict) => {
      const count = summary.byVerdict[verdict] ?? 0;
      const words = verdictWords[verdict];
      return count === 0 ? [] : [`<span class="ink-${words.tone}">${words.glyph} ${count} ${words.label}</span>`];
    }),
    ...(failed === 0 ? [] : [`<span class="ink-bad">${failedGlyph} ${failed} not carried out</span>`]),
    ...(impossible === 0 ? [] : [`<span class="dim">${impossible} impossible here</span>`]),
  ].join('\n');
}

function matrixTable(simulation: Simulation, section: number): string {
  const matrix = matrixOf(simulation);
  const longest = Math.max(1, ...simulation.statements.map((statement) => statement.durationMs));
  const rows = foldRows(matrix, simulation.transactions).map(({ row, alike }) => {
    const cells = matrix.columns.map(
      (column) =>
        `<td${startsInside(matrix, column)}>${glyphs(row, column, (point) => matrix.cell(column.fault, point), simulation, section)}</td>`,
    );
    return `<tr class="${row.kind}"><th scope="row">${rowHead(row, alike, simulation, longest)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table class="matrix">
<caption>${caption(matrix)}</caption>
<thead>${groupHead(matrix)}<tr><th scope="col">Statement, lock and time</th>${matrix.columns.map((column) => columnHead(matrix, column)).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

function caption({ columns }: Matrix): string {
  const widest = columns.reduce((most, { slots }) => (slots.length > most.length ? slots : most), columns[0]?.slots ?? []);
  return widest.length < 2 ? '' : `Where a fault has ${widest.length} cells: ${widest.join(', ')} the statement.`;
}

/** Faults under what they have in common, when there are both kinds. */
function groupHead({ columns }: Matrix): string {
  const inside = columns.filter((column) => column.inside).length;
  if (inside === 0 || inside === columns.length) return '';
  return `<tr class="groups"><td></td><th scope="colgroup" colspan="${columns.length - inside}">strikes anywhere</th><th scope="colgroup" colspan="${inside}" class="inside">inside a statement</th></tr>`;
}

function columnHead(matrix: Matrix, column: FaultColumn): string {
  const most = Math.max(...matrix.columns.map(({ slots }) => slots.length));
  return `<th scope="col"${startsInside(matrix, column)}>${faultWords[column.fault].label}${column.slots.length < most ? `<small>${column.slots.join(' · ')}</small>` : ''}</th>`;
}

/** A line between the two kinds of faults. */
function startsInside({ columns }: Matrix, column: FaultColumn): string {
  return column.inside && columns.find(({ inside }) => inside) === column && columns[0] !== column ? ' class="inside"' : '';
}

function rowHead(row: MatrixRow, alike: number, simulation: Simulation, longestMs: number): string {
  const transaction = simulation.transactions.find((candidate) => candidate.index === row.transaction);
  const bracket = row.transaction === undefined ? '' : transaction && transaction.kind !== 'autocommit' ? ' together' : ' alone';
  if (row.statement === undefined) return `<div class="row${bracket}"><span class="dim">${row.label}</span></div>`;
  const { index } = row.statement;
  const { engine } = simulation.migration;
  const others = simulation.statements.filter((statement) => statement.index > index && statement.index <= index + alike);
  const folded =
    others.length === 0
      ? ''
      : `<details class="folded"><summary>${index + 1} to ${index + alike} end like it</summary>${others.map((statement) => statementHead(statement, longestMs, engine)).join('')}</details>`;
  return `<div class="row${bracket}">${statementHead(row.statement, longestMs, engine)}${folded}</div>`;
}

function statementHead(statement: SimulatedStatement, longestMs: number, engine: string): string {
  return `<code class="text" title="${escapeXml(statement.text)}">${statement.index}&ensp;${escapeXml(oneLine(statement.text))}</code>${facts(statement, longestMs, engine)}`;
}

const lockFills = { all: 'bad', writers: 'caution', schema: 'neutral', none: 'quiet' } as const;

function facts(statement: SimulatedStatement, longestMs: number, engine: string): string {
  const fill = lockFills[lockWeight(strongestLock(statement, engine)?.mode, engine)];
  const width = Math.max(4, Math.round((statement.durationMs / longestMs) * 48));
  return `<span class="facts"><i class="bar fill-${fill}" style="width:${width}px"></i><span>${escapeXml(factsOf(statement, engine).join(' · '))}</span></span>`;
}

function glyphs(
  row: MatrixRow,
  column: FaultColumn,
  cellAt: (point: Point) => CellResult | undefined,
  simulation: Simulation,
  section: number,
): string {
  const kinds = row.kind === 'statement' ? column.slots : column.inside ? [] : row.points.map((point) => point.kind);
  return `<span class="glyphs">${kinds
    .map((kind) => {
      const point = row.points.find((candidate) => candidate.kind === kind);
      const cell = point && cellAt(point);
      return cell === undefined ? '<i class="cell"></i>' : glyph(cell, simulation, section);
    })
    .join('')}</span>`;
}

function glyph(cell: CellResult, simulation: Simulation, section: number): string {
  const name = `${faultWords[cell.fault].label} ${pointWords(cell.point)}`;
  if (cell.status === 'impossible') {
    return `<span class="cell none" title="${escapeXml(`${name}: impossible. ${cell.why ?? ''}`.trim())}">${impossibleGlyph}</span>`;
  }
  if (cell.status === 'failed' || cell.verdict === undefined) {
    return `<span class="cell failed" title="${escapeXml(`${name}: not carried out. ${cell.why ?? ''}`.trim())}">${failedGlyph}</span>`;
  }
  const words = verdictWords[cell.verdict];
  const label = escapeXml(`${name}: ${words.label}`);
  return `<a class="cell fill-${words.tone}" href="#${anchorOf(simulation, cell, section)}" title="${label}" aria-label="${label}">${words.glyph}</a>`;
}

function legend(simulation: Simulation): string {
  const present = verdictsBySeverity.filter((verdict) => (simulation.summary.byVerdict[verdict] ?? 0) > 0);
  const entries = present.map((verdict) => {
    const words = verdictWords[verdict];
    return `<li><span class="cell fill-${words.tone}">${words.glyph}</span> <b>${words.label}</b> ${escapeXml(words.meaning)}</li>`;
  });
  return `<ul class="legend">${entries.join('')}</ul>${impossibleList(simulation)}`;
}

/** Why points have no result. */
function impossibleList({ cells }: Simulation): string {
  const reasons = impossibleReasons(cells);
  if (reasons.length === 0) return '';
  const count = reasons.reduce((sum, reason) => sum + reason.count, 0);
  const items = reasons.map(
    ({ fault, why, count }) =>
      `<li><b>${faultWords[fault].label}</b> ${escapeXml(why)} <span class="dim">${plural(count, 'cell')}</span></li>`,
  );
  return `<details class="reasons"><summary>${plural(count, 'cell')} can’t be carried out here: why</summary><ul>${items.join('')}</ul></details>`;
}
