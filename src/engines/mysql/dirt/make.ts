import type { Dirt } from '../../../faults/dirt/recipe';
import { relationKey, type Table } from '../../../model/catalog';
import { optionOf } from '../../../plan/mysql/column-type';
import { knowsNoTransactions } from '../../../plan/mysql/situation';
import { tableOfShowCreate } from '../../../schema/mysql/show-create';
import type { DirtSource, MadeDirt } from '../../rows';
import type { ControlClient } from '../connect';
import { withoutTriggers } from '../generate-rows/triggers';
import { readObjects } from '../snapshot/objects';
import type { Workshop } from './base-rows';
import { plansFor, statementOf } from './recipes';

/**
 * Puts dirty rows into a database: rows that meet all that the schema asks for so far, but for what the recipe changes in them. Says why where the
 * schema, as it is before the migration, does not let such rows be. The client is in no transaction. Triggers do not fire.
 */
export async function makeDirt(client: ControlClient, dirt: Dirt, source: DirtSource): Promise<MadeDirt> {
  await client.query("SET time_zone = '+00:00'");
  const objects = await readObjects(client);
  const tables = objects.tables.map(({ text }) => tableOfShowCreate(text, { name: objects.engineName, major: 0 }));
  const table = tables.find((candidate) => relationKey(candidate) === dirt.table);
  if (table === undefined) return { why: `No rows can be put into ${dirt.table}.` };
  const storage = optionOf(table, 'engine');
  if (storage !== undefined && knowsNoTransactions(storage))
    return { why: `${table.name} is a table of ${storage}: what is tried out there can't be taken back.` };
  return withoutTriggers(client, () => make({ client, tables, ...source }, table, dirt));
}

async function make(workshop: Workshop, table: Table, dirt: Dirt): Promise<MadeDirt> {
  const plans = await plansFor(workshop, table, dirt.recipe);
  if ('why' in plans) return plans;
  let why = 'No value was found for it.';
  for (const plan of plans) {
    const text = statementOf(plan);
    await workshop.client.query('START TRANSACTION');
    try {
      await workshop.client.query(text);
      await workshop.client.query('COMMIT');
      const rows = plan.inserts.reduce((sum, each) => sum + each.rows.length, 0);
      return {
        description: plan.words === undefined ? dirt.description : `${dirt.description} (${plan.words})`,
        table: dirt.table,
        rows,
        text,
      };
    } catch (error) {
      await workshop.client.query('ROLLBACK');
      why = `The server does not take it: ${(error as Error).message}.`;
    }
  }
  return { why };
}
