import type { ObjectName, Operation } from '../../model/operation';
import { tokenize } from '../../parse/postgres/lexer';
import type { RuleContext, Step } from '../context';
import { readSimpleWrite, remainingRows } from './assignments';
import { builtName, newIndexName } from './concurrent-index';

/** Does running the statement a second time, after it has succeeded, change nothing and fail nothing? */
export function isRepeatable(context: RuleContext, step: Step): boolean {
  return step.statement.operations.every((operation) => isRepeatableOperation(context, step, operation));
}

export function isRepeatableOperation(context: RuleContext, step: Step, operation: Operation): boolean {
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
      return operation.onConflict !== 'none';
    case 'update':
    case 'delete': {
      const write = readSimpleWrite(step.statement.text);
      return write !== undefined && remainingRows(write, operation.where) !== undefined;
    }
    default:
      return true;
  }
}

/** DROP ... IF EXISTS of the same name, earlier in the program. */
function isDroppedBefore(context: RuleContext, step: Step, kind: string, name: string | undefined): boolean {
  if (name === undefined) return false;
  return earlierOperations(context, step).some(
    (operation) =>
      operation.kind === 'drop object' &&
      operation.objectKind === kind &&
      operation.ifExists &&
      operation.objects.some((object) => object.name === name),
  );
}

function isConstraintDroppedBefore(context: RuleContext, step: Step, table: ObjectName, name: string | undefined): boolean {
  return [...earlierOperations(context, step), ...step.statement.operations].some(
    (operation) =>
      operation.kind === 'drop constraint' && operation.ifExists && operation.table.name === table.name && operation.constraint === name,
  );
}

function earlierOperations(context: RuleContext, step: Step): readonly Operation[] {
  return context.steps
    .filter((earlier) => earlier.statement.index < step.statement.index)
    .flatMap((earlier) => earlier.statement.operations);
}

/** Statements that only set the scene: nothing of them stays that a retry could meet. */
export function hasEffect(step: Step): boolean {
  return !step.statement.operations.every((operation) => operation.kind === 'set' || operation.kind === 'transaction');
}

/** Can the statement have been committed when a later one fails, so that the next attempt meets its result? */
export function canBeMetAgain(context: RuleContext, step: Step): boolean {
  if (context.plan.atomic || !hasEffect(step)) return false;
  return context.steps.some((later) => later.transaction.index > step.transaction.index && hasEffect(later));
}

/** Has it to run outside a transaction: by itself, or because it commits batches? */
export function needsNoTransaction(step: Step): boolean {
  if (!step.planned.transactional) return true;
  return step.statement.operations.some(
    (operation) =>
      operation.kind === 'call' || (operation.kind === 'do block' && tokenize(operation.body).some((token) => token.word === 'commit')),
  );
}
