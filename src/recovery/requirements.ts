import { type Catalog, type Constraint, type Index, relationKey, type Table } from '../model/catalog';
import type { ConstraintSpecification, KeyPart, ObjectName, Operation } from '../model/operation';
import { postgresWords, type SqlWords } from '../rollback/dialect';
import { isNamed } from '../rollback/rows';
import { referencedColumns } from '../state/loss';

/** What a statement, a constraint or an index asks of the rows that are there: where some break it, it fails. */
export type Requirement = { readonly table: Table } & (
  | {
      readonly kind: 'unique';
      /** SQL of columns and expressions, in order. */
      readonly keys: readonly string[];
      readonly predicate?: string;
      readonly nullsNotDistinct: boolean;
    }
  | { readonly kind: 'not null'; readonly column: string }
  | {
      readonly kind: 'foreign key';
      readonly columns: readonly string[];
      readonly parent: Table;
      readonly parentColumns: readonly string[];
    }
  | { readonly kind: 'check'; readonly expression: string }
  | { readonly kind: 'cast'; readonly column: string; readonly type: string; readonly using?: string }
);

/**
 * What an operation asks of the rows of the tables in `catalog`; nothing of tables that are not there yet.
 * @param text of its statement: an index's NULLS NOT DISTINCT stands there alone.
 */
export function requirementsOf(operation: Operation, catalog: Catalog, text = '', words: SqlWords = postgresWords): Requirement[] {
  switch (operation.kind) {
    case 'create index': {
      const { index } = operation;
      const table = find(catalog, index.table);
      if (!index.unique || table === undefined) return [];
      const keys =
        index.parts === undefined ? index.keys.map((key) => keyText(key, table, words)) : index.parts.map((part) => partText(part, words));
      return [
        {
          kind: 'unique',
          table,
          keys,
          nullsNotDistinct: /nulls\s+not\s+distinct/i.test(text),
          ...(index.predicate !== undefined && { predicate: index.predicate }),
        },
      ];
    }
    case 'set not null': {
      const table = find(catalog, operation.table);
      return table?.columns.some(({ name }) => name === operation.column) ? [{ kind: 'not null', table, column: operation.column }] : [];
    }
    case 'add constraint': {
      const table = find(catalog, operation.table);
      return table === undefined || operation.constraint.notValid
        ? []
        : requirementsOfSpecification(operation.constraint, table, catalog, words);
    }
    case 'validate constraint': {
      const table = find(catalog, operation.table);
      const constraint = table?.constraints.find(({ name }) => name === operation.constraint);
      return table === undefined || constraint === undefined ? [] : requirementsOfConstraint(constraint, table, catalog, words);
    }
    case 'redefine column':
      return requirementsOfDefinition(operation, catalog);
    case 'alter column type': {
      const table = find(catalog, operation.table);
      if (!table?.columns.some(({ name }) => name === operation.column)) return [];
      const { column, type, using } = operation;
      return [{ kind: 'cast', table, column, type, ...(using !== undefined && { using }) }];
    }
    default:
      return [];
  }
}

function find(catalog: Catalog, name: ObjectName): Table | undefined {
  return catalog.tables.find((table) => isNamed(name, table) && table.kind !== 'foreign table');
}

function keyText(key: string, table: Table, { quoteIdentifier }: SqlWords): string {
  if (table.columns.some(({ name }) => name === key)) return quoteIdentifier(key);
  return table.columns.some(({ name }) => quoteIdentifier(name) === key) ? key : `(${key})`;
}

/** What an index of MySQL compares: of a prefix only that. */
function partText({ column, expression, length }: KeyPart, { quoteIdentifier }: SqlWords): string {
  if (column === undefined) return `(${expression ?? ''})`;
  return length === undefined ? quoteIdentifier(column) : `left(${quoteIdentifier(column)}, ${length})`;
}

/** MODIFY and CHANGE ask what a change of type and NOT NULL ask each. */
function requirementsOfDefinition(operation: Extract<Operation, { kind: 'redefine column' }>, catalog: Catalog): Requirement[] {
  const table = find(catalog, operation.table);
  const old = table?.columns.find(({ name }) => name.toLowerCase() === operation.column.toLowerCase());
  if (table === undefined || old === undefined) return [];
  const { specification } = operation;
  const cast: Requirement = { kind: 'cast', table, column: old.name, type: specification.type };
  return [
    ...(specification.notNull && !old.notNull ? [{ kind: 'not null' as const, table, column: old.name }] : []),
    ...(old.type === specification.type ? [] : [cast]),
  ];
}

