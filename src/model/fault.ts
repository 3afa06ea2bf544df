/** Where in the execution a fault strikes. See docs/faults.md. */
export type PointKind = 'start' | 'before' | 'during' | 'after' | 'unrecorded' | 'commit' | 'unlock';

export interface Point {
  readonly kind: PointKind;
  /** From 1; for `before`, `during` and `after` the statement, for `commit` the last statement of the transaction that commits. */
  readonly statement?: number;
}

export const faultNames = [
  'error',
  'disconnect',
  'kill-session',
  'crash',
  'lost-ack',
  'lock-timeout',
  'statement-timeout',
  'deadlock',
  'disk-full',
  'dirty-data',
  'step-down',
] as const;
export type FaultName = (typeof faultNames)[number];

/** What a partial state means for the user. Measured, never predicted. */
export const verdicts = [
  'rolled-back',
  'complete',
  'unrecorded',
  'resumable',
  'blocked',
  'broken',
  'false-success',
  'applied-twice',
  'data-lost',
  'stuck',
] as const;
export type Verdict = (typeof verdicts)[number];

/** One experiment, before it is run. */
export interface PlannedCell {
  /** `crash@during:3`, `disconnect@start`. */
  readonly id: string;
  readonly point: Point;
  readonly fault: FaultName;
  /** Why this fault can't strike here; such a cell is shown and not run. */
  readonly impossible?: string;
  /** The cell whose result answers this one too, because the two provably end alike. */
  readonly sameAs?: string;
}

/** `crash@during:3`. */
export function cellId(fault: FaultName, point: Point): string {
  return point.statement === undefined ? `${fault}@${point.kind}` : `${fault}@${point.kind}:${point.statement}`;
}
