import { cellId, type FaultName, type PlannedCell, type Point } from '../model/fault';
import { type Course, pointsOf, recordsAt } from './course';
import type { FaultKind } from './kinds/kind';
import { faultKindsOf } from './kinds/registry';

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
  const kinds = faultKindsOf(course.engine.name).filter(({ name }) => selection.faults === 'all' || selection.faults.includes(name));
  return kinds.flatMap((kind) => cellsOf(course, kind, points, selection.collapse));
}

function cellsOf(course: Course, kind: FaultKind, points: readonly Point[], collapse: boolean): readonly PlannedCell[] {
  const planned = points.map((point) => {
    const impossible = kind.impossible(course, point);
    const key = impossible === undefined && collapse ? kind.equivalence(course, point) : undefined;
    return { id: cellId(kind.name, point), point, impossible, key: key && keyWithRecords(course, point, key) };
  });
  // To be held between two statements is cheaper than inside of one, and always possible.
  const representatives = new Map<string, string>();
  for (const { id, key } of [...planned.filter(({ point }) => point.kind !== 'during'), ...planned]) {
    if (key !== undefined && !representatives.has(key)) representatives.set(key, id);
  }
  return planned.map(({ id, point, impossible, key }) => {
    const representative = key === undefined ? undefined : representatives.get(key);
    return {
      id,
      point,
      fault: kind.name,
      ...(impossible !== undefined && { impossible }),
      ...(representative !== undefined && representative !== id && { sameAs: representative }),
    };
  });
}

/** What the framework has written of its own is part of the state, wherever it writes between the statements. */
function keyWithRecords(course: Course, point: Point, key: string): string {
  const between = new Set(course.records.map(({ before }) => before)).size > 1;
  return between ? `${key}, recorded ${recordsAt(course, point)}` : key;
}

function selected(point: Point, points: Selection['points']): boolean {
  if (points === 'all') return true;
  return points.some((text) => text === point.kind || text === `${point.kind}:${point.statement}`);
}
