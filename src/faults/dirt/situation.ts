import { type Catalog, type Column, relationKey, type Table } from '../../model/catalog';
import type { EngineName } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { ObjectName } from '../../model/operation';
import { namesIn, renameIdentifier } from '../../schema/definitions';
import { findTable, type SearchedCatalog } from '../../schema/lookup';

/** What is known when the rows are looked for on which one statement fails. */
export interface DirtSituation {
  /** PostgreSQL where it is not said. */
  readonly engine?: EngineName;
  readonly statement: Statement;
  /** The statements of the migration before it. */
  readonly earlier: readonly Statement[];
  /** The schema into which the rows are put. */
  readonly before: Catalog;
  /** The schema as the statement meets it: `before`, and the earlier statements replayed on it. */
  readonly current: SearchedCatalog;
  /** `schema.table` of the framework's own tables: nothing is put into those. */
  readonly bookkeeping: readonly string[];
}

/** A table as the statement meets it, with what it was before. */
export interface Met {
  readonly current: Table;
  /** Absent when an earlier statement of the migration makes it. */
  readonly old?: Table;
}

export function meet(situation: DirtSituation, name: ObjectName): Met | undefined {
  const current = findTable(situation.current, name);
  if (current === undefined) return undefined;
  const old = situation.before.tables.find((table) => table.identity === current.identity);
  return old === undefined || situation.bookkeeping.includes(relationKey(old)) ? { current } : { current, old };
}

/** What a column was called before; undefined when an earlier statement makes it. */
export function oldColumn({ current, old }: Met, name: string): Column | undefined {
  const column = current.columns.find((candidate) => candidate.name === name);
  return column && old?.columns.find((candidate) => candidate.identity === column.identity);
}

/** An expression of the statement in the names of before. */
export function inOldNames(met: Met, expression: string): string {
  return met.current.columns.reduce((text, column) => {
    const old = oldColumn(met, column.name);
    if (old === undefined || old.name === column.name) return text;
    return renameIdentifier(text, column.name, old.name);
  }, expression);
}

/** Columns of the table, as it was before, that a text of the migration names by what they are called then. */
export function columnsNamed(met: Met, text: string): readonly Column[] {
  const candidates = met.current.columns.map(({ name }) => name);
  return namesIn(text, candidates).flatMap((name) => oldColumn(met, name) ?? []);
}

/** Tables of before that texts of the migration name, whatever they are called then. */
export function tablesNamed(situation: DirtSituation, text: string): readonly (Met & { readonly old: Table })[] {
  const candidates = situation.current.tables.map(({ name }) => name);
  const named = new Set(namesIn(text, candidates));
  return situation.current.tables.flatMap((current) => {
    const old = situation.before.tables.find((table) => table.identity === current.identity);
    if (old === undefined || !named.has(current.name) || situation.bookkeeping.includes(relationKey(old))) return [];
    return [{ current, old }];
  });
}
