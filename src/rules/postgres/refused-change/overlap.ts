import { relationKey, type Table } from '../../../model/catalog';
import type { Operation } from '../../../model/operation';
import { findColumn, findTable } from '../../../schema/lookup';
import type { PlacedOperation, RuleContext, Step } from '../../context';
import type { Examples } from '../../rule';
import { keyColumns } from '../attach-partition-scan/bound-check';
import { type Bound, BoundSet, isEmptyRange, readBound } from './partition-bounds';
import type { Refusal } from './refusal';

/**
 * Partitions that take what another partition of their table has, a second DEFAULT, and ranges without a value in them. One pass in order, so that a
 * thousand partitions cost a thousand searches.
 */
export function overlappingBounds(context: RuleContext): readonly (PlacedOperation & { readonly refusal: Refusal })[] {
  const found: (PlacedOperation & { refusal: Refusal })[] = [];
  const sets = new Map<string, BoundSet<Table>>();
  for (const step of context.steps) {
    for (const operation of step.statement.operations) {
      const placed = partitionOf(operation, step);
      const bound = placed === undefined ? undefined : boundOf(placed.parent, placed.bound);
      if (placed === undefined || bound === undefined) continue;
      const { parent, name } = placed;
      const set = sets.get(parent.identity) ?? boundsBefore(context, parent.identity);
      sets.set(parent.identity, set);
      const other = set.overlapping(bound).find((table) => isStillThere(step, table, parent));
      if (isEmptyRange(bound) || other !== undefined) {
        found.push({ step, operation, refusal: refusal(name, bound, other) });
        continue;
      }
      const made = findTable(step.after, operation.kind === 'create table' ? operation.table : placed.partition);
      if (made !== undefined) set.add(bound, made);
    }
  }
  return found;
}

function partitionOf(operation: Operation, step: Step) {
  if (operation.kind === 'create table') {
    const { partitionOf: of, partitionBound: bound, table: partition } = operation;
    const parent = of === undefined ? undefined : findTable(step.before, of);
    if (parent === undefined || bound === undefined || findTable(step.before, partition) !== undefined) return undefined;
    return { parent, bound, partition, name: partition.name };
  }
  if (operation.kind !== 'attach partition' || operation.bound === undefined) return undefined;
  const parent = findTable(step.before, operation.table);
  return parent === undefined
    ? undefined
    : { parent, bound: operation.bound, partition: operation.partition, name: operation.partition.name };
}

function boundOf(parent: Table, bound: string): Bound | undefined {
  const types = keyColumns(parent.partitionKey ?? '').map((column) => findColumn(parent, column)?.type);
  return readBound(bound, types);
}

function boundsBefore({ before }: RuleContext, parent: string): BoundSet<Table> {
  const set = new BoundSet<Table>();
  const table = before.tables.find(({ identity }) => identity === parent);
  if (table === undefined) return set;
  const key = relationKey(table);
  for (const other of before.tables) {
    if (other.partitionOf?.parent !== key) continue;
    const bound = boundOf(table, other.partitionOf.bound);
    if (bound !== undefined) set.add(bound, other);
  }
  return set;
}

/** Not dropped, detached or renamed since. */
function isStillThere({ before }: Step, table: Table, parent: Table): boolean {
  const now = findTable(before, table);
  return now?.identity === table.identity && now.partitionOf?.parent === relationKey(parent);
}

function refusal(name: string, bound: Bound, other: Table | undefined): Refusal {
  if (other === undefined) {
    return {
      why: `The range of ${name} has no value in it: its end is not behind its beginning`,
      code: '42P17',
      help: 'FROM is the first value of the partition, TO the first one behind it.',
    };
  }
  return bound.kind === 'default'
    ? { why: `${other.name} is the DEFAULT partition already, and there is only one`, code: '42P17', help: 'Give the partition a bound.' }
    : {
        why: `${name} would take values that the partition ${other.name} has`,
        code: '42P17',
        help: 'Give it the bound that is free. FROM belongs to a range, and TO does not: one begins with the value where the one before ends.',
      };
}

