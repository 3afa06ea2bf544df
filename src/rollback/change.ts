import type { Engine } from '../model/engine';
import { isLost, type Loss } from '../state/loss';

/** One step of DDL on the way from one catalog to another. */
export interface Change {
  /** What is changed: `add column`, `drop index` ... */
  readonly kind: string;
  /** An imperative sentence. */
  readonly title: string;
  readonly why: string;
  /** One statement, ending in a semicolon; sometimes a few that belong together. */
  readonly text: string;
  /** False for what the server refuses inside a transaction block. */
  readonly transactional: boolean;
  /** Data that this step makes room for and can't bring back. */
  readonly loses?: { readonly text: string; readonly loss: Loss };
  /** A materialized view (`schema.name`) that this fills with what its query gives now, not with what it held. */
  readonly refills?: string;
  /** Set where the target is not known well enough to write the statement: what is missing. `text` is then no use. */
  readonly unknown?: string;
  /** It checks values of these columns of this table (`schema.table`), and fails while they are lost. */
  readonly needs?: CheckedValues;
  /** It checks values that nothing checked meanwhile: where the own ones were written over, or rows of the target are gone, it may fail. */
  readonly rechecks?: { readonly own: CheckedValues; readonly target?: CheckedValues | undefined };
}

export interface CheckedValues {
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * True when a change can't be made before what is lost has been restored.
 * @param overwritten what the migration did to rows, and the way back does not undo.
 */
export function waitsFor(change: Change, losses: readonly Loss[], overwritten: readonly Loss[] = []): boolean {
  const { needs, rechecks } = change;
  if (needs !== undefined && isLost(needs, losses)) return true;
  if (rechecks === undefined) return false;
  // Rows that are gone break no condition on what is left.
  const written = overwritten.filter(({ columns }) => columns !== undefined);
  return isLost(rechecks.own, written) || (rechecks.target !== undefined && isLost(rechecks.target, overwritten));
}

/** How a column is found in `ChangeOptions.usingBack`. */
export function columnIdentity(table: { readonly identity: string }, column: { readonly identity: string }): string {
  return `${table.identity}.${column.identity}`;
}

export interface ChangeOptions {
  /** Whose statements are written. Absent: PostgreSQL's. */
  readonly engine?: Engine;
  /** What the target is, for the reasons: `before the migration`. */
  readonly goal: string;
  /** Build and drop indexes of existing tables CONCURRENTLY: without blocking writes, and outside a transaction. */
  readonly concurrently: boolean;
  /** Tables (`schema.table` in `to`) known to have no rows: nothing is lost with them, and any column can be NOT NULL at once. */
  readonly isEmpty: (table: string) => boolean;
  /** Columns whose type has no cast back get their old type and no values: what they held is named as lost. */
  readonly giveUpRetyped?: boolean;
  /** The expression that gives a column its old values with its old type, where that is no cast; by `columnIdentity`. */
  readonly usingBack?: ReadonlyMap<string, string>;
  /** What the migration wrote over or took away, and the way back does not undo; MySQL and MariaDB check all rows for what comes. */
  readonly overwritten?: readonly Loss[];
  /** Columns for which another of their name was added, with values of its own: it is dropped for them; by `columnIdentity`. */
  readonly exchanged?: ReadonlySet<string>;
}

export function change(
  kind: string,
  title: string,
  why: string,
  statement: string,
  rest: Partial<Pick<Change, 'transactional' | 'refills' | 'loses' | 'needs' | 'rechecks' | 'unknown'>> = {},
): Change {
  return {
    kind,
    title,
    why,
    text: statement.endsWith(';') ? statement : `${statement};`,
    transactional: rest.transactional ?? true,
    ...rest,
  };
}
