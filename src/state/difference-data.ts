import { relationKey } from '../model/catalog';
import type { StateDifference } from '../model/simulation';
import type { BookkeepingTable, State, TableData } from '../model/state';
import { canonical } from './canonical';
import { hasDocuments, innermost } from './fields';
import { match } from './match';
import { isBehind, isExplained, nextValue } from './sequences';

/** Tables whose rows differ; a renamed table is followed by its identity. Rows of a new or dropped table are told when it has any. */
export function dataDifferences(from: State, to: State): StateDifference[] {
  const renames = new Map(match(from.catalog.tables, to.catalog.tables, relationKey).pairs.map(([a, b]) => [relationKey(b), a]));
  const tables = new Map(to.catalog.tables.map((table) => [relationKey(table), table]));
  const earlier = new Map(from.data.map((data) => [data.table, data]));
  const differences: StateDifference[] = [];
  for (const data of to.data) {
    const oldTable = renames.get(data.table);
    const oldName = oldTable ? relationKey(oldTable) : data.table;
    const old = earlier.get(oldName);
    earlier.delete(oldName);
    const matched = match(oldTable?.columns ?? [], tables.get(data.table)?.columns ?? [], (column) => column.name);
    const columns = new Map(matched.pairs.map(([a, b]) => [b.name, a.name]));
    const sameColumns = matched.added.length + matched.removed.length === 0 && matched.pairs.every(([a, b]) => a.name === b.name);
    const table = tables.get(data.table);
    const detail = (table !== undefined && hasDocuments(table) && documentDetail(old, data)) || rowDetail(old, data, columns, sameColumns);
    if (detail !== undefined) differences.push({ kind: 'rows', name: data.table, change: 'changed', detail });
  }
  for (const data of earlier.values()) {
    if (data.rowCount > 0)
      differences.push({ kind: 'rows', name: data.table, change: 'removed', detail: `${rows(data.rowCount)} gone with the table` });
  }
  return differences;
}

/** Which fields differ in as many documents as before; undefined where that is not known, or nothing differs. */
function documentDetail(from: TableData | undefined, to: TableData): string | undefined {
  if (from?.columnHashes === undefined || to.columnHashes === undefined || from.rowCount !== to.rowCount) return undefined;
  const { columnHashes: before } = from;
  const { columnHashes: after } = to;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differing = innermost(names.filter((name) => before[name] !== after[name]));
  return differing.length === 0 ? undefined : `the values of ${[...differing].sort().join(', ')} differ`;
}

function rowDetail(
  from: TableData | undefined,
  to: TableData,
  columns: ReadonlyMap<string, string>,
  sameColumns: boolean,
): string | undefined {
  if (from === undefined) return to.rowCount === 0 ? undefined : `${rows(to.rowCount)} in the new table`;
  if (from.rowCount !== to.rowCount) {
    const more = to.rowCount - from.rowCount;
    return `${Math.abs(more)} ${more > 0 ? 'more' : 'fewer'}: ${rows(to.rowCount)}, was ${from.rowCount}`;
  }
  if (from.columnHashes !== undefined && to.columnHashes !== undefined) {
    const { columnHashes: before } = from;
    const { columnHashes: after } = to;
    const differing = Object.keys(after).filter((column) => {
      const earlier = before[columns.get(column) ?? column];
      return earlier !== undefined && earlier !== after[column];
    });
    if (differing.length > 0) return `the values of ${differing.sort().join(', ')} differ`;
  }
  // Where the set of columns differs, that is told with the columns.
  if (!sameColumns) return undefined;
  return from.rowsHash === to.rowsHash ? undefined : 'as many rows, with other values';
}

function rows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

/** After a crash a sequence may have jumped ahead by so many values, and by a few that were drawn and not used: nothing to tell. */
const usualJump = 32n;

/** Sequences that would give a value that is taken already, and those that moved back, or far ahead where the rows do not explain it. */
export function sequenceDifferences(from: State, to: State): StateDifference[] {
  const earlier = new Map(from.sequences.map((position) => [position.sequence, position]));
  const increments = new Map(to.catalog.sequences.map((sequence) => [relationKey(sequence), BigInt(sequence.increment)]));
  return to.sequences.flatMap((position): StateDifference[] => {
    const old = earlier.get(position.sequence);
    if (old === undefined) return [];
    const increment = increments.get(position.sequence) ?? 1n;
    const tell = (detail: string): StateDifference[] => [{ kind: 'sequence', name: position.sequence, change: 'changed', detail }];
    if (isBehind(position, increment) !== isBehind(old, increment)) {
      const standing = `next value ${nextValue(position, increment)}, greatest in use ${position.greatestInUse ?? 'none'}`;
      return tell(isBehind(position, increment) ? `behind its column: ${standing}` : `no longer behind its column: ${standing}`);
    }
    const steps = (nextValue(position, increment) - nextValue(old, increment)) / (increment === 0n ? 1n : increment);
    const explained = isExplained(position, nextValue(old, increment), nextValue(position, increment));
    if (explained || (steps >= 0n && steps <= usualJump)) return [];
    return tell(`next value ${nextValue(position, increment)}, was ${nextValue(old, increment)}`);
  });
}

export function bookkeepingDifferences(from: State, to: State): StateDifference[] {
  const earlier = new Map(from.bookkeeping.map((history) => [history.table, history]));
  const later = new Map(to.bookkeeping.map((history) => [history.table, history]));
  return [...new Set([...earlier.keys(), ...later.keys()])].flatMap((table) => {
    const old = rowTexts(earlier.get(table));
    const now = rowTexts(later.get(table));
    return [
      ...without(old, now).map((row): StateDifference => ({ kind: 'bookkeeping', name: table, change: 'removed', detail: row })),
      ...without(now, old).map((row): StateDifference => ({ kind: 'bookkeeping', name: table, change: 'added', detail: row })),
    ];
  });
}

function rowTexts(history: BookkeepingTable | undefined): string[] {
  return (history?.rows ?? []).map((row) =>
    Object.entries(row)
      .map(([column, value]) => `${column}=${typeof value === 'string' ? value : canonical(value)}`)
      .join(' '),
  );
}

/** `list` less `taken`, as heaps. */
function without(list: readonly string[], taken: readonly string[]): string[] {
  const rest = [...taken];
  return list.filter((text) => {
    const place = rest.indexOf(text);
    if (place >= 0) rest.splice(place, 1);
    return place < 0;
  });
}

export function sessionDifferences(from: State, to: State): StateDifference[] {
  const known = new Set(from.sessions.map((session) => session.pid));
  const sessions = to.sessions
    .filter((session) => !known.has(session.pid))
    .map((session): StateDifference => {
      const locks = session.locks.map((lock) => `${lock.mode} on ${lock.relation}`).join(', ');
      return {
        kind: 'session',
        name: 'migration',
        change: 'added',
        detail: `still connected, ${session.state}${locks === '' ? '' : `, holding ${locks}`}`,
      };
    });
  const prepared = to.preparedTransactions
    .filter((name) => !from.preparedTransactions.includes(name))
    .map((name): StateDifference => ({ kind: 'prepared transaction', name, change: 'added', detail: 'neither committed nor rolled back' }));
  return [...sessions, ...prepared];
}
