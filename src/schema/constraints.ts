import { type Constraint, relationKey, type Table } from '../model/catalog';
import type { ConstraintSpecification, Operation } from '../model/operation';
import { constraintDefinition, namesIn, renameIdentifier } from './definitions';
import { excludedKeys } from './exclusion';
import { childrenOf, otherParents } from './inheritance';
import { exclusionIndex, keyIndex } from './key-index';
import { isSameConstraint } from './partition-parts';
import { chooseName, indexColumnNames, joinColumnNames } from './server-names';
import { TableDraft } from './table-draft';
import type { Workspace } from './workspace';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** Adds a constraint, with the index that a key brings along. */
export function addConstraint(workspace: Workspace, draft: TableDraft, constraint: ConstraintSpecification): void {
  if (constraint.kind === 'not null') {
    addNotNull(workspace, draft, constraint);
    return;
  }
  const columns = constraintColumns(draft, constraint);
  const name = constraint.name ?? constraintName(workspace, draft, constraint, columns);
  if (draft.isConstraint(name)) return;
  const added: Constraint = {
    identity: workspace.newIdentity(),
    name,
    kind: constraint.kind,
    definition: definitionOf(draft, constraint),
    columns,
    validated: !constraint.notValid,
    enforced: true,
    ...(constraint.kind === 'foreign key' && { references: targetKey(workspace, constraint) }),
  };
  draft.addConstraint(added);
  if (constraint.kind === 'primary key' || constraint.kind === 'unique') addKeyIndex(workspace, draft, constraint.usingIndex, added);
  if (constraint.kind === 'exclude') draft.addIndex(exclusionIndex(workspace, draft, added));
  if (constraint.kind === 'primary key') draft.setNotNull(columns);
}

/** A NOT NULL constraint (Postgres 18 keeps them as constraints): it says the same as the column's own flag once it is validated. */
function addNotNull(workspace: Workspace, draft: TableDraft, constraint: ConstraintSpecification & { readonly kind: 'not null' }): void {
  const { column, notValid } = constraint;
  const identity = workspace.newIdentity();
  if (constraint.name !== undefined || notValid) {
    draft.addConstraint({
      identity,
      name: constraint.name ?? constraintName(workspace, draft, constraint, [column]),
      kind: 'not null',
      definition: constraintDefinition(constraint),
      columns: [column],
      validated: !notValid,
      enforced: true,
    });
  }
  if (!notValid) draft.setNotNull([column]);
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
  if (validated === undefined || operation.only === true) return;
  for (const child of childrenOf(workspace, table)) {
    const same = child.constraints.find((constraint) => constraint.validated === false && isInheritedFrom(constraint, validated));
    if (same !== undefined) validateConstraint(workspace, { ...operation, table: child, constraint: same.name });
  }
}

/** CHECK and NOT NULL have one name in all the family; what else comes from a partitioned table is known by what it says. */
function isInheritedFrom(constraint: Constraint, parents: Constraint): boolean {
  if (constraint.kind === 'check' || constraint.kind === 'not null')
    return constraint.kind === parents.kind && constraint.name === parents.name;
  return constraint.inherited === true && isSameConstraint(constraint, parents);
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
  if (operation.cascade && (dropped.kind === 'primary key' || dropped.kind === 'unique')) dropForeignKeysOn(workspace, table, dropped);
  for (const child of childrenOf(workspace, table)) dropInherited(workspace, child, table, dropped, operation);
}

/** A child keeps what it has for itself, or from another parent; with ONLY it keeps all (manual, ALTER TABLE, DROP CONSTRAINT). */
function dropInherited(workspace: Workspace, child: Table, parent: Table, dropped: Constraint, operation: Of<'drop constraint'>): void {
  const same = child.constraints.find((constraint) => constraint.inherited === true && isInheritedFrom(constraint, dropped));
  const isOther = otherParents(workspace, child, parent).some((other) => other.constraints.some(({ name }) => name === same?.name));
  if (same === undefined || isOther) return;
  if (operation.only === true) {
    TableDraft.change(workspace, child, (draft) => draft.changeConstraint(same.name, ({ inherited: _, ...own }) => own));
  } else dropConstraint(workspace, { ...operation, table: child, constraint: same.name });
}

