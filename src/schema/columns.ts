import { type Column, relationKey, type Sequence, type Table } from '../model/catalog';
import type { ColumnSpecification, ObjectName, Operation } from '../model/operation';
import { ownValue } from '../model/own-value';
import { quoteLiteral, quoteQualified } from '../parse/postgres/identifiers';

import { tokenize } from '../parse/postgres/lexer';
import { withOptions } from './alterations';

import { addConstraint } from './constraints';
import { columnConstraints, identifierOf, namesIn, renameIdentifier, renameTokens } from './definitions';
import { dropReaders } from './dependents';

import { childrenOf, otherParents, sharesIdentity } from './inheritance';
import { findColumn } from './lookup';
import { renameColumnInReaders } from './renamed-readers';
import { Words } from './sentences';

import { chooseName } from './server-names';
import { TableDraft } from './table-draft';
import type { Workspace } from './workspace';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

const serialTypes: Readonly<Record<string, string>> = {
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
  smallserial: 'smallint',
  serial2: 'smallint',
};

/** Adds a column with all that was written beside it: sequence, default, constraints. */
export function addColumn(workspace: Workspace, draft: TableDraft, specification: ColumnSpecification): void {
  const { name, serial, identity, generated, collation } = specification;
  if (draft.columns.some((column) => column.name === name)) return;
  const type = (serial ? ownValue(serialTypes, specification.type.toLowerCase()) : undefined) ?? specification.type;
  const sequence =
    serial || identity !== undefined
      ? addSequence(workspace, draft.table, specification, type, specification.identityOptions, (candidate) => draft.isIndex(candidate))
      : undefined;
  const defaultText = serial && sequence !== undefined ? nextValue(sequence) : specification.default?.text;
  draft.addColumn({
    identity: workspace.newIdentity(),
    name,
    type,
    notNull: specification.notNull || serial || identity !== undefined || specification.primaryKey,
    ...(defaultText !== undefined && { default: defaultText }),
    ...(identity !== undefined && { identityKind: identity }),
    ...(generated !== undefined && { generated: { expression: generated.text, kind: generated.kind } }),
    ...(collation !== undefined && { collation }),
    ...(specification.storage !== undefined && { storage: specification.storage }),
    ...(specification.compression !== undefined && { compression: specification.compression }),
  });
  for (const constraint of columnConstraints(specification)) addConstraint(workspace, draft, constraint);
}

/** A column that a parent gives, written again in the child: what is said of it there counts, the rest is the parent's. */
export function mergeColumn(workspace: Workspace, draft: TableDraft, specification: ColumnSpecification): void {
  const { name, default: own, generated, notNull, primaryKey } = specification;
  draft.changeColumn(name, ({ inherited, ...column }) => ({
    ...column,
    notNull: column.notNull || notNull || primaryKey,
    ...(own !== undefined && { default: own.text }),
    ...(generated !== undefined && { generated: { expression: generated.text, kind: generated.kind } }),
    // A partition has no column for itself.
    ...(draft.table.partitionOf !== undefined && inherited === true && { inherited }),
  }));
  for (const constraint of columnConstraints(specification)) addConstraint(workspace, draft, constraint);
}

/** The sequence behind a serial or identity column: named after both, and dropped with it. */
export function addSequence(
  workspace: Workspace,
  table: Table,
  column: { readonly name: string; readonly serial?: boolean },
  type: string,
  options?: string,
  isTaken: (name: string) => boolean = () => false,
): Sequence {
  const given = /\bsequence\s+name\b(.*)/is.exec(options ?? '')?.[1];
  const named = given === undefined ? undefined : new Words(given).name();
  const name =
    named?.name ??
    chooseName(table.name, column.name, 'seq', (candidate) => isTaken(candidate) || workspace.relationExists(table.schema, candidate));
  const plain: Sequence = {
    identity: workspace.newIdentity(),
    schema: named?.schema ?? table.schema,
    name,
    dataType: type,
    ...sequenceDefaults(type),
    persistence: table.persistence,
    ownedBy: { table: relationKey(table), column: column.name, internal: column.serial !== true },
  };
  const sequence = options === undefined ? plain : withOptions(workspace, plain, options);
  workspace.sequences.set(sequence);
  return sequence;
}

