import type { Recipe } from '../../../faults/dirt/recipe';
import type { Table } from '../../../model/catalog';
import { quoteIdentifier } from '../../../parse/mysql/identifiers';
import { rowsOf } from '../connect';
import { candidatesFor } from '../generate-rows/candidates';
import { formOf } from '../generate-rows/form';
import { insertion } from '../generate-rows/insert';
import { foreignKeysOf } from '../generate-rows/order';
import type { RowValues } from '../generate-rows/rows';
import { valueFor } from '../generate-rows/values';
import { baseRows, type Refused, type Workshop } from './base-rows';
import { onCopy } from './copy';

/** Rows to insert, table by table. */
export interface Plan {
  readonly inserts: readonly { readonly table: Table; readonly rows: readonly RowValues[] }[];
  /** What the row came to, where the recipe left it open. */
  readonly words?: string;
}

type Of<K extends Recipe['kind']> = Extract<Recipe, { kind: K }>;

/** Ways to carry a recipe out, best first: the server may refuse one for what else it has of constraints. */
export async function plansFor(workshop: Workshop, table: Table, recipe: Recipe): Promise<readonly Plan[] | Refused> {
  const base = await baseRows(workshop, table, recipe.kind === 'any row' ? recipe.rows : 2);
  if ('why' in base) return base;
  const [first = new Map<string, string>(), second = first] = base;
  const one = (changes: RowValues, words?: string): Plan => ({
    inserts: [{ table, rows: [new Map([...first, ...changes])] }],
    ...(words !== undefined && { words }),
  });
  switch (recipe.kind) {
    case 'null':
      return [one(new Map([[recipe.column, 'NULL']]))];
    case 'value':
      return [one(new Map([[recipe.column, recipe.value]]))];
    case 'given':
      return [one(new Map(recipe.values.map(({ column, value }) => [column, value])))];
    case 'any row':
      return [{ inserts: [{ table, rows: base }] }];
    case 'equal keys':
      return [equalKeys(table, first, second, recipe)];
    case 'variant': {
      const value = first.get(recipe.column) ?? 'NULL';
      const other = recipe.form === 'upper' ? `UPPER(${value})` : `CONCAT(${value}, ' ')`;
      return [{ inserts: [{ table, rows: [first, new Map([...second, [recipe.column, other]])] }] }];
    }
    case 'orphan':
      return (await orphans(workshop, table, recipe)).map((changes) => one(changes));
    case 'referring':
      return referring(workshop, table, first, recipe);
    case 'condition false':
      return conditionFalse(workshop, table, first, recipe, one);
    case 'conversion':
      return conversions(workshop, table, first, recipe, one);
    case 'expression fails':
    case 'bound':
    case 'documents':
    case 'equal documents':
      return { why: 'Rows of this kind are not made for MySQL.' };
  }
}

function equalKeys(table: Table, first: RowValues, second: RowValues, { columns }: Of<'equal keys'>): Plan {
  const values = columns.map((name): [string, string] => {
    const column = table.columns.find((candidate) => candidate.name === name);
    const given = first.get(name) ?? 'NULL';
    const isPresent = given !== 'NULL' && given !== 'DEFAULT';
    const made = column && valueFor(formOf(column), { row: 1, salt: name, name });
    return [name, isPresent ? given : (made ?? given)];
  });
  return { inserts: [{ table, rows: [new Map([...first, ...values]), new Map([...second, ...values])] }] };
}

/** Row numbers far from those of generated rows, for types of every size. */
const strangeRows = [987_654_321, 30_000, 9_999, 99];

async function orphans(workshop: Workshop, table: Table, recipe: Of<'orphan'>): Promise<readonly RowValues[]> {
  const found: RowValues[] = [];
  const parent = workshop.tables.find(({ name }) => name === recipe.parent);
  for (const row of strangeRows) {
    const changes = new Map<string, string>();
    for (const column of table.columns.filter(({ name }) => recipe.columns.includes(name))) {
      const value = valueFor(formOf(column), { row, salt: column.name, name: column.name });
      if (value !== undefined) changes.set(column.name, value);
    }
    const equal = recipe.columns.map((name, at) => `${quoteIdentifier(recipe.parentColumns[at] ?? '')} = ${changes.get(name) ?? 'NULL'}`);
    const there =
      parent === undefined
        ? []
        : await rowsOf(workshop.client, `SELECT 1 FROM ${quoteIdentifier(parent.name)} WHERE ${equal.join(' AND ')} LIMIT 1`);
    if (changes.size === recipe.columns.length && there.length === 0) found.push(changes);
  }
  return found;
}

