import type { Migration } from '../../model/migration';
import { refusalOf, rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

/** `id` of a migration is the file name that the history has. */
export function graphileMigrateHistory({ table, insertRow, deleteRow }: RowsOfHistory): ToolHistory {
  return {
    // It asks for the last one alone, and runs what comes behind it.
    decide(migration, rows) {
      const last = rows[0]?.filename;
      if (typeof last === 'string' && last >= migration.id) return { run: false, why: 'already applied' };
      return refusalOf(migration) ?? { run: true };
    },
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.id} as applied`,
        'graphile-migrate runs every committed file behind the last one of its table. It has no command for this, so the row is written by hand.',
        `${insertRow(migration)} on conflict do nothing;`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove ${migration.id} from the history`,
        'Without the row, graphile-migrate migrate runs the file again. graphile-migrate uncommit is for a migration that no other database has.',
        `${deleteRow(migration)};`,
      ),
    ],
    recorded: ({ id }: Migration, tables) => (rowsOf(tables, table).some((row) => row.filename === id) ? 'applied' : 'absent'),
  };
}
