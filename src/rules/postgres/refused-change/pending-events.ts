import { type Constraint, relationKey, type Table } from '../../../model/catalog';
import type { Operation } from '../../../model/operation';
import { all, as, strings } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import { timingOf } from '../../../schema/constraint-timing';
import { findTable } from '../../../schema/lookup';
import type { PlacedOperation, RuleContext, Step } from '../../context';
import { insertStatement } from '../../edits';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/** A write whose rows a foreign key still has to check, when the transaction ends. */
interface Pending {
  readonly step: Step;
  readonly constraint: string;
  readonly isCertain: boolean;
}

/**
 * ALTER TABLE, CREATE INDEX, TRUNCATE and CLUSTER of a table behind writes, in the same transaction, that an INITIALLY DEFERRED foreign key has not
 * checked yet (measured on 14 and 18: renames, moves to a schema, policies, triggers and drops go through). The first of each transaction: one
 * SET CONSTRAINTS mends all.
 */
export function pendingEvents(context: RuleContext): readonly (PlacedOperation & { readonly refusal: Refusal })[] {
  const isDeferred = ({ kind, enforced, ...constraint }: Constraint) =>
    kind === 'foreign key' && enforced && timingOf(constraint) === 'DEFERRABLE INITIALLY DEFERRED';
  const deferred = (table: Table | undefined) => (table?.kind === 'table' ? table.constraints.filter(isDeferred) : []);
  const referring = tablesByReferenced(context, deferred);
  const found: (PlacedOperation & { refusal: Refusal })[] = [];
  let transaction: Step['transaction'] | undefined;
  let pending = new Map<string, Pending>();
  for (const step of context.steps) {
    if (step.transaction !== transaction || endsWaiting(step)) pending = new Map();
    transaction = step.transaction;
    if (!step.inTransaction) continue;
    for (const operation of step.statement.operations) {
      const table = findTable(step.before, tableLooked(operation) ?? { name: '' });
      const waiting = table === undefined ? undefined : pending.get(table.identity);
      if (table !== undefined && waiting !== undefined && operation.kind !== 'insert') {
        found.push({ step, operation, refusal: refusal(context, step, table, waiting) });
        pending = new Map();
        break;
      }
      const written = writtenTable(operation, step);
      if (written === undefined || pending.has(written.identity)) continue;
      const constraint = checkedLater(step, operation, written, deferred(written), referring);
      const isCertain = operation.kind === 'insert' && operation.rows !== undefined;
      if (constraint !== undefined) pending.set(written.identity, { step, constraint, isCertain });
    }
  }
  return found;
}

/** Tables that deferred foreign keys refer to, with those that hold such a key. */
function tablesByReferenced(
  context: RuleContext,
  deferred: (table: Table) => readonly Constraint[],
): ReadonlyMap<string, readonly Table[]> {
  const found = new Map<string, Table[]>();
  if (!context.operations.has('delete')) return found;
  for (const table of context.before.tables) {
    for (const { references } of deferred(table)) {
      if (references !== undefined) found.set(references, [...(found.get(references) ?? []), table]);
    }
  }
  return found;
}

/** SET CONSTRAINTS ... IMMEDIATE checks what waits, and ROLLBACK TO takes it back. */
function endsWaiting({ statement }: Step): boolean {
  return statement.operations.some(
    (operation) => operation.kind === 'transaction' || (operation.kind === 'other' && operation.node === 'ConstraintsSetStmt'),
  );
}

function tableLooked(operation: Operation) {
  switch (operation.kind) {
    case 'add column':
    case 'drop column':
    case 'alter column type':
    case 'set default':
    case 'drop default':
    case 'set not null':
    case 'drop not null':
    case 'alter column':
    case 'add constraint':
    case 'drop constraint':
    case 'alter table':
      return operation.table;
    case 'create index':
      return operation.index.concurrently ? undefined : operation.index.table;
    case 'truncate':
    case 'cluster':
      return operation.tables[0];
    default:
      return undefined;
  }
}

function writtenTable(operation: Operation, { before }: Step): Table | undefined {
  switch (operation.kind) {
    case 'insert':
      return operation.onConflict === 'nothing' ? undefined : findTable(before, operation.table);
    case 'update':
    case 'delete':
      return findTable(before, operation.table);
    default:
      return undefined;
  }
}

/** The foreign key that looks at what the write did at the end of the transaction. */
function checkedLater(
  step: Step,
  operation: Operation,
  table: Table,
  own: readonly Constraint[],
  referring: ReadonlyMap<string, readonly Table[]>,
): string | undefined {
  switch (operation.kind) {
    case 'insert':
      return own[0]?.name;
    case 'update': {
      const changed = changedColumns(step);
      return own.find(({ columns }) => columns.some((column) => changed.has(column)))?.name;
    }
    case 'delete':
      return deferredReference(step, table, referring);
    default:
      return undefined;
  }
}

