import { type Constraint, relationKey, type Table } from '../../model/catalog';
import type { Operation } from '../../model/operation';
import { isInnodb } from '../../plan/mysql/situation';
import { findTable, type SearchedCatalog } from '../../schema/lookup';
import { checksForeignKeysAfter } from '../../schema/mysql/foreign-key-checks';
import { parentColumns, sameName } from '../../schema/mysql/parts';
import type { RuleContext, Step } from '../context';

/** A foreign key with the table that has it. */
export interface ForeignKey {
  readonly child: Table;
  readonly constraint: Constraint;
  /** The columns that it refers to, in order. */
  readonly targets: readonly string[];
}

/** The foreign keys that a table has. Those of other engines than InnoDB are none: the server passes over them. */
export function foreignKeysOf(child: Table): readonly ForeignKey[] {
  if (!child.constraints.some(({ kind }) => kind === 'foreign key') || !isInnodb(child)) return [];
  return child.constraints.flatMap((constraint) =>
    constraint.kind === 'foreign key' ? [{ child, constraint, targets: parentColumns(constraint) }] : [],
  );
}

/** The foreign keys that refer to a table, its own among them. */
export function foreignKeysTo(catalog: SearchedCatalog, parent: Table): readonly ForeignKey[] {
  const key = relationKey(parent);
  return catalog.tables.flatMap((child) => foreignKeysOf(child).filter(({ constraint }) => constraint.references === key));
}

/** Does the statement itself take this foreign key away? */
export function isReleased({ statement, before }: Step, { child, constraint }: ForeignKey): boolean {
  return statement.operations.some((operation) => dropsConstraint(operation, before, child, constraint.name));
}

export function dropsConstraint(operation: Operation, before: SearchedCatalog, table: Table, name: string): boolean {
  return (
    operation.kind === 'drop constraint' &&
    sameName(operation.constraint, name) &&
    findTable(before, operation.table)?.identity === table.identity
  );
}

/** Is foreign_key_checks off when the statement runs, as far as the migration says it? */
export function checksAreOff({ steps }: RuleContext, step: Step): boolean {
  const earlier = steps.filter(({ statement }) => statement.index < step.statement.index);
  return !checksForeignKeysAfter(
    earlier.flatMap(({ statement }) => statement.operations),
    true,
  );
}
