import { type Column, relationKey, type Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { unquoteIdentifier } from '../../../parse/mysql/identifiers';
import { tokensOf } from '../../../schema/mysql/tokens';
import type { DirtSituation, Met } from '../situation';

/** A table that was there before the migration, as the statement meets it. */
export interface OldTable extends Met {
  readonly old: Table;
}

/** Why no row of before is in a table that the migration makes. */
export const madeHere = 'The migration makes this table itself: no row of before is in it.';

/** The table of this name; undefined where no row of before is in it. */
export function meetOld(situation: DirtSituation, { schema, name }: ObjectName): OldTable | undefined {
  const current = situation.current.tables.find((table) => table.schema === (schema ?? '') && table.name === name);
  const old = current && situation.before.tables.find((table) => table.identity === current.identity);
  if (current === undefined || old === undefined || situation.bookkeeping.includes(relationKey(old))) return undefined;
  return { current, old };
}

/** Names of columns of MySQL are the same in any case. */
export function isNamed(column: Column, name: string): boolean {
  return column.name.toLowerCase() === name.toLowerCase();
}

/** What a column was called before; undefined when an earlier statement makes it. */
export function oldColumn({ current, old }: OldTable, name: string): Column | undefined {
  const column = current.columns.find((candidate) => isNamed(candidate, name));
  return column && old.columns.find((candidate) => candidate.identity === column.identity);
}

/** Columns of the table as it was before that a text of the migration names. */
export function columnsNamed(met: OldTable, text: string): readonly Column[] {
  const named = new Set(
    tokensOf(text).flatMap(({ kind, text: token }) => (kind === 'name' || kind === 'word' ? [unquoteIdentifier(token).toLowerCase()] : [])),
  );
  return met.current.columns.filter(({ name }) => named.has(name.toLowerCase())).flatMap(({ name }) => oldColumn(met, name) ?? []);
}

/** True when all columns are called what they were called before, so that a text of the statement means the same there. */
export function keepsNames(met: OldTable, columns: readonly Column[]): boolean {
  return columns.every(({ identity, name }) => met.current.columns.some((column) => column.identity === identity && column.name === name));
}