/** What CREATE SEQUENCE assumes: ascending from 1 to the type's greatest value (manual, CREATE SEQUENCE). */
export function sequenceDefaults(type: string): Pick<Sequence, 'start' | 'increment' | 'minimum' | 'maximum' | 'cache' | 'cycle'> {
  const greatest = type === 'smallint' ? '32767' : type === 'integer' ? '2147483647' : '9223372036854775807';
  return { start: '1', increment: '1', minimum: '1', maximum: greatest, cache: '1', cycle: false };
}

function nextValue(sequence: Sequence): string {
  const name = sequence.schema === 'public' ? quoteQualified(undefined, sequence.name) : quoteQualified(sequence.schema, sequence.name);
  return `nextval(${quoteLiteral(name)}::regclass)`;
}

/** Indexes and constraints that use the column go with it (manual, ALTER TABLE, DROP COLUMN), and so does its sequence. */
export function dropColumn(workspace: Workspace, operation: Of<'drop column'>): void {
  const table = workspace.findTable(operation.table);
  const column = table?.columns.find((candidate) => candidate.name === operation.column);
  if (table === undefined || column === undefined) return;
  const constraints = table.constraints.filter((constraint) => !constraint.columns.includes(column.name));
  const kept = new Set(constraints.map((constraint) => constraint.name));
  workspace.tables.set({
    ...table,
    columns: table.columns.filter((candidate) => candidate !== column),
    constraints,
    indexes: table.indexes.filter((index) =>
      index.constraint === undefined ? !usesColumn(index, column.name) : kept.has(index.constraint),
    ),
    ...(operation.cascade && {
      policies: table.policies.filter(
        ({ definition }) => namesIn(definition.replace(/^[\s\S]*?(?=\b(?:USING|WITH\s+CHECK)\b)/i, ''), [column.name]).length === 0,
      ),
      triggers: table.triggers.filter(({ definition }) => !firesOn(definition, column.name)),
    }),
  });
  for (const sequence of workspace.sequences.values()) {
    if (sequence.ownedBy?.table === relationKey(table) && sequence.ownedBy.column === column.name) workspace.sequences.delete(sequence);
  }
  // Statistics go with any of their columns (manual, DROP STATISTICS), also without CASCADE.
  for (const object of workspace.definitions.values()) {
    if (
      object.kind === 'statistics' &&
      object.dependsOn.includes(relationKey(table)) &&
      namesIn(object.definition, [column.name]).length > 0
    )
      workspace.definitions.delete(object);
  }
  if (operation.cascade) {
    for (const { name, generated } of table.columns) {
      if (generated !== undefined && namesIn(generated.expression, [column.name]).length > 0)
        dropColumn(workspace, { ...operation, column: name });
    }
    dropReaders(workspace, table, column.name);
  }
  dropInherited(workspace, table, operation);
}

/** `UPDATE OF price`, `WHEN (new.price > 0)`: with CASCADE such a trigger goes with the column. */
function firesOn(trigger: string, column: string): boolean {
  const columns = /\bUPDATE\s+OF\s+([\s\S]+?)\s+ON\b/i.exec(trigger)?.[1] ?? '';
  const condition = /\bWHEN\s*(\([\s\S]+\))\s*EXECUTE\b/i.exec(trigger)?.[1] ?? '';
  return namesIn(`${columns} ${condition}`, [column]).length > 0;
}

/** A child loses the column unless it has it for itself, or from another parent; with ONLY it keeps it (manual, ALTER TABLE, DROP COLUMN). */
function dropInherited(workspace: Workspace, parent: Table, operation: Of<'drop column'>): void {
  for (const child of childrenOf(workspace, parent)) {
    const isOther = otherParents(workspace, child, parent).some((other) => findColumn(other, operation.column) !== undefined);
    if (isOther || findColumn(child, operation.column)?.inherited !== true) continue;
    if (operation.only === true) {
      TableDraft.change(workspace, child, (draft) => draft.changeColumn(operation.column, ({ inherited: _, ...own }) => own));
    } else dropColumn(workspace, { ...operation, table: child });
  }
}

