import { type Catalog, relationKey, type Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import type { RecoveryStep } from '../model/simulation';
import type { State, TableData } from '../model/state';
import type { SqlWords } from '../rollback/dialect';
import { spoken, spokenKey } from '../rollback/names';
import { inOrderOfNeed } from '../rollback/order';
import { deletionOf, isNamed, writtenTables } from '../rollback/rows';
import { match } from '../state/match';
import { backup, type DataLoss } from './data-loss';
import { recoveryDialectOf } from './dialect';
import { evidenceOf, type TableEvidence } from './evidence';
import type { MovedRows } from './kept-elsewhere';
import { rowsBack } from './rows-back';
import { type RecoverySituation, sqlStep } from './situation';

/** What happened to the rows of tables that are in both states, beside what DDL does to them. */
export interface DataBack {
  /** Take back what can be told apart: constant rows that were inserted. */
  readonly steps: readonly RecoveryStep[];
  readonly losses: readonly DataLoss[];
}

/**
 * The way back for data. What is gone is found by comparing the states, whatever removed it: a statement, a trigger, a crash.
 * @param moved Rows that are put back from other tables: they are not lost.
 */
export function dataBack(situation: RecoverySituation, moved: readonly MovedRows[] = []): DataBack {
  const { migration, completed, before, partial } = situation;
  const done = migration.up.statements.filter((statement) => statement.index <= completed);
  const tables = new Map(match(before.catalog.tables, partial.catalog.tables, relationKey).pairs.map(([a, b]) => [b, a]));
  const differing = childrenFirst(differingTables(before, partial, tables));
  const evidence = new Map(evidenceOf(situation).map((entry) => [entry.table, entry]));
  const migrationText = migration.up.statements.map((statement) => statement.sent).join(';\n');
  const steps: RecoveryStep[] = [];
  const losses: DataLoss[] = [];
  for (const [table, difference] of differing) {
    const told = byStatements(situation, table, difference, done);
    const compared = withoutMoved(evidence.get(table), moved);
    const by = statementsOn(table, difference.original, done) || statementsOn(table, difference.original, upToInterrupted(situation));
    const isTold = told.losses.length === 0 && (compared === undefined || explains(compared, told.listed));
    const found = compared === undefined || isTold ? told : rowsBack(compared, by, migrationText);
    steps.push(...found.steps.filter((step) => !steps.some((known) => known.text === step.text)));
    losses.push(...found.losses);
  }
  return { steps, losses };
}

function withoutMoved(evidence: TableEvidence | undefined, moved: readonly MovedRows[]): TableEvidence | undefined {
  const back = moved.find(({ original }) => original === evidence?.original);
  if (evidence === undefined || back === undefined) return evidence;
  const keys = new Set(back.keys.map((key) => JSON.stringify(key)));
  return { ...evidence, removed: evidence.removed.filter((key) => !keys.has(JSON.stringify(key))) };
}

/** The interrupted statement may have left a half. */
function upToInterrupted({ migration, completed }: RecoverySituation): readonly Statement[] {
  return migration.up.statements.filter((statement) => statement.index <= completed + 1);
}

/** The rows that statements list are all that happened to the table. */
function explains(evidence: TableEvidence, listed: number): boolean {
  const changed = evidence.columns.some((column) => column.changed.length > 0);
  return evidence.added.length === listed && evidence.removed.length === 0 && !changed;
}

interface ToldBack extends DataBack {
  /** How many rows the deletions name. */
  readonly listed: number;
}

/** What the statements themselves tell: constant rows that they list. Holds on any database, whatever its rows. */
function byStatements(situation: RecoverySituation, table: Table, difference: Difference, done: readonly Statement[]): ToldBack {
  const { words } = recoveryDialectOf(situation.plan.engine);
  const written = withAncestors(table, situation.partial.catalog);
  const removed = done.some((statement) => statement.operations.some((operation) => removesRows(operation, table, difference.original)));
  const isSafe = removed || !metConflict(done, written, difference);
  const steps = isSafe ? done.toReversed().flatMap((statement) => written.flatMap((named) => deletionSteps(statement, named, words))) : [];
  const loss = lossOf(difference, table, done, steps.length === 0 ? 'none' : removed ? 'beside removed rows' : 'all');
  return { steps, losses: loss === undefined ? [] : [loss], listed: listedRows(done, written) };
}

/** Rows of a table that points to another one go before those that they point to. */
function childrenFirst(differing: readonly [Table, Difference][]): [Table, Difference][] {
  const ordered = inOrderOfNeed(
    differing.map((item) => ({
      item,
      key: relationKey(item[0]),
      needs: item[0].constraints.flatMap(({ references }) => (references === undefined ? [] : [references])),
    })),
  );
  return ordered.reverse();
}

/** A partition's rows are written through its parents too. */
function withAncestors(table: Table, catalog: Catalog): Table[] {
  const parent = catalog.tables.find((other) => relationKey(other) === table.partitionOf?.parent);
  return parent === undefined ? [table] : [table, ...withAncestors(parent, catalog)];
}

interface Difference {
  readonly original: Table;
  readonly old: TableData;
  readonly current: TableData;
  readonly columns: readonly { readonly name: string; readonly retyped: boolean }[];
}

/** Tables whose rows are others than before, in columns that both have. */
function differingTables(before: State, partial: State, tables: ReadonlyMap<Table, Table>): [Table, Difference][] {
  const then = new Map(before.data.map((data) => [data.table, data]));
  const now = new Map(partial.data.map((data) => [data.table, data]));
  const found: [Table, Difference][] = [];
  for (const [table, original] of tables) {
    const [old, current] = [then.get(relationKey(original)), now.get(relationKey(table))];
    if (old === undefined || current === undefined || old.rowsHash === current.rowsHash) continue;
    const columns = match(original.columns, table.columns, (column) => column.name, original.identity === table.identity)
      .pairs.filter(([a, b]) => b.generated === undefined && old.columnHashes?.[a.name] !== current.columnHashes?.[b.name])
      .map(([a, b]) => ({ name: a.name, retyped: a.type !== b.type }));
    if (columns.length > 0 || old.rowCount !== current.rowCount) found.push([table, { original, old, current, columns }]);
  }
  return found;
}

function lossOf(
  { original, old, current, columns }: Difference,
  table: Table,
  done: readonly Statement[],
  deletes: 'none' | 'all' | 'beside removed rows',
): DataLoss | undefined {
  const key = relationKey(original);
  const by = statementsOn(table, original, done);
  if (current.rowCount < old.rowCount) {
    const why =
      table.persistence === 'unlogged' && current.rowCount === 0
        ? 'a crash empties an unlogged table; load them again from where they came'
        : backup;
    return { text: `rows of ${spokenKey(key)}${by}: ${why}`, loss: { table: key }, doubtful: false };
  }
  // What deleting the inserted rows leaves is compared when the plan is executed: only then is it known whether a value was lost.
  if (deletes === 'beside removed rows')
    return { text: `rows of ${spokenKey(key)} that were removed${by}: ${backup}`, loss: { table: key }, doubtful: true };
  if (deletes === 'all') {
    const overwritten = columns.map((column) => column.name).filter((name) => isOverwritten(name, table, original, done));
    if (overwritten.length === 0) return undefined;
    const text = `values of ${overwritten.map((name) => `${spokenKey(key)}.${name}`).join(', ')}${by}: ${backup}`;
    return { text, loss: { table: key, columns: overwritten }, doubtful: true };
  }
  if (current.rowCount > old.rowCount) {
    const text = `rows that were added to ${spokenKey(key)}${by} stay: nothing tells them from the others; compare with a backup taken before the migration`;
    return { text, loss: { table: key }, doubtful: false };
  }
  const names = columns.map((column) => column.name);
  return {
    text: `values of ${names.map((name) => `${spokenKey(key)}.${name}`).join(', ')}${by}: ${backup}`,
    loss: { table: key, columns: names },
    doubtful: columns.every((column) => column.retyped),
  };
}

function removesRows(operation: Operation, table: Table, original: Table): boolean {
  const removes = operation.kind === 'delete' || operation.kind === 'truncate' || operation.kind === 'merge';
  return removes && writtenTables(operation).some((name) => isNamed(name, table) || isNamed(name, original));
}

/** Whether ON CONFLICT met a row that was there: fewer came than were listed, and nothing tells which. Such a row must not be deleted. */
function metConflict(done: readonly Statement[], written: readonly Table[], { old, current }: Difference): boolean {
  const inserts = done
    .flatMap((statement) => statement.operations)
    .flatMap((operation) => (operation.kind === 'insert' ? [operation] : []))
    .filter((operation) => written.some((table) => isNamed(operation.table, table)));
  return inserts.some(({ onConflict }) => onConflict !== 'none') && current.rowCount - old.rowCount < listedRows(done, written);
}

function listedRows(done: readonly Statement[], written: readonly Table[]): number {
  const inserts = done
    .flatMap((statement) => statement.operations)
    .flatMap((operation) => (operation.kind === 'insert' ? [operation] : []));
  return inserts
    .filter((operation) => written.some((table) => isNamed(operation.table, table)))
    .reduce((sum, { rows }) => sum + (rows?.length ?? 0), 0);
}

/** Whether a statement gave the column other values in rows that were there. What MERGE and ON CONFLICT change is not known. */
function isOverwritten(column: string, table: Table, original: Table, done: readonly Statement[]): boolean {
  return done.some((statement) =>
    statement.operations.some((operation) => {
      if (!writtenTables(operation).some((name) => isNamed(name, table) || isNamed(name, original))) return false;
      if (operation.kind === 'update') return operation.columns.includes(column);
      return operation.kind === 'merge' || (operation.kind === 'insert' && ['update', 'replace'].includes(operation.onConflict));
    }),
  );
}

/** ` (statement 3)`, ` (statements 3, 5)` where the statements that write to the table are known. */
function statementsOn(table: Table, original: Table, done: readonly Statement[]): string {
  const numbers = done
    .filter((statement) =>
      statement.operations.some((operation) => writtenTables(operation).some((name) => isNamed(name, table) || isNamed(name, original))),
    )
    .map((statement) => statement.index);
  return numbers.length === 0 ? '' : ` (${numbers.length === 1 ? 'statement' : 'statements'} ${numbers.join(', ')})`;
}

function deletionSteps(statement: Statement, table: Table, words: SqlWords): RecoveryStep[] {
  return statement.operations.flatMap((operation) => {
    if (operation.kind !== 'insert' || operation.rows === undefined || !isNamed(operation.table, table)) return [];
    const text = deletionOf(operation.columns, operation.rows, table, words);
    if (text === undefined) return [];
    return [
      sqlStep(
        `Delete the rows that statement ${statement.index} inserted into ${spoken(table)}`,
        operation.onConflict === 'none'
          ? 'They were not there before the migration.'
          : 'None of them was there before the migration in this simulation. Look first: where one was there already, it must stay.',
        text,
      ),
    ];
  });
}
