import type { Table } from '../../../model/catalog';
import type { ObjectName, Operation } from '../../../model/operation';
import { findColumn, findNamed, findTable } from '../../../schema/lookup';
import type { RuleContext, Step } from '../../context';

/** Did the migration itself give the column this name, by adding it or by renaming another? Of a table seen for the first time its statements tell. */
export function isAddedHere(context: RuleContext, step: Step, table: string, column: string): boolean {
  const before = context.before.tables.find((candidate) => candidate.identity === table);
  if (before !== undefined && before.complete !== false) return !before.columns.some((candidate) => candidate.name === column);
  return context.steps.some(
    (earlier) =>
      earlier.statement.index < step.statement.index &&
      earlier.statement.operations.some((operation) => {
        if (operation.kind !== 'add column' && operation.kind !== 'rename column') return false;
        const name = operation.kind === 'add column' ? operation.column.name : operation.newName;
        return name === column && findTable(earlier.after, operation.table)?.identity === table;
      }),
  );
}

/** Did the migration itself add the column, by whichever name? Its values are none that running code has written. */
export function isOwnColumn(context: RuleContext, step: Step, table: Table, column: string): boolean {
  const { identity } = findColumn(table, column) ?? {};
  const before = context.before.tables.find((candidate) => candidate.identity === table.identity);
  if (before !== undefined && before.complete !== false && identity !== undefined)
    return !before.columns.some((candidate) => candidate.identity === identity);
  return context.steps.some(
    (earlier) =>
      earlier.statement.index < step.statement.index &&
      earlier.statement.operations.some((operation) => {
        if (operation.kind !== 'add column') return false;
        const then = findTable(earlier.after, operation.table);
        const added = findColumn(then, operation.column.name);
        return (
          then?.identity === table.identity && (identity === undefined ? operation.column.name === column : added?.identity === identity)
        );
      }),
  );
}

/** Something that nothing outside of this migration can know by this name: made, renamed or moved by an earlier statement of it. */
export function isNewName(context: RuleContext, step: Step, name: ObjectName): boolean {
  const known = ({ types, sequences, tables, definitions }: Step['before']) => [...types, ...sequences, ...tables, ...definitions];
  const now = findNamed(known(step.before), name, step.before.searchPath);
  const isPresumed = now !== undefined && 'presumed' in now && now.presumed === true;
  if (now !== undefined && (!isPresumed || known(context.before).some(({ identity }) => identity === now.identity)))
    return findNamed(known(context.before), name, step.before.searchPath)?.identity !== now.identity;
  // What no migration creates may be in no catalog yet.
  return context.steps.some(
    ({ statement }) => statement.index < step.statement.index && statement.operations.some((operation) => givesName(operation, name)),
  );
}

function givesName(operation: Operation, { schema, name }: ObjectName): boolean {
  if (operation.kind === 'rename object') return operation.newName === name && operation.object.schema === schema;
  return operation.kind === 'set schema' && operation.object.name === name && operation.newSchema === schema;
}

/** A schema that this migration made, and into which it moved nothing that was there before. */
export function isNewSchema(context: RuleContext, step: Step, { name }: ObjectName): boolean {
  const earlier = new Set(context.before.tables.map(({ identity }) => identity));
  if (step.before.tables.some((table) => table.schema === name && (earlier.has(table.identity) || table.presumed === true))) return false;
  const isIn = ({ schemas }: RuleContext['before']) => schemas.some((schema) => schema.name === name);
  return (
    isIn(step.before) &&
    !isIn(context.before) &&
    context.steps.some(({ statement }) =>
      statement.operations.some(
        (operation) => operation.kind === 'create object' && operation.objectKind === 'schema' && operation.object.name === name,
      ),
    )
  );
}

/** Does something have the name at the end: a view that was left there, or what takes its place? */
export function standsAgain({ after }: RuleContext, name: ObjectName): boolean {
  return findNamed([...after.tables, ...after.definitions, ...after.types], name) !== undefined;
}

/**
 * graphile-migrate runs the migration at work again and again, so that it first drops what it makes (README, "Idempotency"). Where no migration
 * before made anything of this name there is nothing to drop.
 */
export function isMadeAgain(context: RuleContext, step: Step, name: ObjectName): boolean {
  const { tables, definitions, types, searchPath } = step.before;
  if (context.framework.name !== 'graphile-migrate' || findNamed([...tables, ...definitions, ...types], name, searchPath) !== undefined)
    return false;
  return standsAgain(context, name);
}
