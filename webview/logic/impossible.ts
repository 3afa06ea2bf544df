import { type FaultName, faultNames, type PlannedCell } from '../../src/model/fault';
import { faultWords, generalReason, pointWords } from '../../src/model/words';
import { viewCell } from './cells';
import type { Run } from './panel-state';

/** Points at which one fault can't strike, for one reason. */
export interface ImpossibleGroup {
  readonly fault: FaultName;
  readonly label: string;
  readonly why: string;
  readonly count: number;
  /** `before statements 1 to 4; at COMMIT`. */
  readonly where: string;
}

/** Every cell that can't be carried out, with why: in the matrix such a cell is a dot, or not there at all. */
export function impossibleGroups(run: Run): readonly ImpossibleGroup[] {
  const groups = new Map<string, { fault: FaultName; why: string; cells: PlannedCell[] }>();
  for (const cell of run.cells) {
    const view = viewCell(run, cell);
    if (view.kind !== 'impossible') continue;
    const general = generalReason(view.why);
    const key = `${cell.fault} ${general}`;
    const group = groups.get(key) ?? { fault: cell.fault, why: view.why, cells: [] };
    // Where only the statement differs, the reason is told for all of them.
    if (group.why !== view.why) group.why = general;
    group.cells.push(cell);
    groups.set(key, group);
  }
  const order = ({ fault }: { readonly fault: FaultName }) => faultNames.indexOf(fault);
  return [...groups.values()]
    .sort((left, right) => order(left) - order(right))
    .map(({ fault, why, cells }) => ({ fault, label: faultWords[fault].label, why, count: cells.length, where: placesOf(cells) }));
}

/** Points in words; statements that follow each other as a range. */
function placesOf(cells: readonly PlannedCell[]): string {
  const statements = new Map<string, number[]>();
  const others: string[] = [];
  for (const { point } of cells) {
    if (point.statement === undefined || point.kind === 'commit') others.push(pointWords(point));
    else statements.set(point.kind, [...(statements.get(point.kind) ?? []), point.statement]);
  }
  const around = [...statements].map(([kind, numbers]) => `${kind} statement${numbers.length === 1 ? '' : 's'} ${ranges(numbers)}`);
  return [...new Set([...around, ...others])].join('; ');
}

/** 1, 2, 3, 5 as `1 to 3, 5`. */
export function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of [...numbers].sort((left, right) => left - right)) {
    const last = parts.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`)).join(', ');
}
