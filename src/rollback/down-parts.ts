import { type Catalog, relationKey, type Table } from '../model/catalog';
import type { Loss } from '../state/loss';
import { type Change, waitsFor } from './change';
import { type DownPart, lostData, statement } from './down-part';
import { spoken } from './names';

/** A rollback made from what a migration does. */
export interface GeneratedDown {
  /** Statements with semicolons, in order. What can't be undone is a comment, before the statement it belongs to or alone. */
  readonly statements: readonly string[];
  /** The same losses in words, one by one; empty when nothing is lost. */
  readonly irreversible: readonly string[];
  /** Rows and values that do not come back, by table; no columns: all its rows. */
  readonly losses: readonly Loss[];
  /** False when a part of the schema stays as the migration left it; `irreversible` says which. */
  readonly restoresSchema: boolean;
}

/**
 * The rollback of these parts, in their order.
 * @param mark what a comment begins with.
 */
export function generatedDown(
  parts: readonly DownPart[],
  written: (text: string) => string = (text) => text,
  mark: '--' | '//' = '--',
): GeneratedDown {
  return {
    statements: parts
      .map((part) => written([...part.comments.map((comment) => `${mark} ${comment}`), ...part.text].join('\n')))
      .filter((text) => text !== ''),
    irreversible: parts.flatMap((part) => part.comments),
    losses: parts.flatMap((part) => part.losses ?? []),
    restoresSchema: !parts.some((part) => part.leavesSchema === true),
  };
}

/** What is not there at all until it can come; other changes wait with the check of what is there (`maskLost`). */
const comesWhole = new Set(['add constraint', 'change type', 'create index']);

/** @param overwritten what the migration did to rows, and the rollback does not undo. */
export function downOfChange(change: Change, losses: readonly Loss[], overwritten: readonly Loss[] = []): DownPart {
  if (change.unknown !== undefined) return { comments: [change.unknown], text: [], leavesSchema: true };
  if (change.kind === 'restore values' || waitsFor(change, losses, overwritten)) {
    const leavesSchema = comesWhole.has(change.kind);
    return {
      comments: [`When the values are restored: ${change.text.replaceAll('\n', ' ')}`],
      text: [],
      ...(leavesSchema && { leavesSchema }),
    };
  }
  const { loses, refills } = change;
  // Its rows are derived; what it showed before is nowhere.
  if (refills !== undefined) return { ...statement(change.text), losses: [{ table: refills }] };
  return loses === undefined ? statement(change.text) : { comments: [`Lost: ${loses.text}.`], text: [change.text], losses: [loses.loss] };
}

/**
 * A table that was dropped and made again under its name: what is there now is changed back, and the rows are gone.
 * @param isApart where it goes instead: the loss is told with the table that comes for it.
 */
export function exchangedDown(before: Catalog, after: Catalog, isApart: (now: Table, old: Table) => boolean = () => false): DownPart[] {
  const kept = new Set(after.tables.map((table) => table.identity));
  const present = new Map(after.tables.map((table) => [relationKey(table), table]));
  return before.tables
    .filter((table) => {
      const now = present.get(relationKey(table));
      return !kept.has(table.identity) && now?.kind === table.kind && !isApart(now, table);
    })
    .map((table) =>
      lostData(`Lost: rows of ${spoken(table)}: restore them from a backup taken before the migration.`, { table: relationKey(table) }),
    );
}

/** A table that the migration alters, and no earlier one shows, was there: only what the migration did to it is known. */
export function withUnseenTables(before: Catalog, after: Catalog): Catalog {
  const seen = new Set(before.tables.map((table) => table.identity));
  const unseen = after.tables
    .filter((table) => table.presumed === true && !seen.has(table.identity))
    .map((table): Table => ({ ...table, columns: [], constraints: [], indexes: [], triggers: [], policies: [] }));
  return unseen.length === 0 ? before : { ...before, tables: [...before.tables, ...unseen] };
}