function usesColumn(index: Table['indexes'][number], column: string): boolean {
  return index.keys.includes(column) || namesIn(afterOn(index.definition), [column]).length > 0;
}

function afterOn(definition: string): string {
  const open = definition.indexOf('(');
  return open === -1 ? definition : definition.slice(open);
}

/**
 * Changes one column, in the children of the table too; a column that was never seen, of a table that was never seen whole, stays unknown.
 */
export function changeColumn(
  workspace: Workspace,
  operation: { readonly table: ObjectName; readonly column: string; readonly only?: true },
  change: (column: Column) => Column,
): void {
  const table = workspace.tableOrUnseen(operation.table);
  workspace.tables.set({
    ...table,
    columns: table.columns.map((column) => (column.name === operation.column ? change(column) : column)),
  });
  if (operation.only === true) return;
  for (const child of childrenOf(workspace, table)) changeColumn(workspace, { ...operation, table: child }, change);
}

export function dropDefault(column: Column): Column {
  const { default: _, ...rest } = column;
  return rest;
}

/** SET DATA TYPE; a collation that is not named is the new type's own. */
export function changeType(column: Column, operation: Of<'alter column type'>): Column {
  const { collation: _, ...rest } = column;
  return { ...rest, type: operation.type, ...(operation.collation !== undefined && { collation: operation.collation }) };
}

/** The remaining forms of ALTER COLUMN, which the reader hands over as text. */
export function alterColumn(workspace: Workspace, operation: Of<'alter column'>): void {
  const detail = operation.detail.toUpperCase();
  if (/\b(DROP|ADD) (IDENTITY|GENERATED)\b/.test(detail)) {
    alterIdentity(workspace, operation, detail);
    return;
  }
  changeColumn(workspace, operation, (column) => {
    if (detail.includes('DROP EXPRESSION')) {
      const { generated: _, ...rest } = column;
      return rest;
    }
    const statistics = /SET STATISTICS (-?\d+)/.exec(detail)?.[1];
    if (statistics !== undefined) return { ...column, statisticsTarget: Number(statistics) };
    const storage = /SET STORAGE (\w+)/.exec(detail)?.[1];
    return storage === undefined ? column : { ...column, storage: storage.toLowerCase() };
  });
}

/** Its own alone, and that of its partitions from version 17 on; a child by INHERITS has none from its parent. */
function alterIdentity(workspace: Workspace, operation: Of<'alter column'>, detail: string): void {
  const isDropped = detail.includes('DROP IDENTITY');
  if (isDropped) dropOwnedSequence(workspace, operation);
  const table = workspace.tableOrUnseen(operation.table);
  const column = findColumn(table, operation.column);
  if (column === undefined) return;
  const options = /\bidentity\s*\(([\s\S]*)\)\s*$/i.exec(operation.detail)?.[1];
  if (!isDropped) addSequence(workspace, table, { name: column.name }, column.type, options);
  const kind = detail.includes('BY DEFAULT') ? 'by default' : 'always';
  const only = sharesIdentity(workspace) && table.kind === 'partitioned table' ? {} : { only: true as const };
  changeColumn(workspace, { table: operation.table, column: operation.column, ...only }, ({ identityKind: _, ...rest }) =>
    isDropped ? rest : { ...rest, identityKind: kind },
  );
}

function dropOwnedSequence(workspace: Workspace, operation: Of<'alter column'>): void {
  const table = workspace.findTable(operation.table);
  if (table === undefined) return;
  const owned = workspace.sequences
    .values()
    .find((sequence) => sequence.ownedBy?.table === relationKey(table) && sequence.ownedBy.column === operation.column);
  if (owned !== undefined) workspace.sequences.delete(owned);
}

