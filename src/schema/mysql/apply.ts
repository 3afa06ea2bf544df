import type { Column, Index, Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { ObjectName, Operation, OperationKind } from '../../model/operation';
import { quoteIdentifier } from '../../parse/mysql/identifiers';
import type { Workspace } from '../workspace';
import { charsetOfCollation } from './collations';
import { converted, redefined, withColumn, withOptions, withoutColumn } from './columns';
import { createObject, dropDefinitions } from './definitions';
import { checksForeignKeysAfter } from './foreign-key-checks';
import { defaultText, hiddenWord, namedCollation, tableOptions, versioned } from './lines';
import { withPartitions } from './partition-list';
import { type Setting, sameName, withConstraint, withIndex } from './parts';
import { followColumn, renameColumn, renameTable } from './renames';
import { createTable, dropTables, partitioning, tableOrUnseen } from './tables';

type Of<K extends OperationKind> = Extract<Operation, { kind: K }>;
type Handler<O> = (setting: Setting, operation: O, text: string) => void;

/** Replays the statements of MySQL or MariaDB one after another, with what they set for the ones behind them. */
export class MysqlReplay {
  constructor(
    readonly workspace: Workspace,
    private readonly engine: Engine,
    private checksForeignKeys = true,
  ) {
    workspace.searchPath = [''];
  }

  copy(): MysqlReplay {
    return new MysqlReplay(this.workspace.copy(), this.engine, this.checksForeignKeys);
  }

  apply(statement: Statement): void {
    const text = statement.sent.trim().replace(/;$/, '').trimEnd();
    for (const operation of foreignKeysFirst(statement.operations)) {
      this.checksForeignKeys = checksForeignKeysAfter([operation], this.checksForeignKeys);
      const setting: Setting = { workspace: this.workspace, engine: this.engine, checksForeignKeys: this.checksForeignKeys };
      const handler = handlers[operation.kind] as Handler<typeof operation> | undefined;
      handler?.(setting, operation, text);
    }
  }
}

/** A foreign key that goes in the same statement keeps none of its columns, in whatever order the clauses stand. */
function foreignKeysFirst(operations: readonly Operation[]): readonly Operation[] {
  const goes = (operation: Operation) => operation.kind === 'drop constraint' && operation.constraintKind === 'foreign key';
  return operations.some(goes) ? [...operations.filter(goes), ...operations.filter((operation) => !goes(operation))] : operations;
}

/** Changes the table of that name, if it is there or the text says that it is. */
function change(setting: Setting, name: ObjectName, make: (table: Table) => Table): void {
  setting.workspace.tables.set(make(tableOrUnseen(setting, name)));
}

function changeColumn(
  setting: Setting,
  { table: name, column: wanted }: { table: ObjectName; column: string },
  make: (column: Column) => Column,
): void {
  change(setting, name, (table) => ({
    ...table,
    columns: table.columns.map((column) => (sameName(column.name, wanted) ? make(column) : column)),
  }));
}

function changeIndex(setting: Setting, name: ObjectName, wanted: string, make: (index: Index) => Index): void {
  change(setting, name, (table) => ({
    ...table,
    indexes: table.indexes.map((index) => (sameName(index.name, wanted) ? make(index) : index)),
  }));
}

/** What each kind of operation does to the schema. Kinds that are not here do nothing to it. */
const handlers: { readonly [K in OperationKind]?: Handler<Of<K>> } = {
  'create table': createTable,
  'add column': (setting, operation) =>
    change(setting, operation.table, (table) => withColumn(table, operation.column, operation.position, setting)),
  'redefine column': (setting, operation) => {
    const { table: name, column, newName, specification, position } = operation;
    const table = tableOrUnseen(setting, name);
    const old = table.columns.find((candidate) => sameName(candidate.name, column))?.name;
    setting.workspace.tables.set(redefined(table, column, specification, position, setting));
    if (old !== undefined && newName !== undefined) followColumn(setting.workspace, table, old, specification.name);
  },
  'drop column': (setting, operation) =>
    change(setting, operation.table, (table) => {
      const inForeignKey = table.constraints.some(
        ({ kind, columns }) => kind === 'foreign key' && columns.some((name) => sameName(name, operation.column)),
      );
      return inForeignKey ? table : withoutColumn(table, operation.column);
    }),
  'rename column': (setting, { table: name, column, newName }) =>
    renameColumn(setting.workspace, tableOrUnseen(setting, name), column, newName),
  'set default': (setting, operation) =>
    changeColumn(setting, operation, (column) => ({
      ...column,
      default: defaultText(operation.default, operation.expression === true, column.type, setting.engine),
    })),
  'drop default': (setting, operation) => changeColumn(setting, operation, ({ default: _, ...column }) => column),
  'alter column': (setting, operation) => {
    if (operation.visible === undefined) return;
    changeColumn(setting, operation, ({ invisible: _, ...column }) => (operation.visible ? column : { ...column, invisible: true }));
  },
  'add constraint': (setting, operation) =>
    change(setting, operation.table, (table) => withConstraint(table, operation.constraint, setting)),
  'drop constraint': (setting, operation) => change(setting, operation.table, (table) => withoutConstraint(table, operation)),
  'alter constraint': (setting, { table: name, constraint, enforced }) =>
    change(setting, name, (table) => ({
      ...table,
      constraints: table.constraints.map((other) => (sameName(other.name, constraint) ? { ...other, enforced } : other)),
    })),
  'create index': (setting, { index }) => change(setting, index.table, (table) => withIndex(table, index, setting)),
  'alter index': (setting, { table, indexName, visible }) =>
    changeIndex(setting, table, indexName, (index) => {
      const shown = index.definition.replace(/ \/\*!80000 INVISIBLE \*\/| IGNORED$/, '');
      return { ...index, definition: visible ? shown : `${shown}${hiddenWord(setting.engine)}` };
    }),
  'rename object': (setting, operation) => {
    const { object, newName, newSchema, on } = operation;
    if (operation.objectKind === 'index' && on !== undefined) {
      changeIndex(setting, on, object.name, (index) => ({
        ...index,
        name: newName,
        definition: index.definition.replace(`KEY ${quoteIdentifier(index.name)} `, `KEY ${quoteIdentifier(newName)} `),
      }));
      return;
    }
    renameTable(setting.workspace, object, { name: newName, ...(newSchema !== undefined && { schema: newSchema }) });
  },
  'drop object': (setting, operation) => {
    const { on } = operation;
    if (operation.objectKind === 'table') dropTables(setting, operation.objects);
    else if (operation.objectKind === 'index' && on !== undefined)
      for (const { name } of operation.objects) change(setting, on, (table) => withoutIndex(table, name));
    else dropDefinitions(setting, operation);
  },
  'table options': (setting, { table: name, options }) =>
    change(setting, name, (table) => {
      const { comment: old, ...rest } = table;
      const comment = options.comment ?? old;
      const changed = withOptions(rest, tableOptions(table.options ?? [], options, setting.engine), setting);
      return comment === undefined || comment === '' ? changed : { ...changed, comment };
    }),
  'alter table': (setting, { table: name, detail }) => {
    const added = detail === 'ADD SYSTEM VERSIONING';
    if (!added && detail !== 'DROP SYSTEM VERSIONING') return;
    change(setting, name, ({ options = [], ...table }) => {
      const others = options.filter((option) => option !== versioned);
      return { ...table, options: added ? [...others, versioned].sort() : others };
    });
  },
  'convert charset': (setting, { table: name, charset, collation }) =>
    change(setting, name, (table) => {
      const goal = namedCollation(charset, collation, setting.engine) ?? '';
      const options = tableOptions(table.options ?? [], { charset: charsetOfCollation(goal), collation: goal }, setting.engine);
      return converted(table, options, setting);
    }),
  partitioning: (setting, operation) => {
    if (operation.action === 'remove') change(setting, operation.table, ({ partitionKey: _, ...table }) => table);
    if (operation.action !== 'partition by') {
      return change(setting, operation.table, (table) =>
        table.partitionKey === undefined ? table : { ...table, partitionKey: withPartitions(table.partitionKey, operation) },
      );
    }
    const [, key = operation.detail, parts] =
      /^(?:PARTITION\s+BY\s+)?(\w+(?:\s+\w+)?\s*\((?:[^()]|\([^()]*\))*\))\s*(.*)$/is.exec(operation.detail) ?? [];
    change(setting, operation.table, (table) => ({ ...table, partitionKey: partitioning(key, parts) }));
  },
  'create object': createObject,
};

function withoutIndex(table: Table, name: string): Table {
  const kept = table.indexes.filter((index) => !sameName(index.name, name));
  return {
    ...table,
    indexes: kept,
    constraints: table.constraints.filter((other) => name.toUpperCase() !== 'PRIMARY' || other.kind !== 'primary key'),
  };
}

/** DROP CONSTRAINT takes a unique index too, and a primary key by its name (both manuals, ALTER TABLE). */
function withoutConstraint(table: Table, { constraint: name, constraintKind }: Of<'drop constraint'>): Table {
  if (constraintKind === 'primary key' || name.toUpperCase() === 'PRIMARY') return withoutIndex(table, 'PRIMARY');
  const isMeant = ({ kind, name: other }: Table['constraints'][number]) =>
    sameName(other, name) && (constraintKind === undefined || kind === constraintKind);
  if (table.constraints.some(isMeant)) return { ...table, constraints: table.constraints.filter((other) => !isMeant(other)) };
  return constraintKind === undefined && table.indexes.some((index) => index.unique && sameName(index.name, name))
    ? withoutIndex(table, name)
    : table;
}
