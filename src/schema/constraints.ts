import { type Constraint, type Index, relationKey, type Table } from '../model/catalog';
import type { ConstraintSpecification, Operation } from '../model/operation';
import { quoteQualified } from '../parse/postgres/identifiers';
import { constraintDefinition, namesIn, renameIdentifier } from './definitions';
import { chooseName, joinColumnNames } from './server-names';
import type { Workspace } from './workspace';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** Adds a constraint, with the index that a key brings along. Returns the table as it then is. */
export function addConstraint(workspace: Workspace, table: Table, constraint: ConstraintSpecification): Table {
  if (constraint.kind === 'not null') return addNotNull(workspace, table, constraint);
  const columns = constraintColumns(table, constraint);
  const name = constraint.name ?? constraintName(workspace, table, constraint, columns);
  if (table.constraints.some((existing) => existing.name === name)) return table;
  const added: Constraint = {
    identity: workspace.newIdentity(),
    name,
    kind: constraint.kind,
    definition: definitionOf(table, constraint),
    columns,
    validated: !constraint.notValid,
    enforced: true,
    ...(constraint.kind === 'foreign key' && { references: targetKey(workspace, constraint) }),
  };
  const changed: Table = {
    ...table,
    constraints: [...table.constraints, added],
    indexes: indexesWith(workspace, table, constraint, name, columns),
    columns:
      constraint.kind === 'primary key'
        ? table.columns.map((column) => (columns.includes(column.name) ? { ...column, notNull: true } : column))
        : table.columns,
  };
  workspace.tables.set(changed);
  return changed;
}

/** A NOT NULL constraint (Postgres 18 keeps them as constraints): it says the same as the column's own flag once it is validated. */
function addNotNull(workspace: Workspace, table: Table, constraint: ConstraintSpecification & { readonly kind: 'not null' }): Table {
  const named = constraint.name !== undefined || constraint.notValid;
  const added: Constraint = {
    identity: workspace.newIdentity(),
    name:
      constraint.name ?? chooseName(table.name, constraint.column, 'not_null', (name) => workspace.constraintExists(table.schema, name)),
    kind: 'not null',
    definition: constraintDefinition(constraint),
    columns: [constraint.column],
    validated: !constraint.notValid,
    enforced: true,
  };
  const changed: Table = {
    ...table,
    constraints: named ? [...table.constraints, added] : table.constraints,
    columns: table.columns.map((column) =>
      column.name === constraint.column && !constraint.notValid ? { ...column, notNull: true } : column,
    ),
  };
  workspace.tables.set(changed);
  return changed;
}

export function validateConstraint(workspace: Workspace, operation: Of<'validate constraint'>): void {
  const table = workspace.tableOrUnseen(operation.table);
  const validated = table.constraints.find((constraint) => constraint.name === operation.constraint);
  workspace.tables.set({
    ...table,
    constraints: table.constraints.map((constraint) => (constraint === validated ? { ...constraint, validated: true } : constraint)),
    columns:
      validated?.kind === 'not null'
        ? table.columns.map((column) => (validated.columns.includes(column.name) ? { ...column, notNull: true } : column))
        : table.columns,
  });
}

export function dropConstraint(workspace: Workspace, operation: Of<'drop constraint'>): void {
  const table = workspace.findTable(operation.table);
  const dropped = table?.constraints.find((constraint) => constraint.name === operation.constraint);
  if (table === undefined || dropped === undefined) return;
  workspace.tables.set({
    ...table,
    constraints: table.constraints.filter((constraint) => constraint !== dropped),
    indexes: table.indexes.filter((index) => index.constraint !== dropped.name),
    columns:
      dropped.kind === 'not null'
        ? table.columns.map((column) => (dropped.columns.includes(column.name) ? { ...column, notNull: false } : column))
        : table.columns,
  });
  if (operation.cascade && (dropped.kind === 'primary key' || dropped.kind === 'unique')) dropForeignKeysTo(workspace, table);
}

/** Foreign keys of other tables that point at this one: they go when it goes, or when its key does. */
export function dropForeignKeysTo(workspace: Workspace, target: Table): void {
  const key = relationKey(target);
  for (const table of workspace.tables.values()) {
    if (table.identity === target.identity) continue;
    const constraints = table.constraints.filter((constraint) => constraint.references !== key);
    if (constraints.length < table.constraints.length) workspace.tables.set({ ...table, constraints });
  }
}

