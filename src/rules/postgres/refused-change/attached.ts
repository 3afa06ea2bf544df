import { relationKey } from '../../../model/catalog';
import { quoteIdentifier } from '../../../parse/postgres/identifiers';
import { findColumn, findTable } from '../../../schema/lookup';
import { isHeritable } from '../../../schema/partition-parts';
import { type OperationOf, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';
import { wholeTable } from './whole-table';

/**
 * ATTACH PARTITION of a table with other columns than the parent, or without its CHECKs (manual, ALTER TABLE, ATTACH PARTITION;
 * `MergeAttributesIntoExisting` and `MergeConstraintsIntoExisting` of tablecmds.c). Of NOT NULL speaks `inherited.ts`.
 */
export function refusedPartition(step: Step, operation: OperationOf<'attach partition'>): Refusal | undefined {
  const [parent, partition] = [findTable(step.before, operation.table), findTable(step.before, operation.partition)];
  if (parent === undefined || partition === undefined) return undefined;
  const [whole, part] = [shownName(operation.table), shownName(operation.partition)];
  if (partition.partitionOf !== undefined) {
    return {
      why: `${part} is a partition already${partition.partitionOf.parent === relationKey(parent) ? '' : `, of ${partition.partitionOf.parent.replace(/^public\./, '')}`}`,
      code: '42809',
      help: 'Detach it before, or leave this out.',
    };
  }
  if (wholeTable(step.before, operation.table) === undefined || wholeTable(step.before, operation.partition) === undefined)
    return undefined;
  const missing = parent.columns.find(({ name }) => findColumn(partition, name) === undefined);
  if (missing !== undefined) {
    return {
      why: `${part} has no column ${missing.name}, which ${whole} has`,
      code: '42804',
      help: `ALTER TABLE ${part} ADD COLUMN ${quoteIdentifier(missing.name)} ${missing.type} before.`,
    };
  }
  const extra = partition.columns.find(({ name }) => findColumn(parent, name) === undefined);
  if (extra !== undefined) {
    return {
      why: `${part} has a column ${extra.name}, which ${whole} does not have`,
      code: '42804',
      help: `Add ${extra.name} to ${whole} before, or drop it of ${part}.`,
    };
  }
  const other = partition.columns.find(({ name, type }) => !isSameType(type, findColumn(parent, name)?.type ?? type));
  if (other !== undefined) {
    const wanted = findColumn(parent, other.name)?.type ?? '';
    return {
      why: `${part}.${other.name} is ${other.type}, and ${whole}.${other.name} is ${wanted}`,
      code: '42804',
      help: `ALTER TABLE ${part} ALTER COLUMN ${quoteIdentifier(other.name)} TYPE ${wanted} before: nobody uses ${part} yet.`,
    };
  }
  const check = parent.constraints.find(
    (constraint) =>
      constraint.kind === 'check' &&
      isHeritable(constraint) &&
      !partition.constraints.some(({ kind, name }) => kind === 'check' && name === constraint.name),
  );
  return check === undefined
    ? undefined
    : {
        why: `${part} has no CHECK ${check.name}, which ${whole} has`,
        code: '42804',
        help: `ALTER TABLE ${part} ADD CONSTRAINT ${quoteIdentifier(check.name)} ${check.definition} before.`,
      };
}

/** Only types of the server's own are compared: others may be spelled with their schema or without. */
function isSameType(one: string, other: string): boolean {
  return one === other || !builtIn.test(one) || !builtIn.test(other);
}

const builtIn =
  /^(?:smallint|integer|bigint|numeric|real|double precision|text|character varying|character|boolean|uuid|jsonb?|date|bytea|inet|time(?:stamp)? (?:with|without) time zone)(?:\(\d+(?:,\s*\d+)?\))?$/;

export const partitionExamples: Examples = {
  bad: [
    {
      title: 'ATTACH of tables that are not as the parent is',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE p (id bigint, at int NOT NULL, kind varchar(10), CHECK (kind <> '')) PARTITION BY RANGE (at);\nCREATE TABLE q (at int) PARTITION BY RANGE (at);\nCREATE TABLE fewer (id bigint, at int NOT NULL);\nCREATE TABLE more (LIKE p INCLUDING CONSTRAINTS, note text);\nCREATE TABLE wider (id bigint, at int NOT NULL, kind text, CONSTRAINT p_kind_check CHECK (kind <> ''));\nCREATE TABLE unchecked (LIKE p);\nCREATE TABLE taken PARTITION OF q DEFAULT;\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE p ATTACH PARTITION fewer FOR VALUES FROM (0) TO (10);\nALTER TABLE p ATTACH PARTITION more FOR VALUES FROM (10) TO (20);\nALTER TABLE p ATTACH PARTITION wider FOR VALUES FROM (20) TO (30);\nALTER TABLE p ATTACH PARTITION unchecked FOR VALUES FROM (30) TO (40);\nALTER TABLE p ATTACH PARTITION taken FOR VALUES FROM (40) TO (50);\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE p ATTACH PARTITION fewer FOR VALUES FROM (0) TO (10)', says: 'fewer has no column kind' },
        { at: 'ALTER TABLE p ATTACH PARTITION more FOR VALUES FROM (10) TO (20)', says: 'more has a column note' },
        {
          at: 'ALTER TABLE p ATTACH PARTITION wider FOR VALUES FROM (20) TO (30)',
          says: 'wider.kind is text, and p.kind is character varying(10)',
        },
        { at: 'ALTER TABLE p ATTACH PARTITION unchecked FOR VALUES FROM (30) TO (40)', says: 'p_kind_check' },
        { at: 'ALTER TABLE p ATTACH PARTITION taken FOR VALUES FROM (40) TO (50)', says: 'of q: the server refuses this (42809)' },
      ],
    },
  ],
  good: [
    {
      title: 'Columns in another order, a copy, a type with its schema, a CHECK that is not inherited',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('good');\nCREATE TABLE p (id int, at timestamptz NOT NULL, mood mood, CHECK (id > 0)) PARTITION BY RANGE (at);\nCREATE TABLE turned (mood public.mood, at timestamp with time zone NOT NULL, id int4, CONSTRAINT p_id_check CHECK (id > 0), CHECK (id < 9));\nCREATE TABLE copied (LIKE p INCLUDING ALL);\n",
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE p ATTACH PARTITION turned FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nALTER TABLE p ATTACH PARTITION copied DEFAULT;\nALTER TABLE p DETACH PARTITION turned;\nALTER TABLE p ATTACH PARTITION turned FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\n",
        },
      ],
    },
  ],
};
