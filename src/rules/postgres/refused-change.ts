import type { Operation } from '../../model/operation';
import { operationRange, perOperation, type RuleContext, type Step } from '../context';
import type { Rule, Violation } from '../rule';
import { partitionExamples, refusedPartition } from './refused-change/attached';
import { concurrentExamples, refusedConcurrently } from './refused-change/concurrently';
import { enumLabelExamples, unknownLabel } from './refused-change/enum-labels';
import { foreignKeyExamples, refusedForeignKey } from './refused-change/foreign-keys';
import { refusedValue, valueExamples } from './refused-change/generated';
import { gistExamples, refusedByGist } from './refused-change/gist';
import { identityExamples, refusedIdentity } from './refused-change/identity';
import { expressionExamples, refusedExpression } from './refused-change/immutable';
import { inheritedExamples, refusedInherited } from './refused-change/inherited';
import { keyExamples, refusedKey } from './refused-change/keys';
import { operatorClassExamples, refusedIndex, refusedKeyType } from './refused-change/operator-classes';
import { overlapExamples, overlappingBounds } from './refused-change/overlap';
import { pendingEvents, pendingExamples } from './refused-change/pending-events';
import { policyExamples, refusedPolicy } from './refused-change/policies';
import { queryWidth, queryWidthExamples } from './refused-change/query-width';
import type { Refusal } from './refused-change/refusal';
import { refusedReplacement, replacementExamples } from './refused-change/replacements';
import { refusedReplicaIdentity, replicaIdentityExamples } from './refused-change/replica-identity';
import { missingValue, requiredValueExamples } from './refused-change/required-values';
import { rowWidth, rowWidthExamples } from './refused-change/row-width';
import { rowsTwice, rowsTwiceExamples } from './refused-change/rows-twice';
import { sameInAllRows, sameValueExamples } from './refused-change/same-value';
import { secondKey, secondKeyExamples } from './refused-change/second-key';
import { comparedAsEnum, storedComparisonExamples } from './refused-change/stored-comparisons';
import { refusedType, typeExamples } from './refused-change/types';
import { builtOnVirtual, virtualExamples } from './refused-change/virtual';
import { wrongKind, wrongKindExamples } from './refused-change/wrong-kind';

const parts = [
  replacementExamples,
  secondKeyExamples,
  keyExamples,
  typeExamples,
  foreignKeyExamples,
  concurrentExamples,
  expressionExamples,
  valueExamples,
  inheritedExamples,
  partitionExamples,
  sameValueExamples,
  identityExamples,
  virtualExamples,
  storedComparisonExamples,
  pendingExamples,
  overlapExamples,
  gistExamples,
  replicaIdentityExamples,
  rowsTwiceExamples,
  rowWidthExamples,
  queryWidthExamples,
  requiredValueExamples,
  enumLabelExamples,
  wrongKindExamples,
  operatorClassExamples,
  policyExamples,
];

