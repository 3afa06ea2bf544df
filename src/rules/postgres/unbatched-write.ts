import type { Node } from '@pgsql/types';
import type { Fix } from '../../model/finding';
import { quoteQualified } from '../../parse/postgres/identifiers';
import { tokenize } from '../../parse/postgres/lexer';
import { all, as } from '../../parse/postgres/operations/nodes';
import { statementTree } from '../../parse/postgres/read';
import { readSimpleWrite, remainingRows } from '../../schema/simple-write';
import { isInUse, type OperationOf, operationRange, operationsOf, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { runOutside } from '../fixes/outside';
import { lockEnd } from '../phrases';
import type { Rule, Violation } from '../rule';
import { batchedBlock } from './batches';
import { limitsRows } from './row-filter';
import { loopExamples, loopedWrites } from './unbatched-write/loops';

export const unbatchedWrite: Rule = {
  id: 'unbatched-write',
  title: 'UPDATE, DELETE or MERGE of many rows in one go',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `One statement over a large table locks every row it writes until the end, makes as many dead rows as live ones before vacuum can remove any, and
loses all of its work when it fails near the end. With DDL in the same transaction it also keeps the DDL's locks for all that time.

A loop in a DO block is no better while the block commits nothing: row by row or in batches, all of it is one transaction.

Work in batches of some thousand rows, each committed by itself, with a condition that leaves out what is done, so that it can be stopped and
started again.

Silent when the WHERE names rows by a key (\`id = 5\`, \`id IN (1, 2)\`, a range of ids) or limits them, and for tables that the same migration creates.`,
  bad: [
    ...loopExamples.bad,
    {
      title: 'A temporary table that is filled from another one',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: 'V2__u.sql',
          text: 'CREATE TEMPORARY TABLE wrong (id bigint);\nINSERT INTO wrong VALUES (1);\nINSERT INTO wrong SELECT id FROM users WHERE a IS NULL;\nDELETE FROM users USING wrong WHERE users.id = wrong.id;\n',
        },
      ],
      findings: [{ at: 'DELETE FROM users USING wrong WHERE users.id = wrong.id', says: 'all rows of users that match' }],
    },
    {
      title: 'Every row, in plain SQL',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, active boolean);\n' },
        { path: '0002_a.sql', text: 'UPDATE users SET active = true;\n' },
      ],
      findings: [{ at: 'UPDATE users SET active = true', says: 'every row of users' }],
      fixed: [
        {
          path: '0002_a.sql',
          text: `DO $$
DECLARE
  batch_first users.id%TYPE;
  batch_last users.id%TYPE;
BEGIN
  SELECT id INTO batch_first FROM users ORDER BY id LIMIT 1;
  WHILE batch_first IS NOT NULL LOOP
    SELECT id INTO batch_last
    FROM (SELECT id FROM users WHERE id >= batch_first ORDER BY id LIMIT 10000) AS batch
    ORDER BY id DESC LIMIT 1;
    UPDATE users SET active = true
    WHERE id BETWEEN batch_first AND batch_last AND (active IS DISTINCT FROM true);
    COMMIT;
    SELECT id INTO batch_first FROM users WHERE id > batch_last ORDER BY id LIMIT 1;
  END LOOP;
END
$$;
`,
        },
      ],
    },
    {
      title: 'A LIMIT that limits something else',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\nCREATE TABLE visits (user_id bigint, n int);\n' },
        {
          path: '0002_t.sql',
          text: 'UPDATE users SET a = (SELECT n FROM visits v WHERE v.user_id = users.id LIMIT 1) FROM visits WHERE users.id = visits.user_id;\n',
        },
      ],
      findings: [
        {
          at: 'UPDATE users SET a = (SELECT n FROM visits v WHERE v.user_id = users.id LIMIT 1) FROM visits WHERE users.id = visits.user_id',
          says: 'all rows of users that match',
        },
      ],
    },
    {
      title: 'A batch beside other rows',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\nCREATE TABLE visits (user_id bigint, n int);\n' },
        {
          path: '0002_t.sql',
          text: 'WITH batch AS (SELECT id FROM users LIMIT 100)\nUPDATE users SET a = 1 FROM visits, batch WHERE users.id = visits.user_id OR users.id = batch.id;\n',
        },
      ],
      findings: [{ at: 'WITH batch AS (SELECT id FROM users LIMIT 100)', says: 'all rows of users that match' }],
    },
    {
      title: 'A condition that grows with the table, in the transaction of goose',
      framework: 'goose',
      files: [
        {
          path: '00001_users.sql',
          text: '-- +goose Up\nCREATE TABLE users (email text, seen date);\n\n-- +goose Down\nDROP TABLE users;\n',
        },
        { path: '00002_d.sql', text: "-- +goose Up\nDELETE FROM users WHERE seen < '2020-01-01';\n\n-- +goose Down\nSELECT 1;\n" },
      ],
      findings: [{ at: "DELETE FROM users WHERE seen < '2020-01-01'", says: 'all rows of users that match' }],
      fixed: [
        {
          path: '00002_d.sql',
          text: `-- +goose NO TRANSACTION
-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
  LOOP
    DELETE FROM users
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM users WHERE seen < '2020-01-01' LIMIT 10000));
    EXIT WHEN NOT FOUND;
    COMMIT;
  END LOOP;
END
$$;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
`,
        },
      ],
    },
    {
      title: 'Counting up twice would be wrong, so there is no automatic batch',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, visits int);\n' },
        { path: '0002_a.sql', text: 'UPDATE users SET visits = visits + 1;\n' },
      ],
      findings: [{ at: 'UPDATE users SET visits = visits + 1', says: 'every row of users' }],
    },
    {
      title: 'MERGE of a table into another',
      framework: 'sql',
      majors: [15, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\nCREATE TABLE staged (id bigint PRIMARY KEY, a int);\n',
        },
        {
          path: '0002_t.sql',
          text: 'MERGE INTO users AS u USING staged AS s ON s.id = u.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a);\n',
        },
      ],
      findings: [
        {
          at: 'MERGE INTO users AS u USING staged AS s ON s.id = u.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a)',
          says: 'MERGE writes all rows of users that match',
        },
      ],
    },
    {
      title: 'MERGE of the rows that a short source does not have',
      framework: 'sql',
      majors: [17, 18],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: '0002_t.sql',
          text: 'MERGE INTO users AS u USING (VALUES (1), (2)) AS s (id) ON s.id = u.id WHEN NOT MATCHED BY SOURCE THEN DELETE;\n',
        },
      ],
      findings: [
        {
          at: 'MERGE INTO users AS u USING (VALUES (1), (2)) AS s (id) ON s.id = u.id WHEN NOT MATCHED BY SOURCE THEN DELETE',
          says: 'that its source does not have',
        },
      ],
    },
  ],
  good: [
    {
      title: 'MERGE of some rows, or that only inserts',
      framework: 'sql',
      majors: [15, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\nCREATE TABLE staged (id bigint PRIMARY KEY, a int);\n',
        },
        {
          path: '0002_t.sql',
          text: 'MERGE INTO users AS u USING (VALUES (1, 2), (3, 4)) AS s (id, a) ON s.id = u.id WHEN MATCHED THEN UPDATE SET a = s.a;\nMERGE INTO users AS u USING (SELECT * FROM staged WHERE id BETWEEN 1 AND 1000) AS s ON s.id = u.id WHEN MATCHED THEN DELETE;\nMERGE INTO users AS u USING staged AS s ON s.id = u.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a);\nWITH batch AS (SELECT * FROM staged ORDER BY id LIMIT 1000) MERGE INTO users AS u USING batch AS s ON s.id = u.id WHEN MATCHED THEN UPDATE SET a = s.a;\nMERGE INTO users AS u USING unnest(ARRAY[1, 2]) AS s (id) ON s.id = u.id WHEN MATCHED THEN DELETE;\nMERGE INTO users AS u USING staged AS s ON (s.id = u.id AND u.id = 5) WHEN MATCHED THEN UPDATE SET a = s.a;\nMERGE INTO users AS u USING (SELECT s.id, s.a FROM staged s JOIN users ON users.id = s.id) AS s ON u.id IN (1, 2) AND s.id = u.id WHEN MATCHED THEN UPDATE SET a = s.a;\n',
        },
      ],
    },
    {
      title: 'Rows named by a key',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE, a int);\n' },
        {
          path: '0002_t.sql',
          text: "UPDATE users SET a = 1 WHERE id = 5;\nUPDATE users SET a = 1 WHERE email = 'x' AND a = 2;\nDELETE FROM users WHERE id IN (1, 2, 3);\nUPDATE users SET a = 2 WHERE id >= 1 AND id < 1000;\n",
        },
      ],
    },
    {
      title: 'A row named by the expression of a unique index',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text, a int);\nCREATE UNIQUE INDEX ON users (lower(email));\n',
        },
        {
          path: '0002_t.sql',
          text: "UPDATE users SET a = 1 WHERE lower(email) = 'x@example.com';\nDELETE FROM users WHERE (lower( email )) = 'y';\n",
        },
      ],
    },
    {
      title: 'A batch',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        { path: '0002_t.sql', text: 'UPDATE users SET a = 1 WHERE id IN (SELECT id FROM users WHERE a IS NULL LIMIT 1000);\n' },
      ],
    },
    {
      title: 'A batch that is joined: in WITH, in FROM, in USING',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: '0002_t.sql',
          text: 'WITH batch AS (SELECT id FROM users WHERE a IS NULL ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)\nUPDATE users AS u SET a = 1 FROM batch b WHERE u.id = b.id;\n',
        },
        {
          path: '0003_t.sql',
          text: 'UPDATE users SET a = 2 FROM (SELECT id FROM users WHERE a = 1 LIMIT 1000) AS batch WHERE batch.id = users.id AND a = 1;\n',
        },
        {
          path: '0004_t.sql',
          text: 'WITH batch (key) AS MATERIALIZED (SELECT ctid FROM users WHERE a = 2 LIMIT 1000)\nDELETE FROM users WHERE ctid IN (SELECT key FROM batch);\n',
        },
      ],
    },
    {
      title: 'Rows that are written out: VALUES, and a temporary table of them',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: 'V2__u.sql',
          text: `UPDATE users SET a = v.a FROM (VALUES (1, 10), (2, 20)) AS v (id, a) WHERE v.id = users.id;
WITH fixed (id, a) AS (VALUES (3, 30)) UPDATE users AS u SET a = f.a FROM fixed f WHERE u.id = f.id;
CREATE TEMPORARY TABLE wrong (id bigint PRIMARY KEY, a int);
INSERT INTO wrong VALUES (4, 40), (5, 50);
UPDATE users SET a = w.a FROM wrong AS w WHERE w.id = users.id AND users.a IS NULL;
DELETE FROM users USING wrong WHERE users.id = wrong.id;
`,
        },
      ],
    },
    {
      title: 'A batch that is moved to another table',
      framework: 'sql',
      majors: [14, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\nCREATE TABLE archived (LIKE users);\n',
        },
        {
          path: '0002_t.sql',
          text: `WITH batch AS (SELECT id FROM users WHERE a < 1 ORDER BY id LIMIT 1000),
  moved AS (DELETE FROM users USING batch WHERE users.id = batch.id RETURNING users.*)
INSERT INTO archived SELECT * FROM moved;
WITH moved AS (DELETE FROM users WHERE id BETWEEN 1 AND 1000 RETURNING *) INSERT INTO archived SELECT * FROM moved;
`,
        },
      ],
    },
    {
      title: 'A loop in batches',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, a int);\n' },
        {
          path: '0002_t.sql',
          text: 'DO $$ BEGIN LOOP UPDATE users SET a = 1 WHERE ctid = ANY (ARRAY(SELECT ctid FROM users WHERE a IS NULL LIMIT 1000)); EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$;\n',
        },
      ],
    },
    ...loopExamples.good,
    {
      title: 'A table of the same migration',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE users (a int);\nUPDATE users SET a = 1;\nDELETE FROM users;\n' }],
    },
  ],
  operations: { update: check, delete: check, merge: checkMerge, 'do block': loopedWrites },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'update' | 'delete'>): Violation[] {
  const { table, where } = operation;
  if (!isInUse(context, step, table)) return [];
  if (where !== undefined && limitsRows(where, tableBefore(step, table), step.statement.sent, listedRows(context))) return [];
  const verb = operation.kind === 'update' ? 'updates' : 'deletes';
  const what = operation.hasWhere ? `all rows of ${shownName(table)} that match` : `every row of ${shownName(table)}`;
  const fix = batchFix(context, step, operation);
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `This ${verb} ${what} in one statement: they stay locked ${lockEnd(context, step)}, the old versions of all of them pile up, and a failure near the end loses all of the work.`,
      help: 'Write in batches of some thousand rows, each committed by itself, with a condition that leaves out the rows that are done.',
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

/** Temporary tables of the migration that hold no other rows than those it writes out. */
function listedRows(context: RuleContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { operation } of operationsOf(context, 'create table')) {
    if (operation.persistence === 'temporary' && !operation.asQuery) names.add(operation.table.name);
  }
  if (names.size === 0) return names;
  for (const { operation } of operationsOf(context, 'insert', 'copy', 'merge')) {
    if (operation.kind !== 'insert' || operation.rows === undefined) names.delete(operation.table.name);
  }
  return names;
}

