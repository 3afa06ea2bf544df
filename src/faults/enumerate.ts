import { cellId, type FaultName, type PlannedCell, type Point } from '../model/fault';
import { type Course, pointsOf } from './course';
import { faultKinds } from './kinds/registry';

export interface Selection {
  readonly faults: readonly FaultName[] | 'all';
  /** `start`, `before:2`, `commit`, or a kind alone for all of its points: `after`. */
  readonly points: readonly string[] | 'all';
  /** False gives every cell a run of its own. */
  readonly collapse: boolean;
}

/** The whole matrix of a course: every selected fault at every selected point, with what is impossible and what is answered by another. */
export function enumerateCells(course: Course, selection: Selection): readonly PlannedCell[] {
  const points = pointsOf(course).filter((point) => selected(point, selection.points));
  const kinds = faultKinds.filter((kind) => selection.faults === 'all' || selection.faults.includes(kind.name));
  const cells: PlannedCell[] = [];
  for (const kind of kinds) {
    const representatives = new Map<string, string>();
    for (const point of points) {
      const id = cellId(kind.name, point);
      const cell = { id, point, fault: kind.name };
      const impossible = kind.impossible(course, point);
      const key = impossible === undefined && selection.collapse ? kind.equivalence(course, point) : undefined;
      const representative = key === undefined ? undefined : representatives.get(key);
      if (key !== undefined && representative === undefined) representatives.set(key, id);
      cells.push({
        ...cell,
        ...(impossible !== undefined && { impossible }),
        ...(representative !== undefined && { sameAs: representative }),
      });
    }
  }
  return cells;
}

function selected(point: Point, points: Selection['points']): boolean {
  if (points === 'all') return true;
  return points.some((text) => text === point.kind || text === `${point.kind}:${point.statement}`);
}
