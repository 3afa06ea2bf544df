import pg, { type ClientBase } from 'pg';
import type { Dirt } from '../../../faults/dirt/recipe';
import type { CellDirt } from '../../../model/simulation';
import { loadParser } from '../../../parse/load';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../parse/postgres/identifiers';
import { type FillTable, readTables } from '../generate-rows/catalog';
import { orphans, repeatable } from '../generate-rows/generate-rows';
import { type Plan, plansFor } from './recipes';
import type { Refused, RowValues, Workshop } from './valid-rows';

/**
 * Puts dirty rows into a database: rows that meet all that the schema asks for so far, but for what the recipe changes in them. Says why
 * where the schema, as it is before the migration, does not let such rows be. The client is a superuser's, with no transaction open. User triggers do not fire.
 */
export async function makeDirt(
  client: ClientBase,
  dirt: Dirt,
  { seed, fresh }: Pick<Workshop, 'seed' | 'fresh'>,
): Promise<CellDirt | Refused> {
  await loadParser();
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL search_path = ''; ${repeatable}`);
    const all = await readTables(client);
    await client.query('SET LOCAL search_path TO DEFAULT');
    const workshop = { client, tables: new Map(all.map((table) => [table.oid, table])), seed, fresh };
    const table = all.find(({ schema, name }) => `${schema}.${name}` === dirt.table);
    const made = table === undefined ? { why: `No rows can be put into ${dirt.table}.` } : await make(workshop, table, dirt);
    await client.query('why' in made ? 'ROLLBACK' : 'COMMIT');
    return made;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function make(workshop: Workshop, table: FillTable, dirt: Dirt): Promise<CellDirt | Refused> {
  const plans = await plansFor(workshop, table, dirt.recipe);
  if ('why' in plans) return plans;
  let why = 'No value was found for it.';
  for (const plan of plans) {
    const text = await insert(workshop, await withLiterals(workshop, plan));
    if (typeof text !== 'string') {
      why = text.why;
      continue;
    }
    const rows = plan.inserts.reduce((sum, each) => sum + each.rows.length, 0);
    const description = plan.words === undefined ? dirt.description : `${dirt.description} (${plan.words})`;
    return { description, table: dirt.table, rows, text };
  }
  return { why };
}

const literal = /^(NULL|-?\d+(\.\d+)?|'([^']|'')*')$/;
const longestLiteral = 200;

/** Values as a person would write them; what is long stays an expression. */
async function withLiterals({ client }: Workshop, plan: Plan): Promise<Plan> {
  const inserts = [];
  for (const { table, rows } of plan.inserts) {
    const readable = [];
    for (const row of rows) {
      const values = new Map<string, string>();
      for (const [name, value] of row) values.set(name, await asLiteral(client, table, name, value));
      readable.push(values);
    }
    inserts.push({ table, rows: readable });
  }
  return { ...plan, inserts };
}

async function asLiteral(client: ClientBase, table: FillTable, name: string, value: string): Promise<string> {
  const type = table.columns.find((column) => column.name === name)?.type;
  if (type === undefined || literal.test(value)) return value;
  await client.query('SAVEPOINT faultline_literal');
  try {
    const { rows } = await client.query<{ text: string }>(`SELECT quote_nullable((${value})::${type}::text) AS text`);
    const text = rows[0]?.text ?? value;
    return text.length > longestLiteral ? value : text;
  } catch {
    // The column does not take it: that is said when it is inserted.
    await client.query('ROLLBACK TO SAVEPOINT faultline_literal');
    return value;
  } finally {
    await client.query('RELEASE SAVEPOINT faultline_literal');
  }
}

/** The statements that were executed, or why the server did not take the rows. */
async function insert(workshop: Workshop, plan: Plan): Promise<string | Refused> {
  const { client } = workshop;
  const target = plan.inserts.at(-1)?.table;
  // Rows that others refer to are given all their values.
  const texts = plan.inserts.map(({ table, rows }) => insertText(table, rows, table === target ? plan.changed : 'all'));
  await client.query('SAVEPOINT faultline_dirt');
  const refused = (await run(client, texts)) ?? (target && (await brokenKey(workshop, target, plan.changed)));
  if (refused === undefined) return explained(target, texts);
  await client.query('ROLLBACK TO SAVEPOINT faultline_dirt');
  if (!(refused instanceof pg.DatabaseError) || target === undefined) return { why: messageOf(refused) };
  const guard = await unprovenGuard(client, target, refused);
  if (guard === undefined) return { why: `The schema does not let such a row be before the migration: ${refused.message}.` };
  // Rows that a NOT VALID constraint refuses today were there before it.
  const around = [guard.drop, ...texts, guard.add];
  const again = await run(client, around);
  if (again === undefined) return explained(target, around);
  await client.query('ROLLBACK TO SAVEPOINT faultline_dirt');
  return { why: messageOf(again) };
}

async function run(client: ClientBase, texts: readonly string[]): Promise<unknown> {
  try {
    for (const text of texts) await client.query(text);
    return undefined;
  } catch (error) {
    return error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.message}.` : String(error);
}