/** MERGE that changes rows which are there, from a source that is as long as it is. */
function checkMerge(context: RuleContext, step: Step, operation: OperationOf<'merge'>): Violation[] {
  if (!isInUse(context, step, operation.table)) return [];
  const statement = as(statementTree(step.statement.sent), 'MergeStmt');
  const clauses = all(statement?.mergeWhenClauses, 'MergeWhenClause').filter(
    ({ commandType }) => commandType === 'CMD_UPDATE' || commandType === 'CMD_DELETE',
  );
  // However short the source is: the rows of the table that it does not have.
  const writesOthers = clauses.some(
    ({ matchKind, condition }) => matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' && condition === undefined,
  );
  if (clauses.length === 0) return [];
  const table = tableBefore(step, operation.table);
  if (!writesOthers && (isBounded(statement?.sourceRelation, statement?.withClause?.ctes) || limitsRows(joinCondition(step), table)))
    return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `This MERGE writes all rows of ${shownName(operation.table)} that ${writesOthers ? 'its source does not have' : 'match'} in one statement: they stay locked ${lockEnd(context, step)}, the old versions of all of them pile up, and a failure near the end loses all of the work.`,
      help: writesOthers
        ? 'Write these rows in batches of some thousand by UPDATE or DELETE, each committed by itself.'
        : 'Merge in batches of some thousand rows of the source, each committed by itself: USING (SELECT ... WHERE id BETWEEN ... AND ...).',
      fixes: [],
    },
  ];
}

