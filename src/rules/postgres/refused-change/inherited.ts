import { relationKey, type Table } from '../../../model/catalog';
import type { Operation } from '../../../model/operation';
import { quoteIdentifier } from '../../../parse/postgres/identifiers';
import { findColumn, findIndex, findTable } from '../../../schema/lookup';
import { type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/** Changes to what a child or partition has from its parent (of columns `still-needed` speaks), and ATTACH of what can't be a partition. */
export function refusedInherited(context: RuleContext, step: Step, operation: Operation): Refusal | undefined {
  switch (operation.kind) {
    case 'drop constraint': {
      const table = findTable(step.before, operation.table);
      const isInherited = table?.constraints.find(({ name }) => name === operation.constraint)?.inherited === true;
      return table === undefined || !isInherited
        ? undefined
        : {
            why: `${table.name} has the constraint ${operation.constraint} from ${parentOf(table)}`,
            code: '42P16',
            help: `Drop it of ${parentOf(table)}: that reaches its children. A partition that is detached first keeps it as its own.`,
          };
    }
    case 'add column': {
      const table = findTable(step.before, operation.table);
      const identity = table === undefined ? undefined : refusedIdentity(context, step, operation, table);
      if (identity !== undefined) return identity;
      return table?.partitionOf === undefined || (operation.ifNotExists && findColumn(table, operation.column.name) !== undefined)
        ? undefined
        : {
            why: `${table.name} is a partition, and has the columns of ${parentOf(table)}, no others`,
            code: '42809',
            help: `Add the column to ${parentOf(table)}: that reaches all partitions.`,
          };
    }
    case 'drop object':
      return operation.objectKind === 'index' ? refusedIndex(step, operation.objects) : undefined;
    case 'attach partition':
      return refusedAttach(context, step, operation.partition) ?? refusedNullable(step, operation);
    default:
      return undefined;
  }
}

/** Since version 17 partitions share the identity of their table; children by INHERITS can't (release notes of 17, E.9). */
function refusedIdentity(
  { engine }: RuleContext,
  step: Step,
  { column, ifNotExists }: OperationOf<'add column'>,
  table: Table,
): Refusal | undefined {
  const key = relationKey(table);
  const child = step.before.tables.find(({ partitionOf, inherits }) => partitionOf?.parent === key || inherits?.includes(key) === true);
  if (column.identity === undefined || child === undefined || (child.partitionOf !== undefined && engine.major >= 17)) return undefined;
  if (ifNotExists && findColumn(table, column.name) !== undefined) return undefined;
  return {
    why: `${table.name} has ${child.partitionOf === undefined ? 'the child' : 'the partition'} ${child.name}, and an identity column can't be added to both`,
    code: '42P16',
    help: `Add a plain bigint column with a default of nextval() from a sequence of its own, which the children share.`,
  };
}

function refusedIndex(step: Step, names: readonly { readonly schema?: string; readonly name: string }[]): Refusal | undefined {
  for (const name of names) {
    const found = findIndex(step.before, name);
    if (found?.index.inherited !== true || found.index.constraint !== undefined || !('partitionOf' in found.owner)) continue;
    const parent = parentOf(found.owner);
    if (names.some((other) => relationOfIndex(step, other) === parent)) continue;
    return {
      why: `${shownName(name)} is the part of ${found.owner.name} in an index of ${parent}`,
      code: '2BP01',
      help: `Drop the index of ${parent}: its parts go with it.`,
    };
  }
  return undefined;
}

function relationOfIndex(step: Step, name: { readonly schema?: string; readonly name: string }): string | undefined {
  const owner = findIndex(step.before, name)?.owner;
  return owner === undefined ? undefined : shownKey(relationKey(owner));
}

/** Since version 17 a partition's identity is its parent's. */
function refusedAttach(context: RuleContext, step: Step, name: { readonly schema?: string; readonly name: string }): Refusal | undefined {
  const table = context.engine.major < 17 ? undefined : findTable(step.before, name);
  const own = table?.columns.find(({ identityKind }) => identityKind !== undefined);
  if (own === undefined) return undefined;
  return {
    why: `${shownName(name)}.${own.name} is an identity column, and since version 17 a partition has that from its parent alone`,
    code: '55000',
    help: `ALTER TABLE ${shownName(name)} ALTER COLUMN ${own.name} DROP IDENTITY before: the parent's numbers then serve the partition too.`,
  };
}

/** A partition has the NOT NULL of its parent before it is attached (`MergeAttributesIntoExisting` of tablecmds.c). */
function refusedNullable(step: Step, { table: parentName, partition: name }: OperationOf<'attach partition'>): Refusal | undefined {
  const parent = findTable(step.before, parentName);
  const partition = findTable(step.before, name);
  const nullable = partition?.columns.find((column) => !column.notNull && findColumn(parent, column.name)?.notNull === true);
  if (nullable === undefined) return undefined;
  return {
    why: `${shownName(parentName)}.${nullable.name} is NOT NULL, and ${shownName(name)}.${nullable.name} is not`,
    code: '42804',
    help: `ALTER TABLE ${shownName(name)} ALTER COLUMN ${quoteIdentifier(nullable.name)} SET NOT NULL before: it reads ${shownName(name)} alone, which nobody uses yet.`,
  };
}

function parentOf(table: Table): string {
  return shownKey(table.partitionOf?.parent ?? table.inherits?.[0] ?? '');
}

function shownKey(key: string): string {
  return key.replace(/^public\./, '');
}

export const inheritedExamples: Examples = {
  bad: [
    {
      title: 'An identity column of a table with a child',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE base (n int);\nCREATE TABLE child () INHERITS (base);\n' },
        { path: 'V2__i.sql', text: 'ALTER TABLE base ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;\n' },
      ],
      findings: [{ at: 'ALTER TABLE base ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY', says: '42P16' }],
    },
    {
      title: 'Before 17: of a partitioned table',
      framework: 'flyway',
      majors: [12, 16],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (n int) PARTITION BY RANGE (n);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\n',
        },
        { path: 'V2__i.sql', text: 'ALTER TABLE p ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;\n' },
      ],
      findings: [{ at: 'ALTER TABLE p ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY', says: 'the partition p1' }],
    },
    {
      title: 'What a child has from its parent',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE p (id bigint, at date NOT NULL, CHECK (id > 0)) PARTITION BY RANGE (at);\nCREATE INDEX ON p (id);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nCREATE TABLE a (x int);\nCREATE TABLE b () INHERITS (a);\nALTER TABLE a ADD COLUMN n int CHECK (n > 0);\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE p1 ADD COLUMN note text;\nALTER TABLE p1 DROP CONSTRAINT p_id_check;\nDROP INDEX p1_id_idx;\nALTER TABLE b DROP CONSTRAINT a_n_check;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE p1 ADD COLUMN note text', says: '42809' },
        { at: 'ALTER TABLE p1 DROP CONSTRAINT p_id_check', says: 'from p' },
        { at: 'DROP INDEX p1_id_idx', says: '2BP01' },
        { at: 'ALTER TABLE b DROP CONSTRAINT a_n_check', says: '42P16' },
      ],
    },
    {
      title: 'ATTACH of a table with an identity of its own',
      framework: 'flyway',
      majors: [17, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (id bigint NOT NULL, at int NOT NULL) PARTITION BY RANGE (at);\nCREATE TABLE p1 (id bigint GENERATED ALWAYS AS IDENTITY, at int NOT NULL);\n',
        },
        { path: 'V2__u.sql', text: 'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);\n' },
      ],
      findings: [{ at: 'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10)', says: 'DROP IDENTITY' }],
    },
    {
      title: "ATTACH of a table whose column lacks the parent's NOT NULL",
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (id bigint NOT NULL, at int NOT NULL) PARTITION BY RANGE (at);\nCREATE TABLE p1 (id bigint, at int NOT NULL);\n',
        },
        { path: 'V2__u.sql', text: 'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);\n' },
      ],
      findings: [{ at: 'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10)', says: 'p.id is NOT NULL, and p1.id is not' }],
    },
  ],
  good: [
    {
      title: 'ATTACH of a table that has NOT NULL itself, or has more of it than the parent',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (id bigint NOT NULL, at int NOT NULL, note text) PARTITION BY RANGE (at);\nCREATE TABLE p1 (note text NOT NULL, id bigint, at int NOT NULL);\nCREATE TABLE p2 (LIKE p);\nCREATE TABLE p3 (id bigint PRIMARY KEY, at int NOT NULL, note text);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE p1 ALTER COLUMN id SET NOT NULL;\nALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);\nALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20);\nALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (20) TO (30);\n',
        },
      ],
    },
    {
      title: 'An identity that partitions share, and one of a partitioned table without any',
      framework: 'flyway',
      majors: [17, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (n int) PARTITION BY RANGE (n);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\nCREATE TABLE q (n int) PARTITION BY RANGE (n);\n',
        },
        {
          path: 'V2__i.sql',
          text: 'ALTER TABLE p ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;\nALTER TABLE q ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;\n',
        },
      ],
    },
    {
      title: 'A partition made by LIKE: without INCLUDING IDENTITY there is none, nor is a default without INCLUDING DEFAULTS',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (id bigint GENERATED ALWAYS AS IDENTITY, at date NOT NULL, n int DEFAULT 1) PARTITION BY RANGE (at);\nCREATE TABLE p1 (LIKE p INCLUDING DEFAULTS INCLUDING CONSTRAINTS);\n',
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');\n",
        },
      ],
    },
    {
      title: 'A child changes what is its own, what it has twice, and what it was left',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE p (id bigint, at date NOT NULL, CHECK (id > 0)) PARTITION BY RANGE (at);\nCREATE INDEX ON p (id);\nCREATE TABLE p1 PARTITION OF p (CONSTRAINT few CHECK (id < 9)) FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nCREATE TABLE a (x int);\nCREATE TABLE b (x int, y int) INHERITS (a);\nCREATE INDEX ON p1 (at, id);\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE p1 DROP CONSTRAINT few;\nDROP INDEX p1_at_id_idx;\nALTER TABLE b DROP COLUMN y;\nALTER TABLE b ADD COLUMN z int;\nALTER TABLE p1 ALTER COLUMN id SET DEFAULT 1;\nALTER TABLE p DETACH PARTITION p1;\nALTER TABLE p1 DROP CONSTRAINT p_id_check;\nDROP INDEX p1_id_idx;\nALTER TABLE p1 ADD COLUMN w int;\nALTER TABLE p1 DROP COLUMN id;\nALTER TABLE b NO INHERIT a;\nALTER TABLE b RENAME COLUMN x TO v;\n',
        },
      ],
    },
  ],
};
