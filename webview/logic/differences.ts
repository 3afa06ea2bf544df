import type { CellResult, StateDifference } from '../../src/model/simulation';

/** One object that is not as it was, or not yet as it should be. */
export interface StateRow {
  readonly kind: string;
  readonly name: string;
  readonly now: string;
  readonly before: string;
  readonly after: string;
  /** `done`: already as after. `todo`: still as before. `wrong`: as neither. */
  readonly standing: 'done' | 'todo' | 'wrong';
}

/** The state that a failure left, beside what it was and what it should have become. Objects that all three agree on are left out. */
export function stateRows(result: CellResult): readonly StateRow[] {
  const fromBefore = byObject(result.differsFromBefore ?? []);
  const fromAfter = byObject(result.differsFromAfter ?? []);
  const keys = [...new Set([...fromBefore.keys(), ...fromAfter.keys()])];
  const rows = keys.flatMap((key) => {
    const before = fromBefore.get(key);
    const after = fromAfter.get(key);
    const any = before ?? after;
    return any === undefined ? [] : [rowOf(any.kind, any.name, before, after)];
  });
  const order = { wrong: 0, done: 1, todo: 2 };
  return rows.sort((left, right) => order[left.standing] - order[right.standing]);
}

function byObject(differences: readonly StateDifference[]): ReadonlyMap<string, StateDifference> {
  return new Map(differences.map((difference) => [`${difference.kind} ${difference.name}`, difference]));
}

function rowOf(kind: string, name: string, before: StateDifference | undefined, after: StateDifference | undefined): StateRow {
  const now = nowOf(before ?? after);
  return {
    kind,
    name,
    now,
    before: before === undefined ? now : otherOf(before),
    after: after === undefined ? now : otherOf(after),
    standing: before !== undefined && after !== undefined ? 'wrong' : before !== undefined ? 'done' : 'todo',
  };
}

/** What is there now, as a difference from another state tells it. */
function nowOf(difference: StateDifference | undefined): string {
  if (difference === undefined) return '';
  switch (difference.change) {
    case 'added':
      return difference.detail === '' ? 'there' : difference.detail;
    case 'removed':
      return 'missing';
    case 'changed':
      return difference.detail === '' ? 'different' : difference.detail;
  }
}

/** What was there in the state that the difference is from. */
function otherOf(difference: StateDifference): string {
  switch (difference.change) {
    case 'added':
      return 'missing';
    case 'removed':
      return difference.detail === '' ? 'there' : difference.detail;
    case 'changed':
      return 'different';
  }
}

/** `version = 20260102, dirty = true`. */
export function fieldsText(row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${name} = ${valueText(value)}`)
    .join(', ');
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
