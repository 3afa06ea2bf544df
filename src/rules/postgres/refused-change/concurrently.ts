import { isUsable } from '../../../model/catalog';
import type { Operation } from '../../../model/operation';
import { findIndex, findNamed, findTable } from '../../../schema/lookup';
import { type RuleContext, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/** CONCURRENTLY where the server does not have it, inside of a transaction or not. */
export function refusedConcurrently(context: RuleContext, step: Step, operation: Operation): Refusal | undefined {
  switch (operation.kind) {
    case 'create index':
      return operation.index.concurrently && findTable(step.before, operation.index.table)?.kind === 'partitioned table'
        ? {
            why: `${shownName(operation.index.table)} is partitioned, and its index can't be built concurrently`,
            code: '0A000',
            help: 'CREATE INDEX ON ONLY the parent, build one on each partition CONCURRENTLY, then ALTER INDEX ... ATTACH PARTITION for each: the last makes the index of the parent valid.',
          }
        : undefined;
    case 'drop object': {
      const [name] = operation.objects;
      if (operation.objectKind !== 'index' || !operation.concurrently || name === undefined || !isOfPartitioned(step, name))
        return undefined;
      return {
        why: `${shownName(name)} is an index of a partitioned table, and can't be dropped concurrently`,
        code: '0A000',
        help: 'Drop it without CONCURRENTLY, at a quiet hour, with a short lock_timeout.',
      };
    }
    case 'reindex':
      return operation.targetKind === 'index' && context.engine.major < 14 && isOfPartitioned(step, operation.target)
        ? {
            why: `${shownName(operation.target)} is an index of a partitioned table, and before version 14 REINDEX does not have that`,
            code: '0A000',
            help: 'Reindex the indexes of the partitions, one by one.',
          }
        : undefined;
    case 'refresh materialized view':
      return operation.concurrently ? refusedRefresh(step, operation.view) : undefined;
    case 'detach partition':
      return operation.concurrently ? refusedDetach(step, operation.table) : undefined;
    default:
      return undefined;
  }
}

function isOfPartitioned(step: Step, index: { readonly schema?: string; readonly name: string }): boolean {
  const owner = findIndex(step.before, index)?.owner;
  return owner !== undefined && 'constraints' in owner && owner.kind === 'partitioned table';
}

function refusedRefresh(step: Step, name: { readonly schema?: string; readonly name: string }): Refusal | undefined {
  const view = findNamed(step.before.definitions, name, step.before.searchPath);
  if (view?.kind !== 'materialized view') return undefined;
  if (view.populated === false) {
    return {
      why: `${view.name} was made WITH NO DATA, and its first REFRESH can't be CONCURRENTLY`,
      code: '0A000',
      help: 'REFRESH it without CONCURRENTLY once: nobody can read it before anyway.',
    };
  }
  const isWhole = view.indexes?.some(
    (index) => index.unique && isUsable(index) && !/\bwhere\b/i.test(index.definition) && index.keys.every((key) => /^[\w$ "]+$/.test(key)),
  );
  if (isWhole === true) return undefined;
  return {
    why: `${view.name} has no unique index over whole columns and all rows, by which REFRESH ... CONCURRENTLY tells rows apart`,
    code: '55000',
    help: `CREATE UNIQUE INDEX on columns of ${view.name} that are unique together, without WHERE, before it.`,
  };
}

function refusedDetach(step: Step, name: { readonly schema?: string; readonly name: string }): Refusal | undefined {
  const parent = findTable(step.before, name);
  if (parent === undefined) return undefined;
  const key = `${parent.schema}.${parent.name}`;
  const other = step.before.tables.find(({ partitionOf }) => partitionOf?.parent === key && /^default$/i.test(partitionOf.bound.trim()));
  if (other === undefined) return undefined;
  return {
    why: `${shownName(name)} has a DEFAULT partition, ${other.name}, and beside one nothing can be detached concurrently`,
    code: '55000',
    help: 'DETACH it without CONCURRENTLY, at a quiet hour, with a short lock_timeout.',
  };
}

export const concurrentExamples: Examples = {
  bad: [
    {
      title: 'From 14: detached concurrently beside a DEFAULT partition',
      framework: 'sql',
      majors: [14, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\nCREATE TABLE rest PARTITION OF p DEFAULT;\n',
        },
        { path: '0002_u.sql', text: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\n' },
      ],
      findings: [{ at: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY', says: 'DEFAULT partition, rest' }],
    },
  ],
  good: [
    {
      title: 'A materialized view that was filled after it was made',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int);\nCREATE MATERIALIZED VIEW m AS SELECT id FROM t WITH NO DATA;\nCREATE UNIQUE INDEX ON m (id);\nREFRESH MATERIALIZED VIEW m;\n',
        },
        { path: 'V2__u.sql', text: 'REFRESH MATERIALIZED VIEW CONCURRENTLY m;\n' },
      ],
    },
  ],
};
