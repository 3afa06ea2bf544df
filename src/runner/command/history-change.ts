import { isClock } from '../../engines/bookkeeping';
import type { HistoryColumn, HistoryTable, HistoryValues, HistoryWriting } from '../../engines/command/history';
import { relationKey } from '../../model/catalog';

/** A tool's table, and what one undisturbed run of the command did to it. */
export interface HistoryChange {
  /** `schema.table`. */
  readonly key: string;
  readonly role: 'history' | 'lock';
  readonly writing: HistoryWriting;
  /** As it is after the run. */
  readonly table: HistoryTable;
  /** The run made it. */
  readonly isNew: boolean;
  /** Columns that tell one row from another, and are the same however often the migration is tried. */
  readonly telling: readonly string[];
  readonly added: readonly HistoryValues[];
  readonly removed: readonly HistoryValues[];
  readonly rowsBefore: readonly HistoryValues[];
  /** Of a lock table: its rows when nobody is migrating. */
  readonly resting: readonly HistoryValues[];
}

export function historyChange(
  before: HistoryTable | undefined,
  after: HistoryTable,
  role: HistoryChange['role'],
  /** Columns that say nothing of a migration; undefined for a table of a tool that is not known. */
  known: readonly string[] | undefined,
  writing: HistoryWriting,
): HistoryChange {
  const stable = after.columns.filter((column) => !column.isGiven && !isClock(column));
  const named = known === undefined ? keysAndMarks(stable) : stable.filter(({ name }) => !known.includes(name));
  const telling = (named.length > 0 ? named : stable.length > 0 ? stable : after.columns).map(({ name }) => name);
  const rowsBefore = before?.rows ?? [];
  return {
    key: relationKey(after),
    role,
    writing,
    table: after,
    isNew: before === undefined,
    telling,
    added: without(after.rows, rowsBefore, telling),
    removed: without(rowsBefore, after.rows, telling),
    rowsBefore,
    resting: before?.rows ?? after.rows,
  };
}

/** Of an unknown table: what names a migration, and what says whether it went well. Without a key of its own every column counts. */
function keysAndMarks(columns: readonly HistoryColumn[]): readonly HistoryColumn[] {
  if (!columns.some(({ isKey }) => isKey)) return columns.filter(({ name }) => !/^batch/i.test(name));
  return columns.filter(
    ({ name, type, isKey }) => isKey || type === 'boolean' || /status|state|success|fail|dirty|hash|checksum|locked/i.test(name),
  );
}

/** The rows that are not among the others, each of these answering for one. */
function without(rows: readonly HistoryValues[], others: readonly HistoryValues[], telling: readonly string[]): HistoryValues[] {
  const left = others.map((row) => rowKey(row, telling));
  return rows.filter((row) => {
    const at = left.indexOf(rowKey(row, telling));
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

/** A row by the columns that count, alike for values as the server writes them and as a driver reads them. */
export function rowKey(row: Readonly<Record<string, unknown>>, telling: readonly string[]): string {
  return JSON.stringify(telling.map((name) => plainValue(row[name])));
}

export function plainValue(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Deletes these rows, by what they are about and not by whether it succeeded: a row that says "failed" goes too. */
export function deletions({ table, telling, writing }: HistoryChange, rows: readonly HistoryValues[]): readonly string[] {
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
  const keys = table.columns.filter(({ name, isKey }) => isKey && telling.includes(name)).map(({ name }) => name);
  const columns = (keys.length > 0 ? keys : telling).filter((name) => types.get(name) !== 'boolean');
  return rows.map((row) => {
    const conditions = columns.flatMap((name) =>
      row[name] == null ? [] : [`${writing.identifier(name)} = ${writing.literal(row[name], types.get(name))}`],
    );
    return `DELETE FROM ${writing.name(table)}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`};`;
  });
}

/** Inserts these rows as the tool wrote them; numbers that the server gives are given anew, and a time is now. */
export function insertions({ table, writing }: HistoryChange, rows: readonly HistoryValues[]): readonly string[] {
  const columns = table.columns.filter(({ isGiven }) => !isGiven);
  const names = columns.map(({ name }) => writing.identifier(name)).join(', ');
  return rows.map((row) => {
    const values = columns.map((column) => {
      const value = row[column.name];
      return value != null && /^timestamp/.test(column.type) ? 'now()' : writing.literal(value, column.type);
    });
    return `INSERT INTO ${writing.name(table)} (${names}) VALUES (${values.join(', ')});`;
  });
}

/** Sets a lock table to how it is when nobody is migrating. */
export function release({ table, telling, resting, writing }: HistoryChange): readonly string[] {
  const [row] = resting;
  if (row === undefined) return [`DELETE FROM ${writing.name(table)};`];
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
  const keys = new Set(table.columns.filter(({ isKey }) => isKey).map(({ name }) => name));
  const free = telling.filter((name) => !keys.has(name));
  const clocks = table.columns.filter((column) => isClock(column) && row[column.name] == null).map(({ name }) => name);
  const assignments = [...free, ...clocks].map((name) => `${writing.identifier(name)} = ${writing.literal(row[name], types.get(name))}`);
  if (resting.length > 1 || assignments.length === 0) return [];
  const differs = free.map((name) => writing.differ(writing.identifier(name), writing.literal(row[name], types.get(name))));
  return [`UPDATE ${writing.name(table)} SET ${assignments.join(', ')}${differs.length === 0 ? '' : ` WHERE ${differs.join(' OR ')}`};`];
}

/** Statements that only work when the table is there, or only when it is not. A table that was there before needs no such care. */
export function guarded({ table, isNew, writing }: HistoryChange, texts: readonly string[], when: 'there' | 'missing'): readonly string[] {
  return !isNew || texts.length === 0 ? texts : writing.guarded(table, texts, when);
}
