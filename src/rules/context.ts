import type { Catalog, Table } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Migration, Program, Statement } from '../model/migration';
import type { ObjectName, Operation, OperationKind } from '../model/operation';
import type { ExecutionPlan, PlannedStatement, PlannedTransaction } from '../model/plan';
import type { Framework, SourceFile } from '../model/run-protocol';
import type { Range, Span } from '../model/text';
import type { LineIndex } from '../parse/lines';
import { findNamed, findTable, type SearchedCatalog } from '../schema/lookup';

/** One statement of the linted program with everything around it that a rule may ask about. */
export interface Step {
  readonly statement: Statement;
  readonly planned: PlannedStatement;
  readonly transaction: PlannedTransaction;
  /** False when the statement commits by itself as it ends. */
  readonly inTransaction: boolean;
  readonly before: SearchedCatalog;
  readonly after: SearchedCatalog;
  /** Where it stands, when it is part of another statement: `a DO block`, `function fill()`. */
  readonly within?: string;
}

/** What a rule sees: one program of one migration, as it will run, on the schema it will meet. Nothing here changes. */
export interface RuleContext {
  readonly migration: Migration;
  readonly program: Program;
  readonly engine: Engine;
  readonly framework: Framework;
  readonly plan: ExecutionPlan;
  readonly steps: readonly Step[];
  /** Statements in DO blocks and in functions that the program calls. `operationsOf` gives what they do too; fixes can't reach them. */
  readonly nested: readonly Step[];
  /** The schema before the program, and after it. */
  readonly before: Catalog;
  /** Of a rollback: the schema before its migration, which it has to bring back. */
  readonly origin: Catalog | undefined;
  readonly after: Catalog;
  /** All files of the folder; the text of the program's own file; its lines. */
  readonly files: readonly SourceFile[];
  readonly text: string;
  readonly lines: LineIndex;
  /** Ids of the rules that the configuration turns off: one that would leave its word to such a rule says it itself. */
  readonly rulesOff: ReadonlySet<string>;
  /** Set for a program that is written in code: its file. `text` and all places are then those of the SQL that it sends. */
  readonly source: string | undefined;
  /** Identities of the tables and materialized views that this program creates, with the number of the statement that does. */
  readonly created: ReadonlyMap<string, number>;
  /** Every operation of `steps` and then of `nested`, by its kind. `operationsOf` knows its type, too. */
  readonly operations: ReadonlyMap<OperationKind, readonly PlacedOperation[]>;
}

/** An operation with the statement that it is part of. */
export interface PlacedOperation<O = Operation> {
  readonly step: Step;
  readonly operation: O;
}

/** The operations of these kinds, also those of which several kinds share a shape. */
export type OperationOf<K extends OperationKind> = K extends OperationKind ? Extract<Operation, { kind: K }> | SharingShape<K> : never;
type SharingShape<K extends OperationKind> = Operation extends infer O
  ? O extends { readonly kind: infer Kinds }
    ? K extends Kinds
      ? O
      : never
    : never
  : never;

/** Every operation of these kinds, with its step, kind by kind and in order; those of nested statements last. */
export function operationsOf<K extends OperationKind>(
  context: RuleContext,
  ...kinds: readonly [K, ...K[]]
): readonly PlacedOperation<OperationOf<K>>[] {
  const found = kinds.length === 1 ? context.operations.get(kinds[0]) : kinds.flatMap((kind) => context.operations.get(kind) ?? none);
  return (found ?? none) as readonly PlacedOperation<OperationOf<K>>[];
}

const none: readonly PlacedOperation[] = [];

/** What steps do, by its kind. */
export function groupByKind(steps: readonly Step[]): RuleContext['operations'] {
  const groups = new Map<OperationKind, PlacedOperation[]>();
  for (const step of steps) {
    for (const operation of step.statement.operations) {
      const group = groups.get(operation.kind);
      if (group === undefined) groups.set(operation.kind, [{ step, operation }]);
      else group.push({ step, operation });
    }
  }
  return groups;
}

/** What a rule says of each operation of the program's own statements, in their order; those of nested statements are left out. */
export function perOperation<V>(context: RuleContext, look: (step: Step, operation: Operation) => V | undefined): readonly V[] {
  const found: V[] = [];
  for (const step of context.steps) {
    for (const operation of step.statement.operations) {
      const said = look(step, operation);
      if (said !== undefined) found.push(said);
    }
  }
  return found;
}

/**
 * Is this a table that other sessions can be using and that may hold rows? Not so: one that this migration made, and a temporary one.
 * A table that was never seen is one of an earlier time, so it is in use.
 */
export function isInUse(context: RuleContext, step: Step, name: ObjectName): boolean {
  const table = findTable(step.before, name) ?? findTable(step.after, name);
  if (table !== undefined) return table.persistence !== 'temporary' && !context.created.has(table.identity);
  const view = findNamed(step.before.definitions, name, step.before.searchPath);
  return view === undefined || !context.created.has(view.identity);
}

/**
 * A rollback that drops, in one of its statements, the table or view which its migration made: what would queue up behind it has
 * nothing left to use.
 */
export function undoesCreation({ program, migration }: RuleContext, name: ObjectName): boolean {
  if (program.direction === 'up') return false;
  const isDropped = program.statements.some(({ operations }) =>
    operations.some((operation) => operation.kind === 'drop object' && operation.objects.some((object) => object.name === name.name)),
  );
  return isDropped && migration.up.statements.some(({ operations }) => operations.some((operation) => makes(operation, name)));
}

function makes(operation: Operation, { name }: ObjectName): boolean {
  if (operation.kind === 'create table') return operation.table.name === name;
  return operation.kind === 'create object' && operation.object.name === name;
}

/** The table as it is before the statement, if anything is known of it. */
export function tableBefore(step: Step, name: ObjectName): Table | undefined {
  return findTable(step.before, name);
}

/** Code that decides for itself, mostly by what it finds in the database: what it does is not certain. */
export function looksFirst({ source }: RuleContext): boolean {
  return source !== undefined && /\b(?:if|switch)\s*\(/.test(source);
}

/**
 * Of a program in code, whether something is certain: branches that exclude each other are read one behind the other, so what one of them has
 * made may not be there in the next. Certain is what holds in the schema before the program as well, as a helper in another file may
 * decide too.
 */
export function isCertain(context: RuleContext, step: Step, holds: (step: Step) => boolean): boolean {
  const { source, steps } = context;
  const [first] = steps;
  if (source === undefined || first === undefined) return true;
  return !looksFirst(context) && holds({ ...step, before: first.before });
}

/** For messages: the name as the text has it. */
export function shownName(name: ObjectName): string {
  return name.schema === undefined ? name.name : `${name.schema}.${name.name}`;
}

/** The first line of a statement: enough to see where it is, and no squiggle under a page of text. */
export function headRange(context: RuleContext, statement: Statement): Range {
  return firstLine(context, statement.span);
}

/** The same for one of several operations of a statement: its own part of an ALTER TABLE. */
export function operationRange(context: RuleContext, statement: Statement, operation: Operation): Range {
  return statement.operations.length > 1 && operation.span !== undefined
    ? firstLine(context, operation.span)
    : headRange(context, statement);
}

function firstLine(context: RuleContext, span: Span): Range {
  const lineBreak = context.text.slice(span.start, span.end).search(/[\r\n]/);
  return context.lines.range(lineBreak === -1 ? span : { start: span.start, end: span.start + lineBreak });
}
