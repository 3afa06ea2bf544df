import { refusalOf, rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

/** `insertRow` does nothing where the row is there. */
export function dbmateHistory({ table, insertRow, deleteRow }: RowsOfHistory): ToolHistory {
  return {
    // It asks for the rows of this version alone.
    decide: (migration, rows) => (rows.length > 0 ? { run: false, why: 'already applied' } : (refusalOf(migration) ?? { run: true })),
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.id} as applied`,
        'dbmate runs every file whose version is not in its table. It has no command for this, so the row is written by hand.',
        `${insertRow(migration)};`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove ${migration.id} from the history`,
        'Without the row, dbmate up runs the migration again. dbmate has no command for this.',
        `${deleteRow(migration)};`,
      ),
    ],
    recorded: ({ id }, tables) => (rowsOf(tables, table).some((row) => row.version === id) ? 'applied' : 'absent'),
  };
}
