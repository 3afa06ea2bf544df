import type { Migration } from '../../model/migration';
import { isTrue, refusalOf, refused, rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

/** The path below the location, as the history's `script` has it. */
export function scriptOf({ up }: Migration): string {
  return up.path;
}

export function flywayHistory({ table, insertRow, deleteRow }: RowsOfHistory): ToolHistory {
  return {
    decide(migration, rows) {
      const failed = rows.find((row) => !isTrue(row.success));
      if (failed !== undefined) {
        const name =
          failed.version === null
            ? `repeatable migration: ${failed.description}`
            : `migration to version ${failed.version} (${failed.description})`;
        return refused(
          `Validate failed: Migrations have failed validation. Detected failed ${name}. Please remove any half-completed changes then run repair to fix the schema history.`,
        );
      }
      const last = rows.filter((row) => row.script === scriptOf(migration)).at(-1);
      const isRepeatable = migration.id.startsWith('R__');
      if (last !== undefined && (!isRepeatable || String(last.checksum) === migration.checksum))
        return { run: false, why: 'already applied' };
      return refusalOf(migration) ?? { run: true };
    },
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.title} as applied`,
        'Flyway runs every file that is not in its history. Its own command for the failed row is flyway repair; none marks a migration as done, so the row is written by hand.',
        `${deleteRow(migration)};\n${insertRow(migration)};`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove ${migration.title} from the history`,
        'A failed row stops every further run. With the tool: flyway repair, which removes failed rows.',
        `${deleteRow(migration)};`,
      ),
    ],
    recorded(migration, tables) {
      const own = rowsOf(tables, table).filter((row) => row.script === scriptOf(migration));
      if (own.some((row) => !isTrue(row.success))) return 'failed';
      return own.length > 0 ? 'applied' : 'absent';
    },
  };
}
