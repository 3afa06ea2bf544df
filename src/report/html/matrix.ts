import type { Point } from '../../model/fault';
import type { CellResult, SimulatedStatement, Simulation } from '../../model/simulation';
import { failedGlyph, faultWords, impossibleGlyph, pointWords, verdictsBySeverity, verdictWords } from '../../model/words';
import { headline } from '../assessment';
import { escapeXml } from '../escape';
import { type Matrix, type MatrixRow, matrixOf } from '../matrix';
import { formatCount, formatDuration, plural } from '../numbers';
import { oneLine } from '../terminal-text';
import { engineTitle } from '../titles';
import { anchorOf } from './anchors';

/** Head, headline, counts, matrix and legend of one migration. */
export function matrixSection(simulation: Simulation, section: number): string {
  const { migration } = simulation;
  const { risk, wayOut } = headline(simulation);
  const chips = [
    engineTitle(migration),
    migration.sandbox,
    migration.framework,
    `${formatCount(migration.rows)} rows · seed ${migration.seed}`,
  ];
  return `
<header class="head"><h1>${escapeXml(lastPart(migration.path ?? migration.id))}</h1>
<p class="chips">${chips.map((chip) => `<span class="chip">${escapeXml(chip)}</span>`).join(' ')}</p></header>
<p class="headline">${escapeXml(risk)} <b>${escapeXml(wayOut)}</b></p>
<p class="counts">${counts(simulation)}</p>
${matrixTable(simulation, section)}
${legend(simulation)}`;
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
  const head = matrix.faults.map((fault) => `<th scope="col">${faultWords[fault].label}</th>`).join('');
  const longest = Math.max(1, ...simulation.statements.map((statement) => statement.durationMs));
  const rows = matrix.rows.map((row) => {
    const cells = matrix.faults.map(
      (fault) => `<td>${glyphs(row, matrix, (point) => matrix.cell(fault, point), simulation, section)}</td>`,
    );
    return `<tr class="${row.kind}"><th scope="row">${rowHead(row, simulation, longest)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table class="matrix"><caption>Each cell: ${matrix.statementPoints.join(' · ')} the statement</caption>
<thead><tr><th scope="col">Statement, lock and time</th>${head}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

function rowHead(row: MatrixRow, simulation: Simulation, longestMs: number): string {
  const transaction = simulation.transactions.find((candidate) => candidate.index === row.transaction);
  const bracket = row.transaction === undefined ? '' : transaction && transaction.kind !== 'autocommit' ? ' together' : ' alone';
  if (row.statement === undefined) return `<div class="row${bracket}"><span class="dim">${row.label}</span></div>`;
  return `<div class="row${bracket}"><code class="text" title="${escapeXml(row.label)}">${row.statement.index}&ensp;${escapeXml(oneLine(row.label))}</code>${facts(row.statement, longestMs)}</div>`;
}

function facts(statement: SimulatedStatement, longestMs: number): string {
  const lock = statement.locks.at(-1)?.mode;
  const strength = lock === 'ACCESS EXCLUSIVE' ? 'bad' : lock?.startsWith('SHARE') ? 'caution' : 'neutral';
  const width = Math.max(4, Math.round((statement.durationMs / longestMs) * 48));
  const words = [
    ...(lock === undefined ? [] : [lock]),
    formatDuration(statement.durationMs),
    ...(statement.rows > 0 ? [plural(statement.rows, 'row')] : []),
    ...(statement.rewrites.length > 0 ? [`rewrites ${statement.rewrites.join(', ')}`] : []),
  ];
  return `<span class="facts"><i class="bar fill-${strength}" style="width:${width}px"></i>${escapeXml(words.join(' · '))}</span>`;
}

function glyphs(
  row: MatrixRow,
  matrix: Matrix,
  cellAt: (point: Point) => CellResult | undefined,
  simulation: Simulation,
  section: number,
): string {
  const kinds = row.kind === 'statement' ? matrix.statementPoints : row.points.map((point) => point.kind);
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
  return `<ul class="legend">${entries.join('')}</ul>`;
}
