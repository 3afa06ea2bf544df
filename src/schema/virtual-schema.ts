import type { Catalog, Column } from '../model/catalog';
import { defaultEngine, type Engine, isMysqlFamily } from '../model/engine';
import type { ProgramExecution, Statement } from '../model/migration';
import type { ObjectName, Operation, OperationKind } from '../model/operation';
import { nestedDefinitions } from '../parse/postgres/nested';
import { settingCalls } from '../parse/postgres/set-config';
import { applyOther, applyText, renamePart } from './alterations';
import { addColumn, alterColumn, changeColumn, changeType, dropColumn, dropDefault, renameColumn } from './columns';
import { setComment } from './comments';
import { addConstraint, dropConstraint, renameConstraint, validateConstraint } from './constraints';
import { addEnumValue, renameEnumValue } from './enums';
import { createIndex } from './indexes';
import { withDescendants } from './inheritance';
import { MongodbReplay } from './mongodb/apply';
import { MysqlReplay } from './mysql/apply';
import { createObject, dropObjects } from './objects';
import { changePrivileges } from './privileges';
import { renameObject, setSchema } from './renames';
import { TableDraft } from './table-draft';
import { alterColumnOption, alterWhole, clusterTables } from './table-options';
import { alterTable, attachPartition, createTable, detachPartition } from './tables';
import { TransactionCourse, takesBack } from './transactions';
import { type VirtualCatalog, Workspace } from './workspace';

/**
 * The schema after these statements, without a database: what exists, under which identity, and how it is defined. Statements that the
 * server would refuse (a table that exists already) change nothing. What an earlier, unseen migration made shows up when it is first
 * altered, as a table with `complete: false`.
 * @param execution how the statements are sent, where they are a program: the framework's transaction can be rolled back too.
 */
export function replay(
  catalog: Catalog,
  statements: readonly Statement[],
  engine: Engine = defaultEngine,
  execution?: ProgramExecution,
): VirtualCatalog {
  const steps = replaySteps(catalog, statements, engine, execution);
  return steps[steps.length - 1] ?? new Workspace(catalog).catalog();
}

/** The same step by step: the schema before each statement, and last the one after all. As long as `statements`, plus one. */
export function replaySteps(
  catalog: Catalog,
  statements: readonly Statement[],
  engine: Engine = defaultEngine,
  execution?: ProgramExecution,
): readonly VirtualCatalog[] {
  const related = lately.filter(
    (made) => made.catalog === catalog && made.engine.name === engine.name && made.engine.major === engine.major,
  );
  const known = related.find((made) => made.statements === statements && made.execution === execution);
  if (known !== undefined) return known.steps;
  // While someone types, most of the statements are those of the last time: what they made is known.
  const similar = related.find((made) => made.statements[0] === statements[0]);
  const shared = similar === undefined || takesBack(statements) ? 0 : sharedLength(similar.statements, statements);
  const reached = similar?.checkpoint !== undefined && similar.checkpoint.position <= shared ? similar.checkpoint : undefined;
  const replayed = reached?.replay.copy?.() ?? replayOf(catalog, engine, statements, execution);
  const start = reached?.position ?? 0;
  const steps = similar === undefined || reached === undefined ? [replayed.workspace.catalog()] : similar.steps.slice(0, start + 1);
  let checkpoint = reached;
  for (const [position, statement] of statements.entries()) {
    if (position < start) continue;
    if (position === shared && position > start) checkpoint = checkpointAt(position, replayed);
    replayed.apply(statement);
    steps.push(position === statements.length - 1 ? replayed.workspace.finish() : replayed.workspace.catalog());
  }
  lately.unshift({ catalog, statements, engine, execution, steps, checkpoint });
  lately.splice(maximumRemembered);
  return steps;
}

/** How many statements both begin with. */
function sharedLength(old: readonly Statement[], statements: readonly Statement[]): number {
  const different = statements.findIndex((statement, position) => statement !== old[position]);
  return different === -1 ? statements.length : different;
}

