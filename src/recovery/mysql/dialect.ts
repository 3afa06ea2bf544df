import { mysqlWords } from '../../rollback/dialect';
import type { RecoveryDialect } from '../dialect';
import { sqlStep } from '../situation';
import { counterChecks, counterSteps, moveCounter } from './counters';
import { mysqlRows } from './rows';
import { endSessions, noSessionQuery, preparedQuery, sessionQuery } from './sessions';
import { strongestLock } from './step-locks';
import { wholeDatabase } from './whole-database';

/** MySQL and MariaDB. Each statement of DDL commits by itself, so every change is a step of its own. */
export const mysqlDialect: RecoveryDialect = {
  words: mysqlWords,
  rows: mysqlRows,
  changeSteps: (changes) => changes.map(({ title, why, text }) => sqlStep(title, why, text)),
  groups: (changes) => changes.map((change) => [change]),
  groupStep: ([change]) => sqlStep(change?.title ?? '', change?.why ?? '', change?.text ?? ''),
  wholeDatabase,
  counters: counterChecks,
  counterSteps,
  numbersAgain: (_, table) =>
    table.columns.some(({ identityKind }) => identityKind !== undefined)
      ? [moveCounter(table, 'The rows that are inserted next get the numbers of those that were taken back.')]
      : [],
  endSessions: (sessions) => endSessions(sessions),
  sessionQuery,
  noSessionQuery,
  preparedQuery,
  strongestLock,
};
