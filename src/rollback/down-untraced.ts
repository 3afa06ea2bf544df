import type { Catalog } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { namesIn } from '../schema/definitions';
import { replaySteps } from '../schema/virtual-schema';
import { canonical } from '../state/canonical';
import { type DownPart, notUndone } from './down-part';

/**
 * Operations that change the database and leave the virtual schema as it is: what it does not know can't be undone from it, and has to be
 * said. Last first, as the rollback goes. What they do to an object that the migration makes itself goes with that object.
 */
export function untracedDown(statements: readonly Statement[], before: Catalog): DownPart[] {
  const alone = statements.flatMap((statement) => statement.operations.map((operation) => ({ ...statement, operations: [operation] })));
  const steps = replaySteps(before, alone);
  const identities = new Set(objectsOf(before).map((object) => object.identity));
  const parts = alone.flatMap((statement, place): DownPart[] => {
    const [operation] = statement.operations;
    const [then, now] = [steps[place], steps[place + 1]];
    if (operation === undefined || then === undefined || now === undefined || !changesSomething(operation)) return [];
    const made = objectsOf(now).flatMap((object) => (identities.has(object.identity) ? [] : [object.name]));
    const text = textOf(operation, statement.text);
    if (namesIn(text, made).length > 0 || canonical(then) !== canonical(now)) return [];
    return [notUndone(shortened(text))];
  });
  return parts.reverse();
}

/** Objects by name that a migration can make; parts of tables are among them where statements name them alone. */
export function objectsOf(catalog: Catalog): readonly { readonly identity: string; readonly name: string }[] {
  const indexes = [...catalog.tables, ...catalog.definitions].flatMap((owner) => owner.indexes ?? []);
  const tables = catalog.tables.filter((table) => table.presumed !== true);
  return [...tables, ...catalog.types, ...catalog.sequences, ...catalog.definitions, ...catalog.schemas, ...indexes];
}

/** Statements of the parser's that only read, or end with the session. */
const passing = new Set([
  'CheckPointStmt',
  'ClosePortalStmt',
  'ConstraintsSetStmt',
  'DeallocateStmt',
  'DeclareCursorStmt',
  'DiscardStmt',
  'DiscardStmt (ALL)',
  'ExecuteStmt',
  'ExplainStmt',
  'FetchStmt',
  'ListenStmt',
  'LoadStmt',
  'NotifyStmt',
  'PrepareStmt',
  'UnlistenStmt',
  'VariableShowStmt',
]);

function changesSomething(operation: Operation): boolean {
  switch (operation.kind) {
    case 'alter table':
      // Around a load: the two take each other back.
      return !/^(enable|disable)\s+trigger\s+(all|user)$/i.test(operation.detail);
    case 'create object':
      return !operation.ifNotExists;
    case 'other':
      return !passing.has(operation.node);
    case 'alter column':
    case 'alter system':
    case 'comment':
    case 'set schema':
      return true;
    default:
      return false;
  }
}

function textOf(operation: Operation, statement: string): string {
  if (operation.kind !== 'alter table' && operation.kind !== 'alter column') return statement;
  const { schema, name } = operation.table;
  return `ALTER TABLE ${schema === undefined ? '' : `${schema}.`}${name} ${operation.detail}`;
}

const longest = 100;

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 3)}...`;
}
