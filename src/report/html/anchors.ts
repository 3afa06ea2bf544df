import type { CellResult, Simulation } from '../../model/simulation';
import { resolveCell } from '../assessment';

/** The id of a cell's article. Several migrations stand in one file, so their number is part of it. */
export function anchorOf(simulation: Pick<Simulation, 'cells'>, cell: CellResult, section: number): string {
  return `m${section + 1}-${resolveCell(simulation, cell).id.replace(/[^a-z0-9]+/gi, '-')}`;
}
