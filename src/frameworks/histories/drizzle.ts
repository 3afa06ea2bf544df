import { drizzleTime, isInFolder } from '../drizzle-time';
import { type HistoryRow, rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

export function drizzleHistory({ table, insertRow, deleteRow }: RowsOfHistory): ToolHistory {
  return {
    // Before 1.0 only the time of the newest row counts.
    decide: (migration, rows) => {
      const isApplied = (row: HistoryRow): boolean =>
        isInFolder(migration) ? row.name === migration.id : BigInt(String(row.created_at ?? 0)) >= BigInt(drizzleTime(migration));
      return rows.some(isApplied) ? { run: false, why: 'already applied' } : { run: true };
    },
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.id} as applied`,
        isInFolder(migration)
          ? 'Drizzle runs every migration whose folder is not named in its table. It has no command for this, so the row is written by hand.'
          : 'Drizzle runs every migration that is newer than the newest row of its table. It has no command for this, so the row is written by hand.',
        `${deleteRow(migration)};\n${insertRow(migration)};`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove ${migration.id} from the history`,
        isInFolder(migration)
          ? 'Without the row Drizzle runs the migration again. It has no command for this.'
          : 'Without the row, and with none that is newer, Drizzle runs the migration again. It has no command for this.',
        `${deleteRow(migration)};`,
      ),
    ],
    recorded: (migration, tables) =>
      rowsOf(tables, table).some((row) =>
        isInFolder(migration)
          ? row.name === migration.id
          : row.hash === migration.checksum && String(row.created_at) === drizzleTime(migration),
      )
        ? 'applied'
        : 'absent',
  };
}
