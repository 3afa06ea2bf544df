import type { Verdict } from '../model/fault';
import type { CellResult, Simulation, SimulationReport } from '../model/simulation';
import { dataNouns, failedGlyph, faultWords, impossibleGlyph, unfilledText, verdictsBySeverity, verdictWords } from '../model/words';
import { headline, isTried, partialStates, worstOf } from './assessment';
import { cellPretty } from './cell-pretty';
import { columnsOf } from './columns';
import { loadPretty } from './load-pretty';
import { type FaultColumn, type FoldedRow, foldRows, type Matrix, type MatrixRow, matrixOf } from './matrix';
import { formatCount, formatDuration, plural } from './numbers';
import { type Palette, paintTone } from './palette';
import { factsOf } from './statement-facts';
import { centre, oneLine, padRight, spread, terminalColumns, truncate, wrap } from './terminal-text';
import { engineTitle, nameOf } from './titles';

/**
 * Simulations for the terminal, 80 columns wide: for each migration the headline, the matrix and the counts; then the story and the
 * two recovery plans of the worst cell of all. Migrations that no failure can harm take one line when there are several.
 */
export function simulationPretty(report: SimulationReport, palette: Palette): string {
  const single = report.simulations.length === 1;
  const lines: string[] = [];
  for (const simulation of report.simulations) {
    if (!single && isHarmless(simulation)) lines.push(harmlessLine(simulation, palette));
    else if (!single && simulation.cells.length === 0 && !isTried(simulation)) lines.push(untriedLine(simulation, palette));
    else lines.push('', ...simulationLines(simulation, palette), '');
  }
  const worst = worstOf(report.simulations);
  if (worst) {
    const title = single ? 'Worst cell' : truncate(oneLine(fileNameOf(worst.simulation)), 40);
    lines.push('', ...cellPretty(worst.cell, { title, palette }));
  }
  if (!single) lines.push('', totalLine(report, palette));
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

function isHarmless(simulation: Simulation): boolean {
  return (
    simulation.failsByItself === undefined &&
    isTried(simulation) &&
    partialStates(simulation).length === 0 &&
    simulation.cells.every((cell) => cell.status !== 'failed')
  );
}

/** Without its folders: enough where the others of the folder are listed too. */
function fileNameOf(simulation: Simulation): string {
  return nameOf(simulation).split('/').at(-1) ?? '';
}

function harmlessLine(simulation: Simulation, palette: Palette): string {
  return shortLine(simulation, palette.green(`${verdictWords['rolled-back'].glyph} ${shortName(simulation)}`), 'rolls back', palette);
}

/** The choice of faults and points left nothing of it. */
function untriedLine(simulation: Simulation, palette: Palette): string {
  return shortLine(simulation, `${impossibleGlyph} ${shortName(simulation)}`, 'not tried', palette);
}

const shortName = (simulation: Simulation) => truncate(oneLine(fileNameOf(simulation)), 44);

function shortLine({ summary }: Simulation, left: string, words: string, palette: Palette): string {
  const right = `${plural(summary.cells, 'cell')}, ${formatDuration(summary.durationMs)}`;
  return spread(left + palette.dim(` ${words}`), palette.dim(right));
}

function simulationLines(simulation: Simulation, palette: Palette): readonly string[] {
  const { migration } = simulation;
  const { risk, wayOut } = headline(simulation);
  const facts = [
    `${engineTitle(migration)} ${migration.sandbox}`,
    migration.framework,
    `${formatCount(migration.rows)} ${dataNouns(migration.engine).rows}`,
    `seed ${migration.seed}`,
  ];
  return [
    palette.bold(truncate(oneLine(nameOf(simulation)), terminalColumns)),
    palette.dim(truncate(facts.join(' · '), terminalColumns)),
    '',
    ...wrap(risk, terminalColumns),
    ...(wayOut === '' ? [] : wrap(wayOut, terminalColumns).map(palette.bold)),
    ...wrap(unfilledText(migration), terminalColumns).filter(Boolean).map(palette.dim),
    '',
    ...matrixLines(simulation, palette),
    '',
    ...countLines(simulation, palette),
    ...failedLines(simulation, palette),
    ...(simulation.load === undefined ? [] : ['', ...loadPretty(simulation.load, simulation.statements, palette)]),
  ];
}

const gap = 2;

/** The matrix; in several bands, one under the other, when there are more faults than fit beside the statements. */
function matrixLines(simulation: Simulation, palette: Palette): readonly string[] {
  const matrix = matrixOf(simulation);
  if (matrix.faults.length === 0) return [palette.dim('No cells: the choice of faults and points left none.')];
  const bands = bandsOf(matrix);
  return [
    ...bands.flatMap((band, index) => [...(index === 0 ? [] : ['']), ...bandLines(band, { matrix, simulation, palette })]),
    ...legendLines(matrix, bands[0]).map(palette.dim),
  ];
}

interface Band {
  readonly columns: readonly FaultColumn[];
  readonly labels: readonly string[];
  readonly widths: readonly number[];
  /** Between the glyphs of one cell. */
  readonly separator: string;
}

/** Columns for faults: beside statements of 36, and of no less than 26. */
const bandColumns = 44;
const closeColumns = 54;

/** Labels in full when there is room; else short ones with the glyphs close together; else several bands. */
function bandsOf(matrix: Matrix): readonly Band[] {
  const roomy = bandFor(matrix.columns, 'label', ' ', gap);
  if (sum(roomy.widths) <= bandColumns) return [roomy];
  const close = bandFor(matrix.columns, 'short', '', 1);
  if (sum(close.widths) <= closeColumns) return [close];
  const count = Math.ceil(sum(close.widths) / closeColumns);
  const size = Math.ceil(matrix.columns.length / count);
  return Array.from({ length: count }, (_, index) => bandFor(matrix.columns.slice(index * size, (index + 1) * size), 'short', '', 1));
}

function bandFor(columns: readonly FaultColumn[], style: 'label' | 'short', separator: string, between: number): Band {
  const labels = columns.map(({ fault }) => faultWords[fault][style]);
  const glyphs = ({ slots }: FaultColumn) => slots.length + (slots.length - 1) * separator.length;
  const widths = columns.map((column, index) => Math.max(columnsOf(labels[index] ?? ''), glyphs(column)) + between);
  return { columns, labels, widths, separator };
}

/** What abbreviated heads stand for, and which points the glyphs of a cell are. */
function legendLines(matrix: Matrix, band: Band | undefined): readonly string[] {
  const kinds = [...new Set(matrix.columns.map(({ slots }) => slots.join(', ')))];
  const points =
    kinds.length < 2 ? [] : [`In a cell: ${kinds.map((slots) => `${slots} (${shortNames(matrix, slots)})`).join('; ')} the statement.`];
  const isShort = band !== undefined && band.separator === '';
  const names = matrix.columns.filter(({ fault }) => faultWords[fault].short !== faultWords[fault].label);
  const heads =
    isShort && names.length > 0
      ? [`${names.map(({ fault }) => `${faultWords[fault].short}: ${faultWords[fault].label}`).join(', ')}.`]
      : [];
  return [...points, ...heads].flatMap((line) => wrap(line, terminalColumns));
}

function shortNames(matrix: Matrix, slots: string): string {
  return matrix.columns
    .filter((column) => column.slots.join(', ') === slots)
    .map(({ fault }) => faultWords[fault].short)
    .join(', ');
}

interface Drawing {
  readonly matrix: Matrix;
  readonly simulation: Simulation;
  readonly palette: Palette;
}

function bandLines(band: Band, drawing: Drawing): readonly string[] {
  const textColumns = terminalColumns - sum(band.widths);
  const head = band.labels.map((label, index) => centre(label, band.widths[index] ?? 0)).join('');
  return [
    drawing.palette.dim((padRight(pointsCaption(drawing.matrix), textColumns) + head).trimEnd()),
    ...foldRows(drawing.matrix, drawing.simulation.transactions).flatMap((folded) => rowLines(folded, { ...drawing, band, textColumns })),
  ];
}

function pointsCaption(matrix: Matrix): string {
  const kinds = new Set(matrix.columns.map(({ slots }) => slots.join(', ')));
  return kinds.size === 1 ? `each cell: ${[...kinds].join()}` : '';
}

interface Layout extends Drawing {
  readonly band: Band;
  readonly textColumns: number;
}

function rowLines({ row, alike }: FoldedRow, layout: Layout): readonly string[] {
  const { palette, textColumns, simulation } = layout;
  const bracket = bracketOf(row, layout);
  const number = row.statement === undefined ? '  ' : `${row.statement.index}`.padStart(2);
  const label = truncate(oneLine(row.label), textColumns - (row.statement === undefined ? 5 : 6));
  const line =
    padRight(`${bracket}${palette.dim(number)} ${row.statement === undefined ? palette.dim(label) : label}`, textColumns) +
    cellsOf(row, layout);
  if (row.statement === undefined) return [line.trimEnd()];
  // The line below has no cells, so it may be as long as the screen is wide.
  const facts = factsOf(row.statement, simulation.migration.engine).join(' · ');
  const { index } = row.statement;
  return [
    line.trimEnd(),
    ...(facts === '' ? [] : [`${bracket}   ${palette.dim(truncate(facts, terminalColumns - 5))}`]),
    ...(alike === 0 ? [] : [`${bracket}   ${palette.dim(`${index + 1} to ${index + alike} end like it`)}`]),
  ];
}

/** A line for what commits together, dots where nothing protects a statement. */
function bracketOf(row: MatrixRow, { simulation, palette }: Layout): string {
  if (row.transaction === undefined) return '  ';
  const transaction = simulation.transactions.find((candidate) => candidate.index === row.transaction);
  return transaction === undefined || transaction.kind === 'autocommit' ? `${palette.yellow('┊')} ` : `${palette.dim('│')} `;
}

function cellsOf(row: MatrixRow, { matrix, palette, band }: Layout): string {
  return band.columns
    .map(({ fault, slots, inside }, index) => {
      const kinds = row.kind === 'statement' ? slots : inside ? [] : row.points.map((point) => point.kind);
      const glyphs = kinds.map((kind) => {
        const point = row.points.find((candidate) => candidate.kind === kind);
        return glyphOf(point === undefined ? undefined : matrix.cell(fault, point), palette);
      });
      return centre(glyphs.join(band.separator), band.widths[index] ?? 0);
    })
    .join('');
}

function glyphOf(cell: CellResult | undefined, palette: Palette): string {
  if (cell === undefined) return ' ';
  if (cell.status === 'impossible') return palette.dim(impossibleGlyph);
  if (cell.status === 'failed' || cell.verdict === undefined) return palette.red(failedGlyph);
  const words = verdictWords[cell.verdict];
  return paintTone(palette, words.tone)(words.glyph);
}

function countLines(simulation: Simulation, palette: Palette): readonly string[] {
  const { summary } = simulation;
  const impossible = simulation.cells.filter((cell) => cell.status === 'impossible').length;
  const failed = simulation.cells.filter((cell) => cell.status === 'failed').length;
  const entries = [
    ...verdictsBySeverity.flatMap((verdict) => countEntry(verdict, summary.byVerdict[verdict], palette)),
    ...(failed > 0 ? [palette.red(`${failedGlyph} ${failed} not carried out`)] : []),
    ...(impossible > 0 ? [palette.dim(`${impossibleGlyph} ${impossible} impossible`)] : []),
  ];
  const first = `${plural(summary.cells, 'cell')} in ${formatDuration(summary.durationMs)}`;
  return flow([palette.bold(first), ...entries]);
}

function countEntry(verdict: Verdict, count: number | undefined, palette: Palette): readonly string[] {
  if (count === undefined || count === 0) return [];
  const words = verdictWords[verdict];
  return [paintTone(palette, words.tone)(`${words.glyph} ${count} ${words.label}`)];
}

/** Entries side by side, two spaces apart, on as many lines as it takes. */
function flow(entries: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 2 + columnsOf(entry) <= terminalColumns) lines[lines.length - 1] = `${last}  ${entry}`;
    else lines.push(entry);
  }
  return lines;
}

