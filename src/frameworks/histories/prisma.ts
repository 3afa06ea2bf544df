import type { Migration } from '../../model/migration';
import { refused, rowsOf, sqlStep } from '../history';
import type { RowsOfHistory, ToolHistory } from './tool-history';

export function prismaHistory({ table, insertRow, deleteRow }: RowsOfHistory): ToolHistory {
  return {
    decide(migration, rows) {
      const failed = rows.filter((row) => isAbsent(row.finished_at) && isAbsent(row.rolled_back_at));
      if (failed.length > 0) {
        const names = failed
          .map((row) => `The \`${row.migration_name}\` migration started at ${timeText(row.started_at)} failed`)
          .join('\n');
        return refused(
          `migrate found failed migrations in the target database, new migrations will not be applied. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n${names}`,
          'P3009',
        );
      }
      const applied = rows.some((row) => row.migration_name === migration.id && isAbsent(row.rolled_back_at));
      return applied ? { run: false, why: 'already applied' } : { run: true };
    },
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.id} as applied`,
        `Without it every further deploy stops with P3009. With the tool: npx prisma migrate resolve --applied ${migration.id}`,
        `${deleteRow(migration)};\n${insertRow(migration)};`,
      ),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove the attempt at ${migration.id} from the history`,
        `A row without finished_at stops every further deploy with P3009. With the tool, which keeps the row and marks it: npx prisma migrate resolve --rolled-back ${migration.id}`,
        `${deleteRow(migration)};`,
      ),
    ],
    recorded(migration: Migration, tables) {
      const own = rowsOf(tables, table).filter((row) => row.migration_name === migration.id && isAbsent(row.rolled_back_at));
      if (own.some((row) => isAbsent(row.finished_at))) return 'failed';
      return own.length > 0 ? 'applied' : 'absent';
    },
  };
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}

function timeText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