export const refusedChange: Rule = {
  id: 'refused-change',
  title: 'Change that the server refuses',
  severity: 'error',
  engines: ['postgres'],
  explanation: `Some things that are there can't be changed in place. CREATE OR REPLACE VIEW keeps the columns: it may add some at the end, and neither drop, rename nor reorder the others (42P16). CREATE OR REPLACE
FUNCTION keeps the result, the names of the arguments, and their defaults (42P13). A table has one primary key at most (42P16). The migration fails each time it is run.

Others can't be made: a foreign key to what is not unique (42830) or to a type that can't be compared (42804); a unique key of a partitioned table without its partition key (0A000); a
constraint of a partial index, one on expressions, or one that is not unique (42809); CONCURRENTLY for the index of a partitioned table (0A000), beside a DEFAULT partition, and for a
materialized view without a unique index (55000); an index or a generated column of an expression that the clock or the session's settings change (42P17).

A partition takes no value that another one has, and its range holds one at least (42P17). What a child or a partition has from its parent is changed there (42P16); an index of a partition goes with that of its parent (2BP01); a partition gets no column of its own (42809), and since version 17
no identity (55000). A table that is attached has the columns, types and CHECKs of its parent, and no other columns (42804).

An INSERT gives each column one value, or one column of its query (42601), and leaves out none that is NOT NULL and has no default (23502), and an enum takes its own values alone: beside a new one (22023), as a default and in a row (22P02).

ADD GENERATED AS IDENTITY wants a column that is NOT NULL and has no default (55000). Nothing can be built on a virtual generated column (0A000). The CHECKs and the conditions of indexes that compare an
enum have to go before its column gets another type (42883).

Rows that a deferred foreign key has not checked yet keep their table from being altered in the same transaction, from an index, and from TRUNCATE (55006).

A unique key of a column that is new with a default finds the same value in all rows (23505), wherever there are two. Of the rows of one INSERT no two have one unique key (23505; 21000 with ON CONFLICT DO UPDATE).

A replica identity is an index that is unique, whole, not deferrable, and of columns that are NOT NULL (42809, 0A000). GiST compares plain numbers and texts with the extension btree_gist alone, GIN with btree_gin, and
nothing compares json (42704). A hash index has one column and is not unique (0A000).

Each statement is about one kind of relation: DROP VIEW drops no materialized view, with IF EXISTS neither (42809). A policy FOR INSERT has no USING, and one FOR SELECT or DELETE no WITH CHECK (42601).

Values don't change by themselves: a type to which the old one, or the default, is not cast without USING (42804), and columns that only the server fills (428C9).

Drop the view or function first and create it again, in the same transaction, with its grants and what depends on it; drop the old key before the new one.

Silent about views and functions that the migrations of the folder don't show, and about columns whose names only the server knows.`,
  bad: [
    {
      title: 'What a partitioned table does not have',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE p (a int NOT NULL, b int) PARTITION BY RANGE (a);\nCREATE INDEX i ON p (b);\nCREATE UNIQUE INDEX u ON p (a);\n',
        },
        {
          path: '0002_u.sql',
          text: 'CREATE INDEX CONCURRENTLY ON p (b);\nDROP INDEX CONCURRENTLY i;\nALTER TABLE p ADD UNIQUE (b);\nCREATE UNIQUE INDEX ON p (b);\nALTER TABLE p ADD CONSTRAINT k UNIQUE USING INDEX u;\nCREATE TABLE q (id bigint PRIMARY KEY, at date) PARTITION BY RANGE (at);\n',
        },
      ],
      findings: [
        { at: 'CREATE INDEX CONCURRENTLY ON p (b)', says: '0A000' },
        { at: 'DROP INDEX CONCURRENTLY i', says: '0A000' },
        { at: 'ALTER TABLE p ADD UNIQUE (b)', says: 'partitioned by a' },
        { at: 'CREATE UNIQUE INDEX ON p (b)', says: '0A000' },
        { at: 'ALTER TABLE p ADD CONSTRAINT k UNIQUE USING INDEX u', says: 'USING INDEX' },
        { at: 'CREATE TABLE q (id bigint PRIMARY KEY, at date) PARTITION BY RANGE (at)', says: 'partitioned by at' },
      ],
    },
    {
      title: 'Indexes that no constraint and no REFRESH can use',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int);\nCREATE UNIQUE INDEX part ON t (a) WHERE a > 1;\nCREATE INDEX plain ON t (a);\nCREATE UNIQUE INDEX expr ON t ((a + 1));\nCREATE MATERIALIZED VIEW m AS SELECT a FROM t;\nCREATE UNIQUE INDEX ON m (a) WHERE a > 1;\nCREATE MATERIALIZED VIEW n AS SELECT a FROM t WITH NO DATA;\n',
        },
        {
          path: '0002_u.sql',
          text: 'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX part;\nALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX plain;\nALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX expr;\nREFRESH MATERIALIZED VIEW CONCURRENTLY m;\nREFRESH MATERIALIZED VIEW CONCURRENTLY n;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX part', says: 'partial' },
        { at: 'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX plain', says: 'not unique' },
        { at: 'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX expr', says: 'expressions' },
        { at: 'REFRESH MATERIALIZED VIEW CONCURRENTLY m', says: '55000' },
        { at: 'REFRESH MATERIALIZED VIEW CONCURRENTLY n', says: '0A000' },
      ],
    },
    ...parts.flatMap(({ bad }) => bad),
  ],
  good: parts.flatMap(({ good }) => good),
  // What stands behind an IF is not known to run.
  check: (context) => [
    ...perOperation(context, (step, operation) => {
      const refusal = refusalOf(context, step, operation) ?? refusedInherited(context, step, operation) ?? wrongKind(step, operation);
      return refusal === undefined ? undefined : violation(context, step, operation, refusal);
    }),
    ...[...pendingEvents(context), ...overlappingBounds(context)].map(({ step, operation, refusal }) =>
      violation(context, step, operation, refusal),
    ),
  ],
};