/** A row of the parent that meets the condition, put in beside those that are there, and one that refers to it. */
async function referring(workshop: Workshop, table: Table, first: RowValues, recipe: Of<'referring'>): Promise<readonly Plan[]> {
  const parent = workshop.tables.find(({ name }) => name === recipe.parent);
  const key = foreignKeysOf(table).find(({ target, columns }) => target === recipe.parent && columns.join() === recipe.columns.join());
  const rows = parent && (await baseRows(workshop, parent, 1));
  const above = rows === undefined || 'why' in rows ? undefined : rows[0];
  if (parent === undefined || key === undefined || above === undefined) return [];
  const variants = [above, ...(recipe.read ?? []).flatMap((name) => changed(parent, above, name, [recipe.where ?? '']))];
  const plans: Plan[] = [];
  for (const row of variants) {
    if (recipe.where !== undefined && !(await onCopy(workshop.client, parent, row, (copy) => isTrue(workshop, copy, recipe.where ?? ''))))
      continue;
    const refers = key.columns.map((name, at): [string, string] => [name, row.get(key.targetColumns[at] ?? '') ?? 'NULL']);
    plans.push({
      inserts: [
        { table: parent, rows: [row] },
        { table, rows: [new Map([...first, ...refers])] },
      ],
    });
  }
  return plans;
}

async function isTrue({ client }: Workshop, copy: string, condition: string): Promise<boolean> {
  return (await rowsOf(client, `SELECT 1 FROM ${copy} WHERE ${condition}`)).length > 0;
}

/** The row with other values in one column, near what the conditions name. */
function changed(table: Table, row: RowValues, name: string, conditions: readonly string[]): RowValues[] {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) return [];
  const form = formOf(column);
  const makers = candidatesFor(
    form,
    conditions.map((text) => ({ text, columns: [name] })),
    !column.notNull,
  );
  return makers.flatMap((maker) => {
    const value = maker(form, { row: 1, salt: name, name });
    return value === undefined ? [] : [new Map([...row, [name, value]])];
  });
}

async function conditionFalse(
  workshop: Workshop,
  table: Table,
  first: RowValues,
  { expression, columns }: Of<'condition false'>,
  one: (changes: RowValues) => Plan,
): Promise<readonly Plan[]> {
  const rows = columns.flatMap((name) => [...extreme(table, first, name), ...changed(table, first, name, [expression])]);
  const plans: Plan[] = [];
  for (const row of [first, ...rows]) {
    // NULL is not false: a CHECK lets it pass.
    if (await onCopy(workshop.client, table, row, (copy) => isTrue(workshop, copy, `(${expression}) = 0`))) plans.push(one(row));
  }
  return plans;
}

/** Legal values that careless code does not expect. */
function extreme(table: Table, row: RowValues, name: string): RowValues[] {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) return [];
  const { base, labels } = formOf(column);
  const numeric = /^(tinyint|smallint|mediumint|int|bigint|decimal|float|double)$/.test(base);
  const values = numeric ? ['-1', '0', '100'] : labels.length > 0 ? labels.map((_, at) => String(at + 1)) : ["''", "'no value'"];
  return values.map((value) => new Map([...row, [name, value]]));
}

async function conversions(
  workshop: Workshop,
  table: Table,
  first: RowValues,
  { column, subcommand, values }: Of<'conversion'>,
  one: (changes: RowValues, words?: string) => Plan,
): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (const { value, words } of values) {
    const changes = new Map([[column, value]]);
    const refuses = await onCopy(workshop.client, table, new Map([...first, ...changes]), (copy) =>
      workshop.client.query(`ALTER TABLE ${copy} ${subcommand}`).then(
        () => false,
        () => true,
      ),
    );
    if (refuses) plans.push(one(changes, words));
  }
  return plans;
}

export function statementOf({ inserts }: Plan): string {
  return inserts.map(({ table, rows }) => `${insertion(table, rows)};`).join('\n');
}
