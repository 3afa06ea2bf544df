import type { Column, Index, Table } from '../../model/catalog';
import type { ColumnPosition, ColumnSpecification } from '../../model/operation';
import { quoteIdentifier } from '../../parse/mysql/identifiers';
import { columnOf, tableCollation } from './lines';
import { type Setting, sameName, withConstraint } from './parts';
import { listParts, TokenReader } from './tokens';
import { isTextType } from './types';

/** A table with one more column, and with the constraints that are written beside it. */
export function withColumn(
  table: Table,
  specification: ColumnSpecification,
  position: ColumnPosition | undefined,
  setting: Setting,
): Table {
  if (table.columns.some(({ name }) => sameName(name, specification.name))) return table;
  const column = columnOf(specification, table, setting.engine, setting.workspace.newIdentity());
  return withOwnConstraints({ ...table, columns: placed(table.columns, column, position) }, specification, setting);
}

function placed(columns: readonly Column[], column: Column, position: ColumnPosition | undefined): Column[] {
  if (position === undefined) return [...columns, column];
  const after = position === 'first' ? -1 : columns.findIndex(({ name }) => sameName(name, position.after));
  if (position !== 'first' && after === -1) return [...columns, column];
  return [...columns.slice(0, after + 1), column, ...columns.slice(after + 1)];
}

/** Keys, checks and references that stand beside a column. */
export function withOwnConstraints(table: Table, specification: ColumnSpecification, setting: Setting): Table {
  const { name, constraints = [], primaryKey, unique, serial, check } = specification;
  const plain = { notValid: false, deferrable: false } as const;
  const said = (kind: string) => constraints.some((constraint) => constraint.kind === kind);
  const isColumnCheck = (constraint: (typeof constraints)[number]) =>
    constraint.kind === 'check' && constraint.name === undefined && setting.engine.name === 'mariadb';
  let result = table;
  for (const constraint of constraints) if (!isColumnCheck(constraint)) result = withConstraint(result, constraint, setting);
  if (primaryKey && !said('primary key')) result = withConstraint(result, { kind: 'primary key', columns: [name], ...plain }, setting);
  if ((unique || serial) && !said('unique')) result = withConstraint(result, { kind: 'unique', columns: [name], ...plain }, setting);
  if (check !== undefined && !said('check') && setting.engine.name === 'mysql')
    result = withConstraint(result, { kind: 'check', expression: check, ...plain }, setting);
  return result;
}

/** MODIFY and CHANGE: the column keeps its identity, and is otherwise as it is written. */
export function redefined(
  table: Table,
  name: string,
  specification: ColumnSpecification,
  position: ColumnPosition | undefined,
  setting: Setting,
): Table {
  const old = table.columns.find((column) => sameName(column.name, name));
  if (old === undefined) return table.complete === false ? withColumn(table, specification, position, setting) : table;
  const made = columnOf(specification, table, setting.engine, old.identity);
  const inPrimaryKey = table.constraints.some(({ kind, columns }) => kind === 'primary key' && columns.includes(old.name));
  const column = inPrimaryKey ? { ...made, notNull: true } : made;
  const others = table.columns.filter((other) => other !== old);
  const columns =
    position === undefined ? table.columns.map((other) => (other === old ? column : other)) : placed(others, column, position);
  const renamed = renamedColumn({ ...table, columns }, old.name, column.name);
  return withOwnConstraints(renamed, specification, setting);
}

/** What names a column in its own table follows it: indexes and keys. Foreign keys of other tables are changed by `renameColumn`. */
export function renamedColumn(table: Table, from: string, to: string): Table {
  if (from === to) return table;
  const list = (names: readonly string[]) => names.map((name) => (sameName(name, from) ? to : name));
  const inText = (text: string) => text.replaceAll(quoteIdentifier(from), quoteIdentifier(to));
  return {
    ...table,
    indexes: table.indexes.map((index) => ({ ...index, keys: list(index.keys), definition: inKeys(index.definition, inText) })),
    constraints: table.constraints.map((constraint) => {
      if (constraint.kind === 'foreign key') {
        const [own = '', rest = ''] = constraint.definition.split(/(?= REFERENCES )/);
        return { ...constraint, columns: list(constraint.columns), definition: `${inText(own)}${rest}` };
      }
      return { ...constraint, columns: list(constraint.columns), definition: inText(constraint.definition) };
    }),
  };
}

