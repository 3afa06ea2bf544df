import type { Table } from '../../model/catalog';
import type { ObjectName } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { findTable } from '../../schema/lookup';
import { makeObjectName } from '../../schema/server-names';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../context';
import { continueLater } from '../fixes/phases';
import { lockEnd } from '../phrases';
import type { Rule, Violation } from '../rule';
import { hasCheckOn, keyColumns } from './attach-partition-scan/bound-check';
import { checkDefault, defaultPartitionExamples } from './attach-partition-scan/default-partition';

export const attachPartitionScan: Rule = {
  id: 'attach-partition-scan',
  title: 'ATTACH PARTITION reads the whole table under an exclusive lock',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `ATTACH PARTITION checks every row of the new partition against its bound while it holds ACCESS EXCLUSIVE on it. The scan is skipped when a valid CHECK constraint implies the bound.

So: add \`CHECK (key >= lower AND key < upper AND key IS NOT NULL) NOT VALID\` to the table, VALIDATE it in a later transaction, which lets reads and writes through, then attach, and drop the CHECK.

Where the parent has a DEFAULT partition, ATTACH PARTITION and CREATE TABLE ... PARTITION OF read that one too, under ACCESS EXCLUSIVE, and fail if it has rows that belong into the new one. Keep it empty, or give it a
CHECK that excludes them in the same way.

Silent when the table that is read has a valid CHECK on the columns of the partition key, and for tables that the same migration creates.`,
  bad: [
    {
      title: 'A range: CHECK, VALIDATE, ATTACH',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_e.sql',
          text: 'CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id);\nCREATE TABLE events_1 (id bigint NOT NULL);\n',
        },
        { path: '0002_a.sql', text: 'ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM (1) TO (1000);\n' },
      ],
      findings: [
        {
          at: 'ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM (1) TO (1000)',
          says: 'every row of events_1',
        },
      ],
      fixed: [
        {
          path: '0002_a.sql',
          text: [
            'ALTER TABLE events_1 ADD CONSTRAINT events_1_id_bound CHECK (id IS NOT NULL AND id >= 1 AND id < 1000) NOT VALID;',
            'ALTER TABLE events_1 VALIDATE CONSTRAINT events_1_id_bound;',
            'ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM (1) TO (1000);',
            'ALTER TABLE events_1 DROP CONSTRAINT events_1_id_bound;\n',
          ].join('\n'),
        },
      ],
    },
    {
      title: 'A list',
      framework: 'flyway',
      files: [
        {
          path: 'V1__e.sql',
          text: 'CREATE TABLE events (country char(2)) PARTITION BY LIST (country);\nCREATE TABLE events_de (country char(2));\n',
        },
        { path: 'V2__a.sql', text: "ALTER TABLE events ATTACH PARTITION events_de FOR VALUES IN ('DE', 'AT');\n" },
      ],
      findings: [{ at: "ALTER TABLE events ATTACH PARTITION events_de FOR VALUES IN ('DE', 'AT')", says: 'ACCESS EXCLUSIVE' }],
    },
    ...defaultPartitionExamples.bad,
  ],
  good: [
    ...defaultPartitionExamples.good,
    {
      title: 'A CHECK that was validated before',
      framework: 'sql',
      files: [
        {
          path: '0001_e.sql',
          text: "CREATE TABLE events (day date) PARTITION BY RANGE (day);\nCREATE TABLE events_1 (day date, CONSTRAINT b CHECK (day IS NOT NULL AND day >= '2026-01-01' AND day < '2026-02-01'));\n",
        },
        { path: '0002_a.sql', text: "ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');\n" },
      ],
    },
    {
      title: 'A table of the same migration',
      framework: 'sql',
      files: [
        { path: '0001_e.sql', text: 'CREATE TABLE events (day date) PARTITION BY RANGE (day);\n' },
        {
          path: '0002_a.sql',
          text: "CREATE TABLE events_1 (LIKE events);\nALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');\n",
        },
      ],
    },
  ],
  operations: {
    'attach partition': (context, step, operation) => [...check(context, step, operation), ...checkDefault(context, step, operation)],
    'create table': checkDefault,
  },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'attach partition'>): Violation[] {
  const { table, partition } = operation;
  if (!isInUse(context, step, partition) || wasDetachedConcurrently(context, partition)) return [];
  const parent = findTable(step.before, table);
  const key = parent?.partitionKey === undefined ? [] : keyColumns(parent.partitionKey);
  if (hasCheckOn(findTable(step.before, partition), key)) return [];
  const fix = provenFirst(context, step, operation, parent);
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `ATTACH PARTITION checks every row of ${shownName(partition)} against its bound under ACCESS EXCLUSIVE: nobody reads or writes it during the scan and ${lockEnd(context, step)}. No valid CHECK proves the bound.`,
      help: `Add a CHECK with the bound NOT VALID to ${shownName(partition)}, VALIDATE it in a later transaction, then attach.`,
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

/** The way back of a concurrent DETACH: that left the bound on the partition as a CHECK (manual, ALTER TABLE, "DETACH PARTITION"). */
function wasDetachedConcurrently({ program, migration }: RuleContext, { name }: ObjectName): boolean {
  if (program.direction === 'up') return false;
  return migration.up.statements.some(({ operations }) =>
    operations.some((operation) => operation.kind === 'detach partition' && operation.concurrently && operation.partition.name === name),
  );
}

function provenFirst(context: RuleContext, step: Step, operation: OperationOf<'attach partition'>, parent: Table | undefined) {
  const { partition, bound } = operation;
  const strategy = parent?.partitionKey?.split(/[\s(]/, 1)[0]?.toUpperCase();
  const [column, second] = keyColumns(parent?.partitionKey ?? '');
  if (column === undefined || second !== undefined || bound === undefined || step.statement.operations.length > 1) return undefined;
  const condition = strategy === 'RANGE' ? rangeCondition(column, bound) : strategy === 'LIST' ? listCondition(column, bound) : undefined;
  if (condition === undefined) return undefined;
  const constraint = makeObjectName(partition.name, column, 'bound');
  const target = quoteQualified(partition.schema, partition.name);
  const alter = (action: string) => `ALTER TABLE ${target} ${action} CONSTRAINT ${quoteIdentifier(constraint)}`;
  return continueLater(context, 'Prove the bound with a CHECK before attaching', {
    step,
    patches: [{ span: step.statement.span, newText: `${alter('ADD')} CHECK (${condition}) NOT VALID` }],
    later: [
      { slug: `validate_${constraint}`, transactional: true, up: [`${alter('VALIDATE')};`], down: [] },
      { slug: `attach_${partition.name}`, transactional: true, up: [`${step.statement.text};`, `${alter('DROP')};`], down: [] },
    ],
  });
}

/** `FOR VALUES FROM (a) TO (b)` of one column: the lower bound is inclusive, the upper is not (manual, CREATE TABLE, PARTITION OF). */
function rangeCondition(column: string, bound: string): string | undefined {
  const [, from, to] = /^for\s+values\s+from\s*\(([^()]*)\)\s*to\s*\(([^()]*)\)$/i.exec(bound.trim()) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const name = quoteIdentifier(column);
  const parts = [
    `${name} IS NOT NULL`,
    ...(/^\s*minvalue\s*$/i.test(from) ? [] : [`${name} >= ${from.trim()}`]),
    ...(/^\s*maxvalue\s*$/i.test(to) ? [] : [`${name} < ${to.trim()}`]),
  ];
  return parts.join(' AND ');
}

function listCondition(column: string, bound: string): string | undefined {
  const [, values] = /^for\s+values\s+in\s*\(([^()]*)\)$/i.exec(bound.trim()) ?? [];
  // A list with NULL needs another condition; leave that to people.
  if (values === undefined || /\bnull\b/i.test(values)) return undefined;
  const name = quoteIdentifier(column);
  return `${name} IS NOT NULL AND ${name} IN (${values.trim()})`;
}
