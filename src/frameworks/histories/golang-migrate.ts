import { byNumber } from '../files';
import { isTrue, refused, rowsOf, sqlStep } from '../history';
import type { ToolHistory } from './tool-history';

interface VersionOfHistory {
  /** The table, as a snapshot names it. */
  readonly table: string;
  /** SQL that makes this version the only row; without one, there is none. */
  setVersion(version: string | undefined, dirty: boolean): string;
}

/** One row: the version that was last begun, and whether it was ended. */
export function golangMigrateHistory({ table, setVersion }: VersionOfHistory): ToolHistory {
  return {
    decide(migration, [row]) {
      if (row === undefined) return { run: true };
      if (isTrue(row.dirty)) return refused(`Dirty database version ${row.version}. Fix and force version.`);
      return byNumber(String(row.version), migration.id) >= 0 ? { run: false, why: 'already applied' } : { run: true };
    },
    markApplied: ({ id }) => [
      sqlStep(
        `Record version ${id} as applied`,
        `Clears the dirty flag, which would stop every further run. With the tool: migrate force ${id}`,
        setVersion(id, false),
      ),
    ],
    markNotApplied: ({ previous }) => [
      sqlStep(
        previous === undefined ? 'Record that no migration is applied' : `Record version ${previous} as the current one`,
        `Clears the dirty flag, so that the migration is run again. With the tool: migrate force ${previous ?? -1}`,
        setVersion(previous, false),
      ),
    ],
    recorded(migration, tables) {
      const row = rowsOf(tables, table)[0];
      if (row === undefined || byNumber(String(row.version), migration.id) < 0) return 'absent';
      if (!isTrue(row.dirty)) return 'applied';
      return byNumber(String(row.version), migration.id) === 0 ? 'failed' : 'applied';
    },
  };
}
