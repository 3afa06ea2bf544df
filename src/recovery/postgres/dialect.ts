import { relationKey } from '../../model/catalog';
import { postgresWords } from '../../rollback/dialect';
import type { RecoveryDialect } from '../dialect';
import { postgresRows } from './rows';
import { moveToColumn, sequenceSteps } from './sequences';
import { endSessions, openSessionQuery, preparedQuery } from './sessions';
import { strongestLock } from './step-locks';
import { groupStep, inGroups } from './together';
import { sequenceChecks, wholeDatabase } from './whole-database';

export const postgresDialect: RecoveryDialect = {
  words: postgresWords,
  rows: postgresRows,
  changeSteps: (changes) => inGroups(changes).map(groupStep),
  groups: inGroups,
  groupStep,
  wholeDatabase,
  counters: sequenceChecks,
  counterSteps: sequenceSteps,
  numbersAgain: ({ catalog }, table) => {
    const sequence = catalog.sequences.find(({ ownedBy }) => ownedBy?.table === relationKey(table));
    return sequence === undefined
      ? []
      : [moveToColumn(sequence, 'The rows that are inserted next get the numbers of those that were taken back.')];
  },
  endSessions: (sessions, engine) => endSessions(sessions, engine.major),
  sessionQuery: openSessionQuery,
  noSessionQuery:
    "SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.state LIKE 'idle in transaction%'",
  preparedQuery,
  strongestLock,
};
