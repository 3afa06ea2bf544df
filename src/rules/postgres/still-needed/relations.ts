import { relationKey, type Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { findTable } from '../../../schema/lookup';
import type { OperationOf, Step } from '../../context';
import type { Examples } from '../../rule';
import type { Need } from './need';

/** A foreign key of a table that stays. */
export function referringKey(step: Step, target: Table, going: readonly ObjectName[]): Need | undefined {
  const key = relationKey(target);
  for (const table of step.before.tables) {
    const found = table.constraints.find((constraint) => constraint.kind === 'foreign key' && constraint.references === key);
    if (found === undefined || table.identity === target.identity) continue;
    if (!going.some((name) => findTable(step.before, name)?.identity === table.identity))
      return { what: target.name, by: `the foreign key ${found.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

/** The server doesn't look whether the other table has rows (manual, TRUNCATE). */
export function emptiedTable(step: Step, { tables }: OperationOf<'truncate'>): Need | undefined {
  for (const name of tables) {
    const table = findTable(step.before, name);
    const need = table === undefined ? undefined : referringKey(step, table, tables);
    if (need !== undefined) {
      return { ...need, code: '0A000', help: 'Empty that table in the same TRUNCATE, or use DELETE. CASCADE would empty it too, unnamed.' };
    }
  }
  return undefined;
}

/** A child that stays. Partitions go with their table. */
export function inheritingTable(step: Step, target: Table, going: readonly ObjectName[]): Need | undefined {
  const key = relationKey(target);
  const child = step.before.tables.find(
    (table) =>
      table.partitionOf === undefined &&
      table.inherits?.includes(key) === true &&
      !going.some((name) => findTable(step.before, name)?.identity === table.identity),
  );
  if (child === undefined) return undefined;
  const help = `Drop ${child.name} with it, or let it go first: ALTER TABLE ${child.name} NO INHERIT ${target.name}.`;
  return { what: target.name, by: `the table ${child.name}, which inherits from it,`, code: '2BP01', help };
}

/** A view that reads a table or another view. */
export function readingView(
  step: Step,
  target: { readonly schema: string; readonly name: string },
  going: readonly ObjectName[],
): Need | undefined {
  const key = relationKey(target);
  const found = step.before.definitions.find(
    (object) => isView(object) && object.dependsOn.includes(key) && !going.some((name) => name.name === object.name),
  );
  return found === undefined ? undefined : { what: target.name, by: `the ${found.kind} ${found.name}`, code: '2BP01' };
}

function isView({ kind }: { readonly kind: string }): boolean {
  return kind === 'view' || kind === 'materialized view';
}

export const relationExamples: Examples = {
  bad: [
    {
      title: 'A table from which another one inherits',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE base (id int);\nCREATE TABLE child (a int) INHERITS (base);\nCREATE TABLE kept (id int);\nALTER TABLE kept INHERIT base;\n',
        },
        { path: 'V2__d.sql', text: 'DROP TABLE base, child;\n' },
      ],
      findings: [{ at: 'DROP TABLE base, child', says: 'The table kept, which inherits from it, needs base' }],
    },
  ],
  good: [
    {
      title: 'A table with its children, one that they have left, a partitioned table',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE base (id int);\nCREATE TABLE child (a int) INHERITS (base);\nCREATE TABLE other (id int);\nCREATE TABLE left_it () INHERITS (other);\nCREATE TABLE p (a int) PARTITION BY LIST (a);\nCREATE TABLE p1 PARTITION OF p DEFAULT;\n',
        },
        {
          path: 'V2__d.sql',
          text: 'DROP TABLE child, base;\nALTER TABLE left_it NO INHERIT other;\nDROP TABLE other;\nDROP TABLE p;\n',
        },
      ],
    },
  ],
};
