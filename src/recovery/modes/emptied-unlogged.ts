import { relationKey, type Table } from '../../model/catalog';
import type { Statement } from '../../model/migration';
import type { Operation } from '../../model/operation';
import type { State } from '../../model/state';
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
  /** Statements that had filled it. */
  readonly fills: readonly Statement[];
}

const filling = new Set<Operation['kind']>(['insert', 'merge', 'copy']);

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
      const writes = done.filter(({ operations }) =>
        operations.some((operation) => operation.kind !== 'truncate' && writtenTables(operation).some((name) => isNamed(name, table))),
      );
      // What only changes or deletes rows has filled nothing, and does nothing to no rows.
      const fillers = writes.some(({ operations }) => operations.some(({ kind }) => filling.has(kind))) ? writes : [];
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

/** A crash empties unlogged tables (manual, CREATE TABLE, UNLOGGED). Nothing in the database brings the rows back. */
export const emptiedUnlogged = defineMode<EmptiedTable>({
  name: 'unlogged table emptied by a crash',
  detect: emptied,
  // Rows of before are named as lost with the other rows that are gone.
  back: () => [],
  trial: 'preferred',
  forward: (found) =>
    [...new Set(found.flatMap(({ fills }) => fills))]
      .sort((a, b) => a.index - b.index)
      .map((statement) =>
        sqlStep(`Run statement ${statement.index} again`, 'A crash emptied the unlogged table that it had filled.', asWritten(statement)),
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