/** A key's index has the constraint's name, and follows it. */
export function renameConstraint(workspace: Workspace, operation: Of<'rename constraint'>): void {
  const table = workspace.tableOrUnseen(operation.table);
  const { constraint: name, newName } = operation;
  workspace.tables.set({
    ...table,
    constraints: table.constraints.map((constraint) => (constraint.name === name ? { ...constraint, name: newName } : constraint)),
    indexes: table.indexes.map((index) =>
      index.constraint === name
        ? { ...index, name: newName, constraint: newName, definition: renameIdentifier(index.definition, name, newName) }
        : index,
    ),
  });
}

function indexesWith(
  workspace: Workspace,
  table: Table,
  constraint: ConstraintSpecification,
  name: string,
  columns: readonly string[],
): readonly Index[] {
  if (constraint.kind !== 'primary key' && constraint.kind !== 'unique') return table.indexes;
  if (constraint.usingIndex !== undefined) {
    const used = constraint.usingIndex;
    return table.indexes.map((index) =>
      index.name === used ? { ...index, name, constraint: name, definition: renameIdentifier(index.definition, used, name) } : index,
    );
  }
  const keys = columns.map((column) => quoteQualified(undefined, column)).join(', ');
  const index: Index = {
    identity: workspace.newIdentity(),
    name,
    definition: `CREATE UNIQUE INDEX ${quoteQualified(undefined, name)} ON ${quoteQualified(table.schema, table.name)} USING btree (${keys})`,
    unique: true,
    keys: columns,
    valid: true,
    ready: true,
    live: true,
    constraint: name,
  };
  return [...table.indexes, index];
}

function constraintColumns(table: Table, constraint: ConstraintSpecification): readonly string[] {
  const known = table.columns.map((column) => column.name);
  switch (constraint.kind) {
    case 'primary key':
    case 'unique':
      return constraint.usingIndex === undefined
        ? constraint.columns
        : (table.indexes.find((index) => index.name === constraint.usingIndex)?.keys ?? []);
    case 'foreign key':
      return constraint.columns;
    case 'not null':
      return [constraint.column];
    case 'check':
      return namesIn(constraint.expression, known);
    case 'exclude':
      return constraint.definition === undefined ? [] : namesIn(constraint.definition, known);
  }
}

/** With USING INDEX the definition names an index that loses its own name, so the columns are written instead. */
function definitionOf(table: Table, constraint: ConstraintSpecification): string {
  const usesIndex = (constraint.kind === 'primary key' || constraint.kind === 'unique') && constraint.usingIndex !== undefined;
  if (!usesIndex) return constraintDefinition(constraint);
  const { definition: _, ...rest } = constraint;
  return constraintDefinition({ ...rest, columns: constraintColumns(table, constraint) });
}

function targetKey(workspace: Workspace, constraint: ConstraintSpecification & { readonly kind: 'foreign key' }): string {
  const target = workspace.findTable(constraint.target.table);
  return target === undefined
    ? `${workspace.creationSchema(constraint.target.table)}.${constraint.target.table.name}`
    : relationKey(target);
}

/** `ChooseConstraintName` and `ChooseIndexName`: the labels differ by kind, keys share their name space with all relations. */
function constraintName(workspace: Workspace, table: Table, constraint: ConstraintSpecification, columns: readonly string[]): string {
  const constraintTaken = (name: string) => workspace.constraintExists(table.schema, name);
  const relationTaken = (name: string) => constraintTaken(name) || workspace.relationExists(table.schema, name);
  switch (constraint.kind) {
    case 'primary key':
      return constraint.usingIndex ?? chooseName(table.name, undefined, 'pkey', relationTaken);
    case 'unique':
      return constraint.usingIndex ?? chooseName(table.name, joinColumnNames(columns), 'key', relationTaken);
    case 'exclude':
      return chooseName(table.name, joinColumnNames(columns), 'excl', relationTaken);
    case 'foreign key':
      return chooseName(table.name, joinColumnNames(columns), 'fkey', constraintTaken);
    case 'check':
      return chooseName(table.name, columns.length === 1 ? columns[0] : undefined, 'check', constraintTaken);
    case 'not null':
      return chooseName(table.name, constraint.column, 'not_null', constraintTaken);
  }
}
