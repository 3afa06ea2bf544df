import { type Column, relationKey, type Table } from '../../model/catalog';
import type { SqlWords } from '../../rollback/dialect';
import { spoken } from '../../rollback/names';
import { isNamed, writtenTables } from '../../rollback/rows';
import { match } from '../../state/match';
import { none } from '../check';
import { recoveryDialectOf } from '../dialect';
import { evidenceOf } from '../evidence';
import { countOf, type Probe } from '../probe';
import type { RecoverySituation } from '../situation';
import { defineMode, type Finding } from './mode';

interface HalfColumn extends Finding {
  readonly table: Table;
  readonly column: string;
}

/** Columns that the migration has added to tables with rows. */
function newColumns({ before, partial }: RecoverySituation): { table: Table; column: Column }[] {
  const filled = new Set(partial.data.filter(({ rowCount }) => rowCount > 0).map(({ table }) => table));
  return match(before.catalog.tables, partial.catalog.tables, relationKey)
    .pairs.filter(([, table]) => filled.has(relationKey(table)))
    .flatMap(([then, table]) =>
      match(then.columns, table.columns, ({ name }) => name, then.identity === table.identity)
        .added.filter(({ notNull, generated }) => !notNull && generated === undefined)
        .map((column) => ({ table, column })),
    );
}

const wordsOf = ({ plan }: RecoverySituation) => recoveryDialectOf(plan.engine).words;

const nulls = (table: Table, column: string, { sqlName, quoteIdentifier }: SqlWords): Probe => ({
  database: 'partial',
  text: `SELECT count(*) FROM ${sqlName(table)} WHERE ${quoteIdentifier(column)} IS NULL`,
});

/** Whether the statement that did not finish can have left a half: it commits in between, or writes rows. */
export function writesNext({ migration, completed }: RecoverySituation): boolean {
  const next = migration.up.statements.find(({ index }) => index === completed + 1);
  return (
    next?.operations.some(
      (operation) => operation.kind === 'do block' || operation.kind === 'call' || writtenTables(operation).length > 0,
    ) === true
  );
}

const nextIs = ({ completed }: RecoverySituation) => `Statement ${completed + 1}`;

/** A batched backfill that commits between batches, stopped in the middle: the new column is filled in some rows, or old values are mixed. */
export const halfBackfill = defineMode<HalfColumn>({
  name: 'half a batch or backfill',
  engines: ['postgres', 'mysql', 'mariadb'],
  probes: (situation) =>
    writesNext(situation) ? newColumns(situation).map(({ table, column }) => nulls(table, column.name, wordsOf(situation))) : [],
  detect: (situation) => {
    if (!writesNext(situation)) return [];
    const { partial, answers, migration, completed } = situation;
    const { quoteIdentifier, sqlName } = wordsOf(situation);
    const half = newColumns(situation).flatMap(({ table, column }) => {
      const missing = countOf(answers, nulls(table, column.name, wordsOf(situation))) ?? 0;
      const rows = partial.data.find((data) => data.table === relationKey(table))?.rowCount ?? 0;
      if (missing === 0 || missing === rows) return [];
      const detail = `${nextIs(situation)} has filled ${rows - missing} of ${rows} rows and committed them.`;
      return [
        {
          table,
          column: column.name,
          object: `${spoken(table)}.${column.name}`,
          detail,
          query: `${nulls(table, column.name, wordsOf(situation)).text};`,
        },
      ];
    });
    const mixed = evidenceOf(situation).flatMap(({ table, columns, present }) =>
      columns
        .filter(({ changed }) => changed.length > 0 && changed.length < present.length)
        .map(({ name, changed }) => ({
          table,
          column: name,
          object: `${spoken(table)}.${name}`,
          detail: `${changed.length} of ${present.length} rows have other values than before.`,
          query: `SELECT ${quoteIdentifier(name)}, count(*) FROM ${sqlName(table)} GROUP BY 1 ORDER BY 2 DESC;`,
        })),
    );
    const written = migration.up.statements
      .filter(({ index }) => index <= completed)
      .flatMap(({ operations }) => operations.flatMap(writtenTables));
    const came = evidenceOf(situation)
      .filter(({ table, added }) => added.length > 0 && !written.some((name) => isNamed(name, table)))
      .map(({ table, added, key }) => ({
        table,
        column: key[0]?.name ?? '',
        object: spoken(table),
        detail: `${added.length} rows have come before it stopped.`,
        query: `SELECT count(*), min(${quoteIdentifier(key[0]?.name ?? '')}), max(${quoteIdentifier(key[0]?.name ?? '')}) FROM ${sqlName(table)};`,
      }));
    return [...half, ...mixed, ...came];
  },
  // Rows are taken back as they are told apart, and a new column goes with all that is in it.
  back: () => [],
  // The statement runs again where it finds its place itself; where it does not, a plan that takes back the half first is tried.
  forward: () => [],
  validate: (found, situation, way) =>
    way === 'back'
      ? []
      : found.flatMap(({ table, column, object }) => {
          const goal = situation.after?.catalog.tables.find(({ identity }) => identity === table.identity);
          const required = goal?.columns.find(({ name }) => name === column)?.notNull === true;
          return goal === undefined || !required
            ? []
            : [none(`${object} is filled in every row`, nulls(goal, column, wordsOf(situation)).text)];
        }),
});
