import { relationKey, type Table } from '../../../model/catalog';
import type { ConstraintSpecification, ObjectName } from '../../../model/operation';
import { tokenize } from '../../../parse/postgres/lexer';
import { identifierOf } from '../../../schema/definitions';
import { findIndex, findTable } from '../../../schema/lookup';
import { type OperationOf, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import { plainColumns } from '../unique-keys';
import type { Refusal } from './refusal';

/** Unique keys that a partitioned table can't have, and indexes that can't become one. */
export function refusedKey(
  step: Step,
  operation: OperationOf<'create table' | 'add constraint' | 'add column' | 'create index' | 'attach partition'>,
): Refusal | undefined {
  switch (operation.kind) {
    case 'create index': {
      const { index } = operation;
      const table = index.unique ? findTable(step.before, index.table) : undefined;
      return table === undefined ? undefined : overAllPartitions(step, index.table, table, plainColumns(table, index.keys), index.only);
    }
    case 'add constraint': {
      const table = findTable(step.before, operation.table);
      return overAllPartitions(step, operation.table, table, keyColumns(operation.constraint)) ?? usedIndex(step, operation);
    }
    case 'add column': {
      const isKey = operation.column.primaryKey || operation.column.unique;
      const table = findTable(step.before, operation.table);
      return isKey ? overAllPartitions(step, operation.table, table, [operation.column.name]) : undefined;
    }
    case 'attach partition': {
      const partition = findTable(step.before, operation.partition);
      return overParents(operation.partition, partition?.partitionKey, findTable(step.before, operation.table));
    }
    case 'create table': {
      const keys = [
        ...operation.columns.flatMap(({ name, primaryKey, unique }) => (primaryKey || unique ? [[name]] : [])),
        ...operation.constraints.flatMap((constraint) => {
          const columns = keyColumns(constraint);
          return columns === undefined ? [] : [columns];
        }),
      ];
      const own = keys
        .map((columns) => overPartitions(operation.table, operation.partitionKey, columns))
        .find((refusal) => refusal !== undefined);
      if (own !== undefined || operation.partitionOf === undefined) return own;
      return overParents(operation.table, operation.partitionKey, findTable(step.before, operation.partitionOf));
    }
  }
}

function keyColumns(constraint: ConstraintSpecification): readonly string[] | undefined {
  const isKey = constraint.kind === 'primary key' || constraint.kind === 'unique';
  return isKey && constraint.usingIndex === undefined ? constraint.columns : undefined;
}

/** Each partition looks after its own rows: only with the partition key among its columns is a key unique over all. */
function overPartitions(name: ObjectName, partitionKey: string | undefined, columns: readonly string[] | undefined): Refusal | undefined {
  if (partitionKey === undefined || columns === undefined) return undefined;
  const missing = partitionColumns(partitionKey)?.find((column) => !columns.includes(column));
  if (missing === undefined) return undefined;
  return {
    why: `${shownName(name)} is partitioned by ${missing}, which is not among the columns (${columns.join(', ')}) of this key`,
    code: '0A000',
    help: `Add ${missing} to the key. What has to be unique without it needs a table of its own, or a unique index on each partition.`,
  };
}

/** The same for its partitions that are partitioned themselves: each gets the key too, except with ONLY. */
function overAllPartitions(
  step: Step,
  name: ObjectName,
  table: Table | undefined,
  columns: readonly string[] | undefined,
  only = false,
): Refusal | undefined {
  const own = overPartitions(name, table?.partitionKey, columns);
  if (own !== undefined || columns === undefined || table?.partitionKey === undefined || only) return own;
  const parents = new Set([relationKey(table)]);
  // A set is walked to its end while it grows.
  for (const parent of parents) {
    for (const partition of step.before.tables) {
      if (partition.partitionOf?.parent !== parent || partition.partitionKey === undefined || parents.has(relationKey(partition))) continue;
      parents.add(relationKey(partition));
      const refusal = overPartitions({ name: partition.name }, partition.partitionKey, columns);
      if (refusal !== undefined) return refusal;
    }
  }
  return undefined;
}

/** Of a partition that is partitioned itself: the keys that it has from its parent. */
function overParents(name: ObjectName, partitionKey: string | undefined, parent: Table | undefined): Refusal | undefined {
  if (partitionKey === undefined || parent === undefined) return undefined;
  for (const { unique, keys, name: index } of parent.indexes) {
    const columns = unique ? plainColumns(parent, keys) : undefined;
    const refusal = overPartitions(name, partitionKey, columns);
    if (refusal !== undefined) return { ...refusal, why: `${refusal.why}, ${index} of its parent` };
  }
  return undefined;
}

/** `RANGE (a, b)`; undefined where it has expressions. */
function partitionColumns(partitionKey: string): readonly string[] | undefined {
  const inner = /\((.*)\)/s.exec(partitionKey)?.[1];
  if (inner === undefined || inner.includes('(')) return undefined;
  return inner.split(',').flatMap((part) => {
    const [token] = tokenize(part);
    return token === undefined ? [] : (identifierOf(part, token) ?? []);
  });
}

function usedIndex(step: Step, { table: name, constraint }: OperationOf<'add constraint'>): Refusal | undefined {
  if ((constraint.kind !== 'primary key' && constraint.kind !== 'unique') || constraint.usingIndex === undefined) return undefined;
  const table = findTable(step.before, name);
  if (table?.kind === 'partitioned table') {
    return {
      why: `${shownName(name)} is partitioned, and USING INDEX is not for such tables`,
      code: '0A000',
      help: 'Add the constraint to the partitions with USING INDEX first, then to the parent: it takes theirs over.',
    };
  }
  const found = findIndex(step.before, { name: constraint.usingIndex, ...(table !== undefined && { schema: table.schema }) });
  if (found === undefined || table === undefined) return undefined;
  const trait = unfit(table, found.index);
  if (trait === undefined) return undefined;
  return {
    why: `${constraint.usingIndex} ${trait}, so no constraint can use it`,
    code: '42809',
    help: 'Build a plain one: CREATE UNIQUE INDEX CONCURRENTLY over the columns alone, in their default order, without WHERE.',
  };
}

function unfit(table: Table, { unique, definition, keys }: Table['indexes'][number]): string | undefined {
  if (!unique) return 'is not unique';
  const words = tokenize(definition).flatMap(({ kind, word }) => (kind === 'word' ? [word] : []));
  if (words.includes('where')) return 'is a partial index';
  if (plainColumns(table, keys) === undefined) return 'has expressions';
  return words.includes('desc') ? 'is in descending order' : undefined;
}

export const keyExamples: Examples = {
  bad: [
    {
      title: 'A partition that is partitioned itself, by a column that the keys of its parent do not have',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE logs (id bigint NOT NULL, org int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);\nCREATE TABLE late (id bigint NOT NULL, org int NOT NULL, at date NOT NULL) PARTITION BY LIST (org);\nCREATE TABLE m (id bigint, org int, at date) PARTITION BY RANGE (at);\nCREATE TABLE m1 PARTITION OF m DEFAULT PARTITION BY RANGE (at);\nCREATE TABLE m2 PARTITION OF m1 DEFAULT PARTITION BY LIST (org);\n',
        },
        {
          path: 'V2__u.sql',
          text: "CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (org);\nALTER TABLE logs ATTACH PARTITION late FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');\nALTER TABLE m ADD UNIQUE (id, at);\nCREATE UNIQUE INDEX ON m (id, at);\n",
        },
      ],
      findings: [
        {
          at: "CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (org)",
          says: 'logs_2024 is partitioned by org, which is not among the columns (id, at) of this key, logs_pkey of its parent: the server refuses this (0A000)',
        },
        {
          at: "ALTER TABLE logs ATTACH PARTITION late FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
          says: 'late is partitioned by org',
        },
        { at: 'ALTER TABLE m ADD UNIQUE (id, at)', says: 'm2 is partitioned by org' },
        { at: 'CREATE UNIQUE INDEX ON m (id, at)', says: 'm2 is partitioned by org' },
      ],
    },
  ],
  good: [
    {
      title: 'Partitions of partitions whose columns are in the key',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE logs (id bigint NOT NULL, org int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);\nCREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);\nCREATE TABLE m (id bigint, org int, at date) PARTITION BY RANGE (at);\nCREATE TABLE m1 PARTITION OF m DEFAULT PARTITION BY LIST (org);\nALTER TABLE m ADD UNIQUE (id, at, org);\nCREATE UNIQUE INDEX ON ONLY m (id, at);\nCREATE INDEX ON m (id);\n",
        },
      ],
    },
  ],
};