/** What stands between ON and the first WHEN of a MERGE. */
function joinCondition({ statement: { sent } }: Step): string {
  let depth = 0;
  const outside = tokenize(sent).filter(({ word }) => {
    depth += word === '(' ? 1 : word === ')' ? -1 : 0;
    return depth === 0;
  });
  const using = outside.findIndex(({ word }) => word === 'using');
  const on = outside.find(({ word }, place) => place > using && word === 'on');
  const when = outside.find(({ word, start }) => word === 'when' && start > (on?.end ?? 0));
  return sent.slice(on?.end ?? sent.length, when?.start);
}

/** A list of values, the rows of a function, or a query, also of a WITH, that has a LIMIT or a condition on its rows. */
function isBounded(source: Node | undefined, queries: readonly Node[] = []): boolean {
  if (as(source, 'RangeFunction') !== undefined) return true;
  const name = as(source, 'RangeVar');
  const named =
    name?.schemaname === undefined ? all(queries, 'CommonTableExpr').find(({ ctename }) => ctename === name?.relname) : undefined;
  const query = as(as(source, 'RangeSubselect')?.subquery ?? named?.ctequery, 'SelectStmt');
  return (
    query !== undefined &&
    (query.valuesLists !== undefined || query.limitCount !== undefined || query.fromClause === undefined || query.whereClause !== undefined)
  );
}

function batchFix(context: RuleContext, step: Step, operation: OperationOf<'update' | 'delete'>): Fix | undefined {
  if (step.statement.operations.length > 1 || step.statement.text !== step.statement.sent) return undefined;
  const write = readSimpleWrite(step.statement.text);
  const remaining = write === undefined ? undefined : remainingRows(write, operation.where);
  if (write === undefined || remaining === undefined) return undefined;
  const { table } = operation;
  const replacement = batchedBlock({
    table: tableBefore(step, table) ?? { schema: table.schema ?? '', name: table.name },
    target: quoteQualified(table.schema, table.name),
    head: write.head,
    remaining,
  });
  if (replacement === undefined) return undefined;
  const slug = `${operation.kind}_${table.name}`;
  return runOutside(context, 'Write in batches that can be resumed', { step, patches: [], replacement, slug, down: [] });
}
