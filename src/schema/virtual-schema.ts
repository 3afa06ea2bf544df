import type { Catalog, Column } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { Operation, OperationKind } from '../model/operation';
import { nestedStatements } from '../parse/postgres/nested';
import { addColumn, alterColumn, changeColumn, changeType, dropColumn, dropDefault, renameColumn } from './columns';
import { setComment } from './comments';
import { addConstraint, dropConstraint, renameConstraint, validateConstraint } from './constraints';
import { addEnumValue, renameEnumValue } from './enums';
import { createIndex } from './indexes';
import { createObject, dropObjects } from './objects';
import { renameObject, setSchema } from './renames';
import { alterTable, attachPartition, createTable, detachPartition } from './tables';
import { type VirtualCatalog, Workspace } from './workspace';

/**
 * The schema after these statements, without a database: what exists, under which identity, and how it is defined. Statements that the
 * server would refuse (a table that exists already) change nothing. What an earlier, unseen migration made shows up when it is first
 * altered, as a table with `complete: false`.
 */
export function replay(catalog: Catalog, statements: readonly Statement[]): VirtualCatalog {
  const workspace = new Workspace(catalog);
  for (const statement of statements) applyStatement(workspace, statement);
  return workspace.catalog();
}

/** The same step by step: the schema before each statement, and last the one after all. As long as `statements`, plus one. */
export function replaySteps(catalog: Catalog, statements: readonly Statement[]): readonly VirtualCatalog[] {
  const workspace = new Workspace(catalog);
  const steps = [workspace.catalog()];
  for (const statement of statements) {
    applyStatement(workspace, statement);
    steps.push(workspace.catalog());
  }
  return steps;
}

function applyStatement(workspace: Workspace, statement: Statement): void {
  const source = statement.sent.trim().replace(/;$/, '').trimEnd();
  for (const operation of statement.operations) {
    const handler = handlers[operation.kind] as Handler<typeof operation> | undefined;
    handler?.(workspace, operation, { text: source, alone: statement.operations.length === 1 });
  }
  // What stands behind an IF is taken as done: most such blocks make what is not there yet.
  for (const nested of nestedStatements(statement)) applyStatement(workspace, nested);
}

interface Source {
  /** The statement without its semicolon. */
  readonly text: string;
  /** False when the statement does several things, so that its text is not the definition of one. */
  readonly alone: boolean;
}

type Handler<O> = (workspace: Workspace, operation: O, source: Source) => void;

/** What each kind of operation does to the schema. Kinds that are not here do nothing to it. */
const handlers: { readonly [K in OperationKind]?: Handler<Extract<Operation, { kind: K }>> } = {
  'create table': createTable,
  'create index': (workspace, operation, source) => createIndex(workspace, operation, source.alone ? source.text : undefined),
  'create object': (workspace, operation, source) => createObject(workspace, operation, source.text),
  'drop object': dropObjects,
  'rename object': renameObject,
  'set schema': setSchema,
  'add enum value': addEnumValue,
  'rename enum value': renameEnumValue,
  comment: setComment,
  set: (workspace, operation) => {
    if (operation.name.toLowerCase() === 'search_path') workspace.searchPath = readSearchPath(operation.value);
  },
  'add column': (workspace, operation) => {
    addColumn(workspace, workspace.tableOrUnseen(operation.table), operation.column);
  },
  'drop column': dropColumn,
  'alter column type': (workspace, operation) => changeColumn(workspace, operation, (column) => changeType(column, operation)),
  'set default': (workspace, operation) => changeColumn(workspace, operation, (column) => ({ ...column, default: operation.default })),
  'drop default': (workspace, operation) => changeColumn(workspace, operation, dropDefault),
  'set not null': (workspace, operation) => changeColumn(workspace, operation, withNotNull(true)),
  'drop not null': (workspace, operation) => changeColumn(workspace, operation, withNotNull(false)),
  'alter column': alterColumn,
  'rename column': renameColumn,
  'add constraint': (workspace, operation) => {
    addConstraint(workspace, workspace.tableOrUnseen(operation.table), operation.constraint);
  },
  'validate constraint': validateConstraint,
  'drop constraint': dropConstraint,
  'rename constraint': renameConstraint,
  'attach partition': attachPartition,
  'detach partition': detachPartition,
  'alter table': alterTable,
};

function withNotNull(notNull: boolean): (column: Column) => Column {
  return (column) => ({ ...column, notNull });
}

function readSearchPath(value: string | undefined): readonly string[] {
  const names = (value ?? '').split(',').map((name) => name.trim().replaceAll(/^["']|["']$/g, ''));
  const schemas = names.filter((name) => name !== '' && name.toLowerCase() !== 'default' && name !== '$user');
  return schemas.length === 0 ? ['public'] : schemas;
}
