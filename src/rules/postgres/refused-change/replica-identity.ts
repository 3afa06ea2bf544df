import type { Index, Table } from '../../../model/catalog';
import { tokenize } from '../../../parse/postgres/lexer';
import { identifierOf } from '../../../schema/definitions';
import { findColumn, findTable } from '../../../schema/lookup';
import type { OperationOf, Step } from '../../context';
import type { Examples } from '../../rule';
import { uniqueKeys } from '../unique-keys';
import type { Refusal } from './refusal';

/** REPLICA IDENTITY USING INDEX wants one that is unique, whole, at once, and of columns that are NOT NULL (manual, ALTER TABLE). */
export function refusedReplicaIdentity(step: Step, { table: name, detail }: OperationOf<'alter table'>): Refusal | undefined {
  if (!/^replica\s+identity\s+using\s+index\s/i.test(detail)) return undefined;
  const table = findTable(step.after, name);
  const last = tokenize(detail).at(-1);
  const asked = last === undefined ? undefined : identifierOf(detail, last);
  const index = table?.indexes.find((candidate) => candidate.name === asked);
  const obstacle = table === undefined || table.complete === false || index === undefined ? undefined : obstacleOf(table, index);
  if (obstacle === undefined || index === undefined) return undefined;
  return {
    why: `${index.name} ${obstacle.why}, so it can't be the replica identity of ${table?.name}`,
    code: obstacle.code,
    help: 'Use the primary key, or a unique index over all rows and NOT NULL columns; REPLICA IDENTITY FULL sends whole rows instead.',
  };
}

function obstacleOf(table: Table, index: Index) {
  if (!index.unique) return { why: 'is not unique', code: '42809' };
  const key = uniqueKeys(table).find((candidate) => candidate.name === index.name);
  if (key === undefined) return undefined;
  if (key.isDeferrable) return { why: 'is deferrable', code: '0A000' };
  if (key.columns === undefined) return { why: 'has an expression', code: '0A000' };
  if (key.isPartial) return { why: 'is partial', code: '0A000' };
  const nullable = key.columns.find((column) => findColumn(table, column)?.notNull === false);
  return nullable === undefined ? undefined : { why: `has ${nullable}, which may be NULL`, code: '42809' };
}

export const replicaIdentityExamples: Examples = {
  bad: [
    {
      title: 'Indexes that can not be a replica identity',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (a int NOT NULL, b int, c int NOT NULL CONSTRAINT later UNIQUE DEFERRABLE);\nCREATE INDEX plain ON t (a);\nCREATE UNIQUE INDEX nullable ON t (a, b);\nCREATE UNIQUE INDEX part ON t (a) WHERE b > 1;\nCREATE UNIQUE INDEX expr ON t ((a + 1));\n',
        },
        {
          path: 'V2__r.sql',
          text: 'ALTER TABLE t REPLICA IDENTITY USING INDEX plain;\nALTER TABLE t REPLICA IDENTITY USING INDEX nullable;\nALTER TABLE t REPLICA IDENTITY USING INDEX part;\nALTER TABLE t REPLICA IDENTITY USING INDEX expr;\nALTER TABLE t REPLICA IDENTITY USING INDEX later;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t REPLICA IDENTITY USING INDEX plain', says: 'not unique' },
        { at: 'ALTER TABLE t REPLICA IDENTITY USING INDEX nullable', says: 'has b, which may be NULL' },
        { at: 'ALTER TABLE t REPLICA IDENTITY USING INDEX part', says: '0A000' },
        { at: 'ALTER TABLE t REPLICA IDENTITY USING INDEX expr', says: 'expression' },
        { at: 'ALTER TABLE t REPLICA IDENTITY USING INDEX later', says: 'deferrable' },
      ],
    },
  ],
  good: [
    {
      title: 'The key, a unique index of NOT NULL columns, one whose column becomes NOT NULL',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int);\nCREATE UNIQUE INDEX u ON t (a) INCLUDE (b);\nCREATE UNIQUE INDEX "By b" ON t (b);\n',
        },
        {
          path: 'V2__r.sql',
          text: 'ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey;\nALTER TABLE t REPLICA IDENTITY USING INDEX u;\nALTER TABLE t ALTER COLUMN b SET NOT NULL, REPLICA IDENTITY USING INDEX "By b";\nALTER TABLE t REPLICA IDENTITY FULL;\n',
        },
      ],
    },
  ],
};
