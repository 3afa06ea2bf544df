import { type Catalog, type Column, relationKey, type Table } from '../model/catalog';
import type { RecoveryStep } from '../model/simulation';
import { spoken } from '../rollback/names';
import type { Loss } from '../state/loss';
import { referencedColumns } from '../state/loss';
import type { RecoveryDialect } from './dialect';
import { postgresDialect } from './postgres/dialect';
import type { Requirement } from './requirements';
import { sqlStep } from './situation';
import { showViolations, spokenViolations } from './violations';

/** Makes rows such that a requirement holds: what to look at first, then the statements, and what they cost. */
export interface Repair {
  readonly steps: readonly RecoveryStep[];
  /** What is no longer as it was. */
  readonly loses: string;
  /** The tables whose rows are touched; all of their rows count as changed when states are compared. */
  readonly loss: readonly Loss[];
}

/** The repair that loses least: a value before a row, and never a row that another one points to. */
export function repairOf(requirement: Requirement, catalog: Catalog, dialect: RecoveryDialect = postgresDialect): Repair {
  const look: RecoveryStep = {
    title: `Look at the ${spokenViolations(requirement)}`,
    why: 'They are changed by the next step. Copy them to a table of their own first, or correct them by hand instead.',
    text: showViolations(requirement, dialect.rows),
    language: 'text',
  };
  const { steps, loses, tables } = repairSteps(requirement, catalog, dialect);
  return { steps: [look, ...steps], loses, loss: tables.map((table) => ({ table: relationKey(table) })) };
}

interface Statements {
  readonly steps: readonly RecoveryStep[];
  readonly loses: string;
  readonly tables: readonly Table[];
}

function repairSteps(requirement: Requirement, catalog: Catalog, dialect: RecoveryDialect): Statements {
  switch (requirement.kind) {
    case 'unique':
      return deduplicate(requirement, catalog, dialect);
    case 'not null':
      return fill(requirement, dialect);
    case 'foreign key':
      return detachOrphans(requirement, dialect);
    case 'check':
      return deleteRows(requirement, dialect, 'They break the condition, and nothing says which values they should have.');
    case 'cast':
      return castable(requirement, dialect);
  }
}

/** One row of each key stays; rows of other tables that point to one that goes are pointed to it. */
function deduplicate(requirement: Extract<Requirement, { kind: 'unique' }>, catalog: Catalog, { rows }: RecoveryDialect): Statements {
  const { table } = requirement;
  const pointers = pointersTo(table, catalog);
  const moved = pointers.map((pointer) =>
    sqlStep(
      `Point rows of ${spoken(pointer.child)} to the row of ${spoken(table)} that stays`,
      'They point to a duplicate that is deleted next.',
      rows.repoint(requirement, pointer),
    ),
  );
  const remove = sqlStep(
    `Delete all but one of the ${spokenViolations(requirement)}`,
    'The first by primary key stays, and where that decides nothing the one that lies first: no tie is left.',
    rows.deleteDuplicates(requirement),
  );
  return {
    steps: [...moved, remove],
    loses: `all but one of the ${spokenViolations(requirement)}`,
    tables: [table, ...pointers.map(({ child }) => child)],
  };
}

/** Foreign keys of one column that rest on this table. */
function pointersTo(table: Table, catalog: Catalog) {
  return catalog.tables.flatMap((child) =>
    child.constraints
      .filter(
        ({ kind, references, columns, inherited }) =>
          kind === 'foreign key' && references === relationKey(table) && columns.length === 1 && inherited !== true,
      )
      .flatMap((constraint) => {
        const [column = '', target = ''] = [constraint.columns[0], referencedColumns(constraint)[0]];
        return column === '' || target === '' ? [] : [{ child, column, target }];
      }),
  );
}

function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

function updateText(
  requirement: Exclude<Requirement, { kind: 'unique' }>,
  column: string,
  value: string,
  { words, rows }: RecoveryDialect,
): string {
  return `UPDATE ${words.sqlName(requirement.table)} t SET ${words.quoteIdentifier(column)} = ${value} WHERE ${rows.brokenCondition(requirement)}`;
}

function fill(requirement: Extract<Requirement, { kind: 'not null' }>, dialect: RecoveryDialect): Statements {
  const { table, column } = requirement;
  const found = columnOf(table, column);
  const value = found?.default ?? dialect.rows.neutralValue(found?.type ?? '');
  if (value === undefined || found?.generated !== undefined)
    return deleteRows(requirement, dialect, 'The column has no default that could be given to them.');
  const text = updateText(requirement, column, value, dialect);
  const why = found?.default === undefined ? `Put the value in place of ${value} that suits.` : 'They get the default of the column.';
  const name = `${spoken(table)}.${column}`;
  return {
    steps: [sqlStep(`Give ${name} a value where it is NULL`, why, text)],
    loses: `that ${name} was NULL in some rows: they get ${value}`,
    tables: [table],
  };
}

function detachOrphans(requirement: Extract<Requirement, { kind: 'foreign key' }>, dialect: RecoveryDialect): Statements {
  const { table, columns } = requirement;
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  const canBeNull = columns.find((name) => columnOf(table, name)?.notNull === false && !key.includes(name));
  if (canBeNull === undefined)
    return deleteRows(requirement, dialect, 'Their key can not be NULL. Insert the rows that they point to instead where these are known.');
  const text = updateText(requirement, canBeNull, 'NULL', dialect);
  const name = `${spoken(table)}.${canBeNull}`;
  return {
    steps: [
      sqlStep(
        `Set ${name} to NULL where it points to no row`,
        'The rows stay. Insert the rows that they point to instead where these are known.',
        text,
      ),
    ],
    loses: `values of ${name} that point to no row: they become NULL`,
    tables: [table],
  };
}

function castable(requirement: Extract<Requirement, { kind: 'cast' }>, dialect: RecoveryDialect): Statements {
  const { table, column, type } = requirement;
  const { words, rows } = dialect;
  const name = `${spoken(table)}.${column}`;
  const length = rows.textLength(type);
  const found = columnOf(table, column);
  const neutral = rows.neutralValue(type) ?? words.quoteLiteral('');
  const value = length !== undefined ? `left(${words.quoteIdentifier(column)}, ${length})` : found?.notNull ? neutral : 'NULL';
  const why =
    length !== undefined ? `They are cut to ${length} characters.` : `They become ${value}. Put the value in its place that suits.`;
  return {
    steps: [sqlStep(`Change the values of ${name} that are no ${type}`, why, updateText(requirement, column, value, dialect))],
    loses: `values of ${name} that are no ${type}`,
    tables: [table],
  };
}

function deleteRows(requirement: Exclude<Requirement, { kind: 'unique' }>, { rows }: RecoveryDialect, why: string): Statements {
  const text = rows.deleteWhere(requirement.table, rows.brokenCondition(requirement));
  return {
    steps: [sqlStep(`Delete the ${spokenViolations(requirement)}`, why, text)],
    loses: spokenViolations(requirement),
    tables: [requirement.table],
  };
}
