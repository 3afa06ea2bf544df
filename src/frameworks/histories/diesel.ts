import { refusalOf, rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

/** `insertRow` does nothing where the row is there. */
export function dieselHistory({ table, insertRow, deleteRow }: RowsOfHistory): ToolHistory {
  return {
    decide: (migration, rows) =>
      rows.some(({ version }) => version === migration.id)
        ? { run: false, why: 'already applied' }
        : (refusalOf(migration) ?? { run: true }),
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.id} as applied`,
        'Diesel runs every folder whose version is not in its table. It has no command for this, so the row is written by hand.',
        `${insertRow(migration)};`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove ${migration.id} from the history`,
        'Without the row, diesel migration run runs the migration again. Diesel has no command for this.',
        `${deleteRow(migration)};`,
      ),
    ],
    recorded: ({ id }, tables) => (rowsOf(tables, table).some((row) => row.version === id) ? 'applied' : 'absent'),
  };
}
