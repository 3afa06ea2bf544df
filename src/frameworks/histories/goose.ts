import type { Migration } from '../../model/migration';
import { type HistoryRow, isTrue, refusalOf, rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

export function gooseHistory({ table, insertRow, deleteRow }: RowsOfHistory): ToolHistory {
  return {
    decide(migration, rows) {
      if (isApplied(migration, rows)) return { run: false, why: 'already applied' };
      return refusalOf(migration) ?? { run: true };
    },
    markApplied: (migration) => [
      sqlStep(
        `Record version ${migration.id} as applied`,
        'goose runs every file whose version is not in its table. It has no command for this, so the row is written by hand.',
        `${deleteRow(migration)};\n${insertRow(migration)};`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove version ${migration.id} from the history`,
        'Without the row, goose up runs the migration again. goose has no command for this.',
        `${deleteRow(migration)};`,
      ),
    ],
    recorded: (migration, tables) => (isApplied(migration, rowsOf(tables, table)) ? 'applied' : 'absent'),
  };
}

/** The newest row of a version decides. */
function isApplied({ id }: Migration, rows: readonly HistoryRow[]): boolean {
  const own = rows.filter((row) => String(row.version_id) === id);
  const newest = own.toSorted((left, right) => Number(right.id ?? 0) - Number(left.id ?? 0))[0];
  return newest !== undefined && isTrue(newest.is_applied);
}
