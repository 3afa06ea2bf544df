import type { ObjectName, Operation } from '../../model/operation';
import { endsTransactions } from '../../parse/postgres/nested';
import { findTable } from '../../schema/lookup';
import { readSimpleWrite, remainingRows } from '../../schema/simple-write';
import type { RuleContext, Step } from '../context';
import { builtName, newIndexName } from './concurrent-index';

/** Does running the statement a second time, after it has succeeded, change nothing and fail nothing? */
export function isRepeatable(context: RuleContext, step: Step): boolean {
  if (isUnderCondition(context, step)) return true;
  return step.statement.operations.every((operation) => isRepeatableOperation(context, step, operation));
}

/** Between `\if` and `\endif` of psql, which look whether it has been done. */
function isUnderCondition({ framework, text }: RuleContext, { statement }: Step): boolean {
  if (framework.name !== 'sql') return false;
  const commands = text.slice(0, statement.span.start).match(/^[ \t]*\\(?:if|endif)\b/gm) ?? [];
  return commands.reduce((depth, command) => depth + (command.includes('end') ? -1 : 1), 0) > 0;
}

export function isRepeatableOperation(context: RuleContext, step: Step, operation: Operation): boolean {
  if (isTemporary(step, operation)) return true;
  switch (operation.kind) {
    case 'create table':
    case 'add column':
    case 'add enum value':
      return operation.ifNotExists;
    case 'create index':
      return (
        operation.ifNotExists || isDroppedBefore(context, step, 'index', operation.index.name ?? newIndexName(step, operation.index.table))
      );
    case 'create object':
      return operation.ifNotExists || operation.orReplace || isDroppedBefore(context, step, operation.objectKind, operation.object.name);
    case 'drop object':
    case 'drop column':
    case 'drop constraint':
      return operation.ifExists;
    case 'add constraint': {
      const name = operation.constraint.name ?? builtName(step, operation.table, operation.constraint.kind);
      return isConstraintDroppedBefore(context, step, operation.table, name);
    }
    case 'rename column':
    case 'rename constraint':
    case 'rename object':
    case 'rename enum value':
    case 'set schema':
    case 'attach partition':
    case 'detach partition':
    case 'copy':
      return false;
    case 'insert':
      return operation.onConflict !== 'none' || isEmptiedBefore(context, step, operation.table);
    case 'update':
    case 'delete': {
      const write = readSimpleWrite(step.statement.text);
      return write !== undefined && remainingRows(write, operation.where) !== undefined;
    }
    default:
      return true;
  }
}

/** Is it about temporary tables alone? They go with the session, so the next attempt meets nothing of them. */
function isTemporary(step: Step, operation: Operation): boolean {
  if (operation.kind === 'create table') return operation.persistence === 'temporary';
  return writtenTables(operation)?.every((name) => findTable(step.before, name)?.persistence === 'temporary') === true;
}

/** The tables that it changes; undefined when it changes others too, or something else. */
function writtenTables(operation: Operation): readonly ObjectName[] | undefined {
  switch (operation.kind) {
    case 'create index':
      return [operation.index.table];
    case 'drop object':
      return operation.objectKind === 'table' && !operation.cascade ? operation.objects : undefined;
    case 'add column':
    case 'drop column':
    case 'add constraint':
    case 'drop constraint':
    case 'rename column':
    case 'insert':
    case 'update':
    case 'delete':
    case 'copy':
      return [operation.table];
    default:
      return undefined;
  }
}

/** Does the program take the table's rows away, or some of them, before? The next attempt begins there, so it does not meet what was inserted. */
export function isEmptiedBefore(context: RuleContext, step: Step, table: ObjectName): boolean {
  const identity = findTable(step.before, table)?.identity;
  const isSame = (before: Step, name: ObjectName) =>
    identity === undefined
      ? name.name === table.name && name.schema === table.schema
      : findTable(before.before, name)?.identity === identity;
  return context.steps.some(
    (before) =>
      before.statement.index < step.statement.index &&
      before.statement.operations.some((operation) => {
        if (operation.kind === 'truncate') return operation.tables.some((name) => isSame(before, name));
        return operation.kind === 'delete' && isSame(before, operation.table);
      }),
  );
}

/** DROP ... IF EXISTS of the same name, earlier in the program. */
function isDroppedBefore(context: RuleContext, step: Step, kind: string, name: string | undefined): boolean {
  const dropped = summaryOf(context).firstDrops.get(`${kind} ${name}`);
  return name !== undefined && dropped !== undefined && dropped < step.statement.index;
}

function isConstraintDroppedBefore(context: RuleContext, step: Step, table: ObjectName, name: string | undefined): boolean {
  const dropped = summaryOf(context).firstDrops.get(`constraint ${table.name}.${name}`);
  return name !== undefined && dropped !== undefined && dropped <= step.statement.index;
}

/** What is asked of a whole program again and again. */
interface ProgramSummary {
  /** `kind name` to the number of the first statement that drops it IF EXISTS. */
  readonly firstDrops: ReadonlyMap<string, number>;
  /** Number of the last transaction in which something changes. */
  readonly lastEffect: number;
}

const summaries = new WeakMap<RuleContext, ProgramSummary>();

function summaryOf(context: RuleContext): ProgramSummary {
  const known = summaries.get(context);
  if (known !== undefined) return known;
  const firstDrops = new Map<string, number>();
  let lastEffect = 0;
  for (const step of context.steps) {
    if (hasEffect(step)) lastEffect = Math.max(lastEffect, step.transaction.index);
    for (const key of step.statement.operations.flatMap(guardedDrops)) {
      if (!firstDrops.has(key)) firstDrops.set(key, step.statement.index);
    }
  }
  const summary = { firstDrops, lastEffect };
  summaries.set(context, summary);
  return summary;
}

function guardedDrops(operation: Operation): readonly string[] {
  if (operation.kind === 'drop object' && operation.ifExists)
    return operation.objects.map((object) => `${operation.objectKind} ${object.name}`);
  if (operation.kind === 'drop constraint' && operation.ifExists) return [`constraint ${operation.table.name}.${operation.constraint}`];
  return [];
}

/** Statements that only set the scene: nothing of them stays that a retry could meet. */
export function hasEffect(step: Step): boolean {
  return !step.statement.operations.every((operation) => operation.kind === 'set' || operation.kind === 'transaction');
}

/** Can the statement have been committed when a later one fails, so that the next attempt meets its result? */
export function canBeMetAgain(context: RuleContext, step: Step): boolean {
  if (context.plan.atomic || !hasEffect(step)) return false;
  return summaryOf(context).lastEffect > step.transaction.index;
}

/** Has it to run outside a transaction: by itself, or because it commits batches? */
export function needsNoTransaction(step: Step): boolean {
  if (!step.planned.transactional) return true;
  return step.statement.operations.some(
    (operation) => operation.kind === 'call' || (operation.kind === 'do block' && endsTransactions(operation.body)),
  );
}
