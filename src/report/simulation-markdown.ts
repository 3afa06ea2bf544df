import type { CellResult, RecoveryPlan, Simulation, SimulationReport, StateDifference } from '../model/simulation';
import { failedGlyph, faultWords, impossibleGlyph, pointWords, verdictsBySeverity, verdictWords } from '../model/words';
import { headline, type PartialState, partialStates } from './assessment';
import { bookkeepingText, differenceMark, differenceText, proofText, retryText, sentence } from './cell-words';
import { type Matrix, matrixOf } from './matrix';
import { formatCount, formatDuration, plural, shortFingerprint } from './numbers';
import { oneLine, printable, truncate } from './terminal-text';
import { engineTitle } from './titles';

/** Simulations as a document for people: the matrix, then every distinct state that a failure leaves, with its two ways out. */
export function simulationMarkdown(report: SimulationReport): string {
  const { summary } = report;
  const title = `# Failure report: ${plural(summary.simulations, 'migration')}, ${plural(summary.cells, 'cell')}`;
  return `${[title, ...report.simulations.flatMap(simulationSection)].join('\n\n')}\n`;
}

function simulationSection(simulation: Simulation): readonly string[] {
  const { migration, summary } = simulation;
  const { risk, wayOut } = headline(simulation);
  const facts = [
    engineTitle(migration),
    migration.sandbox,
    migration.framework,
    `${formatCount(migration.rows)} rows`,
    `seed ${migration.seed}`,
  ];
  const states = partialStates(simulation);
  return [
    `## ${inline(migration.path ?? migration.id)}`,
    facts.map(inline).join(' · '),
    wayOut === '' ? inline(risk) : `${inline(risk)} **${inline(wayOut)}**`,
    statementTable(simulation),
    matrixTable(simulation),
    `${plural(summary.cells, 'cell')} in ${formatDuration(summary.durationMs)}: ${countsText(simulation)}.`,
    ...failedSection(simulation),
    ...states.flatMap((state, index) => stateSection(state, index + 1)),
  ];
}

function statementTable(simulation: Simulation): string {
  const rows = simulation.statements.map((statement) => {
    const transaction = simulation.transactions.find((candidate) => candidate.index === statement.transaction);
    const lock = statement.locks.at(-1)?.mode ?? '';
    return [
      String(statement.index),
      code(truncate(oneLine(statement.text), 100)),
      transaction === undefined || transaction.kind === 'autocommit' ? 'none' : `${transaction.index} (${transaction.kind})`,
      lock,
      formatDuration(statement.durationMs),
      statement.rows === 0 ? '' : formatCount(statement.rows),
    ];
  });
  return table(['#', 'statement', 'transaction', 'lock', 'time', 'rows'], rows);
}

function matrixTable(simulation: Simulation): string {
  const matrix = matrixOf(simulation);
  const rows = matrix.rows.flatMap((row) =>
    row.points.map((point) => [pointWords(point), ...matrix.faults.map((fault) => cellText(matrix.cell(fault, point)))]),
  );
  return table(['point', ...faultLabels(matrix)], rows);
}

function faultLabels(matrix: Matrix): readonly string[] {
  return matrix.faults.map((fault) => faultWords[fault].label);
}

function cellText(cell: CellResult | undefined): string {
  if (cell === undefined) return '';
  if (cell.status === 'impossible') return impossibleGlyph;
  if (cell.status === 'failed' || cell.verdict === undefined) return `${failedGlyph} not carried out`;
  const words = verdictWords[cell.verdict];
  return `${words.glyph} ${words.label}`;
}

function countsText(simulation: Simulation): string {
  const impossible = simulation.cells.filter((cell) => cell.status === 'impossible').length;
  const counts = verdictsBySeverity.flatMap((verdict) => {
    const count = simulation.summary.byVerdict[verdict] ?? 0;
    return count === 0 ? [] : [`${count} ${verdictWords[verdict].label}`];
  });
  return [...counts, ...(impossible > 0 ? [`${impossible} impossible`] : [])].join(', ');
}

function failedSection(simulation: Simulation): readonly string[] {
  const failed = simulation.cells.filter((cell) => cell.status === 'failed');
  if (failed.length === 0) return [];
  return [`**Not carried out:**`, failed.map((cell) => `- ${code(cell.id)}: ${inline(cell.why ?? 'no reason given')}`).join('\n')];
}

function stateSection({ cell, cells, verdict }: PartialState, number: number): readonly string[] {
  const words = verdictWords[verdict];
  const where = cells.map((candidate) => `${faultWords[candidate.fault].label} ${pointWords(candidate.point)}`);
  const facts = [
    `- Left by: ${where.map(inline).join('; ')}`,
    ...(cell.error === undefined ? [] : [`- The client sees: ${code(`${cell.error.code} ${cell.error.message}`.trim())}`]),
    `- A retry ${inline(retryText(cell))}.`,
    `- History: ${inline(bookkeepingText(cell))}`,
    ...(cell.sessions ?? []).map((session) => `- Session left: ${inline(session.state)}, ${code(oneLine(session.query))}`),
  ];
  return [
    `### State ${number}${cell.fingerprint === undefined ? '' : ` (${shortFingerprint(cell.fingerprint)})`}: ${words.glyph} ${words.label}`,
    ...(cell.story === undefined ? [`${capital(words.meaning)}.`] : [inline(cell.story)]),
    facts.join('\n'),
    ...differenceList('Since before the migration:', cell.differsFromBefore),
    ...differenceList('Unlike after the migration:', cell.differsFromAfter),
    ...recoverySection(cell),
  ];
}

function differenceList(title: string, differences: readonly StateDifference[] | undefined): readonly string[] {
  if (differences === undefined || differences.length === 0) return [];
  return [title, fence('diff', differences.map((difference) => `${differenceMark(difference)} ${differenceText(difference)}`).join('\n'))];
}

function recoverySection(cell: CellResult): readonly string[] {
  const recovery = cell.recovery;
  if (recovery === undefined) return [];
  const order = recovery.recommended === 'back' ? (['back', 'forward'] as const) : (['forward', 'back'] as const);
  return [
    ...order.flatMap((direction) => planSection(recovery[direction], direction, direction === recovery.recommended)),
    inline(recovery.because),
  ];
}

function planSection(plan: RecoveryPlan, direction: 'back' | 'forward', recommended: boolean): readonly string[] {
  const name = direction === 'back' ? 'Go back' : 'Go forward';
  return [
    `#### ${name}${recommended ? ' (recommended)' : ''}: ${inline(proofText(plan, direction))}`,
    ...(plan.loses === undefined ? [] : [`Loses: ${inline(plan.loses)}`]),
    ...(plan.problem === undefined ? [] : [`Not proven: ${inline(plan.problem)}`]),
    ...plan.steps.flatMap((step, index) => [
      `${index + 1}. ${inline([sentence(step.title), step.why].filter((part) => part !== '').join(' '))}`,
      fence(step.language === 'text' ? '' : step.language, step.text),
    ]),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A code span that any content fits: its fence is longer than every run of back-ticks inside. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return longest === 0 ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

function fence(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${printable(text).trimEnd()}\n${ticks}`;
}

/** Prose in which nothing of the user's turns into markup. */
function inline(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]<>#|]/g, '\\$&');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
