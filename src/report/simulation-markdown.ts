import type { CellResult, RecoveryPlan, Simulation, SimulationReport, StateDifference } from '../model/simulation';
import {
  dataNouns,
  failedGlyph,
  faultWords,
  impossibleGlyph,
  pointWords,
  unfilledText,
  verdictsBySeverity,
  verdictWords,
} from '../model/words';
import { headline, type PartialState, partialStates } from './assessment';
import { bookkeepingText, checksText, differenceMark, differenceText, modeText, proofText, retryText, sentence } from './cell-words';
import { loadMarkdown } from './load-markdown';
import { capital, code, fence, inline, table } from './markdown';
import { type Matrix, type MatrixRow, matrixOf } from './matrix';
import { formatCount, formatDuration, plural, shortFingerprint } from './numbers';
import { onFailure, postRecovery, prepare, start } from './runbook';
import { runbookWords } from './runbook-words';
import { factsOf } from './statement-facts';
import { oneLine, truncate } from './terminal-text';
import { engineTitle, nameOf } from './titles';

/**
 * Simulations as a runbook: the matrix, what to prepare, what to do on failure, then every distinct state that a failure leaves, with how
 * to tell it, what to decide, its two ways out and what to look at afterwards.
 */
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
    `${formatCount(migration.rows)} ${dataNouns(migration.engine).rows}`,
    `seed ${migration.seed}`,
  ];
  const states = partialStates(simulation);
  return [
    `## ${inline(nameOf(simulation))}`,
    facts.map(inline).join(' · '),
    wayOut === '' ? inline(risk) : `${inline(risk)} **${inline(wayOut)}**`,
    ...(migration.unfilled === undefined ? [] : [inline(unfilledText(migration))]),
    statementTable(simulation),
    matrixTable(simulation),
    `${plural(summary.cells, 'cell')} in ${formatDuration(summary.durationMs)}: ${countsText(simulation)}.`,
    ...failedSection(simulation),
    ...(simulation.load === undefined ? [] : loadMarkdown(simulation.load, simulation.statements)),
    ...prepare(simulation),
    ...start(simulation),
    ...onFailure(simulation, states),
    ...states.flatMap((state, index) => stateSection(state, index + 1, simulation.migration.engine)),
  ];
}

function statementTable(simulation: Simulation): string {
  const rows = simulation.statements.map((statement) => {
    const transaction = simulation.transactions.find((candidate) => candidate.index === statement.transaction);
    return [
      String(statement.index),
      code(truncate(oneLine(statement.text), 100)),
      transaction === undefined || transaction.kind === 'autocommit' ? 'none' : `${transaction.index} (${transaction.kind})`,
      inline(factsOf(statement, simulation.migration.engine).join(', ')),
    ];
  });
  return table(['#', 'statement', 'transaction', 'what it takes'], rows);
}

/** Points under each other that end alike under every fault are one row. */
function matrixTable(simulation: Simulation): string {
  const matrix = matrixOf(simulation);
  const points = matrix.rows.flatMap((row: MatrixRow) => row.points);
  const rows: { first: string; last: string; cells: readonly string[] }[] = [];
  for (const point of points) {
    const cells = matrix.faults.map((fault) => cellText(matrix.cell(fault, point)));
    const last = rows.at(-1);
    const words = pointWords(point);
    if (last !== undefined && last.cells.join('|') === cells.join('|')) last.last = words;
    else rows.push({ first: words, last: words, cells });
  }
  const body = rows.map(({ first, last, cells }) => [first === last ? first : `${first} … ${last}`, ...cells]);
  return table(['point', ...faultLabels(matrix)], body);
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

function stateSection({ cell, cells, verdict }: PartialState, number: number, engine: string): readonly string[] {
  const words = verdictWords[verdict];
  const where = cells.map((candidate) => `${faultWords[candidate.fault].label} ${pointWords(candidate.point)}`);
  const facts = [
    `- Left by: ${where.map(inline).join('; ')}`,
    ...(cell.dirt === undefined
      ? []
      : [`- Dirty rows: ${inline(cell.dirt.description)}, ${plural(cell.dirt.rows, 'row')} in ${code(cell.dirt.table)}`]),
    ...(cell.inside === undefined ? [] : [`- The server ${inline(cell.inside)} when this strikes`]),
    ...(cell.error === undefined ? [] : [`- The client sees: ${code(`${cell.error.code} ${cell.error.message}`.trim())}`]),
    `- A retry ${inline(retryText(cell))}.`,
    `- History: ${inline(bookkeepingText(cell))}`,
    ...(cell.sessions ?? []).map((session) => `- Session left: ${inline(session.state)}, ${code(oneLine(session.query))}`),
  ];
  return [
    `### State ${number}${cell.fingerprint === undefined ? '' : ` (${shortFingerprint(cell.fingerprint)})`}: ${words.glyph} ${words.label}`,
    ...(cell.story === undefined ? [`${capital(words.meaning)}.`] : [inline(cell.story)]),
    '#### Assess and decide',
    facts.join('\n'),
    ...(cell.recovery?.modes ?? []).flatMap((mode) => [`- ${inline(modeText(mode))}`, fence(runbookWords(engine).language, mode.query)]),
    ...differenceList('Since before the migration:', cell.differsFromBefore),
    ...differenceList('Unlike after the migration:', cell.differsFromAfter),
    ...recoverySection(cell, engine),
  ];
}

function differenceList(title: string, differences: readonly StateDifference[] | undefined): readonly string[] {
  if (differences === undefined || differences.length === 0) return [];
  return [title, fence('diff', differences.map((difference) => `${differenceMark(difference)} ${differenceText(difference)}`).join('\n'))];
}

function recoverySection(cell: CellResult, engine: string): readonly string[] {
  const recovery = cell.recovery;
  if (recovery === undefined) return [];
  const facts = recovery.decision?.facts ?? [];
  const measured = facts.map(({ name, back, forward }) => [inline(name), inline(back), inline(forward)]);
  return [
    `**Go ${recovery.recommended}.** ${inline(recovery.because)}`,
    ...(measured.length === 0 ? [] : [table(['', 'back', 'forward'], measured)]),
    ...planSection(recovery.back, 'back', recovery.recommended === 'back'),
    ...planSection(recovery.forward, 'forward', recovery.recommended === 'forward'),
    ...postRecovery(recovery, engine),
  ];
}

/** What code blocks of each language are called in Markdown. */
const fenceNames = { sql: 'sql', mongosh: 'js', shell: 'shell', text: '' } as const;

function planSection(plan: RecoveryPlan, direction: 'back' | 'forward', recommended: boolean): readonly string[] {
  const name = direction === 'back' ? 'Roll back' : 'Roll forward';
  const checks = checksText(plan);
  return [
    `#### ${name}${recommended ? ' (recommended)' : ''}: ${inline(proofText(plan, direction))}`,
    ...(plan.loses === undefined ? [] : [`Loses: ${inline(plan.loses)}`]),
    ...(plan.problem === undefined ? [] : [`Not proven: ${inline(plan.problem)}`]),
    ...plan.steps.flatMap((step, index) => [
      `${index + 1}. ${inline([sentence(step.title), step.why].filter((part) => part !== '').join(' '))}`,
      fence(fenceNames[step.language], step.text),
    ]),
    ...(checks === undefined ? [] : [`When this was executed, ${inline(checks)}.`]),
  ];
}
