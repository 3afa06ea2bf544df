import type { Rule } from '../rule';
import { checkColumn, checkConstraint, constraintExamples } from './index-not-concurrent/constraint';
import { checkCreate, createExamples } from './index-not-concurrent/create';
import { checkDetach, detachExamples } from './index-not-concurrent/detach';
import { checkDrop, dropExamples } from './index-not-concurrent/drop';
import { checkRefresh, refreshExamples } from './index-not-concurrent/refresh';
import { checkReindex } from './index-not-concurrent/reindex';

const parts = [createExamples, dropExamples, refreshExamples, detachExamples, constraintExamples];

export const indexNotConcurrent: Rule = {
  id: 'index-not-concurrent',
  title: 'Index work that locks the table',
  severity: 'error',
  engines: ['postgres'],
  explanation: `Building an index takes a SHARE lock: every INSERT, UPDATE and DELETE on the table waits until the whole table has been read and the
index is built. DROP INDEX, REFRESH MATERIALIZED VIEW and DETACH PARTITION take ACCESS EXCLUSIVE, which stops reads too; REINDEX stops writes, and reads
that would use the index.

With CONCURRENTLY the server does the same work with a lock that reads and writes get past. It can't run inside a transaction, so the statement
also has to be taken out of the one that the framework opens: dbmate \`transaction:false\`, goose \`-- +goose NO TRANSACTION\`, Flyway \`executeInTransaction=false\`, and a
file with nothing else in it for golang-migrate and Prisma. A concurrent build that fails leaves an invalid index behind, which has to be dropped before the next attempt.

Silent for tables that the same migration creates, since nobody uses them yet, and for temporary tables.`,
  bad: parts.flatMap(({ bad }) => bad),
  good: parts.flatMap(({ good }) => good),
  operations: {
    'create index': checkCreate,
    'drop object': checkDrop,
    reindex: checkReindex,
    'refresh materialized view': checkRefresh,
    'detach partition': checkDetach,
    'add constraint': checkConstraint,
    'add column': checkColumn,
  },
};
