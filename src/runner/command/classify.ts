import type { RecordedRequest } from '../../engines/command/recording';
import type { DocumentCommand } from '../../model/document';
import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { ObjectName, Operation } from '../../model/operation';
import { readText } from '../../parse/read';

/** What a request of a tool is for. */
export type Role =
  /** Looks something up, and leaves nothing. */
  | 'read'
  /** Of the session alone. */
  | 'setting'
  | 'begin'
  | 'commit'
  | 'rollback'
  /** Makes or changes the tool's own tables. */
  | 'setup'
  /** Writes the tool's history. */
  | 'record'
  | 'lock'
  | 'unlock'
  /** Was taken back by the tool itself, or refused without the tool minding. */
  | 'undone'
  /** All else: what the user's migration does. */
  | 'statements';

export interface ClassifiedRequest {
  readonly request: RecordedRequest;
  readonly role: Role;
}

/** What is known of the tool's own tables, and of the server's functions. */
export interface Surroundings {
  /** The role of a table of this name; undefined when it is none of the tool's. */
  tableRole(name: ObjectName): 'history' | 'lock' | undefined;
  isToolSchema(name: string): boolean;
  /** Is it one of the server's own functions? */
  isBuiltIn(name: string): boolean;
}

/** Functions of the server that change something, among those that a SELECT calls. */
const writers =
  /^(setval|nextval|pg_notify|pg_logical_emit_message|lo_\w+|txid_current|pg_current_xact_id|pg_\w*replication\w*|pg_reload_conf|pg_switch_wal)$/i;

const reads = new Set([
  'VariableShowStmt',
  'ExplainStmt',
  'DeclareCursorStmt',
  'FetchStmt',
  'ClosePortalStmt',
  'ListenStmt',
  'UnlistenStmt',
]);
/** MySQL, MariaDB: the first words of statements that look something up. */
const readingWords = /^(SHOW|EXPLAIN|DESCRIBE|DESC|HELP|ANALYZE FORMAT|CHECKSUM)\b/;

const settings = new Set(['DiscardStmt', 'DeallocateStmt', 'ConstraintsSetStmt', 'CheckPointStmt']);

/** Says of each request what it is for. `succeeded`: the command exited with 0. `loadParser` must have resolved. */
export function classify(
  requests: readonly RecordedRequest[],
  surroundings: Surroundings,
  succeeded: boolean,
  engine: Engine,
): readonly ClassifiedRequest[] {
  const roles = requests.map((request) => roleOf(statementsOf(request, engine), surroundings));
  const first = roles.indexOf('statements');
  const last = roles.lastIndexOf('statements');
  const undone = succeeded ? undoneRequests(requests) : refusedBefore(requests, last);
  return requests.map((request, position): ClassifiedRequest => {
    const role = roles[position] ?? 'read';
    if (undone.has(position) && (role === 'statements' || role === 'record' || role === 'setup')) return { request, role: 'undone' };
    return { request, role: role === 'lock' ? lockRole(position, first, last, statementsOf(request, engine)) : role };
  });
}

/** The names of the functions that SELECT statements call, without their schemas. */
export function calledFunctions(requests: readonly RecordedRequest[], engine: Engine): readonly string[] {
  const operations = requests.flatMap((request) => statementsOf(request, engine)).flatMap((statement) => statement.operations);
  return [...new Set(operations.flatMap((operation) => (operation.kind === 'select' ? operation.functions.map(bareName) : [])))];
}

/** What is sent, as far as it can be written; with its parameters otherwise. */
export function textOf({ sent, texts }: RecordedRequest): string {
  return texts.map((text, position) => sent[position] ?? text).join(';\n');
}

export function statementsOf(request: RecordedRequest, engine: Engine): readonly Statement[] {
  return readText(textOf(request), engine);
}

/** A request of several statements is the migration's when one of them is. */
function roleOf(statements: readonly Statement[], surroundings: Surroundings): Role {
  const roles = statements.map((statement) => roleOfStatement(statement, surroundings));
  if (roles.length === 0) return 'read';
  for (const role of ['statements', 'record', 'setup', 'lock', 'unlock'] as const) if (roles.includes(role)) return role;
  // BEGIN; SELECT ...: the transaction is open afterwards.
  const control = roles.findLast((role) => role === 'begin' || role === 'commit' || role === 'rollback');
  return control ?? (roles.includes('setting') ? 'setting' : 'read');
}

function roleOfStatement({ operations }: Statement, surroundings: Surroundings): Role {
  const [operation] = operations;
  if (operation === undefined) return 'statements';
  switch (operation.kind) {
    case 'transaction':
      return transactionRole(operation.action);
    case 'set':
    case 'use':
    case 'unlock tables':
      return 'setting';
    case 'select':
      return selectRole(operation.functions, surroundings);
    case 'document command':
      return documentRole(operation, surroundings);
    case 'other':
      if (reads.has(operation.node) || readingWords.test(operation.node)) return 'read';
      if (settings.has(operation.node.replace(/ .*/, ''))) return 'setting';
      return 'statements';
    default:
      return toolRole(operations, surroundings) ?? 'statements';
  }
}

function transactionRole(action: Extract<Operation, { kind: 'transaction' }>['action']): Role {
  if (action === 'begin' || action === 'commit' || action === 'rollback') return action;
  // COMMIT PREPARED and PREPARE TRANSACTION change what others see; savepoints only matter when something is undone.
  return action === 'prepare' || action === 'other' ? 'statements' : 'setting';
}

