import { oddValues } from '../../../faults/dirt/odd-values';
import type { Recipe } from '../../../faults/dirt/recipe';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../parse/postgres/identifiers';
import type { FillColumn, FillTable } from '../generate-rows/catalog';
import { saltOf, valueFor } from '../generate-rows/values';
import { baseRows } from './base-rows';
import { failsOn, refusesRow, solve, tried, truth } from './probe';
import type { Refused, RowValues, Workshop } from './valid-rows';

/** Rows to insert, table by table. `changed` are the columns of the last table that are not those of a valid row. */
export interface Plan {
  readonly inserts: readonly { readonly table: FillTable; readonly rows: readonly RowValues[] }[];
  readonly changed: readonly string[];
  /** What the row came to, where the recipe left it open. */
  readonly words?: string;
}

/** Ways to carry a recipe out, best first: the server may refuse one for what else it has of constraints. */
export async function plansFor(workshop: Workshop, table: FillTable, recipe: Recipe): Promise<readonly Plan[] | Refused> {
  const base = await baseRows(workshop, table, 2);
  if ('why' in base) return base;
  const [first, second] = base;
  if (first === undefined || second === undefined) return { why: `No row could be made for ${table.name}.` };
  const one = (changes: RowValues, words?: string): Plan => ({
    inserts: [{ table, rows: [new Map([...first, ...changes])] }],
    changed: [...changes.keys()],
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
      return [{ inserts: [{ table, rows: base.slice(0, recipe.rows) }], changed: [] }];
    case 'equal keys':
      return equalKeys(workshop, table, first, second, recipe);
    case 'variant':
      return variant(workshop, table, first, second, recipe);
    case 'orphan':
      return (await orphans(workshop, table, recipe)).map((changes) => one(changes));
    case 'condition false':
      return (await solve(workshop, table, first, recipe.columns, recipe.expression, false, odd)).map((changes) => one(changes));
    case 'conversion':
      return conversions(workshop, table, first, recipe, one);
    case 'expression fails':
      return failing(workshop, table, first, recipe, one);
    case 'bound':
      return bounds(workshop, table, first, recipe, one);
    case 'referring':
      return referring(workshop, table, first, recipe);
    case 'documents':
    case 'equal documents':
      return { why: 'PostgreSQL has rows, not documents.' };
  }
}

type Of<K extends Recipe['kind']> = Extract<Recipe, { kind: K }>;
type MakeOne = (changes: RowValues, words?: string) => Plan;

/** Values beside those that a condition names. Of types with few values, all of them. */
function odd({ type, form }: FillColumn): readonly string[] {
  if (form.base === 'bool') return ['true', 'false'];
  return [...form.labels.map(quoteLiteral), ...oddValues(type).map(({ value }) => value)];
}

async function equalKeys(
  workshop: Workshop,
  table: FillTable,
  first: RowValues,
  second: RowValues,
  { keys, columns, predicate, nullsEqual }: Of<'equal keys'>,
): Promise<readonly Plan[]> {
  const present = nullsEqual ? [] : keys.map((key) => `${key} IS NOT NULL`);
  const condition = [...(predicate === undefined ? [] : [`(${predicate})`]), ...present, 'true'].join(' AND ');
  const solutions = await solve(workshop, table, first, columns, condition, true, odd);
  return solutions.map((changes) => {
    const kept = new Map([...first, ...changes]);
    const copied = columns.flatMap((name): [string, string][] => [[name, kept.get(name) ?? 'NULL']]);
    return { inserts: [{ table, rows: [kept, new Map([...second, ...copied])] }], changed: columns };
  });
}

async function variant(
  workshop: Workshop,
  table: FillTable,
  first: RowValues,
  second: RowValues,
  { column, form }: Of<'variant'>,
): Promise<readonly Plan[]> {
  const value = first.get(column) ?? 'NULL';
  const name = quoteIdentifier(column);
  const other = form === 'upper' ? `upper(${value})` : `${value} || ' '`;
  const differs = await truth(workshop, table, first, `${name}::text <> ${other}`);
  if (differs !== true) return [];
  return [{ inserts: [{ table, rows: [first, new Map([...second, [column, other]])] }], changed: [column] }];
}

/** Row numbers far from those of generated rows, for types of every size. */
const strangeRows = ['987654321', '30000', '9999', '99'];

async function orphans(
  workshop: Workshop,
  table: FillTable,
  { columns, parent, parentColumns }: Of<'orphan'>,
): Promise<readonly RowValues[]> {
  const found: RowValues[] = [];
  for (const row of strangeRows) {
    const changes = new Map<string, string>();
    for (const column of table.columns.filter(({ name }) => columns.includes(name))) {
      const value = valueFor(column.form, { row: `${row}::bigint`, salt: saltOf(column.name), name: column.name });
      if (value !== undefined) changes.set(column.name, `(${value})::${column.form.cast}`);
    }
    if (changes.size === columns.length && (await isAbsent(workshop, columns, changes, parent, parentColumns))) found.push(changes);
  }
  return found;
}

async function isAbsent(
  workshop: Workshop,
  columns: readonly string[],
  values: RowValues,
  parent: string | undefined,
  parentColumns: readonly string[],
): Promise<boolean> {
  const target = [...workshop.tables.values()].find((table) => `${table.schema}.${table.name}` === parent);
  if (target === undefined) return true;
  const equal = columns.map((name, place) => `p.${quoteIdentifier(parentColumns[place] ?? '')} = ${values.get(name)}`);
  const text = `SELECT FROM ${quoteQualified(target.schema, target.name)} AS p WHERE ${equal.join(' AND ')}`;
  return (await tried(workshop, async () => (await workshop.client.query(text)).rowCount)) === 0;
}

async function conversions(
  workshop: Workshop,
  table: FillTable,
  first: RowValues,
  { column, subcommand, values }: Of<'conversion'>,
  one: MakeOne,
): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (const { value, words } of values) {
    const changes = new Map([[column, value]]);
    if (await refusesRow(workshop, table, new Map([...first, ...changes]), subcommand)) plans.push(one(changes, words));
  }
  return plans;
}

