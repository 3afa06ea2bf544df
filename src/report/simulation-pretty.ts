import stringWidth from 'string-width';
import type { FaultName, Point, Verdict } from '../model/fault';
import type { CellResult, Simulation, SimulationReport } from '../model/simulation';
import { failedGlyph, faultWords, impossibleGlyph, verdictsBySeverity, verdictWords } from '../model/words';
import { headline, partialStates, worstOf } from './assessment';
import { cellPretty } from './cell-pretty';
import { type Matrix, type MatrixRow, matrixOf } from './matrix';
import { formatCount, formatDuration, plural } from './numbers';
import { type Palette, paintTone } from './palette';
import { centre, oneLine, padRight, spread, terminalColumns, truncate, wrap } from './terminal-text';
import { engineTitle } from './titles';

/**
 * Simulations for the terminal, 80 columns wide: for each migration the headline, the matrix and the counts; then the story and the
 * two recovery plans of the worst cell of all. Migrations that no failure can harm take one line when there are several.
 */
export function simulationPretty(report: SimulationReport, palette: Palette): string {
  const single = report.simulations.length === 1;
  const lines: string[] = [];
  for (const simulation of report.simulations) {
    if (!single && isHarmless(simulation)) lines.push(harmlessLine(simulation, palette));
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
    partialStates(simulation).length === 0 &&
    simulation.cells.every((cell) => cell.status !== 'failed')
  );
}

function nameOf({ migration }: Simulation): string {
  return migration.path ?? migration.id;
}

/** Without its folders: enough where the others of the folder are listed too. */
function fileNameOf(simulation: Simulation): string {
  return nameOf(simulation).split('/').at(-1) ?? '';
}

function harmlessLine(simulation: Simulation, palette: Palette): string {
  const { summary } = simulation;
  const right = `${plural(summary.cells, 'cell')}, ${formatDuration(summary.durationMs)}`;
  const left = `${verdictWords['rolled-back'].glyph} ${truncate(oneLine(fileNameOf(simulation)), 44)}`;
  return spread(palette.green(left) + palette.dim(' rolls back'), palette.dim(right));
}

function simulationLines(simulation: Simulation, palette: Palette): readonly string[] {
  const { migration } = simulation;
  const { risk, wayOut } = headline(simulation);
  const facts = [
    `${engineTitle(migration)} ${migration.sandbox}`,
    migration.framework,
    `${formatCount(migration.rows)} rows`,
    `seed ${migration.seed}`,
  ];
  return [
    palette.bold(truncate(oneLine(nameOf(simulation)), terminalColumns)),
    palette.dim(truncate(facts.join(' · '), terminalColumns)),
    '',
    ...wrap(risk, terminalColumns),
    ...(wayOut === '' ? [] : wrap(wayOut, terminalColumns).map(palette.bold)),
    '',
    ...matrixLines(simulation, palette),
    '',
    ...countLines(simulation, palette),
    ...failedLines(simulation, palette),
  ];
}

const gap = 2;

/** The matrix; in several bands, one under the other, when there are more faults than fit beside the statements. */
function matrixLines(simulation: Simulation, palette: Palette): readonly string[] {
  const matrix = matrixOf(simulation);
  if (matrix.faults.length === 0) return [palette.dim('No cells: the choice of faults and points left none.')];
  return bandsOf(matrix).flatMap((band, index) => [...(index === 0 ? [] : ['']), ...bandLines(band, { matrix, simulation, palette })]);
}

interface Band {
  readonly faults: readonly FaultName[];
  readonly labels: readonly string[];
  readonly widths: readonly number[];
}

const bandColumns = 44;

function bandsOf(matrix: Matrix): readonly Band[] {
  const glyphColumns = Math.max(1, matrix.statementPoints.length * 2 - 1);
  const band = (faults: readonly FaultName[], style: 'label' | 'short'): Band => {
    const labels = faults.map((fault) => faultWords[fault][style]);
    return { faults, labels, widths: labels.map((label) => Math.max(stringWidth(label), glyphColumns) + gap) };
  };
  const long = band(matrix.faults, 'label');
  if (sum(long.widths) <= bandColumns) return [long];
  const widest = Math.max(...band(matrix.faults, 'short').widths);
  const perBand = Math.floor(bandColumns / widest);
  const bands = Math.ceil(matrix.faults.length / perBand);
  const size = Math.ceil(matrix.faults.length / bands);
  return Array.from({ length: bands }, (_, index) => band(matrix.faults.slice(index * size, (index + 1) * size), 'short'));
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
    ...drawing.matrix.rows.flatMap((row) => rowLines(row, { ...drawing, band, textColumns })),
  ];
}

function pointsCaption(matrix: Matrix): string {
  return `each cell: ${matrix.statementPoints.join(', ')}`;
}

interface Layout extends Drawing {
  readonly band: Band;
  readonly textColumns: number;
}

function rowLines(row: MatrixRow, layout: Layout): readonly string[] {
  const { palette, textColumns } = layout;
  const bracket = bracketOf(row, layout);
  const number = row.statement === undefined ? '  ' : `${row.statement.index}`.padStart(2);
  const text = row.statement === undefined ? palette.dim(row.label) : truncate(oneLine(row.label), textColumns - 6);
  const line = padRight(`${bracket}${palette.dim(number)} ${text}`, textColumns) + cellsOf(row, layout);
  if (row.statement === undefined) return [line.trimEnd()];
  const facts = statementFacts(row.statement);
  return [line.trimEnd(), ...(facts === '' ? [] : [`${bracket}   ${palette.dim(truncate(facts, textColumns - 6))}`])];
}

/** A line for what commits together, dots where nothing protects a statement. */
function bracketOf(row: MatrixRow, { simulation, palette }: Layout): string {
  if (row.transaction === undefined) return '  ';
  const transaction = simulation.transactions.find((candidate) => candidate.index === row.transaction);
  return transaction === undefined || transaction.kind === 'autocommit' ? `${palette.yellow('┊')} ` : `${palette.dim('│')} `;
}

function statementFacts(statement: Simulation['statements'][number]): string {
  const strongest = statement.locks.at(-1);
  return [
    ...(strongest ? [strongest.mode] : []),
    formatDuration(statement.durationMs),
    ...(statement.rows > 0 ? [plural(statement.rows, 'row')] : []),
    ...(statement.rewrites.length > 0 ? [`rewrites ${statement.rewrites.join(', ')}`] : []),
  ].join(' · ');
}

function cellsOf(row: MatrixRow, { matrix, palette, band }: Layout): string {
  const kinds: readonly Point['kind'][] = row.kind === 'statement' ? matrix.statementPoints : row.points.map((point) => point.kind);
  return band.faults
    .map((fault, index) => {
      const glyphs = kinds.map((kind) => {
        const point = row.points.find((candidate) => candidate.kind === kind);
        return glyphOf(point === undefined ? undefined : matrix.cell(fault, point), palette);
      });
      return centre(glyphs.join(' '), band.widths[index] ?? 0);
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
    if (last !== undefined && stringWidth(last) + 2 + stringWidth(entry) <= terminalColumns) lines[lines.length - 1] = `${last}  ${entry}`;
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
  const unsafe = report.simulations.filter((simulation) => !isHarmless(simulation)).length;
  const text = `${plural(summary.simulations, 'migration')}, ${plural(summary.cells, 'cell')} in ${formatDuration(summary.durationMs)}; `;
  return palette.bold(text + (unsafe === 0 ? 'no failure leaves anything behind' : `${unsafe} can leave something behind`));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
