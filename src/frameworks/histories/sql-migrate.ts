import { refusalOf, rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

/** `insertRow` does nothing where the row is there. */
export function sqlMigrateHistory({ table, insertRow, deleteRow }: RowsOfHistory): ToolHistory {
  return {
    decide: (migration, rows) =>
      rows.some((row) => row.id === migration.id) ? { run: false, why: 'already applied' } : (refusalOf(migration) ?? { run: true }),
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.id} as applied`,
        'sql-migrate runs every file whose name is not in its table. With the tool, for the next file alone: sql-migrate skip -limit=1',
        `${insertRow(migration)};`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove ${migration.id} from the history`,
        'Without the row, sql-migrate up runs the migration again. sql-migrate has no command for this.',
        `${deleteRow(migration)};`,
      ),
    ],
    recorded: ({ id }, tables) => (rowsOf(tables, table).some((row) => row.id === id) ? 'applied' : 'absent'),
  };
}
