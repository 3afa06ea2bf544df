import type { CellResult, StateDifference } from '../../src/model/simulation';

/** One object that is not as it was, or not yet as it should be. */
export interface StateRow {
  readonly kind: string;
  readonly name: string;
  readonly now: string;
  /** Undefined where it is the same as now. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** `done`: already as after. `todo`: still as before. `wrong`: as neither. */
  readonly standing: 'done' | 'todo' | 'wrong';
}

/** The state that a failure left, beside what it was and what it should have become. What all three agree on is left out. */
export interface StateRows {
  readonly objects: readonly StateRow[];
  readonly bookkeeping: readonly StateRow[];
}

export function stateRows(result: CellResult): StateRows {
  const fromBefore = byObject(result.differsFromBefore ?? []);
  const fromAfter = byObject(result.differsFromAfter ?? []);
  const keys = [...new Set([...fromBefore.keys(), ...fromAfter.keys()])];
  const rows = keys.flatMap((key) => rowOf(fromBefore.get(key), fromAfter.get(key)));
  const order = { wrong: 0, done: 1, todo: 2 };
  rows.sort((left, right) => order[left.standing] - order[right.standing]);
  return {
    objects: rows.filter(({ kind }) => kind !== 'bookkeeping'),
    bookkeeping: rows.filter(({ kind }) => kind === 'bookkeeping'),
  };
}

/** Sessions have a list of their own. A history row has no name but its contents. */
function byObject(differences: readonly StateDifference[]): ReadonlyMap<string, StateDifference> {
  const told = differences.filter(({ kind }) => kind !== 'session');
  return new Map(
    told.map((difference) => [`${difference.kind} ${difference.name} ${isHistory(difference) ? difference.detail : ''}`, difference]),
  );
}

function isHistory({ kind }: StateDifference): boolean {
  return kind === 'bookkeeping';
}

function rowOf(before: StateDifference | undefined, after: StateDifference | undefined): readonly StateRow[] {
  const any = before ?? after;
  if (any === undefined) return [];
  const history = isHistory(any);
  return [
    {
      kind: any.kind,
      name: withoutDefaultSchema(history ? `${any.name}: ${withoutMasked(any.detail)}` : any.name),
      now: history ? presence(any.change !== 'removed') : nowOf(any),
      before: before && (history ? presence(before.change === 'removed') : otherOf(before)),
      after: after && (history ? presence(after.change === 'removed') : otherOf(after)),
      standing: before !== undefined && after !== undefined ? 'wrong' : before !== undefined ? 'done' : 'todo',
    },
  ];
}

function presence(there: boolean): string {
  return there ? 'there' : 'missing';
}

/** What is there now, as a difference from another state tells it. */
function nowOf(difference: StateDifference): string {
  switch (difference.change) {
    case 'added':
      return shorter(difference.detail) || 'there';
    case 'removed':
      return 'missing';
    case 'changed':
      return difference.detail === '' ? 'different' : (halves(difference.detail)?.now ?? difference.detail);
  }
}

/** What was there in the state that the difference is from. */
function otherOf(difference: StateDifference): string {
  switch (difference.change) {
    case 'added':
      return 'missing';
    case 'removed':
      return shorter(difference.detail) || 'there';
    case 'changed':
      return halves(difference.detail)?.was ?? 'different';
  }
}

/** Changes are told as `type: numeric(12,2), was numeric(10,2); not null: true, was false` (src/state/difference-catalog.ts). */
function halves(detail: string): { readonly now: string; readonly was: string } | undefined {
  const parts = detail.split('; ').map((part) => /^(?:(?<label>[a-z ]+): )?(?<now>.+), was (?<was>.+)$/s.exec(part)?.groups);
  const told = parts.flatMap((part) => (part === undefined ? [] : [part]));
  if (told.length !== parts.length) return undefined;
  const joined = (half: 'now' | 'was') =>
    told.map((part) => [part.label, part[half]].filter((text) => text !== undefined).join(': ')).join('; ');
  return { now: joined('now'), was: joined('was') };
}

/** An index's name and table stand beside its definition already. */
function shorter(detail: string): string {
  return detail.replace(/CREATE (UNIQUE )?INDEX \S+ ON (?:ONLY )?\S+ USING /, (_whole, unique: string | undefined) =>
    unique === undefined ? '' : 'unique ',
  );
}

/** `public.` in front of each name tells nothing. */
function withoutDefaultSchema(name: string): string {
  return name.replace(/(^| on )public\./g, '$1');
}

/** `version=20260102 dirty=true`; values that differ from run to run are left out. */
export function fieldsText(row: Readonly<Record<string, unknown>>): string {
  return withoutMasked(
    Object.entries(row)
      .map(([name, value]) => `${name}=${valueText(value)}`)
      .join(' '),
  );
}

/** Times and the like are masked before states are compared (src/engines/postgres/snapshot-bookkeeping.ts): they tell nothing. */
function withoutMasked(text: string): string {
  return text.replace(/\s*\b\w+=\(differs from run to run\)/g, '').trim();
}

/** Where a history row stands, in words. */
export function historyWords({ now, standing }: StateRow): string {
  const there = now === 'there';
  switch (standing) {
    case 'done':
      return there ? 'Added' : 'Removed';
    case 'todo':
      return there ? 'Not removed yet' : 'Not there yet';
    case 'wrong':
      return there ? 'Only there now' : 'Only missing now';
  }
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
