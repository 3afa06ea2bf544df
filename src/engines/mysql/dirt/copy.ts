import type { Table } from '../../../model/catalog';
import { quoteIdentifier } from '../../../parse/mysql/identifiers';
import type { ControlClient } from '../connect';
import { insertion } from '../generate-rows/insert';
import type { RowValues } from '../generate-rows/rows';

const copyName = 'faultline_copy';

/**
 * Asks something of a temporary table that is like `table`, checks included and foreign keys not, and holds this row alone. False where it does not
 * take the row.
 */
export async function onCopy(
  client: ControlClient,
  table: Table,
  row: RowValues,
  ask: (copy: string) => Promise<boolean>,
): Promise<boolean> {
  const copy = quoteIdentifier(copyName);
  await client.query(`DROP TEMPORARY TABLE IF EXISTS ${copy}`);
  try {
    await client.query(`CREATE TEMPORARY TABLE ${copy} LIKE ${quoteIdentifier(table.name)}`);
    await client.query(insertion({ ...table, name: copyName }, [row]));
    return await ask(copy);
  } catch {
    return false;
  } finally {
    await client.query(`DROP TEMPORARY TABLE IF EXISTS ${copy}`);
  }
}
