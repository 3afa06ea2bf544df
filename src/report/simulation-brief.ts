import type { Verdict } from '../model/fault';
import type { Simulation } from '../model/simulation';
import { failedGlyph, verdictsBySeverity, verdictWords } from '../model/words';
import { headline, isTried } from './assessment';
import { formatDuration, plural } from './numbers';
import { type Palette, paintTone } from './palette';
import { hang, oneLine, spread, terminalColumns, wrap } from './terminal-text';
import { nameOf } from './titles';

/** A simulation in two or three lines, 80 columns wide: the verdict that weighs most, what it means, and whether there is a way out. */
export function simulationBrief(simulation: Simulation, palette: Palette): string {
  const { risk, wayOut } = headline(simulation);
  const facts = `${plural(simulation.summary.cells, 'cell')}, ${formatDuration(simulation.summary.durationMs)}`;
  return [
    // The path stays whole, however long: it is what is clicked on and copied.
    spread(`${glyphOf(simulation, palette)} ${palette.bold(oneLine(nameOf(simulation)))}`, palette.dim(facts)),
    ...hang('  ', wrap(risk, terminalColumns - 2)),
    ...(wayOut === '' ? [] : hang('  ', wrap(wayOut, terminalColumns - 2))),
  ].join('\n');
}

function glyphOf(simulation: Simulation, palette: Palette): string {
  if (simulation.failsByItself !== undefined || !isTried(simulation)) return palette.red(failedGlyph);
  const worst = worstVerdict(simulation);
  if (worst === undefined) return palette.dim('·');
  const { glyph, tone } = verdictWords[worst];
  return paintTone(palette, tone)(glyph);
}

function worstVerdict({ cells }: Simulation): Verdict | undefined {
  const found = new Set(cells.map(({ verdict }) => verdict));
  return verdictsBySeverity.find((verdict) => found.has(verdict));
}
