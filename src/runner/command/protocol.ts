import { maskedValue } from '../../engines/bookkeeping';
import { historyStep } from '../../frameworks/history';
import type { RunProtocol, RunStep } from '../../model/run-protocol';
import type { RecoveryStep } from '../../model/simulation';
import type { BookkeepingTable } from '../../model/state';
import { deletions, guarded, type HistoryChange, insertions, plainValue, release, rowKey } from './history-change';

/** What a tool was seen to do around a migration. */
export interface SeenProtocol {
  readonly tool: string;
  readonly steps: readonly RunStep[];
  readonly changes: readonly HistoryChange[];
  /** Schemas that the run made for these tables. */
  readonly schemas: readonly string[];
  /** Per table that the run made: what made it, in order. */
  readonly setup: ReadonlyMap<string, readonly string[]>;
}

/** The run protocol of a tool, derived from what one undisturbed run of it sent and left in its tables. */
export function seenProtocol(seen: SeenProtocol): RunProtocol {
  const { changes } = seen;
  const histories = changes.filter(({ role, added, removed }) => role === 'history' && added.length + removed.length > 0);
  return {
    bookkeepingTables: changes.map(({ key }) => key),
    bookkeepingSchemas: seen.schemas,
    setup: [],
    steps: () => seen.steps,
    onError: () => [],
    markApplied: () => [...recordSteps(seen, histories), ...releaseSteps(seen)],
    markNotApplied: () => [...removeSteps(seen, histories), ...releaseSteps(seen)],
    release: () => releaseSteps(seen),
    recorded: (_, tables) => recorded(histories, tables),
    normalHistory: (tables) => normalHistory(changes, tables),
  };
}

function recordSteps({ tool, setup }: SeenProtocol, histories: readonly HistoryChange[]): RecoveryStep[] {
  return histories.map((change) =>
    historyStep(
      change.writing.language,
      `Record in ${change.key} what was applied`,
      `${tool} runs again what is not recorded there. These are the entries that it writes itself.`,
      [
        ...guarded(change, setup.get(change.key) ?? [], 'missing'),
        ...deletions(change, [...change.removed, ...change.added]),
        ...insertions(change, change.added),
      ].join('\n'),
    ),
  );
}

function removeSteps({ tool }: SeenProtocol, histories: readonly HistoryChange[]): RecoveryStep[] {
  return histories.map((change) =>
    historyStep(
      change.writing.language,
      `Take out of ${change.key} what this command records`,
      `Without these entries ${tool} runs the migration again.`,
      guarded(
        change,
        [...deletions(change, change.added), ...deletions(change, change.removed), ...insertions(change, change.removed)],
        'there',
      ).join('\n'),
    ),
  );
}

function releaseSteps({ tool, changes }: SeenProtocol): RecoveryStep[] {
  return changes
    .filter((change) => change.role === 'lock' && release(change).length > 0)
    .map((change) =>
      historyStep(
        change.writing.language,
        `Release the lock in ${change.key}`,
        `${tool} refuses to run while somebody seems to be migrating. Make sure that nobody is.`,
        guarded(change, release(change), 'there').join('\n'),
      ),
    );
}

type Tables = readonly BookkeepingTable[];

function recorded(histories: readonly HistoryChange[], tables: Tables): 'applied' | 'failed' | 'absent' | 'none' {
  if (histories.length === 0) return 'none';
  const rowsIn = (change: HistoryChange) => tables.find(({ table }) => table === change.key)?.rows ?? [];
  const applied = histories.every((change) => {
    const rows = rowsIn(change);
    const isThere = (row: Readonly<Record<string, unknown>>) => rows.some((candidate) => same(candidate, row, change.telling));
    return change.added.every(isThere) && !change.removed.some(isThere);
  });
  if (applied) return 'applied';
  const strange = histories.some((change) => {
    const known = [...change.rowsBefore, ...change.added];
    return rowsIn(change).some((row) => !known.some((other) => same(row, other, change.telling)));
  });
  return strange ? 'failed' : 'absent';
}

/** `found` as a capture has it, in which values that differ from run to run are masked: these may be any. */
function same(found: Readonly<Record<string, unknown>>, known: Readonly<Record<string, unknown>>, telling: readonly string[]): boolean {
  return telling.every((name) => found[name] === maskedValue || plainValue(found[name]) === plainValue(known[name]));
}

/**
 * A history without what says nothing about the migration: counters and batches, tables without rows, and a lock table at rest. So the state
 * before a tool has ever run, and the one in which it has made its tables and nothing else, are one.
 */
function normalHistory(changes: readonly HistoryChange[], tables: Tables): Tables {
  return tables.flatMap((table) => {
    const change = changes.find(({ key }) => key === table.table);
    if (change === undefined) return [table];
    const clocks =
      change.role === 'history' ? change.table.columns.filter(({ type }) => /^timestamp/.test(type)).map(({ name }) => name) : [];
    const kept = new Set([...change.telling, ...clocks]);
    const rows = table.rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => kept.has(name))));
    const atRest = change.role === 'lock' && isResting(change, rows);
    return rows.length === 0 || atRest ? [] : [{ table: table.table, rows: sorted(rows) }];
  });
}

function isResting({ resting, telling }: HistoryChange, rows: readonly Readonly<Record<string, unknown>>[]): boolean {
  const keys = (some: readonly Readonly<Record<string, unknown>>[]) => some.map((row) => rowKey(row, telling)).sort();
  return JSON.stringify(keys(rows)) === JSON.stringify(keys(resting));
}

function sorted(rows: readonly Readonly<Record<string, unknown>>[]): readonly Readonly<Record<string, unknown>>[] {
  return rows
    .map((row) => ({ row, key: JSON.stringify(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
}
