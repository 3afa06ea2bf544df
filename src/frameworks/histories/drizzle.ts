import { drizzleTime } from '../drizzle-time';
import { rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

export function drizzleHistory({ table, insertRow, deleteRow }: RowsOfHistory): ToolHistory {
  return {
    // Only the time of the newest row counts.
    decide: (migration, rows) =>
      rows.some((row) => BigInt(String(row.created_at ?? 0)) >= BigInt(drizzleTime(migration)))
        ? { run: false, why: 'already applied' }
        : { run: true },
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.id} as applied`,
        'Drizzle runs every migration that is newer than the newest row of its table. It has no command for this, so the row is written by hand.',
        `${deleteRow(migration)};\n${insertRow(migration)};`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove ${migration.id} from the history`,
        'Without the row, and with none that is newer, Drizzle runs the migration again. It has no command for this.',
        `${deleteRow(migration)};`,
      ),
    ],
    recorded: (migration, tables) =>
      rowsOf(tables, table).some((row) => row.hash === migration.checksum && String(row.created_at) === drizzleTime(migration))
        ? 'applied'
        : 'absent',
  };
}