/** Foreign keys that rest on a key, of the same table too. One that names no columns rests on the primary key. */
function dropForeignKeysOn(workspace: Workspace, target: Table, key: Constraint): void {
  const name = relationKey(target);
  const rests = ({ references, definition }: Constraint) => {
    if (references !== name) return false;
    const list = /\bREFERENCES\s+[^\s(]+\s*\(([^)]*)\)/i.exec(definition)?.[1];
    if (list === undefined) return key.kind === 'primary key';
    const columns = list.split(',').map((column) => column.trim().replace(/^"(.*)"$/, '$1'));
    return columns.length === key.columns.length && columns.every((column) => key.columns.includes(column));
  };
  for (const table of workspace.tables.values()) {
    const constraints = table.constraints.filter((constraint) => !rests(constraint));
    if (constraints.length < table.constraints.length) workspace.tables.set({ ...table, constraints });
  }
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
  const renamed = table.constraints.find((constraint) => constraint.name === name);
  if (renamed?.kind !== 'check' && renamed?.kind !== 'not null') return;
  for (const child of childrenOf(workspace, table)) {
    if (child.constraints.some((constraint) => isInheritedFrom(constraint, renamed)))
      renameConstraint(workspace, { ...operation, table: child });
  }
}

function addKeyIndex(workspace: Workspace, draft: TableDraft, used: string | undefined, constraint: Constraint): void {
  if (used !== undefined) {
    const { name } = constraint;
    draft.changeIndex(used, (index) => ({ ...index, name, constraint: name, definition: renameIdentifier(index.definition, used, name) }));
    return;
  }
  draft.addIndex(keyIndex(workspace, draft, constraint));
}

function constraintColumns(draft: TableDraft, constraint: ConstraintSpecification): readonly string[] {
  switch (constraint.kind) {
    case 'primary key':
    case 'unique':
      return constraint.usingIndex === undefined
        ? constraint.columns
        : (draft.indexes.find((index) => index.name === constraint.usingIndex)?.keys ?? []);
    case 'foreign key':
      return constraint.columns;
    case 'not null':
      return [constraint.column];
    case 'check':
      return columnsIn(draft, constraint.expression);
    case 'exclude':
      // Those that are compared, not those of INCLUDE and of the condition.
      return constraint.definition === undefined
        ? []
        : columnsIn(draft, constraint.definition.replace(/\)\s*(?:include|where)\b[\s\S]*$/i, ')'));
  }
}

function columnsIn({ columns }: TableDraft, text: string): readonly string[] {
  return namesIn(
    text,
    columns.map((column) => column.name),
  );
}

/** With USING INDEX the definition names an index that loses its own name, so the columns are written instead. */
function definitionOf(draft: TableDraft, constraint: ConstraintSpecification): string {
  const usesIndex = (constraint.kind === 'primary key' || constraint.kind === 'unique') && constraint.usingIndex !== undefined;
  if (!usesIndex) return constraintDefinition(constraint);
  const { definition: _, ...rest } = constraint;
  return constraintDefinition({ ...rest, columns: constraintColumns(draft, constraint) });
}

function targetKey(workspace: Workspace, constraint: ConstraintSpecification & { readonly kind: 'foreign key' }): string {
  const target = workspace.findTable(constraint.target.table);
  return target === undefined
    ? `${workspace.creationSchema(constraint.target.table)}.${constraint.target.table.name}`
    : relationKey(target);
}

/** As those of its index are called, in which an expression has a name too. */
function exclusionNames({ columns }: TableDraft, definition: string | undefined, compared: readonly string[]): readonly string[] {
  if (definition === undefined) return compared;
  return indexColumnNames(excludedKeys(definition), (key) => columns.some(({ name }) => name === key));
}

/** `ChooseConstraintName` and `ChooseIndexName`: the labels differ by kind, keys share their name space with all relations. */
function constraintName(workspace: Workspace, draft: TableDraft, constraint: ConstraintSpecification, columns: readonly string[]): string {
  const { table } = draft;
  const constraintTaken = (name: string) => draft.isConstraint(name) || workspace.constraintExists(table.schema, name);
  const relationTaken = (name: string) => constraintTaken(name) || draft.isIndex(name) || workspace.relationExists(table.schema, name);
  switch (constraint.kind) {
    case 'primary key':
      return constraint.usingIndex ?? chooseName(table.name, undefined, 'pkey', relationTaken);
    case 'unique':
      return constraint.usingIndex ?? chooseName(table.name, joinColumnNames(columns), 'key', relationTaken);
    case 'exclude':
      return chooseName(table.name, joinColumnNames(exclusionNames(draft, constraint.definition, columns)), 'excl', relationTaken);
    case 'foreign key':
      return chooseName(table.name, joinColumnNames(columns), 'fkey', constraintTaken);
    case 'check':
      return chooseName(table.name, columns.length === 1 ? columns[0] : undefined, 'check', constraintTaken);
    case 'not null':
      return chooseName(table.name, constraint.column, 'not_null', constraintTaken);
  }
}
