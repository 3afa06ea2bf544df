import { Missing } from '../../../code/plain';
import { isRecord, recordOf } from '../plain-objects';

/** `insert(table, ['a'], [1])`, `insert(table, [{ a: 1 }])`, as `db-migrate-base/index.js` reads its arguments. */
export function insert(
  table: unknown,
  second: unknown,
  third: unknown,
  { quoted, text }: { readonly quoted: (name: string) => string; readonly text: (value: unknown) => string },
): string[] {
  if (Array.isArray(third)) {
    const rows = third.some(isRecord) ? third.map((row) => namesOf(second).map((name) => recordOf(row)[name])) : [third];
    return inserted(table, namesOf(second), rows, quoted, text);
  }
  const records = (Array.isArray(second) ? second : [second]).map(recordOf);
  const names = Object.keys(records[0] ?? {});
  return inserted(
    table,
    names,
    records.map((record) => names.map((name) => record[name])),
    quoted,
    text,
  );
}

function namesOf(names: unknown): string[] {
  if (Array.isArray(names)) return names.map(String);
  return Object.values(recordOf(names)).map(String);
}

function inserted(
  table: unknown,
  names: readonly string[],
  rows: readonly (readonly unknown[])[],
  quoted: (name: string) => string,
  text: (value: unknown) => string,
): string[] {
  if (names.length === 0 || rows.length === 0) return [];
  const tuples = rows.map((row) => `(${row.map(text).join(',')})`);
  return [`INSERT INTO ${quoted(String(table))} (${names.map(quoted).join(',')}) VALUES ${tuples.join(',')};`];
}

export function valueText(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

export function jsonText(value: unknown): string {
  return valueText(value instanceof Missing || value === undefined ? value : typeof value === 'string' ? value : JSON.stringify(value));
}
