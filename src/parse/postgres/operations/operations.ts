import type { Operation } from '../../../model/operation';
import type { Span } from '../../../model/text';
import type { StatementSource } from '../source';
import { alterTable } from './alter-table';
import { createTable, createTableAs, ifNotExistsAfter } from './create-table';
import { copy, insert, merge, remove, select, truncate, update, writesIn } from './data';
import { createIndex, isOn, reindex } from './indexes';
import { nameFromParts, objectKind, relationName } from './names';
import { all, kindOf, type NodeKind, type NodeOf, strings } from './nodes';
import * as objects from './objects';
import * as session from './session';
import { slice } from './text';

/** Gives operations that nobody else holds. Those of a part of the statement know its place already. */
type Reader<K extends NodeKind> = (source: StatementSource, statement: NodeOf<K>) => Operation[];

/** One reader per kind of statement. A kind that is missing here becomes `other`: nothing goes unread in silence. */
const readers: { readonly [K in NodeKind]?: Reader<K> } = {
  CreateStmt: createTable,
  CreateForeignTableStmt: (source, { base }) => (base === undefined ? [] : createTable(source, base)),
  CreateTableAsStmt: createTableAs,
  AlterTableStmt: alterTable,
  IndexStmt: createIndex,
  ReindexStmt: reindex,
  InsertStmt: (source, statement) => [...writesIn(source, statement.withClause?.ctes), ...insert(source, statement)],
  UpdateStmt: (source, statement) => [...writesIn(source, statement.withClause?.ctes), ...update(source, statement)],
  DeleteStmt: (source, statement) => [...writesIn(source, statement.withClause?.ctes), ...remove(source, statement)],
  MergeStmt: merge,
  CopyStmt: copy,
  TruncateStmt: truncate,
  SelectStmt: select,
  ViewStmt: objects.createView,
  CreateSeqStmt: objects.createSequence,
  CreateFunctionStmt: objects.createFunction,
  CreateTrigStmt: objects.createTrigger,
  CreatePolicyStmt: objects.createPolicy,
  RuleStmt: objects.createRule,
  CreateEnumStmt: objects.createEnum,
  CreateDomainStmt: objects.createDomain,
  CompositeTypeStmt: (_source, { typevar }) => [objects.created('type', relationName(typevar))],
  CreateRangeStmt: (_source, { typeName }) => [objects.created('type', nameFromParts(strings(typeName)))],
  DefineStmt: (_source, { kind, defnames, if_not_exists: ifNotExists, replace: orReplace }) => [
    objects.created(objectKind(kind), nameFromParts(strings(defnames)), { ifNotExists, orReplace }),
  ],
  CreateSchemaStmt: (source, { schemaname, authrole, schemaElts, if_not_exists: ifNotExists }) => {
    const name = schemaname ?? authrole?.rolename ?? '';
    const schema = { ...objects.created('schema', { name }, { ifNotExists }), ...(ifNotExists ? {} : ifNotExistsAfter(source, 'schema')) };
    return [schema, ...all(schemaElts, 'CreateStmt').flatMap((table) => tableOfSchema(source, table, name))];
  },
  CreateExtensionStmt: (source, { extname, if_not_exists: ifNotExists }) => [
    {
      ...objects.created('extension', { name: extname ?? '' }, { ifNotExists }),
      ...(ifNotExists ? {} : ifNotExistsAfter(source, 'extension')),
    },
  ],
  CreatePublicationStmt: (_source, { pubname }) => [objects.created('publication', { name: pubname ?? '' })],
  CreateSubscriptionStmt: (_source, { subname, options }) => [
    {
      ...objects.created('subscription', { name: subname ?? '' }),
      ...(all(options, 'DefElem').some(isOffSlot) ? { withoutSlot: true } : {}),
    },
  ],
  // Two statements that the server refuses in a transaction, though not in every form: the name says which form it is.
  AlterDatabaseStmt: (_source, { options }) => [
    {
      kind: 'other',
      node: all(options, 'DefElem').some(({ defname }) => defname === 'tablespace')
        ? 'AlterDatabaseStmt (SET TABLESPACE)'
        : 'AlterDatabaseStmt',
    },
  ],
  DiscardStmt: (_source, { target }) => [
    { kind: 'other', node: target === 'DISCARD_ALL' || target === undefined ? 'DiscardStmt (ALL)' : 'DiscardStmt' },
  ],
  CreateRoleStmt: (_source, { role }) => [objects.created('role', { name: role ?? '' })],
  CreatedbStmt: (_source, { dbname }) => [objects.created('database', { name: dbname ?? '' })],
  AlterEnumStmt: objects.alterEnum,
  DropStmt: objects.drop,
  DropdbStmt: (_source, { dbname, missing_ok: ifExists }) => [dropped('database', [dbname ?? ''], ifExists)],
  DropSubscriptionStmt: (_source, { subname, missing_ok: ifExists }) => [dropped('subscription', [subname ?? ''], ifExists)],
  DropRoleStmt: (_source, { roles, missing_ok: ifExists }) => [
    dropped(
      'role',
      all(roles, 'RoleSpec').map((role) => role.rolename ?? ''),
      ifExists,
    ),
  ],
  RenameStmt: objects.rename,
  AlterObjectSchemaStmt: objects.setSchema,
  CommentStmt: objects.comment,
  GrantStmt: (source, { is_grant: isGrant }) => [{ kind: isGrant ? 'grant' : 'revoke', detail: whole(source) }],
  GrantRoleStmt: (source, { is_grant: isGrant }) => [{ kind: isGrant ? 'grant' : 'revoke', detail: whole(source) }],
  TransactionStmt: session.transaction,
  VariableSetStmt: session.set,
  DoStmt: session.doBlock,
  CallStmt: session.call,
  LockStmt: session.lock,
  VacuumStmt: session.vacuum,
  ClusterStmt: session.cluster,
  RefreshMatViewStmt: session.refresh,
  AlterSystemStmt: () => [{ kind: 'alter system' }],
};