function selectRole(functions: readonly string[], { isBuiltIn }: Surroundings): Role {
  const names = functions.map(bareName);
  if (names.some((name) => /advisory_unlock|^release_(all_)?locks?$/i.test(name))) return 'unlock';
  if (names.some((name) => /advisory|^get_lock$/i.test(name) && isBuiltIn(name))) return 'lock';
  return names.every((name) => isBuiltIn(name) && !writers.test(name)) ? 'read' : 'statements';
}

/** Commands of MongoDB that a client sends for itself: about the server, its session, its cursors. */
const clientCommands =
  /^(hello|isMaster|ismaster|ping|buildInfo|buildinfo|hostInfo|serverStatus|connectionStatus|getParameter|getCmdLineOpts|atlasVersion|endSessions|startSession|refreshSessions|killSessions|killCursors|getMore|saslStart|saslContinue|logout|whatsmyuri|currentOp|replSetGetStatus|replSetGetConfig|explain|dbStats|collStats|listDatabases|validate|profile)$/;

function documentRole(command: DocumentCommand, surroundings: Surroundings): Role {
  const { effect, method, collection } = command;
  if (effect.kind === 'read' || (effect.kind === 'aggregate' && effect.into === undefined)) return 'read';
  if (effect.kind === 'other') return clientCommands.test(method) ? 'setting' : 'statements';
  const role =
    collection?.name === undefined || collection.database !== undefined ? undefined : surroundings.tableRole({ name: collection.name });
  if (role === undefined) return 'statements';
  if (effect.kind !== 'write') return 'setup';
  return role === 'lock' ? 'lock' : 'record';
}

/** The role of a statement that concerns the tool's own tables and nothing else. */
function toolRole(operations: readonly Operation[], surroundings: Surroundings): Role | undefined {
  const roles = operations.map((operation) => {
    if (operation.kind === 'create object' && operation.objectKind === 'schema')
      return surroundings.isToolSchema(operation.object.name) ? 'history' : undefined;
    const named = namesIn(operation).map((name) => surroundings.tableRole(name));
    return named.length > 0 && named.every((role) => role !== undefined) ? named[0] : undefined;
  });
  if (roles.some((role) => role === undefined)) return undefined;
  const kind = operations[0]?.kind;
  if (kind === 'lock table') return 'lock';
  const writes = kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'truncate' || kind === 'copy' || kind === 'merge';
  if (!writes) return 'setup';
  return roles[0] === 'lock' ? 'lock' : 'record';
}

/** The relations that an operation is about. */
function namesIn(operation: Operation): readonly ObjectName[] {
  const names: ObjectName[] = [];
  if ('table' in operation) names.push(operation.table);
  if ('tables' in operation) names.push(...operation.tables);
  if ('index' in operation) names.push(operation.index.table);
  if (names.length > 0) return names;
  if ('on' in operation && operation.on !== undefined) return [operation.on];
  if ('ownedBy' in operation && operation.ownedBy !== undefined) return [operation.ownedBy.table];
  if ('objects' in operation) return operation.objects;
  if ('object' in operation && operation.object !== undefined) return [operation.object];
  return [];
}

/** Writing the lock table takes the lock before the migration's statements, and gives it back behind them; filling it is setup. */
function lockRole(position: number, first: number, last: number, statements: readonly Statement[]): Role {
  if (first === -1 || position < first) return 'lock';
  const takes = statements.some(({ operations }) => operations.some(({ kind }) => kind === 'lock table' || kind === 'select'));
  return position > last && !takes ? 'unlock' : 'lock';
}

/** Positions of the requests whose effects a rollback took back, or that were refused. */
function undoneRequests(requests: readonly RecordedRequest[]): ReadonlySet<number> {
  const undone = new Set<number>();
  /** Per connection what its transaction has done so far, and where its savepoints are. */
  const open = new Map<number, { readonly positions: number[]; readonly savepoints: { readonly name: string; readonly at: number }[] }>();
  for (const [position, { connection, texts, answer, inTransaction }] of requests.entries()) {
    if (answer === undefined || answer.error !== undefined) undone.add(position);
    const transaction = (inTransaction ? open.get(connection) : undefined) ?? { positions: [], savepoints: [] };
    open.set(connection, transaction);
    const text = texts.at(-1) ?? '';
    const savepoint = /^\s*savepoint\s+(\S+?);?\s*$/i.exec(text)?.[1];
    const target = /^\s*rollback\s+(?:work\s+|transaction\s+)?to\s+(?:savepoint\s+)?(\S+?);?\s*$/i.exec(text)?.[1];
    if (savepoint !== undefined) transaction.savepoints.push({ name: savepoint, at: transaction.positions.length });
    else if (target !== undefined) {
      const at = transaction.savepoints.findLast(({ name }) => name === target)?.at ?? 0;
      for (const taken of transaction.positions.splice(at)) undone.add(taken);
    } else transaction.positions.push(position);
    if (inTransaction && answer?.status === 'I' && answer.tags.at(-1) === 'ROLLBACK')
      for (const taken of transaction.positions) undone.add(taken);
  }
  return undone;
}

/** In a run that failed: what was refused on the way there without ending it. */
function refusedBefore(requests: readonly RecordedRequest[], last: number): ReadonlySet<number> {
  return new Set([...requests.keys()].filter((position) => position !== last && requests[position]?.answer?.error !== undefined));
}

function bareName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
