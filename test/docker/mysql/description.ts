import type { Connection } from 'mysql2/promise';

type Row = Readonly<Record<string, unknown>>;

/** Columns of the information schema that tell when or where, or are guesses of the optimizer. */
const passing =
  /^(create_time|update_time|check_time|created|last_altered|last_executed|table_rows|avg_row_length|data_length|max_data_length|index_length|data_free|max_index_length|cardinality|auto_increment|checksum|temporary)$/i;

const views: Readonly<Record<string, string>> = {
  tables: 'table_schema',
  columns: 'table_schema',
  statistics: 'table_schema',
  table_constraints: 'table_schema',
  key_column_usage: 'table_schema',
  referential_constraints: 'constraint_schema',
  check_constraints: 'constraint_schema',
  partitions: 'table_schema',
  views: 'table_schema',
  triggers: 'trigger_schema',
  routines: 'routine_schema',
  parameters: 'specific_schema',
  events: 'event_schema',
  schemata: 'schema_name',
  schema_privileges: 'table_schema',
  table_privileges: 'table_schema',
  column_privileges: 'table_schema',
};

/** All that the information schema, SHOW CREATE and the rows say of a database, with its name replaced, each kind in an order of its own. */
export async function describeDatabase(connection: Connection, database: string): Promise<Readonly<Record<string, unknown>>> {
  const rows = async (text: string): Promise<Row[]> => (await connection.query(text))[0] as Row[];
  const renamed = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value, (_, each) => (each?.type === 'Buffer' ? Buffer.from(each.data).toString('hex') : each)).replaceAll(
        database,
        'DATABASE',
      ),
    );
  const found: Record<string, unknown> = {};
  for (const [view, column] of Object.entries(views)) {
    const all = await rows(`SELECT * FROM information_schema.${view} WHERE ${column} = '${database}'`);
    found[view] = all.map((row) => JSON.stringify(renamed(Object.entries(row).filter(([name]) => !passing.test(name))))).sort();
  }
  const tables = await rows(
    `SELECT table_name AS name, table_type AS type FROM information_schema.tables WHERE table_schema = '${database}' ORDER BY 1`,
  );
  for (const { name, type } of tables) {
    const quoted = `\`${database}\`.\`${String(name).replaceAll('`', '``')}\``;
    found[`create ${name}`] = renamed((await rows(`SHOW CREATE ${type === 'VIEW' ? 'VIEW' : 'TABLE'} ${quoted}`))[0]);
    if (type === 'VIEW') continue;
    const columns = await rows(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = '${database}' AND table_name = '${String(name).replaceAll("'", "''")}' ORDER BY ordinal_position`,
    );
    const list = columns.map((column) => `\`${String(column.name).replaceAll('`', '``')}\``).join(', ');
    const all = type === 'SYSTEM VERSIONED' ? ', row_start, row_end' : '';
    const text = `SELECT ${list}${all} FROM ${quoted}${all && ' FOR SYSTEM_TIME ALL'}`;
    const read = await rows(text).catch(() => rows(text.replace(all, '')));
    found[`rows ${name}`] = read.map((row) => JSON.stringify(renamed(row))).sort();
  }
  for (const [kind, names] of [
    ['TRIGGER', await rows(`SELECT trigger_name AS name FROM information_schema.triggers WHERE trigger_schema = '${database}'`)],
    ['EVENT', await rows(`SELECT event_name AS name FROM information_schema.events WHERE event_schema = '${database}'`)],
  ] as const) {
    for (const { name } of names) {
      const [row = {}] = await rows(`SHOW CREATE ${kind} \`${database}\`.\`${name}\``);
      found[`create ${name}`] = renamed(Object.entries(row).filter(([column]) => column !== 'Created'));
    }
  }
  const routines = await rows(
    `SELECT routine_type AS type, routine_name AS name FROM information_schema.routines WHERE routine_schema = '${database}'`,
  );
  for (const { type, name } of routines)
    found[`create ${type} ${name}`] = renamed((await rows(`SHOW CREATE ${type} \`${database}\`.\`${name}\``))[0]);
  return found;
}