function violation(context: RuleContext, step: Step, operation: Operation, { why, code, help, fix }: Refusal): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `${why}: the server refuses this (${code}).`,
    help,
    fixes: fix === undefined ? [] : [fix],
  };
}

function refusalOf(context: RuleContext, step: Step, operation: Operation): Refusal | undefined {
  switch (operation.kind) {
    case 'create object':
      if (operation.objectKind === 'policy') return refusedPolicy(step);
      return operation.orReplace ? refusedReplacement(step, operation) : undefined;
    case 'create table':
      return (
        refusedKey(step, operation) ??
        refusedForeignKey(context, step, operation) ??
        refusedExpression(step, operation) ??
        refusedByGist(context, step, operation) ??
        refusedKeyType(step, operation)
      );
    case 'add column':
      return (
        (operation.column.primaryKey ? secondKey(step, operation) : undefined) ??
        refusedKey(step, operation) ??
        refusedForeignKey(context, step, operation) ??
        refusedExpression(step, operation) ??
        builtOnVirtual(step, operation) ??
        unknownLabel(context, step, operation) ??
        refusedKeyType(step, operation) ??
        sameInAllRows(context, step, operation)
      );
    case 'add constraint':
      return (
        secondKey(step, operation) ??
        refusedKey(step, operation) ??
        refusedForeignKey(context, step, operation) ??
        builtOnVirtual(step, operation) ??
        refusedByGist(context, step, operation) ??
        refusedKeyType(step, operation) ??
        sameInAllRows(context, step, operation)
      );
    case 'create index':
      return (
        refusedConcurrently(context, step, operation) ??
        refusedKey(step, operation) ??
        refusedExpression(step, operation) ??
        builtOnVirtual(step, operation) ??
        refusedIndex(context, step, operation) ??
        sameInAllRows(context, step, operation)
      );
    case 'attach partition':
      return refusedPartition(step, operation) ?? refusedKey(step, operation);
    case 'alter column type':
      return refusedType(context, step, operation) ?? comparedAsEnum(step, operation);
    case 'alter column':
      return refusedIdentity(step, operation);
    case 'alter table':
      return refusedReplicaIdentity(step, operation) ?? refusedConcurrently(context, step, operation);
    case 'insert':
      return (
        refusedValue(context, step, operation) ??
        rowWidth(step, operation) ??
        queryWidth(step, operation) ??
        missingValue(step, operation) ??
        unknownLabel(context, step, operation) ??
        rowsTwice(step, operation)
      );
    case 'add enum value':
    case 'rename enum value':
      return unknownLabel(context, step, operation);
    case 'set default':
      return refusedValue(context, step, operation) ?? unknownLabel(context, step, operation);
    case 'update':
    case 'drop default':
      return refusedValue(context, step, operation);
    default:
      return refusedConcurrently(context, step, operation);
  }
}
