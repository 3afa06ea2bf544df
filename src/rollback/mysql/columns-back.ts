import type { Catalog, Column, Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import { quoteIdentifier } from '../../parse/mysql/identifiers';
import { columnType } from '../../plan/mysql/column-type';
import { narrowing as typeNarrowing } from '../../plan/mysql/narrowing';
import { leavesNoneOut } from '../../schema/copied-values';
import { copyingAssignments } from '../../schema/mysql/assignments';
import { columnLine } from '../../schema/mysql/show-create';
import { type DownPart, statement as undo } from '../down-part';
import { columnNamed, isNamed, writtenTables } from '../rows';
import { sqlName } from './names';
import { narrowing } from './narrowing';
import { mysqlRows } from './row-copy';

/** Columns that the migration dropped, and whose values it had copied to where they are found. */
export interface ColumnsBack {
  /** ALTER and UPDATE, before all else that changes these tables. */
  readonly parts: readonly DownPart[];
  /** The schema behind them. */
  readonly catalog: Catalog;
}

/** A column with the expression that gives its values. */
interface Copy {
  readonly column: Column;
  readonly from: string;
  /** What the UPDATE joins: nothing where the values lie in the same table. */
  readonly join: string;
}

/** A table before the migration, as it is at the end, and its columns that are not there any more. */
interface Losing {
  readonly table: Table;
  readonly now: Table;
  readonly lost: readonly Column[];
}

/**
 * Columns come back with their values where the migration copied these to another column of the table, or to a table of its own, each beside
 * the key of its row. They are added and filled first; what held the values goes with the rest.
 *
 * @param steps the schema before each of the statements.
 */
export function columnsBack(
  statements: readonly Statement[],
  steps: readonly Catalog[],
  before: Catalog,
  after: Catalog,
  engine: Engine,
): ColumnsBack {
  let tables = after.tables;
  const parts: DownPart[] = [];
  for (const table of before.tables) {
    const now = after.tables.find(({ identity }) => identity === table.identity);
    if (now === undefined || table.complete === false || now.triggers.some(firesOnUpdate)) continue;
    const lost = lostColumns(table, now);
    const losing: Losing = { table, now, lost };
    const copies = lost.flatMap(
      (column) => beside(column, losing, statements, steps, engine) ?? apart(column, losing, statements, steps, before, after) ?? [],
    );
    if (copies.length === 0) continue;
    const filled = withColumns(losing, copies);
    tables = tables.map((each) => (each === now ? filled.table : each));
    parts.push(...filled.clauses(engine).map(undo), ...updates(now, copies).map(undo));
  }
  return { parts, catalog: { ...after, tables } };
}

/** The server keeps no way to switch one off (manual, Trigger Syntax): it would take the return of values for a change. */
const firesOnUpdate = ({ definition }: Table['triggers'][number]) => /\bUPDATE\s+ON\b/i.test(definition);

function lostColumns(table: Table, now: Table): Column[] {
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  return table.columns.filter(
    ({ identity, name, generated, identityKind }) =>
      generated === undefined &&
      identityKind === undefined &&
      !key.includes(name) &&
      !now.columns.some((column) => column.identity === identity || column.name.toLowerCase() === name.toLowerCase()),
  );
}

/** `UPDATE t SET new = old`, and nothing wrote the new one afterwards. */
function beside(
  column: Column,
  { table, now }: Losing,
  statements: readonly Statement[],
  steps: readonly Catalog[],
  engine: Engine,
): Copy | undefined {
  for (const [place, { sent, operations }] of statements.entries()) {
    const then = steps[place]?.tables.find(({ identity }) => identity === table.identity);
    const write = operations.find((operation) => operation.kind === 'update' && then !== undefined && isNamed(operation.table, then));
    // IGNORE takes what comes nearest, and a LIMIT leaves rows out.
    if (then === undefined || write?.kind !== 'update' || write.ignore === true || operations.length > 1 || /\blimit\b/i.test(sent))
      continue;
    for (const assignment of copyingAssignments(sent, engine)) {
      const source = then.columns.find(({ name }) => name === columnNamed(assignment.value, then));
      const target = then.columns.find(({ name }) => name === columnNamed(assignment.column, then));
      const copy = now.columns.find(({ identity }) => identity === target?.identity);
      if (source?.identity !== column.identity || target === undefined || copy === undefined) continue;
      if (table.columns.some(({ identity }) => identity === target.identity) || !keeps(column, copy, table, now)) continue;
      const where = write.where?.replaceAll('`', '').toLowerCase();
      if (!leavesNoneOut(where, source.name.toLowerCase(), target.name.toLowerCase())) continue;
      if (where !== undefined && column.default !== undefined) continue;
      if (isWritten(statements.slice(place + 1), steps.slice(place + 1), table, target)) continue;
      return { column, from: inTable(now, copy.name), join: '' };
    }
  }
  return undefined;
}

/** `INSERT INTO made (k, v) SELECT id, old FROM t`: nothing else fills the table, or changes it. */
function apart(
  column: Column,
  { table, now }: Losing,
  statements: readonly Statement[],
  steps: readonly Catalog[],
  before: Catalog,
  after: Catalog,
): Copy | undefined {
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  if (key.length === 0) return undefined;
  for (const [place, { sent }] of statements.entries()) {
    const copy = mysqlRows.copyIn(sent);
    const then = steps[place]?.tables ?? [];
    const source = copy && then.find((each) => isNamed(copy.from, each));
    const made = copy && after.tables.find((each) => isNamed(copy.into, each));
    if (copy === undefined || made === undefined || source?.identity !== table.identity || copy.makesTable) continue;
    if (before.tables.some(({ identity }) => identity === made.identity) || copy.read.includes('*')) continue;
    // What the condition leaves out has no value.
    if (!leavesNoneOut(copy.where, column.name.toLowerCase(), '')) continue;
    if (copy.where !== undefined && column.default !== undefined) continue;
    const listed = copy.listed.length === 0 ? made.columns.map(({ name }) => name) : copy.listed.map((name) => columnNamed(name, made));
    const targetOf = (name: string) => listed[copy.read.findIndex((read) => columnNamed(read, source) === name)];
    const target = made.columns.find(({ name }) => name === targetOf(column.name));
    const pairs = key.map((name) => [name, targetOf(name)] as const);
    if (target === undefined || pairs.some(([, other]) => other === undefined) || !keeps(column, target, table, made)) continue;
    if (statements.some((other, at) => at !== place && touches(other, steps[at], made))) continue;
    const same = pairs.map(([name, other]) => `${inTable(made, other ?? '')} = ${inTable(now, name)}`).join(' AND ');
    return { column, from: inTable(made, target.name), join: ` JOIN ${sqlName(made)} ON ${same}` };
  }
  return undefined;
}

/** Does the one type hold each value of the other as it is, and give it back so? */
function keeps(from: Column, to: Column, fromTable: Table, toTable: Table): boolean {
  const [a, b] = [columnType(from.type), columnType(to.type)];
  const family = ({ base }: typeof a) =>
    /^(?:tiny|small|medium|big)?int$/.test(base) ? 'integer' : /^(?:varchar|(?:tiny|medium|long)?text)$/.test(base) ? 'text' : base;
  if (from.type !== to.type && family(a) !== family(b)) return false;
  if (narrowing(from, to, fromTable, toTable) !== undefined) return false;
  // What is refused was not copied.
  const lost = typeNarrowing(from.type, to.type, 'mysql');
  return lost === undefined || lost.codes.length > 0;
}

function isWritten(later: readonly Statement[], steps: readonly Catalog[], table: Table, target: Column): boolean {
  return later.some(({ operations }, place) => {
    const then = steps[place]?.tables.find(({ identity }) => identity === table.identity);
    const named = then?.columns.find(({ identity }) => identity === target.identity)?.name;
    return operations.some(
      (operation) =>
        operation.kind === 'update' &&
        then !== undefined &&
        isNamed(operation.table, then) &&
        operation.columns.some((name) => columnNamed(name, then) === named),
    );
  });
}

function touches({ operations }: Statement, then: Catalog | undefined, { identity }: Table): boolean {
  return operations.some((operation) =>
    writtenTables(operation).some((name) => then?.tables.find((table) => isNamed(name, table))?.identity === identity),
  );
}

/** The table with the columns in their places, each of which may be NULL until the rest of the rollback says otherwise. */
function withColumns({ table, now }: Losing, copies: readonly Copy[]) {
  const columns = [...now.columns];
  const places: { readonly column: Column; readonly behind: string | undefined }[] = [];
  for (const { column } of copies) {
    const earlier = table.columns.slice(0, table.columns.indexOf(column)).reverse();
    const previous = earlier.flatMap(({ identity }) => columns.find((other) => other.identity === identity) ?? [])[0];
    const empty = { ...column, notNull: column.notNull && column.default !== undefined };
    columns.splice(previous === undefined ? 0 : columns.indexOf(previous) + 1, 0, empty);
    places.push({ column: empty, behind: previous?.name });
  }
  const clauses = (engine: Engine) => {
    const added = places.map(
      ({ column, behind }) =>
        `ADD COLUMN ${columnLine(column, engine)}${behind === undefined ? ' FIRST' : ` AFTER ${quoteIdentifier(behind)}`}`,
    );
    const separator = added.length === 1 ? ' ' : '\n  ';
    return [`ALTER TABLE ${sqlName(now)}${separator}${added.join(`,${separator}`)}`];
  };
  return { table: { ...now, columns }, clauses };
}

/** One UPDATE for each place in which values lie. Moments that the server keeps by itself stay as they are. */
function updates(now: Table, copies: readonly Copy[]): string[] {
  const kept = now.columns
    .filter(({ onUpdate }) => onUpdate !== undefined)
    .map(({ name }) => `${inTable(now, name)} = ${inTable(now, name)}`);
  return [...new Set(copies.map(({ join }) => join))].map((join) => {
    const values = copies.filter((copy) => copy.join === join).map(({ column, from }) => `${inTable(now, column.name)} = ${from}`);
    return `UPDATE ${sqlName(now)}${join} SET ${[...values, ...kept].join(', ')}`;
  });
}

const inTable = (table: Table, column: string) => `${quoteIdentifier(table.name)}.${quoteIdentifier(column)}`;
