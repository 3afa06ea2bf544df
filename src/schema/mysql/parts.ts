import { type Constraint, type Index, relationKey, type Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { ConstraintSpecification, IndexSpecification, ObjectName } from '../../model/operation';
import type { Workspace } from '../workspace';
import { checkConstraint, foreignKeyLine, indexOf } from './lines';
import { checkName, foreignKeyName, indexName } from './names';

/** Names of columns, indexes and constraints are the same in small and capital letters (manual, Identifier Case Sensitivity). */
export const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

export interface Setting {
  readonly workspace: Workspace;
  readonly engine: Engine;
  /** False behind SET foreign_key_checks = 0. */
  readonly checksForeignKeys: boolean;
}

/** A table with one more index. One that the server had made for a foreign key goes where the new one serves as well. */
export function withIndex(table: Table, specification: IndexSpecification, { workspace, engine }: Setting, implicit = false): Table {
  const [first] = specification.parts ?? specification.keys.map((column) => ({ column }));
  const name = specification.name ?? indexName(table, first?.column);
  if (table.indexes.some((index) => sameName(index.name, name))) return table;
  const made = indexOf(specification, name, table, engine, workspace.newIdentity());
  const index: Index = implicit ? { ...made, implicit } : made;
  const kept = implicit ? table.indexes : table.indexes.filter((other) => !(other.implicit === true && serves(index, other.keys)));
  return { ...table, indexes: [...kept, index] };
}

/** An index serves a foreign key whose columns it begins with, whole. */
export function serves({ keys, definition }: Index, columns: readonly string[]): boolean {
  if (/^(FULLTEXT|SPATIAL|VECTOR) /.test(definition)) return false;
  const isPrefix = columns.some((column) => definition.includes(`\`${column.replaceAll('`', '``')}\`(`));
  return columns.every((column, place) => keys[place] !== undefined && sameName(keys[place], column)) && !isPrefix;
}

/** The columns of the other table that a foreign key points to, in order. */
export function parentColumns({ definition }: Constraint): string[] {
  const list = /REFERENCES (?:`(?:[^`]|``)*`\.)?`(?:[^`]|``)*` \(([^)]*)\)/.exec(definition)?.[1] ?? '';
  return [...list.matchAll(/`((?:[^`]|``)*)`/g)].map(([, name = '']) => name.replaceAll('``', '`'));
}

/** A table with one more constraint, under the name that the text or the server gives it. */
export function withConstraint(table: Table, specification: ConstraintSpecification, setting: Setting): Table {
  switch (specification.kind) {
    case 'primary key':
      return withPrimaryKey(table, specification, setting);
    case 'unique': {
      const name = specification.index?.name ?? specification.name;
      const index = specification.index ?? { ...keysOnly(specification.columns, table), unique: true };
      return withIndex(table, { ...index, unique: true, ...(name !== undefined && { name }) }, setting);
    }
    case 'foreign key':
      return withForeignKey(table, specification, setting);
    case 'check': {
      const name = specification.name ?? checkName(table, setting.engine);
      if (table.constraints.some((other) => other.kind === 'check' && sameName(other.name, name))) return table;
      const identity = setting.workspace.newIdentity();
      return withParts(table, checkConstraint(name, specification.expression, specification.enforced !== false, setting.engine, identity));
    }
    default:
      return table;
  }
}

const withParts = (table: Table, constraint: Constraint): Table => ({ ...table, constraints: [...table.constraints, constraint] });

function keysOnly(columns: readonly string[], table: Table): IndexSpecification {
  return { table, unique: false, concurrently: false, keys: columns, method: 'btree' };
}

function withPrimaryKey(
  table: Table,
  specification: Extract<ConstraintSpecification, { kind: 'primary key' | 'unique' }>,
  setting: Setting,
): Table {
  if (table.indexes.some(({ name }) => name === 'PRIMARY')) return table;
  const keys = specification.index ?? keysOnly(specification.columns, table);
  const index = indexOf({ ...keys, unique: true }, 'PRIMARY', table, setting.engine, setting.workspace.newIdentity());
  const constraint: Constraint = {
    identity: setting.workspace.newIdentity(),
    name: 'PRIMARY',
    kind: 'primary key',
    definition: index.definition,
    columns: index.keys,
    validated: true,
    enforced: true,
  };
  const inKey = (name: string) => index.keys.some((key) => sameName(key, name));
  return {
    ...table,
    columns: table.columns.map((column) => (inKey(column.name) ? { ...column, notNull: true } : column)),
    indexes: [index, ...table.indexes],
    constraints: [constraint, ...table.constraints],
  };
}

/** A foreign key, with the index that the server makes for it where none serves. */
function withForeignKey(table: Table, specification: Extract<ConstraintSpecification, { kind: 'foreign key' }>, setting: Setting): Table {
  const { workspace, engine } = setting;
  // MariaDB takes the index's name for the constraint's where that has none; MySQL does not.
  const given = specification.name ?? (engine.name === 'mariadb' ? specification.indexName : undefined);
  const name = given ?? foreignKeyName(table);
  if (table.constraints.some((other) => other.kind === 'foreign key' && sameName(other.name, name))) return table;
  const parent = sameName(specification.target.table.name, table.name) ? table : workspace.findTable(specification.target.table);
  const columns = specification.columns.map((column) => table.columns.find((other) => sameName(other.name, column))?.name ?? column);
  const named = specification.target.columns;
  const primary = parent?.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  const target = { table: referenceName(specification.target.table, table), columns: named.length > 0 ? named : primary };
  const constraint: Constraint = {
    identity: workspace.newIdentity(),
    name,
    kind: 'foreign key',
    definition: foreignKeyLine({ ...specification, columns, target }, engine),
    columns,
    validated: true,
    enforced: true,
    references: relationKey({ schema: target.table.schema ?? '', name: target.table.name }),
  };
  const withKey = withParts(table, constraint);
  if (table.indexes.some((index) => serves(index, columns))) return withKey;
  const index = specification.name ?? specification.indexName;
  return withIndex(withKey, { ...keysOnly(columns, table), ...(index !== undefined && { name: index }) }, setting, true);
}

/** A table of the same database is named without it, whatever the text did. */
function referenceName(name: ObjectName, table: Table): ObjectName {
  return name.schema === undefined || name.schema === table.schema ? { name: name.name } : name;
}