async function failing(
  workshop: Workshop,
  table: FillTable,
  first: RowValues,
  { expression, values }: Of<'expression fails'>,
  one: MakeOne,
): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (const { column, value, words } of values) {
    const changes = new Map([[column, value]]);
    if (await failsOn(workshop, table, new Map([...first, ...changes]), expression)) plans.push(one(changes, `${words} in ${column}`));
  }
  return plans;
}

/** What a partition takes is asked of the server: it makes one of this bound, and takes it back. */
async function bounds(
  workshop: Workshop,
  table: FillTable,
  first: RowValues,
  { parent, bound, side }: Of<'bound'>,
  one: MakeOne,
): Promise<readonly Plan[]> {
  const { client } = workshop;
  const owner = [...workshop.tables.values()].find((candidate) => `${candidate.schema}.${candidate.name}` === parent);
  if (owner === undefined) return [];
  const condition = await tried(workshop, async () => {
    const name = quoteQualified(owner.schema, 'faultline_bound');
    await client.query(`CREATE TABLE ${name} PARTITION OF ${quoteQualified(owner.schema, owner.name)} ${bound}`);
    const { rows } = await client.query<{ text: string }>(`SELECT pg_get_partition_constraintdef(${quoteLiteral(name)}::regclass) AS text`);
    return rows[0]?.text;
  });
  if (condition === undefined) return [];
  const solutions = await solve(workshop, table, first, owner.partitionColumns, condition, side === 'inside', odd);
  return solutions.map((changes) => one(changes));
}

async function referring(workshop: Workshop, table: FillTable, first: RowValues, recipe: Of<'referring'>): Promise<readonly Plan[]> {
  const parent = [...workshop.tables.values()].find((candidate) => `${candidate.schema}.${candidate.name}` === recipe.parent);
  const key = table.foreignKeys.find(({ target, columns }) => target === parent?.oid && columns.join() === recipe.columns.join());
  if (parent === undefined || key === undefined) return [];
  const rows = await baseRows(workshop, parent, 1);
  if ('why' in rows || rows[0] === undefined) return [];
  const base = rows[0];
  const solutions = await solve(workshop, parent, base, recipe.read ?? [], recipe.where ?? 'true', true, odd);
  return solutions.map((changes) => {
    const above = new Map([...base, ...changes]);
    const refers = key.columns.map((name, place): [string, string] => [name, above.get(key.targetColumns[place] ?? '') ?? 'NULL']);
    return {
      inserts: [
        { table: parent, rows: [above] },
        { table, rows: [new Map([...first, ...refers])] },
      ],
      changed: key.columns,
    };
  });
}