/** In the list of an index alone: its name may be the column's. */
function inKeys(definition: string, inText: (text: string) => string): string {
  const start = definition.indexOf('` (') + 1 || definition.indexOf('KEY (') + 3;
  return `${definition.slice(0, start)}${inText(definition.slice(start))}`;
}

/** A column goes out of the indexes that it is in, and with it those that are of it alone (manual, ALTER TABLE). */
export function withoutColumn(table: Table, name: string): Table {
  const column = table.columns.find((candidate) => sameName(candidate.name, name));
  if (column === undefined) return table;
  const isOther = (key: string) => !sameName(key, column.name);
  const named = quoteIdentifier(column.name);
  const onlyThis = (text: string) =>
    text.includes(named) && table.columns.every((other) => other === column || !text.includes(quoteIdentifier(other.name)));
  return {
    ...table,
    columns: table.columns.filter((other) => other !== column),
    indexes: table.indexes.flatMap((index) => {
      const keys = index.keys.filter(isOther);
      if (keys.length === index.keys.length) return [index];
      return keys.length === 0 ? [] : [{ ...index, keys, definition: withoutKey(index, column.name) }];
    }),
    constraints: table.constraints.flatMap((constraint) => {
      if (constraint.kind === 'check') return onlyThis(constraint.definition) ? [] : [constraint];
      if (constraint.kind !== 'primary key') return [constraint];
      const columns = constraint.columns.filter(isOther);
      const definition = `PRIMARY KEY (${columns.map(quoteIdentifier).join(',')})`;
      return columns.length === 0 ? [] : [{ ...constraint, columns, ...(columns.length < constraint.columns.length && { definition }) }];
    }),
  };
}

function withoutKey({ definition }: Index, column: string): string {
  const start = (definition.indexOf('` (') + 1 || definition.indexOf('KEY (') + 3) + 1;
  const reader = new TokenReader(definition.slice(start));
  const inside = reader.takeParentheses() ?? '';
  const parts = listParts(inside).filter((part) => !part.startsWith(quoteIdentifier(column)));
  return `${definition.slice(0, start)}(${parts.join(',')})${definition.slice(start + inside.length + 2)}`;
}

/** CONVERT TO: texts take the table's new collation, and grow where the same characters need more bytes (manual, ALTER TABLE). */
export function converted(table: Table, options: readonly string[], setting: Setting): Table {
  const { engine } = setting;
  const width = (collation: string) =>
    /^utf8mb4|^utf16|^utf32/.test(collation) ? 4 : /^utf8mb3/.test(collation) ? 3 : /^ucs2/.test(collation) ? 2 : 1;
  const now = tableCollation({ options }, engine);
  const columns = table.columns.map((column) => {
    if (!isTextType(column.type)) return column;
    const { collation, ...rest } = column;
    const grows = width(now) > width(collation ?? tableCollation(table, engine));
    const larger: Readonly<Record<string, string>> = { tinytext: 'text', text: 'mediumtext', mediumtext: 'longtext' };
    return grows ? { ...rest, type: larger[rest.type] ?? rest.type } : rest;
  });
  return { ...table, columns, options };
}

/** The table's default changes, and its columns stay what they are: what they had of the old default they now have by themselves. */
export function withOptions(table: Table, options: readonly string[], setting: Setting): Table {
  const [before, after] = [tableCollation(table, setting.engine), tableCollation({ options }, setting.engine)];
  if (before === after) return { ...table, options };
  const columns = table.columns.map(({ collation, ...column }): Column => {
    const own = collation ?? before;
    return isTextType(column.type) && own !== after ? { ...column, collation: own } : column;
  });
  return { ...table, columns, options };
}
