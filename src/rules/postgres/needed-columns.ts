import { relationKey, type Table } from '../../model/catalog';
import type { Fix } from '../../model/finding';
import { namesIn } from '../../schema/definitions';
import { findColumn, findTable } from '../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../context';
import { columnUsers } from './column-users';
import { madeAgain } from './made-again';
import { sameColumns } from './unique-keys';

/** Something that stands in the way of a drop or a change. */
export interface Need {
  /** `users`. */
  readonly what: string;
  /** `the view names`. */
  readonly by: string;
  readonly code: string;
  readonly help?: string;
  readonly fix?: Fix;
}

/** A column that goes. */
export function neededColumn(context: RuleContext, step: Step, { table: name, column }: OperationOf<'drop column'>): Need | undefined {
  const table = findTable(step.before, name);
  if (table === undefined || findColumn(table, column) === undefined) return undefined;
  const goes = (other: string) =>
    step.statement.operations.some((operation) => operation.kind === 'drop column' && operation.column === other);
  const structural = partOfStructure(table, column);
  if (structural !== undefined) return structural;
  const [user] = columnUsers(step.before, table, column);
  if (user !== undefined) return { what: `${table.name}.${column}`, by: user.words, code: '2BP01' };
  const generated = generatedFrom(table, column);
  // Before 15 it goes with the column, unsaid.
  if (generated !== undefined && !goes(generated) && context.engine.major >= 15) {
    return { what: `${table.name}.${column}`, by: `the generated column ${generated}`, code: '2BP01' };
  }
  const keys = table.constraints.filter(({ kind, columns }) => (kind === 'primary key' || kind === 'unique') && columns.includes(column));
  for (const key of keys) {
    const need = foreignKeyOn(step, table, key.columns, key.kind === 'primary key');
    if (need !== undefined) return { ...need, what: `${table.name}.${column}` };
  }
  return undefined;
}

/** A column whose type changes: refused even where the type stays as it is. */
export function retypedColumn(context: RuleContext, step: Step, operation: OperationOf<'alter column type'>): Need | undefined {
  const { column } = operation;
  const table = findTable(step.before, operation.table);
  if (table === undefined || findColumn(table, column) === undefined) return undefined;
  const structural = partOfStructure(table, column);
  if (structural !== undefined) return structural;
  const what = `${table.name}.${column} as it is`;
  const users = columnUsers(step.before, table, column);
  const [user] = users;
  const generated = generatedFrom(table, column);
  if (user !== undefined) {
    const fix = generated === undefined ? madeAgain(context, step, users) : undefined;
    return { what, by: user.words, code: '0A000', help: behindHelp, ...(fix !== undefined && { fix }) };
  }
  if (generated === undefined) return undefined;
  return { what, by: `the generated column ${generated}`, code: context.engine.major >= 15 ? '0A000' : '42601', help: behindHelp };
}

const behindHelp =
  'Drop it before, and create it again behind the change, in the same transaction: nobody then sees the database without it.';

/** The name of a column that a parent gave can't be changed either. */
export function renamedColumn(step: Step, { table: name, column }: OperationOf<'rename column'>): Need | undefined {
  const table = findTable(step.before, name);
  return table === undefined || findColumn(table, column) === undefined ? undefined : inheritedColumn(table, column);
}

function partOfStructure(table: Table, column: string): Need | undefined {
  if (table.partitionKey !== undefined && namesIn(table.partitionKey, [column]).length > 0) {
    return {
      what: `${table.name}.${column} as it is`,
      by: 'the partition key',
      code: '42P16',
      help: 'A partition key stays. Make a new table with the column as it should be, and move the rows over, partition by partition.',
    };
  }
  return inheritedColumn(table, column);
}

function inheritedColumn(table: Table, column: string): Need | undefined {
  const parent = table.partitionOf?.parent ?? (findColumn(table, column)?.inherited === true ? table.inherits?.[0] : undefined);
  if (parent === undefined || findColumn(table, column) === undefined) return undefined;
  return {
    what: `${table.name}.${column} as it is`,
    by: `the parent ${parent}`,
    code: '42P16',
    help: 'Change the column of the parent: its children follow.',
  };
}

function generatedFrom(table: Table, column: string): string | undefined {
  return table.columns.find(
    ({ name, generated }) => name !== column && generated !== undefined && namesIn(generated.expression, [column]).length > 0,
  )?.name;
}

/** A key that foreign keys refer to. */
export function neededKey(step: Step, { table: name, constraint }: OperationOf<'drop constraint'>): Need | undefined {
  const table = findTable(step.before, name);
  const key = table?.constraints.find((candidate) => candidate.name === constraint);
  if (table === undefined || key === undefined || (key.kind !== 'primary key' && key.kind !== 'unique')) return undefined;
  return foreignKeyOn(step, table, key.columns, key.kind === 'primary key');
}

/** A foreign key that refers to exactly these columns, when no other key of the table has them. */
function foreignKeyOn(step: Step, target: Table, columns: readonly string[], isPrimary: boolean): Need | undefined {
  const rivals = target.indexes.filter(({ unique, keys }) => unique && sameColumns(keys, columns));
  if (rivals.length > 1) return undefined;
  const key = relationKey(target);
  const goes = (name: string) =>
    step.statement.operations.some((operation) => operation.kind === 'drop constraint' && operation.constraint === name);
  for (const table of step.before.tables) {
    const found = table.constraints.find((constraint) => {
      if (constraint.kind !== 'foreign key' || constraint.references !== key || (table === target && goes(constraint.name))) return false;
      const named = referencedColumns(constraint.definition);
      return named === undefined ? isPrimary : sameColumns(named, columns);
    });
    if (found !== undefined)
      return { what: `the key (${columns.join(', ')})`, by: `the foreign key ${found.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

/** The columns behind REFERENCES table; undefined when it names none, which means the primary key. */
function referencedColumns(definition: string): readonly string[] | undefined {
  const list = /\breferences\s+(?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?\s*\(([^)]*)\)/i.exec(definition)?.[1];
  return list?.split(',').map((name) => name.trim().replace(/^"|"$/g, '').replaceAll('""', '"'));
}

/** A column of the primary key that is to lose its NOT NULL. */
export function keyColumn(step: Step, { table: name, column }: OperationOf<'drop not null'>): Need | undefined {
  const table = findTable(step.before, name);
  if (table === undefined) return undefined;
  const key = table.constraints.find(({ kind, columns }) => kind === 'primary key' && columns.includes(column));
  const goes = step.statement.operations.some((operation) => operation.kind === 'drop constraint' && operation.constraint === key?.name);
  if (key !== undefined && !goes) {
    return {
      what: `NOT NULL of ${column}`,
      by: 'the primary key',
      code: '42P16',
      help: 'Drop the primary key first, or leave the column as it is.',
    };
  }
  return undefined;
}
