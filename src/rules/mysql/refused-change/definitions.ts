import type { Table } from '../../../model/catalog';
import type { ColumnSpecification, ConstraintSpecification, IndexSpecification, ObjectName, Operation } from '../../../model/operation';
import { columnType } from '../../../plan/mysql/column-type';
import { findTable } from '../../../schema/lookup';
import type { Step } from '../../context';
import type { Violation } from '../../rule';

/** What is said of a definition that the server refuses. */
export type Refusal = Pick<Violation, 'message' | 'help'>;

/** What a statement defines of a table. */
export interface Definitions {
  readonly table: ObjectName;
  readonly columns: readonly ColumnSpecification[];
  readonly indexes: readonly Keys[];
  readonly constraints: readonly ConstraintSpecification[];
  /** Columns that were there get another type or character set. */
  readonly changesTypes?: true;
  /** The first operation of its statement that makes columns, or makes them longer. */
  readonly isFirst?: boolean;
}

export interface Keys {
  readonly primary: boolean;
  readonly unique: boolean;
  readonly parts: readonly { readonly column?: string; readonly length?: number }[];
}

/** Makes columns, or makes them longer. */
const lengthening: ReadonlySet<string> = new Set(['create table', 'add column', 'redefine column', 'convert charset']);

export function definedBy(step: Step, operation: Operation): Definitions | undefined {
  const nothing = { columns: [], indexes: [], constraints: [] };
  const isFirst = step.statement.operations.find(({ kind }) => lengthening.has(kind)) === operation;
  switch (operation.kind) {
    case 'create table': {
      const { table, columns, constraints, indexes = [] } = operation;
      // What is there already stays as it is.
      if (findTable(step.before, table) !== undefined) return undefined;
      return {
        table,
        columns,
        indexes: [...indexes.flatMap(keysOf), ...columns.flatMap(ownKeys), ...constraints.flatMap(constraintKeys)],
        constraints,
        isFirst,
      };
    }
    case 'add column':
      return { ...nothing, table: operation.table, columns: [operation.column], indexes: ownKeys(operation.column), isFirst };
    case 'redefine column':
      return { ...nothing, table: operation.table, columns: [operation.specification], changesTypes: true, isFirst };
    case 'convert charset':
      return { ...nothing, table: operation.table, changesTypes: true, isFirst };
    case 'create index':
      return { ...nothing, table: operation.index.table, indexes: keysOf(operation.index) };
    case 'add constraint':
      return { ...nothing, table: operation.table, indexes: constraintKeys(operation.constraint), constraints: [operation.constraint] };
    default:
      return undefined;
  }
}

function keysOf({ method, unique, keys, parts = keys.map((column) => ({ column })) }: IndexSpecification): readonly Keys[] {
  return method === 'fulltext' || method === 'spatial' || method === 'vector' ? [] : [{ primary: false, unique, parts }];
}

function ownKeys({ name, primaryKey, unique }: ColumnSpecification): readonly Keys[] {
  return primaryKey || unique ? [{ primary: primaryKey, unique: true, parts: [{ column: name }] }] : [];
}

function constraintKeys(constraint: ConstraintSpecification): readonly Keys[] {
  if (constraint.kind !== 'primary key' && constraint.kind !== 'unique') return [];
  const parts = constraint.index?.parts ?? constraint.columns.map((column) => ({ column }));
  return [{ primary: constraint.kind === 'primary key', unique: true, parts }];
}

export interface KnownType extends ReturnType<typeof columnType> {
  readonly text: string;
}

/** The type of a column, where the table is known to have it. */
export function typeOf(table: Table, name: string): KnownType | undefined {
  const column = table.columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
  return column === undefined ? undefined : { ...columnType(column.type), text: column.type };
}