function failedLines(simulation: Simulation, palette: Palette): readonly string[] {
  const failed = simulation.cells.filter((cell) => cell.status === 'failed');
  return failed.flatMap((cell) =>
    wrap(`${failedGlyph} ${cell.id} could not be carried out: ${cell.why ?? 'no reason given'}`, terminalColumns).map(palette.red),
  );
}

function totalLine(report: SimulationReport, palette: Palette): string {
  const { summary } = report;
  const count = (isCounted: (simulation: Simulation) => boolean) => report.simulations.filter(isCounted).length;
  const leaving = count((simulation) => partialStates(simulation).length > 0);
  const failing = count((simulation) => simulation.failsByItself !== undefined);
  const untried = count((simulation) => !isTried(simulation) || simulation.cells.some((cell) => cell.status === 'failed'));
  const found = [
    ...(leaving > 0 ? [`${leaving} can leave something behind`] : []),
    ...(failing > 0 ? [`${failing} ${failing === 1 ? 'fails' : 'fail'} by itself`] : []),
    ...(untried > 0 ? [`${untried} not or not fully tried`] : []),
  ];
  const text = `${plural(summary.simulations, 'migration')}, ${plural(summary.cells, 'cell')} in ${formatDuration(summary.durationMs)}; `;
  return wrap(text + (found.length === 0 ? 'no failure leaves anything behind' : found.join(', ')), terminalColumns)
    .map(palette.bold)
    .join('\n');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
