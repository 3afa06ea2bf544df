import type { Operation } from '../../model/operation';
import { namesIn } from '../../schema/definitions';
import type { RuleContext, Step } from '../context';

/**
 * Does a later statement of the program need what this one leaves? Then this one can't be moved behind them: the name of its index or
 * constraint, a key that a foreign key or ON CONFLICT goes by, the partition that it detached, the rows that it wrote. Nor can it where one
 * takes away or renames what it names itself.
 */
export function isNeededBehind(context: RuleContext, step: Step): boolean {
  const later = context.steps.filter(({ statement }) => statement.index > step.statement.index);
  return step.statement.operations.some((operation) => {
    const names = leftNames(operation);
    const keyed = keyedTable(operation);
    return later.some(
      ({ statement }) =>
        namesIn(statement.sent, names).length > 0 ||
        statement.operations.some((other) => namesIn(step.statement.sent, goneNames(other)).length > 0) ||
        (keyed !== undefined && statement.operations.some((other) => goesByKey(other, keyed))) ||
        statement.operations.some((other) => goesByProof(other, operation)) ||
        (operation.kind === 'alter system' && /\bpg_reload_conf\b/i.test(statement.sent)),
    );
  });
}

/** Names under which nothing is found behind it. */
function goneNames(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'rename column':
    case 'drop column':
      return [operation.column];
    case 'rename object':
    case 'set schema':
      return [operation.object.name];
    case 'drop object':
      return operation.objects.map(({ name }) => name);
    default:
      return [];
  }
}

function leftNames(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'create index':
      return operation.index.name === undefined ? [] : [operation.index.name];
    case 'add constraint':
      return operation.constraint.name === undefined ? [] : [operation.constraint.name];
    case 'create object':
      return [operation.object.name];
    case 'drop object':
      return operation.objects.map(({ name }) => name);
    case 'validate constraint':
      return [operation.constraint];
    case 'detach partition':
      return [operation.table.name, operation.partition.name];
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return [operation.table.name];
    default:
      return [];
  }
}

/** The table that gets a unique key. */
function keyedTable(operation: Operation): string | undefined {
  if (operation.kind === 'create index') return operation.index.unique ? operation.index.table.name : undefined;
  if (operation.kind !== 'add constraint') return undefined;
  return operation.constraint.kind === 'unique' || operation.constraint.kind === 'primary key' ? operation.table.name : undefined;
}

/** SET NOT NULL without a scan wants a CHECK that is valid. */
function goesByProof(other: Operation, operation: Operation): boolean {
  return operation.kind === 'validate constraint' && other.kind === 'set not null' && other.table.name === operation.table.name;
}

function goesByKey(operation: Operation, table: string): boolean {
  switch (operation.kind) {
    case 'insert':
      return operation.onConflict !== 'none' && operation.table.name === table;
    case 'add constraint':
      return operation.constraint.kind === 'foreign key' && operation.constraint.target.table.name === table;
    case 'add column':
      return operation.column.references?.table.name === table;
    case 'create table':
      return (
        operation.columns.some(({ references }) => references?.table.name === table) ||
        operation.constraints.some((constraint) => constraint.kind === 'foreign key' && constraint.target.table.name === table)
      );
    default:
      return false;
  }
}
