import type { ObjectName, Operation } from '../../model/operation';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { lockEnd } from '../phrases';
import type { Rule, Violation } from '../rule';

export const blockingMaintenance: Rule = {
  id: 'blocking-maintenance',
  title: 'Maintenance that writes a whole table again under an exclusive lock',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `VACUUM FULL, CLUSTER, SET LOGGED and UNLOGGED, SET TABLESPACE and SET ACCESS METHOD copy the whole table into new files while they hold ACCESS EXCLUSIVE: nobody reads or writes the table until every row and every index is written again, and twice
the space is needed meanwhile.

To win space back use plain VACUUM, or pg_repack or pg_squeeze, which copy beside normal work. To move a table, or to change how it is stored, make a copy that a trigger or logical replication keeps up to date, and swap the two. Or do it in
a maintenance window, with a lock_timeout.

Silent for tables that the same migration creates, for temporary ones, and for SET LOGGED and UNLOGGED where the table is known to be so already.`,
  bad: [
    {
      title: 'VACUUM FULL and CLUSTER',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY);\n' },
        { path: '0002_v.sql', text: 'VACUUM (FULL) t;\nCLUSTER t USING t_pkey;\n' },
      ],
      findings: [
        { at: 'VACUUM (FULL) t', says: 'pg_repack' },
        { at: 'CLUSTER t USING t_pkey', says: 'ACCESS EXCLUSIVE' },
      ],
    },
    {
      title: 'Another way of storing it',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE t SET UNLOGGED;\nALTER TABLE t SET TABLESPACE fast;\n' },
      ],
      findings: [
        { at: 'ALTER TABLE t SET UNLOGGED', says: 'every row' },
        { at: 'ALTER TABLE t SET TABLESPACE fast', says: 'every row' },
      ],
    },
  ],
  good: [
    {
      title: 'Plain VACUUM',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY);\n' },
        { path: '0002_v.sql', text: 'VACUUM (ANALYZE) t;\n' },
      ],
    },
    {
      title: 'A table of the same migration',
      framework: 'flyway',
      files: [{ path: 'V1__t.sql', text: 'CREATE UNLOGGED TABLE t (id bigint PRIMARY KEY);\nALTER TABLE t SET LOGGED;\n' }],
    },
    {
      title: 'It is stored so already',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY);\n' },
        { path: 'V2__l.sql', text: 'ALTER TABLE t SET LOGGED;\n' },
      ],
    },
  ],
  operations: {
    vacuum: (context, step, operation) => (operation.full ? check(context, step, operation, operation.tables, 'VACUUM FULL') : []),
    cluster: (context, step, operation) => check(context, step, operation, operation.tables, 'CLUSTER'),
    'alter table': checkAlterTable,
  },
};

function checkAlterTable(context: RuleContext, step: Step, operation: OperationOf<'alter table'>): readonly Violation[] {
  const { rewrites, detail, table } = operation;
  if (!rewrites || !/^set\b/i.test(detail) || isSoAlready(step, operation)) return [];
  return check(
    context,
    step,
    operation,
    [table],
    (/^set\s+access\s+method\b/i.exec(detail)?.[0] ?? detail.split(/\s+/).slice(0, 2).join(' ')).toUpperCase(),
  );
}

/** SET LOGGED of a table that is logged, and SET UNLOGGED of one that is not, do nothing (`ATPrepChangePersistence`). */
function isSoAlready(step: Step, { table, detail }: OperationOf<'alter table'>): boolean {
  const known = tableBefore(step, table);
  if (known === undefined || known.complete === false) return false;
  const wanted = /^set\s+(logged|unlogged)$/i.exec(detail.trim())?.[1]?.toLowerCase();
  return wanted !== undefined && known.persistence === (wanted === 'logged' ? 'permanent' : 'unlogged');
}

function check(context: RuleContext, step: Step, operation: Operation, tables: readonly ObjectName[], what: string): Violation[] {
  const used = tables.filter((table) => isInUse(context, step, table));
  if (tables.length > 0 && used.length === 0) return [];
  const shown = used.length === 0 ? 'every table' : used.map(shownName).join(', ');
  const reclaims = what === 'VACUUM FULL' || what === 'CLUSTER';
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${what} writes every row of ${shown} into new files under ACCESS EXCLUSIVE: nobody reads or writes ${used.length > 1 ? 'them' : 'it'} ${lockEnd(context, step)}.`,
      help: reclaims
        ? 'Plain VACUUM makes the space usable again; pg_repack and pg_squeeze give it back beside normal work. Else keep it for a maintenance window.'
        : 'Copy into a new table that a trigger keeps up to date, and swap the two; or keep it for a maintenance window, with a lock_timeout.',
      fixes: [],
    },
  ];
}
