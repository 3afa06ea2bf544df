import type { CellResult, RecoveryPlan, RecoveryStep, StateDifference } from '../model/simulation';
import { faultWords, pointWords, verdictWords } from '../model/words';
import { bookkeepingText, checksText, differenceMark, differenceText, modeText, proofText, retryText } from './cell-words';
import { plural, shortFingerprint } from './numbers';
import { type Palette, paintTone } from './palette';
import { hang, oneLine, padRight, spread, terminalColumns, wrap, wrapStatements } from './terminal-text';

export interface CellPrettyOptions {
  readonly title: string;
  readonly palette: Palette;
}

const shownDifferences = 12;
const labelColumns = 14;

/** One cell for the terminal: its story, what it left, what a retry does, and the two ways out with their proof. */
export function cellPretty(cell: CellResult, { title, palette }: CellPrettyOptions): readonly string[] {
  const words = cell.verdict === undefined ? undefined : verdictWords[cell.verdict];
  const what = `${faultWords[cell.fault].label} ${pointWords(cell.point)}`;
  const verdict = words === undefined ? '' : paintTone(palette, words.tone)(`${words.glyph} ${words.label}`);
  return [
    palette.dim('─'.repeat(terminalColumns)),
    spread(palette.bold(`${title}: ${what}`), verdict),
    '',
    ...(cell.story === undefined ? [] : [...wrap(cell.story, terminalColumns), '']),
    ...(words === undefined ? [] : fact('Verdict', `${words.label}: ${words.meaning}`, palette)),
    ...(cell.inside === undefined ? [] : fact('Server', `it ${cell.inside} when this strikes`, palette)),
    ...(cell.error === undefined ? [] : fact('Client saw', `${cell.error.code} ${cell.error.message}`.trim(), palette)),
    ...(cell.dirt === undefined
      ? []
      : fact('Dirty rows', `${cell.dirt.description}: ${plural(cell.dirt.rows, 'row')} in ${cell.dirt.table}`, palette)),
    ...fact('A retry', retryText(cell), palette),
    ...fact('History', bookkeepingText(cell), palette),
    ...(cell.sessions ?? []).flatMap((session) => fact('Session', `${session.state}: ${oneLine(session.query)}`, palette)),
    ...(cell.fingerprint === undefined ? [] : fact('State', shortFingerprint(cell.fingerprint), palette)),
    ...differences('Since before', cell.differsFromBefore, palette),
    ...differences('Unlike after', cell.differsFromAfter, palette),
    ...(cell.recovery?.modes ?? []).flatMap((mode) => fact('Left behind', modeText(mode), palette)),
    ...recoveryLines(cell, palette),
  ];
}

function fact(label: string, text: string, palette: Palette): readonly string[] {
  return hang(palette.dim(padRight(label, labelColumns)), wrap(text, terminalColumns - labelColumns));
}

function differences(label: string, list: readonly StateDifference[] | undefined, palette: Palette): readonly string[] {
  if (list === undefined) return [];
  if (list.length === 0) return fact(label, 'no difference', palette);
  const paints = { added: palette.green, removed: palette.red, changed: palette.yellow };
  const lines = list.slice(0, shownDifferences).flatMap((difference) => {
    const mark = differenceMark(difference);
    return hang(`${paints[difference.change](mark)} `, wrap(differenceText(difference), terminalColumns - labelColumns - 2));
  });
  const more = list.length - shownDifferences;
  const all = more > 0 ? [...lines, palette.dim(`and ${more} more`)] : lines;
  return hang(palette.dim(padRight(label, labelColumns)), all);
}

function recoveryLines(cell: CellResult, palette: Palette): readonly string[] {
  const recovery = cell.recovery;
  if (recovery === undefined) return [];
  const order = recovery.recommended === 'back' ? (['back', 'forward'] as const) : (['forward', 'back'] as const);
  return [
    ...order.flatMap((direction) => [
      '',
      ...planLines({ direction, plan: recovery[direction], recommended: direction === recovery.recommended, palette }),
    ]),
    '',
    ...wrap(recovery.because, terminalColumns),
  ];
}

interface PlanToShow {
  readonly direction: 'back' | 'forward';
  readonly plan: RecoveryPlan;
  readonly recommended: boolean;
  readonly palette: Palette;
}

function planLines({ direction, plan, recommended, palette }: PlanToShow): readonly string[] {
  const name = direction === 'back' ? 'Go back' : 'Go forward';
  const proof = proofText(plan, direction);
  const paint = plan.verified ? palette.green : palette.yellow;
  const checks = checksText(plan);
  const title = palette.bold(name) + (recommended ? palette.green('  recommended') : '');
  return [
    spread(title, paint(`${plan.verified ? '✓' : '!'} ${proof}`)),
    ...(plan.loses === undefined ? [] : hang('  ', wrap(`Loses: ${plan.loses}`, terminalColumns - 2)).map(palette.yellow)),
    ...(plan.problem === undefined ? [] : hang('  ', wrap(`Not proven: ${plan.problem}`, terminalColumns - 2)).map(palette.yellow)),
    ...plan.steps.flatMap((step, index) => stepLines(step, index + 1, palette)),
    ...(checks === undefined ? [] : hang('     ', wrap(`Afterwards ${checks}.`, terminalColumns - 5)).map(palette.dim)),
  ];
}

function stepLines(step: RecoveryStep, number: number, palette: Palette): readonly string[] {
  const indent = '     ';
  const why = step.why === '' ? [] : wrap(step.why, terminalColumns - indent.length).map((line) => indent + palette.dim(line));
  const text =
    step.language === 'sql' || step.language === 'mongosh'
      ? wrapStatements(step.text, terminalColumns - indent.length, step.language)
      : wrap(step.text, terminalColumns - indent.length);
  return [
    ...hang(`${String(number).padStart(3)}  `, wrap(step.title, terminalColumns - indent.length)),
    ...why,
    ...text.map((line) => (line.trim() === '' ? '' : indent + palette.blue(line))),
  ];
}