/** Of a foreign key without an action of its own: the others act at once. It has to be there still. */
function deferredReference({ before }: Step, table: Table, referring: ReadonlyMap<string, readonly Table[]>): string | undefined {
  for (const child of referring.get(relationKey(table)) ?? []) {
    const now = findTable(before, child)?.constraints ?? [];
    const constraint = child.constraints.find(
      ({ kind, references, definition, identity }) =>
        kind === 'foreign key' &&
        references === relationKey(table) &&
        !/\bON\s+DELETE\s+(?:CASCADE|RESTRICT|SET)\b/i.test(definition) &&
        timingOf({ definition }) === 'DEFERRABLE INITIALLY DEFERRED' &&
        now.some((other) => other.identity === identity),
    );
    if (constraint !== undefined) return constraint.name;
  }
  return undefined;
}

/** What is set to NULL is in nobody's key, and what is set to itself has not changed. */
function changedColumns({ statement }: Step): ReadonlySet<string> {
  const targets = all(as(statementTree(statement.sent), 'UpdateStmt')?.targetList, 'ResTarget');
  const changed = targets.filter(({ name, val }) => {
    const column = strings(as(val, 'ColumnRef')?.fields).at(-1);
    return as(val, 'A_Const')?.isnull !== true && column !== name;
  });
  return new Set(changed.flatMap(({ name }) => name ?? []));
}

function refusal(context: RuleContext, step: Step, table: Table, { step: writer, constraint, isCertain }: Pending): Refusal {
  const how = isCertain ? 'writes rows' : 'may write rows';
  const set = 'SET CONSTRAINTS ALL IMMEDIATE';
  return {
    why: `Statement ${writer.statement.index} ${how} that the deferred foreign key ${constraint} checks only at the end of the transaction, and ${table.name} has pending trigger events until then`,
    code: '55006',
    help: `Put the rows and the change of the table into two migrations, or say ${set} between them.`,
    fix: { title: `${set} before it`, safe: false, edits: [insertStatement(context, step.statement.span.start, `${set};`)] },
  };
}

export const pendingExamples: Examples = {
  bad: [
    {
      title: 'A table with rows that a deferred foreign key still has to check',
      framework: 'sql',
      majors: [14, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE owners (id bigint PRIMARY KEY);\nCREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint CONSTRAINT pets_owner REFERENCES owners DEFERRABLE INITIALLY DEFERRED);\n',
        },
        { path: '0002_p.sql', text: 'BEGIN;\nINSERT INTO pets VALUES (100, 1);\nALTER TABLE pets ADD COLUMN name text;\nCOMMIT;\n' },
      ],
      findings: [{ at: 'ALTER TABLE pets ADD COLUMN name text', says: 'Statement 2 writes rows that the deferred foreign key pets_owner' }],
      fixed: [
        {
          path: '0002_p.sql',
          text: 'BEGIN;\nINSERT INTO pets VALUES (100, 1);\nSET CONSTRAINTS ALL IMMEDIATE;\nALTER TABLE pets ADD COLUMN name text;\nCOMMIT;\n',
        },
      ],
    },
    {
      title: 'An UPDATE of the key before an index, a DELETE before a change of the table that is referred to',
      framework: 'sql',
      majors: [14, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE owners (id bigint PRIMARY KEY);\nCREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint, FOREIGN KEY (owner_id) REFERENCES owners DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO owners VALUES (1), (2), (3);\nINSERT INTO pets VALUES (1, 1);\n',
        },
        {
          path: '0002_p.sql',
          text: 'BEGIN;\nUPDATE pets SET owner_id = 2 WHERE id = 1;\nCREATE INDEX pets_owner ON pets (owner_id);\nCOMMIT;\nBEGIN;\nDELETE FROM owners WHERE id = 3;\nALTER TABLE owners ADD COLUMN name text;\nCOMMIT;\n',
        },
      ],
      findings: [
        { at: 'CREATE INDEX pets_owner ON pets (owner_id)', says: '55006' },
        { at: 'ALTER TABLE owners ADD COLUMN name text', says: 'pending trigger events' },
      ],
    },
  ],
  good: [
    {
      title: 'Rows that are checked before, no longer waiting, not in the key, or of another transaction',
      framework: 'sql',
      majors: [14, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE owners (id bigint PRIMARY KEY);\nCREATE TABLE pets (id bigint PRIMARY KEY, age int, owner_id bigint REFERENCES owners ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);\nCREATE TABLE toys (id bigint PRIMARY KEY, pet_id bigint REFERENCES pets DEFERRABLE);\nINSERT INTO owners VALUES (1), (2);\nINSERT INTO pets VALUES (1, 1, 1);\n',
        },
        {
          path: '0002_p.sql',
          text: `BEGIN;
INSERT INTO pets VALUES (2, 1, 1);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE pets ADD COLUMN a text;
COMMIT;
BEGIN;
UPDATE pets SET age = 3 WHERE id = 1;
UPDATE pets SET owner_id = NULL WHERE id = 2;
INSERT INTO toys VALUES (1, 1);
DELETE FROM owners WHERE id = 2;
ALTER TABLE pets ADD COLUMN b text;
ALTER TABLE toys ADD COLUMN b text;
ALTER TABLE owners ADD COLUMN b text;
COMMIT;
BEGIN;
INSERT INTO pets VALUES (3, 1, 1);
ALTER TABLE pets RENAME COLUMN age TO years;
ALTER TABLE owners ADD COLUMN c text;
COMMIT;
INSERT INTO pets VALUES (4, 1, 1);
ALTER TABLE pets ADD COLUMN c text;
`,
        },
      ],
    },
  ],
};