export const overlapExamples: Examples = {
  bad: [
    {
      title: 'Partitions over what another one has, two DEFAULT partitions, a range that is empty',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__e.sql',
          text: `CREATE TABLE events (day date) PARTITION BY RANGE (day);
CREATE TABLE events_01 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE parts (a int, b bigint) PARTITION BY RANGE (a, b);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1, 10) TO (1, 20);
CREATE TABLE orders (country text) PARTITION BY LIST (country);
CREATE TABLE orders_eu PARTITION OF orders FOR VALUES IN ('DE', 'FR', NULL);
CREATE TABLE orders_rest PARTITION OF orders DEFAULT;
CREATE TABLE sessions (id uuid) PARTITION BY HASH (id);
CREATE TABLE sessions_1 PARTITION OF sessions FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE more (country text);
`,
        },
        {
          path: 'V2__p.sql',
          text: `CREATE TABLE events_q1 PARTITION OF events FOR VALUES FROM ('2026-01-31') TO ('2026-04-01');
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2026-01-02');
CREATE TABLE events_03 PARTITION OF events FOR VALUES FROM ('2026-04-01') TO ('2026-03-01');
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (1, MINVALUE) TO (1, 11);
ALTER TABLE orders ATTACH PARTITION more FOR VALUES IN ('AT', 'FR');
CREATE TABLE orders_more PARTITION OF orders DEFAULT;
CREATE TABLE sessions_odd PARTITION OF sessions FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE sessions_9 PARTITION OF sessions FOR VALUES WITH (MODULUS 8, REMAINDER 5);
`,
        },
      ],
      findings: [
        { at: "CREATE TABLE events_q1 PARTITION OF events FOR VALUES FROM ('2026-01-31') TO ('2026-04-01')", says: 'events_01' },
        { at: "CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2026-01-02')", says: '42P17' },
        { at: "CREATE TABLE events_03 PARTITION OF events FOR VALUES FROM ('2026-04-01') TO ('2026-03-01')", says: 'no value in it' },
        { at: 'CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (1, MINVALUE) TO (1, 11)', says: 'parts_1' },
        { at: "ALTER TABLE orders ATTACH PARTITION more FOR VALUES IN ('AT', 'FR')", says: 'orders_eu' },
        { at: 'CREATE TABLE orders_more PARTITION OF orders DEFAULT', says: 'orders_rest is the DEFAULT partition already' },
        { at: 'CREATE TABLE sessions_odd PARTITION OF sessions FOR VALUES WITH (MODULUS 2, REMAINDER 1)', says: 'sessions_1' },
        { at: 'CREATE TABLE sessions_9 PARTITION OF sessions FOR VALUES WITH (MODULUS 8, REMAINDER 5)', says: 'sessions_1' },
      ],
    },
  ],
  good: [
    {
      title: 'Partitions side by side, and in the place of one that went',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__e.sql',
          text: `CREATE TABLE events (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE events_01 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE events_02 PARTITION OF events FOR VALUES FROM ('2026-02-01 00:00:00') TO ('2026-03-01');
CREATE TABLE parts (a int, b bigint) PARTITION BY RANGE (a, b);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1, 10) TO (1, 20);
CREATE TABLE orders (country text) PARTITION BY LIST (country);
CREATE TABLE orders_eu PARTITION OF orders FOR VALUES IN ('DE', 'FR');
CREATE TABLE sessions (id uuid) PARTITION BY HASH (id);
CREATE TABLE sessions_1 PARTITION OF sessions FOR VALUES WITH (MODULUS 4, REMAINDER 1);
`,
        },
        {
          path: 'V2__p.sql',
          text: `CREATE TABLE events_03 PARTITION OF events FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES FROM (1, MINVALUE) TO (1, 10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (1, 20) TO (2, MINVALUE);
CREATE TABLE orders_null PARTITION OF orders FOR VALUES IN (NULL, 'de');
CREATE TABLE sessions_even PARTITION OF sessions FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE sessions_3 PARTITION OF sessions FOR VALUES WITH (MODULUS 8, REMAINDER 3);
ALTER TABLE events DETACH PARTITION events_01;
CREATE TABLE events_new PARTITION OF events FOR VALUES FROM ('2026-01-15') TO ('2026-02-01');
DROP TABLE events_02;
CREATE TABLE events_newer PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-02-15');
CREATE TABLE IF NOT EXISTS events_03 PARTITION OF events FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
`,
        },
      ],
    },
  ],
};
