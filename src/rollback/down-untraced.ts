import type { Catalog } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import type { ObjectName, Operation } from '../model/operation';
import { namesIn } from '../schema/definitions';
import { replaySteps } from '../schema/virtual-schema';
import { canonical } from '../state/canonical';
import { type DownPart, notUndone, statement } from './down-part';
import { isNamed } from './rows';

/**
 * Operations that change the database and leave the virtual schema as it is: what it does not know can't be undone from it, and has to be
 * said. Last first, as the rollback goes. What they do to an object that the migration makes itself goes with that object.
 */
export function untracedDown(statements: readonly Statement[], before: Catalog, engine: Engine): DownPart[] {
  const alone = statements.flatMap((whole) => whole.operations.map((operation) => ({ ...whole, operations: [operation] })));
  const steps = replaySteps(before, alone, engine);
  const identities = new Set(objectsOf(before).map((object) => object.identity));
  const known = objectsOf(before).map((object) => object.name);
  const parts = alone.flatMap((single, place): DownPart[] => {
    const [operation] = single.operations;
    const [then, now] = [steps[place], steps[place + 1]];
    if (operation === undefined || then === undefined || now === undefined || !changesSomething(operation, now)) return [];
    if (size(then) !== size(now)) return [];
    const made = objectsOf(now).flatMap((object) => (identities.has(object.identity) ? [] : [object.name]));
    const text = textOf(operation, single.text);
    if (namesIn(text, made).length > 0 || canonical(then) !== canonical(now)) return [];
    // A comment or a privilege that was there already.
    const isKnown = operation.kind === 'comment' || operation.kind === 'grant' || operation.kind === 'revoke';
    if (isKnown && namesIn(text, known).length > 0) return [];
    const opposite = operation.kind === 'grant' ? revoking(text) : undefined;
    return [opposite === undefined ? notUndone(shortened(text)) : statement(opposite)];
  });
  return parts.reverse();
}

/** How many objects there are: where that changes, the virtual schema has seen what was done, and nothing else need be compared. */
function size({ tables, types, sequences, definitions, schemas }: Catalog): number {
  return tables.length + types.length + sequences.length + definitions.length + schemas.length;
}

/** The opposite of a GRANT. That of a REVOKE might open what was closed, and is left to people. */
function revoking(text: string): string | undefined {
  const found = /^\s*grant\s+(.+)\s+to\s+(.+?)(\s+with\s+(?:grant|admin)\s+option)?(\s+granted\s+by\s+.+)?$/is.exec(text);
  return found === null ? undefined : `REVOKE ${found[1] ?? ''} FROM ${found[2] ?? ''}`;
}

/** Objects by name that a migration can make; parts of tables are among them where statements name them alone. */
export function objectsOf(catalog: Catalog): readonly { readonly identity: string; readonly name: string }[] {
  const indexes = [...catalog.tables, ...catalog.definitions].flatMap((owner) => owner.indexes ?? []);
  const tables = catalog.tables.filter((table) => table.presumed !== true);
  return [...tables, ...catalog.types, ...catalog.sequences, ...catalog.definitions, ...catalog.schemas, ...indexes];
}

/** Names of what the migration makes: a statement about one of them goes with it. */
export function madeNames(before: Catalog, after: Catalog): string[] {
  const identities = new Set(objectsOf(before).map((object) => object.identity));
  return objectsOf(after).flatMap((object) => (identities.has(object.identity) ? [] : [object.name.split(' ').at(-1) ?? '']));
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

function changesSomething(operation: Operation, now: Catalog): boolean {
  switch (operation.kind) {
    case 'alter table':
      // Around a load: the two take each other back. Row security that is on already stays on.
      return (
        !isPresumed(operation.table, now) &&
        !/^(enable|disable)\s+trigger\s+(all|user)$|^(enable|no\s+force)\s+row\s+level\s+security$/i.test(operation.detail.trim())
      );
    case 'create object':
      return !operation.ifNotExists;
    case 'drop object':
      return operation.objectKind === 'other' && !operation.ifExists;
    case 'other':
      return !passing.has(operation.node);
    case 'alter column':
    case 'alter system':
    case 'comment':
    case 'grant':
    case 'revoke':
    case 'call':
    case 'set schema':
      return true;
    default:
      return false;
  }
}

/** What `unseenDown` turns round by its text. */
function isPresumed(name: ObjectName, catalog: Catalog): boolean {
  return catalog.tables.some((table) => table.presumed === true && isNamed(name, table));
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