const hasColumns = (table: Table, columns: readonly string[]) =>
  columns.every((column) => table.columns.some(({ name }) => name === column));

function requirementsOfSpecification(constraint: ConstraintSpecification, table: Table, catalog: Catalog, words: SqlWords): Requirement[] {
  switch (constraint.kind) {
    case 'primary key':
    case 'unique': {
      if (constraint.usingIndex !== undefined || !hasColumns(table, constraint.columns)) return [];
      const keys = constraint.index?.parts?.map((part) => partText(part, words)) ?? constraint.columns.map(words.quoteIdentifier);
      const unique: Requirement = {
        kind: 'unique',
        table,
        keys,
        nullsNotDistinct: /NULLS NOT DISTINCT/i.test(constraint.definition ?? ''),
      };
      const notNull = constraint.columns.map((column): Requirement => ({ kind: 'not null', table, column }));
      return constraint.kind === 'unique' ? [unique] : [...notNull, unique];
    }
    case 'foreign key': {
      const parent = find(catalog, constraint.target.table);
      if (parent === undefined || !hasColumns(table, constraint.columns)) return [];
      const named = constraint.target.columns;
      const parentColumns = named.length > 0 ? named : (parent.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? []);
      return foreignKey(table, constraint.columns, parent, parentColumns);
    }
    case 'check':
      return [{ kind: 'check', table, expression: constraint.expression }];
    case 'not null':
      return hasColumns(table, [constraint.column]) ? [{ kind: 'not null', table, column: constraint.column }] : [];
    case 'exclude':
      return [];
  }
}

function foreignKey(table: Table, columns: readonly string[], parent: Table, parentColumns: readonly string[]): Requirement[] {
  return columns.length === parentColumns.length && hasColumns(parent, parentColumns)
    ? [{ kind: 'foreign key', table, columns, parent, parentColumns }]
    : [];
}

/** What a constraint of the catalog asks of the rows, whatever the catalog says about its validity. */
export function requirementsOfConstraint(
  constraint: Constraint,
  table: Table,
  catalog: Catalog,
  words: SqlWords = postgresWords,
): Requirement[] {
  switch (constraint.kind) {
    case 'foreign key': {
      const parent = catalog.tables.find((candidate) => relationKey(candidate) === constraint.references);
      return parent === undefined ? [] : foreignKey(table, constraint.columns, parent, referencedColumns(constraint));
    }
    case 'check': {
      const expression = /^CHECK \((.*)\)(?: NO INHERIT)?$/s.exec(constraint.definition)?.[1];
      return expression === undefined ? [] : [{ kind: 'check', table, expression }];
    }
    case 'not null':
      return constraint.columns.slice(0, 1).map((column) => ({ kind: 'not null', table, column }));
    case 'primary key':
    case 'unique':
      return [
        {
          kind: 'unique',
          table,
          keys: constraint.columns.map(words.quoteIdentifier),
          nullsNotDistinct: /NULLS NOT DISTINCT/.test(constraint.definition),
        },
      ];
    case 'exclude':
    case 'trigger':
      return [];
  }
}

/** A key of which MySQL's index holds only the beginning: ``KEY `a` (`note`(20))``. */
function prefixed(key: string, { definition }: Index): string {
  const length = key.startsWith('`')
    ? new RegExp(`[(,]${key.replaceAll(/[$.*+?()[\]{}|^\\]/g, '\\$&')}\\((\\d+)\\)`).exec(definition)?.[1]
    : undefined;
  return length === undefined ? key : `left(${key}, ${length})`;
}

/** What a unique index of the catalog asks of the rows. */
export function requirementsOfIndex(index: Index, table: Table, words: SqlWords = postgresWords): Requirement[] {
  if (!index.unique) return [];
  const predicate = / WHERE (.*)$/s.exec(index.definition)?.[1];
  const keys = index.keys.map((key) => prefixed(keyText(key, table, words), index));
  const nullsNotDistinct = /NULLS NOT DISTINCT/.test(index.definition);
  return [{ kind: 'unique', table, keys, nullsNotDistinct, ...(predicate !== undefined && { predicate }) }];
}