/** A table that CREATE SCHEMA makes in it. One whose parts are found by its place in the statement is left out: they would be another one's. */
function tableOfSchema(source: StatementSource, table: NodeOf<'CreateStmt'>, schema: string): Operation[] {
  if (table.partspec !== undefined || table.options !== undefined || table.partbound !== undefined) return [];
  const relation = { ...table.relation, schemaname: table.relation?.schemaname ?? schema };
  return createTable(source, { ...table, relation }).map((operation) => {
    if (operation.kind !== 'create table') return operation;
    const { insertAt: _, ...made } = operation;
    return made;
  });
}

function dropped(kind: 'database' | 'role' | 'subscription', names: readonly string[], ifExists = false): Operation {
  const objects = names.map((name) => ({ name }));
  return { kind: 'drop object', objectKind: kind, objects, ifExists, cascade: false, concurrently: false };
}

function isOffSlot(option: NodeOf<'DefElem'>): boolean {
  return (option.defname === 'connect' || option.defname === 'create_slot') && !isOn(option.defname)(option);
}

function whole(source: StatementSource): string {
  return slice(source, { start: 0, end: source.text.length });
}

/** What a statement does. Never empty: a statement without a reader of its own is `other` with the parser's name for it. */
export function operationsOf(source: StatementSource): Operation[] {
  const kind = kindOf(source.node);
  // The key decides the type of the content; the compiler can't follow that through an index.
  const read = readers[kind] as ((source: StatementSource, statement: unknown) => Operation[]) | undefined;
  const content = (source.node as Readonly<Record<string, unknown>>)[kind];
  const found = read?.(source, content) ?? [];
  const span = source.fileSpan({ start: 0, end: source.text.length });
  if (found.length === 0) return [{ kind: 'other', node: kind, span }];
  for (const operation of found as readonly { span?: Span }[]) operation.span ??= span;
  return found;
}
