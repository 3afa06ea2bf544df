import type { FillTable, ForeignKey } from './catalog';

/** A table with what its foreign keys mean for the order in which tables are filled. */
export interface FillStep {
  readonly table: FillTable;
  /** Keys whose rows exist when the table is filled. */
  readonly now: readonly ForeignKey[];
  /** Keys of a cycle, of the table to itself for one: NULL at first, filled in when all tables have rows. */
  readonly later: readonly ForeignKey[];
}

/**
 * Tables in an order in which every table comes after those it refers to. Cycles are broken at a foreign key that may be NULL; where
 * none may, at the table with the fewest references that are still open, which then gets no rows.
 */
export function fillOrder(tables: readonly FillTable[]): readonly FillStep[] {
  const placed = new Set<number>();
  const waiting = [...tables];
  const steps: FillStep[] = [];
  const known = new Set(tables.map((table) => table.oid));
  const open = (table: FillTable) =>
    table.foreignKeys.filter((key) => key.target === table.oid || (known.has(key.target) && !placed.has(key.target)));
  const blocking = (table: FillTable) => open(table).filter((key) => key.target !== table.oid && !mayBeNull(table, key));
  while (waiting.length > 0) {
    const free = waiting.find((table) => open(table).every((key) => key.target === table.oid));
    const chosen = free ?? waiting.reduce((best, table) => (blocking(table).length < blocking(best).length ? table : best));
    const later = open(chosen);
    steps.push({ table: chosen, now: chosen.foreignKeys.filter((key) => !later.includes(key)), later });
    placed.add(chosen.oid);
    waiting.splice(waiting.indexOf(chosen), 1);
  }
  return steps;
}

/** Can the key be left NULL: does one of its columns allow it? (MATCH SIMPLE; for MATCH FULL all are set to NULL.) */
export function mayBeNull(table: FillTable, key: ForeignKey): boolean {
  return key.columns.some((name) => {
    const column = table.columns.find((each) => each.name === name);
    return column !== undefined && !column.notNull && !column.form.domainNotNull;
  });
}
