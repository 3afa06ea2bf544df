import { type Catalog, relationKey, type Table } from '../model/catalog';
import type { Migration, Statement } from '../model/migration';
import type { Loss } from '../state/loss';
import { type Change, waitsFor } from './change';
import { catalogChanges } from './changes';
import { withFirstAttributes } from './comparable';
import { computedDown } from './computed';
import { concerned } from './concerned';
import { dataDown } from './down-data';
import { type DownPart, lostData, statement } from './down-part';
import { settingsDown } from './down-settings';
import { typesDown } from './down-types';
import { unseenDown } from './down-unseen';
import { untracedDown } from './down-untraced';
import { lostViews } from './lost-views';
import { spoken } from './names';
import { withOldTexts } from './renamed-back';
import { unfolded } from './unfolded';

/** A rollback made from what a migration does. */
export interface GeneratedDown {
  /** Statements with semicolons, in order. What can't be undone is an SQL comment, before the statement it belongs to or alone. */
  readonly statements: readonly string[];
  /** The same losses in words, one by one; empty when nothing is lost. */
  readonly irreversible: readonly string[];
  /** Rows and values that do not come back, by table; no columns: all its rows. */
  readonly losses: readonly Loss[];
  /** False when a part of the schema stays as the migration left it; `irreversible` says which. */
  readonly restoresSchema: boolean;
}

/**
 * The statements that undo a migration.
 * @param before the schema before it, which may be virtual and incomplete: what no earlier migration shows is not known.
 * @param after the schema after its statements were replayed on `before`.
 */
export function generateDown(migration: Migration, before: Catalog, after: Catalog): GeneratedDown {
  const [was, now] = concerned(
    before,
    after,
    migration.up.statements.map((statement) => statement.sent),
  );
  const statements = unfolded(migration.up.statements);
  const known = withFirstAttributes(withUnseenTables(was, now), now);
  const computed = computedDown(statements, known, now);
  const changes = catalogChanges(withOldTexts(known, now, statements), computed.target, {
    goal: 'before this migration',
    usingBack: computed.usingBack,
    concurrently: runsAlone(migration),
    isEmpty: () => false,
  });
  const losses = changes.flatMap((change) => change.loses?.loss ?? []);
  const parts = [
    ...dataDown(statements, known, now),
    ...typesDown(statements, known, computed.columns),
    ...computed.parts,
    ...exchangedDown(was, now),
    ...changes.map((change) => downOfChange(change, losses)),
    ...settingsDown(was, now),
    ...inheritanceDown(was, now),
    ...lostViews(statements, before),
    ...unseenDown(statements, was, now),
    ...untracedDown(statements, was),
  ];
  const short = !migration.up.statements.some((statement) => statement.sent.includes('public.'));
  return {
    statements: parts
      .map((part) => [...part.comments.map((comment) => `-- ${comment}`), ...part.text].join('\n'))
      .map((text) => (short ? withoutPublic(text) : text)),
    irreversible: parts.flatMap((part) => part.comments),
    losses: parts.flatMap((part) => part.losses ?? []),
    restoresSchema: !parts.some((part) => part.leavesSchema === true),
  };
}

function downOfChange(change: Change, losses: readonly Loss[]): DownPart {
  if (change.unknown !== undefined) return { comments: [change.unknown], text: [], leavesSchema: true };
  if (change.kind === 'restore values' || waitsFor(change, losses)) {
    return { comments: [`When the values are restored: ${change.text.replaceAll('\n', ' ')}`], text: [] };
  }
  const { loses, refills } = change;
  // Its rows are derived; what it showed before is nowhere.
  if (refills !== undefined) return { ...statement(change.text), losses: [{ table: refills }] };
  return loses === undefined ? statement(change.text) : { comments: [`Lost: ${loses.text}.`], text: [change.text], losses: [loses.loss] };
}

/** A table that was dropped and made again under its name: what is there now is changed back, and the rows are gone. */
function exchangedDown(before: Catalog, after: Catalog): DownPart[] {
  const kept = new Set(after.tables.map((table) => table.identity));
  const names = new Set(after.tables.map(relationKey));
  return before.tables
    .filter((table) => !kept.has(table.identity) && names.has(relationKey(table)))
    .map((table) =>
      lostData(`Lost: rows of ${spoken(table)}: restore them from a backup taken before the migration.`, { table: relationKey(table) }),
    );
}

/** NO INHERIT makes a parent's columns the table's own, and INHERIT does not take that back (manual, ALTER TABLE). */
function inheritanceDown(before: Catalog, after: Catalog): DownPart[] {
  return before.tables.flatMap((table) => {
    const now = after.tables.find((other) => other.identity === table.identity);
    const parents = (inherits: readonly string[] | undefined, catalog: Catalog) =>
      (inherits ?? []).map((key) => catalog.tables.find((other) => relationKey(other) === key)?.identity ?? key);
    const kept = parents(now?.inherits, after);
    if (now === undefined || parents(table.inherits, before).every((parent) => kept.includes(parent))) return [];
    const name = spoken(table);
    const text = `Not undone: columns of ${name} that it inherited stay its own, and stay when the parent's are dropped.`;
    return [{ comments: [text], text: [], leavesSchema: true }];
  });
}

/** A table that the migration alters, and no earlier one shows, was there: only what the migration did to it is known. */
function withUnseenTables(before: Catalog, after: Catalog): Catalog {
  const seen = new Set(before.tables.map((table) => table.identity));
  const unseen = after.tables
    .filter((table) => table.presumed === true && !seen.has(table.identity))
    .map((table): Table => ({ ...table, columns: [], constraints: [], indexes: [], triggers: [], policies: [] }));
  return unseen.length === 0 ? before : { ...before, tables: [...before.tables, ...unseen] };
}

/** CONCURRENTLY needs every statement to be sent by itself, outside a transaction; then the rollback runs so too. */
function runsAlone({ up }: Migration): boolean {
  const separate = up.execution.requests === 'per-statement' || up.statements.length === 1;
  return separate && !up.execution.wrapped && up.statements.some(isConcurrent);
}

function isConcurrent(statement: Statement): boolean {
  return statement.operations.some(
    (operation) =>
      (operation.kind === 'create index' && operation.index.concurrently) || (operation.kind === 'drop object' && operation.concurrently),
  );
}

/** The way the migration itself writes names. */
function withoutPublic(text: string): string {
  return text.replace(/(?<![\w".$'])public\.(?=["\w])/g, '');
}
