import { isTrue, refused, rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

/** `markedFirst`: the row is written before the file is run, as not successful. */
export function sqlxHistory({ table, insertRow, deleteRow }: RowsOfHistory, markedFirst: boolean): ToolHistory {
  const runs = markedFirst
    ? 'sqlx stops at a row that says it was not successful, and compares the checksum of the others.'
    : 'sqlx runs every file whose version is not in its table, and compares the checksum of those that are.';
  return {
    decide(migration, rows) {
      const dirty = rows.find((row) => !isTrue(row.success));
      if (dirty !== undefined)
        return refused(`migration ${dirty.version} is partially applied; fix and remove row from \`_sqlx_migrations\` table`);
      const own = rows.find((row) => String(row.version) === migration.id);
      if (own === undefined) return { run: true };
      if (own.checksum !== migration.checksum) return refused(`migration ${migration.id} was previously applied but has been modified`);
      return { run: false, why: 'already applied' };
    },
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.id} as applied`,
        `${runs} It has no command for this, so the row is written by hand.`,
        `${deleteRow(migration)};\n${insertRow(migration)};`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove ${migration.id} from the history`,
        'Without the row, sqlx migrate run runs the migration again. sqlx has no command for this.',
        `${deleteRow(migration)};`,
      ),
    ],
    recorded({ id }, tables) {
      const own = rowsOf(tables, table).find((row) => String(row.version) === id);
      if (own === undefined) return 'absent';
      return isTrue(own.success) ? 'applied' : 'failed';
    },
  };
}
