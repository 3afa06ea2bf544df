import type { Constraint, Table } from '../../../model/catalog';
import { referencedColumns } from '../../../state/loss';

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly target: string;
  readonly targetColumns: readonly string[];
}

/** A table with what its foreign keys mean for the order in which tables are filled. */
export interface FillStep {
  readonly table: Table;
  /** Keys whose rows exist when the table is filled; those of most columns first. */
  readonly now: readonly ForeignKey[];
  /** Keys of a cycle, of the table to itself for one: NULL at first, filled in when all tables have rows. */
  readonly later: readonly ForeignKey[];
}

export function foreignKeysOf(table: Table): readonly ForeignKey[] {
  return table.constraints
    .filter(({ kind }) => kind === 'foreign key')
    .map((constraint: Constraint) => ({
      name: constraint.name,
      columns: constraint.columns,
      target: constraint.references ?? '',
      targetColumns: referencedColumns(constraint),
    }))
    .sort((a, b) => b.columns.length - a.columns.length);
}

/**
 * Tables in an order in which every table comes after those it refers to. Cycles are broken at a foreign key that may be NULL; where none
 * may, at the table with the fewest references that are still open.
 */
export function fillOrder(tables: readonly Table[]): readonly FillStep[] {
  const keys = new Map(tables.map((table) => [table.name, foreignKeysOf(table)]));
  const placed = new Set<string>();
  const waiting = [...tables];
  const steps: FillStep[] = [];
  const keysOf = (table: Table) => keys.get(table.name) ?? [];
  const open = (table: Table) => keysOf(table).filter(({ target }) => target === table.name || (keys.has(target) && !placed.has(target)));
  const blocking = (table: Table) => open(table).filter((key) => key.target !== table.name && !mayBeNull(table, key));
  while (waiting.length > 0) {
    const free = waiting.find((table) => open(table).every(({ target }) => target === table.name));
    const chosen = free ?? waiting.reduce((best, table) => (blocking(table).length < blocking(best).length ? table : best));
    const later = open(chosen);
    steps.push({ table: chosen, now: keysOf(chosen).filter((key) => !later.includes(key)), later });
    placed.add(chosen.name);
    waiting.splice(waiting.indexOf(chosen), 1);
  }
  return steps;
}

/** Can the key be left NULL: does one of its columns allow it? */
export function mayBeNull(table: Table, key: ForeignKey): boolean {
  return key.columns.some((name) => table.columns.find((column) => column.name === name)?.notNull === false);
}