/** Columns that the server fills by itself are left to it, unless their values matter. */
function insertText(table: FillTable, rows: readonly RowValues[], given: readonly string[] | 'all'): string {
  const first = rows[0] ?? new Map<string, string>();
  const columns = table.columns.filter(
    ({ name, generated, byServer }) => first.has(name) && !generated && (!byServer || given === 'all' || given.includes(name)),
  );
  const overriding = columns.some(({ byServer }) => byServer) ? ' OVERRIDING SYSTEM VALUE' : '';
  const lines = rows.map((row) => `  (${columns.map(({ name }) => row.get(name) ?? 'NULL').join(', ')})`);
  return `INSERT INTO ${quoteQualified(table.schema, table.name)} (${columns.map(({ name }) => quoteIdentifier(name)).join(', ')})${overriding} VALUES\n${lines.join(',\n')};`;
}

/** What a person has to type: triggers are passed by where there are some, as they were when it was tried. */
function explained(table: FillTable | undefined, texts: readonly string[]): string {
  const quiet = table !== undefined && table.foreignKeys.length > 0;
  return [
    ...(quiet ? ['SET session_replication_role = replica;'] : []),
    ...texts,
    ...(quiet ? ['RESET session_replication_role;'] : []),
  ].join('\n');
}

/** Foreign keys that hold before the migration are not checked by the server here: a dirty row must not break one. */
async function brokenKey({ client, tables }: Workshop, table: FillTable, changed: readonly string[]): Promise<string | undefined> {
  for (const key of table.foreignKeys.filter(({ checked, columns }) => checked && columns.some((name) => changed.includes(name)))) {
    const target = tables.get(key.target);
    if (target === undefined) continue;
    const { rowCount } = await client.query(`${orphans(table, key, target)} LIMIT 1`);
    if (rowCount !== 0) return `The foreign key ${key.name} does not let such a row be before the migration.`;
  }
  return undefined;
}

/** The NOT VALID constraint that refused a row, as statements that take it away and bring it back. */
async function unprovenGuard(
  client: ClientBase,
  table: FillTable,
  error: pg.DatabaseError,
): Promise<{ readonly drop: string; readonly add: string } | undefined> {
  if (error.code !== '23514' && error.code !== '23502') return undefined;
  const name = quoteQualified(table.schema, table.name);
  const condition =
    error.code === '23514'
      ? `k.conname = ${quoteLiteral(error.constraint ?? '')}`
      : `k.contype = 'n' AND k.conkey = ARRAY(SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attname = ${quoteLiteral(error.column ?? '')})`;
  const text = `SELECT k.conname AS name, pg_get_constraintdef(k.oid) AS definition FROM pg_constraint k
    WHERE k.conrelid = ${quoteLiteral(name)}::regclass AND NOT k.convalidated AND ${condition}`;
  const found = (await client.query<{ name: string; definition: string }>(text)).rows[0];
  if (found === undefined) return undefined;
  const constraint = quoteIdentifier(found.name);
  return {
    drop: `ALTER TABLE ${name} DROP CONSTRAINT ${constraint};`,
    add: `ALTER TABLE ${name} ADD CONSTRAINT ${constraint} ${found.definition};`,
  };
}
