import { relationKey } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { findTable } from '../../../schema/lookup';
import { isInUse, type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import { runOutside } from '../../fixes/outside';
import { insertion } from '../../fixes/patches';
import { lockEnd } from '../../phrases';
import type { Examples, Violation } from '../../rule';
import { outside, violation } from './violation';

/** DETACH PARTITION, which has a concurrent form since 14. */
export function checkDetach(context: RuleContext, step: Step, operation: OperationOf<'detach partition'>): Violation[] {
  if (operation.concurrently || operation.finalize || context.engine.major < 14 || !isInUse(context, step, operation.table)) return [];
  if (!isInUse(context, step, operation.partition) || hasDefaultPartition(step, operation.table)) return [];
  const message = `DETACH PARTITION locks ${shownName(operation.table)} (ACCESS EXCLUSIVE) with all its partitions' queries ${lockEnd(context, step)}.`;
  const end = operation.span?.end;
  const alone = step.statement.operations.length === 1;
  const fix =
    end === undefined || !alone
      ? undefined
      : runOutside(context, 'Detach the partition concurrently', {
          step,
          patches: [insertion(end, ' CONCURRENTLY')],
          slug: `detach_${operation.partition.name}`,
          down: [],
        });
  return [
    violation(
      context,
      step,
      operation,
      message,
      `Use DETACH PARTITION ... CONCURRENTLY; the table must have no default partition, and the partition keeps its bound as a CHECK. ${outside}`,
      fix,
    ),
  ];
}

/** Beside a default partition there is no concurrent form (manual, ALTER TABLE, DETACH PARTITION). */
function hasDefaultPartition({ before }: Step, name: ObjectName): boolean {
  const table = findTable(before, name);
  if (table === undefined) return false;
  return before.tables.some(({ partitionOf }) => partitionOf?.parent === relationKey(table) && partitionOf.bound === 'DEFAULT');
}

export const detachExamples: Examples = {
  bad: [
    {
      title: 'Detaching a partition, from 14 on',
      framework: 'sql',
      majors: [14, 18],
      files: [
        {
          path: '0001_p.sql',
          text: 'CREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\n',
        },
        { path: '0002_p.sql', text: 'ALTER TABLE p DETACH PARTITION p1;\n' },
      ],
      findings: [{ at: 'ALTER TABLE p DETACH PARTITION p1', says: 'ACCESS EXCLUSIVE' }],
      fixed: [{ path: '0002_p.sql', text: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\n' }],
    },
  ],
  good: [
    {
      title: 'Detaching has no concurrent form beside a default partition',
      framework: 'flyway',
      files: [
        {
          path: 'V1__p.sql',
          text: 'CREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\nCREATE TABLE rest PARTITION OF p DEFAULT;\n',
        },
        { path: 'V2__p.sql', text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE p DETACH PARTITION p1;\n" },
      ],
    },
    {
      title: 'Detaching has no concurrent form before 14',
      framework: 'sql',
      majors: [12, 13],
      files: [
        {
          path: '0001_p.sql',
          text: 'CREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\n',
        },
        { path: '0002_p.sql', text: 'ALTER TABLE p DETACH PARTITION p1;\n' },
      ],
    },
  ],
};
