import { type Catalog, type Column, relationKey, type Table } from '../model/catalog';
import type { RecoveryStep } from '../model/simulation';
import { quoteIdentifier, quoteLiteral } from '../parse/postgres/identifiers';
import { spoken, sqlName } from '../rollback/names';
import type { Loss } from '../state/loss';
import { referencedColumns } from '../state/loss';
import type { Requirement } from './requirements';
import { sqlStep } from './situation';
import { brokenCondition, numberedDuplicates, showViolations, spokenViolations, totalOrder } from './violations';

/** Makes rows such that a requirement holds: what to look at first, then the statements, and what they cost. */
export interface Repair {
  readonly steps: readonly RecoveryStep[];
  /** What is no longer as it was. */
  readonly loses: string;
  /** The tables whose rows are touched; all of their rows count as changed when states are compared. */
  readonly loss: readonly Loss[];
}

/** The repair that loses least: a value before a row, and never a row that another one points to. */
export function repairOf(requirement: Requirement, catalog: Catalog): Repair {
  const look: RecoveryStep = {
    title: `Look at the ${spokenViolations(requirement)}`,
    why: 'They are changed by the next step. Copy them to a table of their own first, or correct them by hand instead.',
    text: showViolations(requirement),
    language: 'text',
  };
  const { steps, loses, tables } = repairSteps(requirement, catalog);
  return { steps: [look, ...steps], loses, loss: tables.map((table) => ({ table: relationKey(table) })) };
}

interface Statements {
  readonly steps: readonly RecoveryStep[];
  readonly loses: string;
  readonly tables: readonly Table[];
}

function repairSteps(requirement: Requirement, catalog: Catalog): Statements {
  switch (requirement.kind) {
    case 'unique':
      return deduplicate(requirement, catalog);
    case 'not null':
      return fill(requirement);
    case 'foreign key':
      return detachOrphans(requirement);
    case 'check':
      return deleteRows(requirement, 'They break the condition, and nothing says which values they should have.');
    case 'cast':
      return castable(requirement);
  }
}

/** One row of each key stays; rows of other tables that point to one that goes are pointed to it. */
function deduplicate(requirement: Extract<Requirement, { kind: 'unique' }>, catalog: Catalog): Statements {
  const { table, keys } = requirement;
  const pointers = pointersTo(table, catalog);
  const moved = pointers.map(({ child, column, target }) =>
    sqlStep(
      `Point rows of ${spoken(child)} to the row of ${spoken(table)} that stays`,
      'They point to a duplicate that is deleted next.',
      `UPDATE ${sqlName(child)} c SET ${quoteIdentifier(column)} = d.stays\nFROM (SELECT ${quoteIdentifier(target)} AS goes, first_value(${quoteIdentifier(target)}) OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${totalOrder(requirement)}) AS stays FROM ${sqlName(table)} t) d\nWHERE c.${quoteIdentifier(column)} = d.goes AND d.goes <> d.stays`,
    ),
  );
  const remove = sqlStep(
    `Delete all but one of the ${spokenViolations(requirement)}`,
    'The first by primary key stays, and where that decides nothing the one that lies first: no tie is left.',
    `DELETE FROM ${sqlName(table)} t USING (${numberedDuplicates(requirement)}) d\nWHERE d.place > 1 AND t.tableoid = d.part AND t.ctid = d.line`,
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

/** Values that mean "nothing" and are not NULL, by type. */
const neutralValues: readonly (readonly [RegExp, string])[] = [
  [/^(smallint|integer|bigint|numeric|real|double precision)/, '0'],
  [/^(text|character varying|character|citext)/, "''"],
  [/^boolean$/, 'false'],
  [/^jsonb?$/, "'{}'"],
  [/\[\]$/, "'{}'"],
  [/^(date|timestamp)/, "'1970-01-01'"],
];

function fill(requirement: Extract<Requirement, { kind: 'not null' }>): Statements {
  const { table, column } = requirement;
  const found = columnOf(table, column);
  const value = found?.default ?? neutralValues.find(([types]) => types.test(found?.type ?? ''))?.[1];
  if (value === undefined || found?.generated !== undefined)
    return deleteRows(requirement, 'The column has no default that could be given to them.');
  const text = `UPDATE ${sqlName(table)} t SET ${quoteIdentifier(column)} = ${value} WHERE ${brokenCondition(requirement)}`;
  const why = found?.default === undefined ? `Put the value in place of ${value} that suits.` : 'They get the default of the column.';
  const name = `${spoken(table)}.${column}`;
  return {
    steps: [sqlStep(`Give ${name} a value where it is NULL`, why, text)],
    loses: `that ${name} was NULL in some rows: they get ${value}`,
    tables: [table],
  };
}

function detachOrphans(requirement: Extract<Requirement, { kind: 'foreign key' }>): Statements {
  const { table, columns } = requirement;
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  const canBeNull = columns.find((name) => columnOf(table, name)?.notNull === false && !key.includes(name));
  if (canBeNull === undefined)
    return deleteRows(requirement, 'Their key can not be NULL. Insert the rows that they point to instead where these are known.');
  const text = `UPDATE ${sqlName(table)} t SET ${quoteIdentifier(canBeNull)} = NULL WHERE ${brokenCondition(requirement)}`;
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

function castable(requirement: Extract<Requirement, { kind: 'cast' }>): Statements {
  const { table, column, type } = requirement;
  const name = `${spoken(table)}.${column}`;
  const length = /\((\d+)\)$/.exec(type)?.[1];
  const isText = /^(character|varchar|char|bpchar)/.test(type);
  const found = columnOf(table, column);
  const neutral = neutralValues.find(([types]) => types.test(type))?.[1] ?? quoteLiteral('');
  const value = isText && length !== undefined ? `left(${quoteIdentifier(column)}, ${length})` : found?.notNull ? neutral : 'NULL';
  const text = `UPDATE ${sqlName(table)} t SET ${quoteIdentifier(column)} = ${value} WHERE ${brokenCondition(requirement)}`;
  const why = isText ? `They are cut to ${length} characters.` : `They become ${value}. Put the value in its place that suits.`;
  return {
    steps: [sqlStep(`Change the values of ${name} that are no ${type}`, why, text)],
    loses: `values of ${name} that are no ${type}`,
    tables: [table],
  };
}

function deleteRows(requirement: Exclude<Requirement, { kind: 'unique' }>, why: string): Statements {
  const text = `DELETE FROM ${sqlName(requirement.table)} t WHERE ${brokenCondition(requirement)}`;
  return {
    steps: [sqlStep(`Delete the ${spokenViolations(requirement)}`, why, text)],
    loses: spokenViolations(requirement),
    tables: [requirement.table],
  };
}
