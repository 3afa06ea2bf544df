import { quoteIdentifier, quoteLiteral } from '../../../parse/mysql/identifiers';
import { type ControlClient, type Row, resultsOf, rowsOf } from '../connect';

/**
 * Does `work` with all triggers of the database away: they could write clock times, or refuse. MySQL can't switch them off, so they are dropped and
 * made again, each with the settings that it had. Also when `work` rejects.
 */
export async function withoutTriggers<T>(client: ControlClient, work: () => Promise<T>): Promise<T> {
  const triggers = await rowsOf(
    client,
    `SELECT TRIGGER_NAME AS \`name\` FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
     ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER`,
  );
  if (triggers.length === 0) return work();
  const names = triggers.map(({ name }) => quoteIdentifier(String(name)));
  const shown = await resultsOf(client, names.map((name) => `SHOW CREATE TRIGGER ${name}`).join(';'));
  await resultsOf(client, names.map((name) => `DROP TRIGGER ${name}`).join(';'));
  try {
    return await work();
  } finally {
    await client.query(
      'SET @faultline_mode = @@sql_mode, @faultline_client = @@character_set_client, @faultline_collation = @@collation_connection',
    );
    for (const row of shown.flatMap((rows) => rows.slice(0, 1))) await create(client, row);
    await client.query(
      'SET sql_mode = @faultline_mode, character_set_client = @faultline_client, collation_connection = @faultline_collation',
    );
  }
}

async function create(client: ControlClient, row: Row): Promise<void> {
  const text = (name: string) => quoteLiteral(String(row[name]));
  await client.query(
    `SET sql_mode = ${text('sql_mode')}, character_set_client = ${text('character_set_client')}, collation_connection = ${text('collation_connection')}`,
  );
  await client.query(String(row['SQL Original Statement']));
}
