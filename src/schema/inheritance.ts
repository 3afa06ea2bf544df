import { type Column, type Constraint, type Index, parentKeys, relationKey, type Table, type Trigger } from '../model/catalog';
import { tokenize } from '../parse/postgres/lexer';
import { inheritConstraint, inheritIndex } from './partition-parts';
import { TableDraft } from './table-draft';
import type { Workspace } from './workspace';

/**
 * Children and partitions of a table as they are now, in the order of their creation. A migration may make a table a child of its own
 * child: the server refuses that (manual, ALTER TABLE, INHERIT), and whoever goes from children to their children must come to an end.
 */
export function childrenOf(workspace: Workspace, table: Table): readonly Table[] {
  const key = relationKey(table);
  if (!workspace.mayBeParent(key)) return none;
  const tables = workspace.tables.values();
  const children = tables.filter((other) => parentKeys(other).includes(key));
  if (children.length === 0) return none;
  const ancestors = ancestorsOf(tables, table);
  return children.filter((child) => !ancestors.has(relationKey(child)));
}

/** Keys of the table, of its parents, and of theirs. */
function ancestorsOf(tables: readonly Table[], table: Table): ReadonlySet<string> {
  const found = new Set([relationKey(table), ...parentKeys(table)]);
  // A set is walked to its end while it grows.
  for (const key of found) {
    const ancestor = tables.find((other) => relationKey(other) === key);
    if (ancestor !== undefined) for (const parent of parentKeys(ancestor)) found.add(parent);
  }
  return found;
}

const none: readonly Table[] = [];

/** Is the table a partition of the other one? A child by INHERITS gets less of it. */
export function isPartitionOf(table: Table, parent: Table): boolean {
  return table.partitionOf?.parent === relationKey(parent);
}

/** The other tables that a child gets its columns from. */
export function otherParents(workspace: Workspace, child: Table, parent: Table): readonly Table[] {
  return (child.inherits ?? []).flatMap((key) => {
    const found = key === relationKey(parent) ? undefined : workspace.tables.values().find((table) => relationKey(table) === key);
    return found ?? [];
  });
}

interface Parts {
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  readonly triggers: readonly Trigger[];
}

/** What is done to a table by `change` is done to its children too, as far as it adds parts (manual, ALTER TABLE: ONLY). */
export function withDescendants(workspace: Workspace, table: Table, change: () => void): void {
  change();
  const now = workspace.tables.get(table.schema, table.name);
  if (now !== undefined) passDown(workspace, now, addedParts(table, now));
}

function addedParts(before: Table, now: Table): Parts {
  const added = <T extends { readonly identity: string }>(old: readonly T[], parts: readonly T[]) =>
    old === parts ? [] : parts.filter(({ identity }) => !old.some((part) => part.identity === identity));
  return {
    columns: added(before.columns, now.columns),
    constraints: added(before.constraints, now.constraints),
    indexes: added(before.indexes, now.indexes),
    triggers: added(before.triggers, now.triggers),
  };
}

function passDown(workspace: Workspace, parent: Table, parts: Parts): void {
  if (Object.values(parts).every(({ length }) => length === 0)) return;
  for (const child of childrenOf(workspace, parent)) {
    withDescendants(workspace, child, () => TableDraft.change(workspace, child, (draft) => inheritParts(workspace, draft, parent, parts)));
  }
}

/** All that a new child or partition has of its parent. */
export function inheritAll(workspace: Workspace, draft: TableDraft, parent: Table): void {
  inheritParts(workspace, draft, parent, parent);
}

function inheritParts(workspace: Workspace, draft: TableDraft, parent: Table, parts: Parts): void {
  const isPartition = isPartitionOf(draft.table, parent);
  for (const column of parts.columns) inheritColumn(workspace, draft, column, isPartition);
  for (const constraint of parts.constraints) inheritConstraint(workspace, draft, constraint, isPartition);
  if (!isPartition) return;
  for (const index of parts.indexes) if (index.constraint === undefined) inheritIndex(workspace, draft, index);
  for (const trigger of parts.triggers) if (isForEachRow(trigger)) inheritTrigger(workspace, draft, trigger);
}

/** A column of the same name is merged with the parent's, and stays the child's own. */
function inheritColumn(workspace: Workspace, draft: TableDraft, column: Column, isPartition: boolean): void {
  if (draft.columns.some(({ name }) => name === column.name)) {
    if (column.notNull) draft.setNotNull([column.name]);
    return;
  }
  const { comment: _, grants: __, statisticsTarget: ___, identityKind, ...rest } = column;
  const keeps = isPartition && sharesIdentity(workspace) && identityKind !== undefined;
  draft.addColumn({ ...rest, identity: workspace.newIdentity(), inherited: true, ...(keeps && { identityKind }) });
}

/** Since version 17 the partitions of a table have its identity columns as such (release notes of 17). */
export function sharesIdentity(workspace: Workspace): boolean {
  return workspace.major >= 17;
}

function inheritTrigger(workspace: Workspace, draft: TableDraft, trigger: Trigger): void {
  if (draft.triggers.some(({ name }) => name === trigger.name)) return;
  const { comment: _, ...rest } = trigger;
  draft.addTrigger({ ...rest, identity: workspace.newIdentity(), inherited: true });
}

/** Row triggers of a partitioned table are its partitions' too (manual, CREATE TRIGGER). */
function isForEachRow({ definition }: Trigger): boolean {
  return tokenize(definition).some(
    ({ word }, place, tokens) =>
      word === 'row' && ['for', 'each'].includes(tokens[place - 1]?.word ?? '') && tokens[place + 1]?.word !== '.',
  );
}