function checkpointAt(position: number, replay: Replay): Checkpoint | undefined {
  const copy = replay.copy?.();
  return copy === undefined ? undefined : { position, replay: copy };
}

interface Replay {
  readonly workspace: Workspace;
  apply(statement: Statement): void;
  /** The same state, to go on from apart from this one. */
  copy?(): Replay;
}

function replayOf(catalog: Catalog, engine: Engine, statements: readonly Statement[], execution: ProgramExecution | undefined): Replay {
  const workspace = new Workspace(catalog);
  workspace.major = engine.major;
  if (isMysqlFamily(engine)) return new MysqlReplay(workspace, engine);
  if (engine.name === 'mongodb') return new MongodbReplay(workspace);
  return takesBack(statements) ? new TransactionReplay(workspace, statements, execution) : new PlainReplay(workspace);
}

class PlainReplay implements Replay {
  constructor(readonly workspace: Workspace) {}

  apply(statement: Statement): void {
    applyStatement(this.workspace, statement);
  }

  copy(): PlainReplay {
    return new PlainReplay(this.workspace.copy());
  }
}

/** PostgreSQL takes back changes of the schema too: what a ROLLBACK undoes was never there. */
class TransactionReplay implements Replay {
  private readonly course: TransactionCourse<Workspace>;

  constructor(
    public workspace: Workspace,
    statements: readonly Statement[],
    execution: ProgramExecution | undefined,
  ) {
    this.course = new TransactionCourse(statements, execution, workspace.copy());
  }

  apply(statement: Statement): void {
    const back = this.course.step(statement, () => this.workspace.copy());
    if (back === undefined) applyStatement(this.workspace, statement);
    else this.workspace = back.copy(this.workspace);
  }
}

/** Where a replay can be taken up again: before the statement of this position. */
interface Checkpoint {
  readonly position: number;
  readonly replay: Replay;
}

interface Replayed {
  readonly catalog: Catalog;
  readonly statements: readonly Statement[];
  readonly engine: Engine;
  readonly execution: ProgramExecution | undefined;
  readonly steps: readonly VirtualCatalog[];
  readonly checkpoint: Checkpoint | undefined;
}

/**
 * The newest first. A program is replayed for what it leaves, and right afterwards step by step for what is said about it; and both
 * programs of a migration again at each key.
 */
const lately: Replayed[] = [];
const maximumRemembered = 4;

function applyStatement(workspace: Workspace, statement: Statement): void {
  let source: Source | undefined;
  for (const operation of statement.operations) {
    const handler = handlers[operation.kind] as Handler<typeof operation> | undefined;
    if (handler === undefined) continue;
    source ??= { text: withoutSemicolon(statement.sent), alone: statement.operations.length === 1 };
    handler(workspace, operation, source);
  }
  // What stands behind an IF is taken as done: most such blocks make what is not there yet.
  for (const nested of nestedDefinitions(statement)) applyStatement(workspace, nested);
}

