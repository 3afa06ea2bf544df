import { relationKey, type Table } from '../../model/catalog';
import type { Statement } from '../../model/migration';
import type { Operation } from '../../model/operation';
import type { State } from '../../model/state';
import { tokenize } from '../../parse/postgres/lexer';
import { spoken, sqlName } from '../../rollback/names';
import { isNamed, writtenTables } from '../../rollback/rows';
import { match } from '../../state/match';
import { gives } from '../check';
import { asWritten, type RecoverySituation, sqlStep } from '../situation';
import { defineMode, type Finding } from './mode';

interface EmptiedTable extends Finding {
  readonly table: Table;
  /** How it was called before, where it was there and had rows. */
  readonly original?: Table;
  /** Statements that had filled it, and how they do it again. */
  readonly fills: readonly Fill[];
}

interface Fill {
  readonly statement: Statement;
  readonly text: string;
}

const filling = new Set<Operation['kind']>(['insert', 'merge', 'copy', 'create table']);

const rowCount = (state: State, table: Table) => state.data.find((data) => data.table === relationKey(table))?.rowCount ?? 0;

/** Unlogged tables that had rows before, by `before`'s names, and are empty now. */
function originals(before: State, partial: State): Map<Table, Table> {
  const pairs = match(before.catalog.tables, partial.catalog.tables, relationKey).pairs;
  return new Map(
    pairs.filter(([then, now]) => rowCount(before, then) > 0 && rowCount(partial, now) === 0).map(([then, now]) => [now, then]),
  );
}

function emptied({ before, partial, migration, completed }: RecoverySituation): EmptiedTable[] {
  const had = originals(before, partial);
  const done = migration.up.statements.filter(({ index }) => index <= completed);
  return partial.catalog.tables
    .filter((table) => table.persistence === 'unlogged' && rowCount(partial, table) === 0)
    .flatMap((table) => {
      const writes = done.flatMap((statement) => writeAgain(statement, table));
      // What only changes or deletes rows has filled nothing, and does nothing to no rows.
      const fillers = writes.some(({ statement }) => statement.operations.some(({ kind }) => filling.has(kind))) ? writes : [];
      const original = had.get(table);
      if (fillers.length === 0 && original === undefined) return [];
      return [
        {
          table,
          fills: fillers,
          ...(original !== undefined && { original }),
          object: spoken(table),
          detail: 'It is unlogged, and empty: a crash empties such tables.',
          query: `SELECT relpersistence, (SELECT count(*) FROM ${sqlName(table)}) FROM pg_class WHERE oid = '${sqlName(table).replaceAll("'", "''")}'::regclass;`,
        },
      ];
    });
}

/** How what a statement did to the rows of a table is done again. */
function writeAgain(statement: Statement, table: Table): readonly Fill[] {
  const { operations } = statement;
  const isMade = operations.some((operation) => operation.kind === 'create table' && operation.asQuery && isNamed(operation.table, table));
  const query = isMade ? queryOf(statement.sent) : undefined;
  // The table is there: it only gets its rows again. Columns that it got since are behind those of the query.
  if (query !== undefined) return [{ statement, text: `INSERT INTO ${sqlName(table)}\n${query};` }];
  const isWritten = operations.some(
    (operation) => operation.kind !== 'truncate' && writtenTables(operation).some((name) => isNamed(name, table)),
  );
  return isWritten ? [{ statement, text: asWritten(statement) }] : [];
}

/** The query of CREATE TABLE ... AS; undefined where it gives no rows (WITH NO DATA), or is a prepared one. */
function queryOf(text: string): string | undefined {
  const tokens = tokenize(text);
  let depth = 0;
  const start = tokens.findIndex(({ word }) => {
    if (word === '(') depth++;
    if (word === ')') depth--;
    return depth === 0 && word === 'as';
  });
  const first = tokens[start + 1];
  if (start === -1 || first === undefined || first.word === 'execute') return undefined;
  const ending = tokens.slice(-3).map(({ word }) => word);
  if (ending.join(' ') === 'with no data') return undefined;
  const withData = ending.slice(1).join(' ') === 'with data';
  return text.slice(first.start, withData ? tokens.at(-3)?.end : tokens.at(-1)?.end);
}

/** A crash empties unlogged tables (manual, CREATE TABLE, UNLOGGED). Nothing in the database brings the rows back. */
export const emptiedUnlogged = defineMode<EmptiedTable>({
  name: 'unlogged table emptied by a crash',
  detect: emptied,
  // Rows of before are named as lost with the other rows that are gone.
  back: () => [],
  trial: 'preferred',
  forward: (found) =>
    [...new Map(found.flatMap(({ fills }) => fills).map((fill) => [fill.text, fill])).values()]
      .sort((a, b) => a.statement.index - b.statement.index)
      .map(({ statement, text }) =>
        sqlStep(
          text === asWritten(statement) ? `Run statement ${statement.index} again` : `Run the query of statement ${statement.index} again`,
          'A crash emptied the unlogged table that it had filled.',
          text,
        ),
      ),
  losses: (found, { after }, way) =>
    way === 'back'
      ? []
      : found.flatMap(({ original, table }) => {
          const goal = after?.catalog.tables.find(({ identity }) => identity === table.identity);
          if (original === undefined || goal === undefined) return [];
          const text = `rows of ${goal.name}: a crash empties an unlogged table; load them again from where they came`;
          return [{ text, loss: { table: relationKey(goal) } }];
        }),
  validate: (found, { after }, way) =>
    way === 'back' || after === undefined
      ? []
      : found.flatMap(({ table, original }) => {
          const goal = after.catalog.tables.find(
            ({ identity, schema, name }) => identity === table.identity || (schema === table.schema && name === table.name),
          );
          if (goal === undefined || original !== undefined) return [];
          return [gives(`${spoken(goal)} has its rows again`, `SELECT count(*) FROM ${sqlName(goal)}`, rowCount(after, goal))];
        }),
});