/** Constraints and indexes follow a rename, and so do foreign keys that point at the column. */
export function renameColumn(workspace: Workspace, operation: Of<'rename column'>): void {
  const table = workspace.tableOrUnseen(operation.table);
  const { column: name, newName } = operation;
  const renamed = (names: readonly string[]) => names.map((candidate) => (candidate === name ? newName : candidate));
  const inText = (text: string) => renameIdentifier(text, name, newName);
  workspace.tables.set({
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      ...(column.name === name && { name: newName }),
      ...(column.generated !== undefined && { generated: { ...column.generated, expression: inText(column.generated.expression) } }),
    })),
    triggers: table.triggers.map((trigger) => ({ ...trigger, definition: renameInTrigger(trigger.definition, name, newName) })),
    policies: table.policies.map((policy) => ({ ...policy, definition: renameInPolicy(policy.definition, table.name, name, newName) })),
    constraints: table.constraints.map((constraint) =>
      constraint.columns.includes(name)
        ? { ...constraint, columns: renamed(constraint.columns), definition: renameOwnSide(constraint.definition, inText) }
        : constraint,
    ),
    indexes: table.indexes.map((index) => {
      if (!usesColumn(index, name)) return index;
      const open = index.definition.indexOf('(');
      return { ...index, keys: renamed(index.keys), definition: index.definition.slice(0, open) + inText(index.definition.slice(open)) };
    }),
  });
  const key = relationKey(table);
  for (const other of workspace.tables.values()) {
    if (!other.constraints.some((constraint) => constraint.references === key)) continue;
    workspace.tables.set({
      ...other,
      constraints: other.constraints.map((constraint) =>
        constraint.references === key ? { ...constraint, definition: renameOtherSide(constraint.definition, inText) } : constraint,
      ),
    });
  }
  for (const sequence of workspace.sequences.values()) {
    if (sequence.ownedBy?.table !== key || sequence.ownedBy.column !== name) continue;
    workspace.sequences.set({ ...sequence, ownedBy: { ...sequence.ownedBy, column: newName } });
  }
  renameColumnInReaders(workspace, table, name, newName);
  for (const child of childrenOf(workspace, table)) {
    if (findColumn(child, name) !== undefined) renameColumn(workspace, { ...operation, table: child });
  }
}

/** `UPDATE OF a, b`, `NEW.a`, `OLD.a`: nothing else of a trigger names columns of its table. */
function renameInTrigger(definition: string, name: string, newName: string): string {
  const tokens = tokenize(definition);
  const of = tokens.findIndex(({ word }) => word === 'of');
  const end = tokens.findIndex(({ word }, place) => place > of && (word === 'on' || word === 'or'));
  return renameTokens(definition, name, newName, (place) => {
    const isRow = tokens[place - 1]?.word === '.' && ['new', 'old'].includes(tokens[place - 2]?.word ?? '');
    return isRow || (of !== -1 && place > of && place < end);
  });
}

/** In USING and WITH CHECK of a policy without sub-queries, whose names are not all of its table. */
function renameInPolicy(definition: string, table: string, name: string, newName: string): string {
  const tokens = tokenize(definition);
  if (tokens.some(({ word }) => word === 'select')) return definition;
  const start = tokens.findIndex(({ word }) => word === '(');
  return renameTokens(definition, name, newName, (place, all) => {
    const [before, behind] = [all[place - 1]?.word, all[place + 1]?.word];
    const isQualified =
      before === '.' && identifierOf(definition, all[place - 2] ?? { kind: 'word', start: 0, end: 0, word: '' }) !== table;
    return place > start && behind !== '(' && behind !== '.' && before !== '::' && !isQualified;
  });
}

/** A foreign key names columns of two tables: the own ones before REFERENCES, the others behind it. */
function renameOwnSide(definition: string, rename: (text: string) => string): string {
  const [own, other] = splitAtReferences(definition);
  return rename(own) + other;
}

function renameOtherSide(definition: string, rename: (text: string) => string): string {
  const [own, other] = splitAtReferences(definition);
  const open = other.indexOf('(');
  return open === -1 ? definition : own + other.slice(0, open) + rename(other.slice(open));
}

function splitAtReferences(definition: string): [string, string] {
  const position = definition.search(/\breferences\b/i);
  return position === -1 ? [definition, ''] : [definition.slice(0, position), definition.slice(position)];
}
