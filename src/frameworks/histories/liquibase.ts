import type { RunDecision, RunProtocol } from '../../model/run-protocol';
import type { RecoveryStep } from '../../model/simulation';
import { type HistoryRow, isTrue, refused, rowsOf, sqlStep } from '../history';
import { partsOfChangeset } from '../liquibase-file';
import type { RowsOfHistory, ToolHistory } from './tool-history';

interface LiquibaseRows extends RowsOfHistory {
  /** SQL that says that nobody is at work. */
  readonly unlock: string;
}

interface LiquibaseHistory extends ToolHistory, Required<Pick<RunProtocol, 'release'>> {
  /** What it does once it has read the row of the lock. */
  readonly decideByLock: (rows: readonly HistoryRow[]) => RunDecision;
}

export function liquibaseHistory({ table, insertRow, deleteRow, unlock }: LiquibaseRows): LiquibaseHistory {
  const release = (): RecoveryStep[] => [
    sqlStep(
      'Release the lock',
      'A Liquibase that was killed leaves its lock, and every later run waits for it. "liquibase release-locks" does the same.',
      `${unlock};`,
    ),
  ];
  return {
    // It asks for the rows of this changeset alone.
    decide: (_, rows) => (rows.length > 0 ? { run: false, why: 'already applied' } : { run: true }),
    decideByLock: ([row]) =>
      isTrue(row && cell(row, 'LOCKED'))
        ? refused('Could not acquire change log lock: another Liquibase holds it, or one that was killed left it behind')
        : { run: true },
    markApplied: (migration) => [
      sqlStep(
        `Record ${migration.title} as applied`,
        'Liquibase runs every changeset that has no row in its table. It fills in the checksum itself when it next sees the row; "liquibase changelog-sync" records all changesets at once.',
        `${insertRow(migration)};`,
      ),
      ...release(),
    ],
    markNotApplied: (migration) => [
      sqlStep(
        `Remove ${migration.title} from the history`,
        'Without the row, Liquibase runs the changeset again.',
        `${deleteRow(migration)};`,
      ),
      ...release(),
    ],
    release,
    recorded(migration, tables) {
      const { id, author, fileName } = partsOfChangeset(migration);
      const isOwn = (row: HistoryRow) =>
        cell(row, 'ID') === id && cell(row, 'AUTHOR') === author && String(cell(row, 'FILENAME')).endsWith(fileName);
      return rowsOf(tables, table).some(isOwn) ? 'applied' : 'absent';
    },
  };
}

/** PostgreSQL folds names that are not quoted to lower case; MySQL leaves them as they were written. */
function cell(row: HistoryRow, column: string): unknown {
  return row[column] ?? row[column.toLowerCase()];
}