function withoutSemicolon(sent: string): string {
  const text = sent.trim();
  return text.endsWith(';') ? text.slice(0, -1).trimEnd() : text;
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
  'create table': (workspace, operation, source) => createTable(workspace, operation, source.text),
  'create index': (workspace, operation, source) => createIndex(workspace, operation, source.alone ? source.text : undefined),
  'create object': (workspace, operation, source) => {
    createObject(workspace, operation, source.text);
    if (operation.objectKind === 'other') applyText(workspace, source.text);
  },
  'drop object': (workspace, operation, source) => {
    if (operation.objectKind === 'other') applyText(workspace, source.text);
    else dropObjects(workspace, operation);
  },
  'rename object': (workspace, operation, source) => {
    if (renamePart(workspace, source.text)) return;
    if (operation.objectKind === 'other' || operation.objectKind === 'publication') applyText(workspace, source.text);
    else renameObject(workspace, operation);
  },
  'set schema': setSchema,
  'add enum value': addEnumValue,
  'rename enum value': renameEnumValue,
  comment: (workspace, operation, source) => setComment(workspace, operation, source.text),
  grant: (workspace, _operation, source) => changePrivileges(workspace, source.text),
  revoke: (workspace, _operation, source) => changePrivileges(workspace, source.text),
  other: applyOther,
  cluster: clusterTables,
  'refresh materialized view': (workspace, { view }, source) => {
    const known = workspace.findDefinition(view, ['materialized view']);
    const populated = !/\bwith\s+no\s+data\s*$/i.test(source.text);
    if (known !== undefined && known.populated !== populated) workspace.definitions.set({ ...known, populated });
  },
  set: (workspace, operation) => {
    // RESET ALL, too.
    if (['search_path', 'all'].includes(operation.name.toLowerCase()))
      workspace.setSearchPath(readSearchPath(operation.value), operation.local);
  },
  select: (workspace, _operation, source) => {
    for (const { name, value, isLocal } of settingCalls(source.text)) {
      if (name === 'search_path') workspace.setSearchPath(readSearchPath(value), isLocal);
    }
  },
  transaction: (workspace, { action }) => {
    if (action === 'commit' || action === 'rollback' || action === 'prepare') workspace.endTransaction();
  },
  'add column': (workspace, operation) => addParts(workspace, operation.table, (draft) => addColumn(workspace, draft, operation.column)),
  'drop column': dropColumn,
  'alter column type': (workspace, operation) => changeColumn(workspace, operation, (column) => changeType(column, operation)),
  'set default': (workspace, operation) => changeColumn(workspace, operation, (column) => ({ ...column, default: operation.default })),
  'drop default': (workspace, operation) => changeColumn(workspace, operation, dropDefault),
  'set not null': (workspace, operation) => changeColumn(workspace, operation, withNotNull(true)),
  'drop not null': (workspace, operation) => changeColumn(workspace, operation, withNotNull(false)),
  'alter column': (workspace, operation) => {
    alterColumn(workspace, operation);
    alterColumnOption(workspace, operation);
  },
  'rename column': renameColumn,
  'add constraint': (workspace, operation) =>
    addParts(workspace, operation.table, (draft) => addConstraint(workspace, draft, operation.constraint)),
  'validate constraint': validateConstraint,
  'drop constraint': dropConstraint,
  'rename constraint': renameConstraint,
  'attach partition': attachPartition,
  'detach partition': detachPartition,
  'alter table': (workspace, operation, source) => {
    if (isAboutTable(workspace, operation.table)) alterTable(workspace, operation);
    alterWhole(workspace, operation);
    if (source.alone && !isAboutTable(workspace, operation.table)) applyText(workspace, source.text);
  },
};

/** With ONLY the server refuses both where the table has children. */
function addParts(workspace: Workspace, name: ObjectName, add: (draft: TableDraft) => void): void {
  const table = workspace.tableOrUnseen(name);
  withDescendants(workspace, table, () => TableDraft.change(workspace, table, add));
}

/** ALTER TABLE reaches views and sequences too, and ALTER VIEW and SEQUENCE are read as it. */
function isAboutTable(workspace: Workspace, name: ObjectName): boolean {
  if (workspace.findTable(name) !== undefined) return true;
  const view = workspace.findDefinition(name, ['view', 'materialized view'])?.kind;
  return view !== 'view' && view !== 'materialized view' && workspace.sequences.find(name, workspace.lookupPath) === undefined;
}

function withNotNull(notNull: boolean): (column: Column) => Column {
  return (column) => ({ ...column, notNull });
}

function readSearchPath(value: string | undefined): readonly string[] {
  const names = (value ?? '').split(',').map((name) => name.trim().replaceAll(/^["']|["']$/g, ''));
  const schemas = names.filter((name) => name !== '' && name.toLowerCase() !== 'default' && name !== '$user');
  return schemas.length === 0 ? ['public'] : schemas;
}
