import type { ColumnSpecification } from '../model/operation';
import { type OperationOf, operationsOf, type RuleContext, type Step } from './context';

/** A column that the program makes, with a new table or in one that is there. */
export interface NewColumn {
  readonly step: Step;
  readonly operation: OperationOf<'create table' | 'add column'>;
  readonly column: ColumnSpecification;
  /** It is the whole primary key. */
  readonly isKey: boolean;
}

/** Every column that the program makes, in order. */
export function newColumns(context: RuleContext): readonly NewColumn[] {
  return operationsOf(context, 'create table', 'add column').flatMap(({ step, operation }) => columnsOf(step, operation));
}

/** Those that one operation makes. */
export function columnsOf(step: Step, operation: NewColumn['operation']): readonly NewColumn[] {
  if (operation.kind === 'add column') return [{ step, operation, column: operation.column, isKey: operation.column.primaryKey }];
  const key = onlyKey(operation);
  return operation.columns.map((column) => ({ step, operation, column, isKey: column.primaryKey || column.name === key }));
}

/** The column that a PRIMARY KEY of its own names alone. */
function onlyKey({ constraints }: OperationOf<'create table'>): string | undefined {
  for (const constraint of constraints) {
    if (constraint.kind === 'primary key' && 'columns' in constraint && constraint.columns.length === 1) return constraint.columns[0];
  }
  return undefined;
}

export function isTemporary(operation: OperationOf<'create table' | 'add column'>): boolean {
  return operation.kind === 'create table' && operation.persistence === 'temporary';
}

/** The same without those of temporary tables, which are gone with the session. */
export function lastingColumns(context: RuleContext): readonly NewColumn[] {
  return newColumns(context).filter(({ operation }) => !isTemporary(operation));
}
