import { isClock } from '../../engines/bookkeeping';
import type { HistoryColumn, HistoryTable, HistoryValue, HistoryValues, HistoryWriting } from '../../engines/command/history';
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
  const keys = table.columns.filter(({ name, isKey }) => isKey && telling.includes(name));
  const columns = (keys.length > 0 ? keys : columnsNamed(table, telling)).filter(({ type }) => type !== 'boolean');
  return rows.map((row) =>
    writing.deletion(
      table,
      valuesIn(row, columns).filter(({ value }) => value != null),
    ),
  );
}

/** Inserts these rows as the tool wrote them; numbers that the server gives are given anew, and a time is now. */
export function insertions({ table, writing }: HistoryChange, rows: readonly HistoryValues[]): readonly string[] {
  const columns = table.columns.filter(({ isGiven }) => !isGiven);
  return rows.map((row) => writing.insertion(table, valuesIn(row, columns)));
}

/** Sets a lock table to how it is when nobody is migrating. */
export function release({ table, telling, resting, writing }: HistoryChange): readonly string[] {
  const [row] = resting;
  if (row === undefined) return [writing.deletion(table, [])];
  const free = columnsNamed(table, telling).filter(({ isKey }) => !isKey);
  const clocks = table.columns.filter((column) => isClock(column) && row[column.name] == null);
  const assigned = valuesIn(row, [...free, ...clocks]);
  if (resting.length > 1 || assigned.length === 0) return [];
  return [writing.update(table, assigned, valuesIn(row, free))];
}

/** In the order of the names. */
function columnsNamed({ columns }: HistoryTable, names: readonly string[]): readonly HistoryColumn[] {
  return names.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

function valuesIn(row: HistoryValues, columns: readonly HistoryColumn[]): readonly HistoryValue[] {
  return columns.map((column) => ({ column, value: row[column.name] }));
}

/** Statements that only work when the table is there, or only when it is not. A table that was there before needs no such care. */
export function guarded({ table, isNew, writing }: HistoryChange, texts: readonly string[], when: 'there' | 'missing'): readonly string[] {
  return !isNew || texts.length === 0 ? texts : writing.guarded(table, texts, when);
}
