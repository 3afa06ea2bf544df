import { relationKey, type Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { findTable } from '../../../schema/lookup';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../../context';
import { lockEnd } from '../../phrases';
import type { Examples, Violation } from '../../rule';
import { hasCheckOn, keyColumns } from './bound-check';

/** Each new partition takes a part of what the DEFAULT partition stands for, so that one is read (`check_default_partition_contents` of partbounds.c). */
export function checkDefault(context: RuleContext, step: Step, operation: OperationOf<'create table' | 'attach partition'>): Violation[] {
  const isNew = operation.kind === 'create table';
  const parent = isNew ? operation.partitionOf : operation.table;
  const bound = isNew ? operation.partitionBound : operation.bound;
  if (parent === undefined || bound === undefined || /^default$/i.test(bound)) return [];
  const table = findTable(step.before, parent);
  const fallback = table === undefined ? undefined : defaultPartition(step, table);
  if (table === undefined || fallback === undefined || !isInUse(context, step, fallback)) return [];
  if (hasCheckOn(fallback, keyColumns(table.partitionKey ?? '')) || isToldBefore(context, operation, parent)) return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `Every row of the DEFAULT partition ${fallback.name} is read under ACCESS EXCLUSIVE, for rows that belong into ${shownName(isNew ? operation.table : operation.partition)}: nobody reads or writes it during the scan and ${lockEnd(context, step)}, and one such row makes the statement fail (23514).`,
      help: `Keep ${fallback.name} empty; or first give it a valid CHECK that excludes the new bound, NOT VALID and then VALIDATE in a later transaction, which saves the scan.`,
      fixes: [],
    },
  ];
}

function defaultPartition({ before }: Step, parent: Table): Table | undefined {
  const key = relationKey(parent);
  return before.tables.find(({ partitionOf }) => partitionOf?.parent === key && /^default$/i.test(partitionOf.bound));
}

/** For a row of partitions it is said once. */
function isToldBefore(context: RuleContext, operation: OperationOf<'create table' | 'attach partition'>, parent: ObjectName): boolean {
  const all = [...context.steps, ...context.nested].flatMap(({ statement }) => statement.operations);
  const first = all.find(
    (other) =>
      (other.kind === 'create table' && other.partitionOf !== undefined && shownName(other.partitionOf) === shownName(parent)) ||
      (other.kind === 'attach partition' && shownName(other.table) === shownName(parent)),
  );
  return first !== operation;
}

export const defaultPartitionExamples: Examples = {
  bad: [
    {
      title: 'New partitions beside a DEFAULT partition',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__e.sql',
          text: 'CREATE TABLE events (id bigint, day date) PARTITION BY RANGE (day);\nCREATE TABLE events_rest PARTITION OF events DEFAULT;\n',
        },
        {
          path: 'V2__p.sql',
          text: "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');\nCREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');\n",
        },
      ],
      findings: [
        {
          at: "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
          says: 'DEFAULT partition events_rest',
        },
      ],
    },
    {
      title: 'A new table that is attached beside a DEFAULT partition',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__e.sql',
          text: 'CREATE TABLE events (id bigint, country text) PARTITION BY LIST (country);\nCREATE TABLE events_rest PARTITION OF events DEFAULT;\n',
        },
        {
          path: 'V2__p.sql',
          text: "CREATE TABLE events_de (LIKE events);\nALTER TABLE events ATTACH PARTITION events_de FOR VALUES IN ('DE');\n",
        },
      ],
      findings: [{ at: "ALTER TABLE events ATTACH PARTITION events_de FOR VALUES IN ('DE')", says: '23514' }],
    },
  ],
  good: [
    {
      title: 'A DEFAULT partition that is new, or has a CHECK that excludes the bound; the DEFAULT partition itself',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__e.sql',
          text: "CREATE TABLE events (id bigint, day date) PARTITION BY RANGE (day);\nCREATE TABLE events_rest PARTITION OF events DEFAULT;\nALTER TABLE events_rest ADD CONSTRAINT before_2026 CHECK (day < '2026-01-01');\nCREATE TABLE logs (id bigint, day date) PARTITION BY RANGE (day);\n",
        },
        {
          path: 'V2__p.sql',
          text: "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');\nCREATE TABLE logs_rest PARTITION OF logs DEFAULT;\nCREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');\n",
        },
      ],
    },
  ],
};
