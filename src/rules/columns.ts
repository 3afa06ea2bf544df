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
  return operation.columns.map((column) => ({ step, operation, column, isKey: column.primaryKey || isOnlyKey(operation, column.name) }));
}

function isOnlyKey({ constraints }: OperationOf<'create table'>, column: string): boolean {
  return constraints.some(({ kind, ...constraint }) => {
    return kind === 'primary key' && 'columns' in constraint && constraint.columns.length === 1 && constraint.columns[0] === column;
  });
}

export function isTemporary(operation: OperationOf<'create table' | 'add column'>): boolean {
  return operation.kind === 'create table' && operation.persistence === 'temporary';
}

/** The same without those of temporary tables, which are gone with the session. */
export function lastingColumns(context: RuleContext): readonly NewColumn[] {
  return newColumns(context).filter(({ operation }) => !isTemporary(operation));
}
