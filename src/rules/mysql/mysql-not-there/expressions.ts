import type { Table } from '../../../model/catalog';
import type { ConstraintSpecification, ObjectName, Operation } from '../../../model/operation';
import { tokenize } from '../../../parse/mysql/lexer';
import { findTable } from '../../../schema/lookup';
import { sameName } from '../../../schema/mysql/parts';
import type { RuleContext, Step } from '../../context';
import { columnsNamed } from './expression-columns';

/** A column that an expression names and its table does not have, with the number of the error. */
export interface UnknownColumn {
  readonly table: Table;
  readonly column: string;
  readonly code: '1054' | '3820';
}

interface Expressions {
  readonly name: ObjectName;
  /** The table as it is for them. */
  readonly table: Table | undefined;
  readonly texts: readonly string[];
  readonly code?: '3820';
}

/**
 * What the expressions of an operation name that the table does not have: those of CHECK, of generated columns and of indexes find the table
 * as the whole statement leaves it, those of UPDATE and DELETE as it is before. Only statements over one table, without queries in them.
 */
export function unknownInExpressions(context: RuleContext, step: Step, operation: Operation): UnknownColumn | undefined {
  for (const { name, table, texts, code = '1054' } of expressionsOf(context, step, operation)) {
    if (table === undefined) continue;
    for (const text of texts) {
      const column = columnsNamed(text, context.engine, name.name)?.find(
        (named) => !table.columns.some((each) => sameName(each.name, named)),
      );
      if (column !== undefined) return { table, column, code };
    }
  }
  return undefined;
}

function expressionsOf(context: RuleContext, step: Step, operation: Operation): readonly Expressions[] {
  const left = (name: ObjectName, texts: readonly (string | undefined)[]): Expressions => ({
    name,
    table: findTable(step.after, name),
    texts: texts.flatMap((text) => text ?? []),
  });
  switch (operation.kind) {
    case 'create table': {
      const { table, columns, constraints } = operation;
      const checks = left(table, constraints.map(checkOf));
      // MySQL has an error of its own where the table is new.
      return [
        left(
          table,
          columns.map(({ generated }) => generated?.text),
        ),
        context.engine.name === 'mysql' ? { ...checks, code: '3820' } : checks,
      ];
    }
    case 'add column':
      return [left(operation.table, [operation.column.generated?.text])];
    case 'redefine column':
      return [left(operation.table, [operation.specification.generated?.text])];
    case 'add constraint':
      return [left(operation.table, [checkOf(operation.constraint)])];
    case 'create index':
      return [left(operation.index.table, operation.index.parts?.map(({ expression }) => expression) ?? [])];
    case 'update':
    case 'delete': {
      if (operation.joined !== undefined || step.statement.operations.length > 1) return [];
      const text = operation.kind === 'update' ? behindSet(step.statement.sent, context) : operation.where;
      return [{ name: operation.table, table: findTable(step.before, operation.table), texts: text === undefined ? [] : [text] }];
    }
    default:
      return [];
  }
}

const checkOf = (constraint: ConstraintSpecification) => (constraint.kind === 'check' ? constraint.expression : undefined);

/** The assignments of an UPDATE, its condition and its order. */
function behindSet(sent: string, { engine }: RuleContext): string | undefined {
  const start = tokenize(sent, engine).find(({ word }) => word === 'set');
  return start === undefined ? undefined : sent.slice(start.end);
}
