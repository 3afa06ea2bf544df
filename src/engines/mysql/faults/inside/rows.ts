import type { ObjectName } from '../../../../model/operation';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../../parse/mysql/identifiers';
import { type ControlClient, type Row, rowsOf } from '../../connect';

/** Asks for rows that another session has by then; resolves when it has been asked, and not when they are granted. */
export type WaitBack = (client: ControlClient) => Promise<void>;

export interface RowsInOrder {
  /** A condition that holds for the row in the middle alone. */
  readonly middle: string;
  /** Absent where there is no other row. */
  readonly waitBack?: WaitBack;
}

/**
 * The rows that a statement writes, in the order of their key, in which it is likely to come by them. Undefined where the table has no
 * primary key, or no row matches. Rejects as the driver does where the condition can't be asked alone.
 */
export async function rowsInOrder(client: ControlClient, table: ObjectName, where: string | undefined): Promise<RowsInOrder | undefined> {
  const key = await primaryKey(client, table);
  if (key.length === 0) return undefined;
  const [name, columns] = [quoteQualified(table.schema, table.name), key.map(quoteIdentifier).join(', ')];
  const condition = where === undefined ? '' : `WHERE (${where}\n)`;
  const [counted] = await rowsOf(client, `SELECT COUNT(*) AS number FROM ${name} ${condition}`);
  const number = Number(counted?.number);
  // As SQL literals, whatever the types are: a key may be binary.
  const literals = key.map((column, position) => `QUOTE(${quoteIdentifier(column)}) AS c${position}`).join(', ');
  const [row] = await rowsOf(client, `SELECT ${literals} FROM ${name} ${condition} ORDER BY ${columns} LIMIT 1 OFFSET ${number >> 1}`);
  if (row === undefined) return undefined;
  const middle = conditionFor(key, row);
  if (number < 2) return { middle };
  const others = `SELECT COUNT(*) FROM (SELECT 1 FROM ${name} WHERE ${where === undefined ? '' : `(${where}\n) AND `}NOT (${middle}) FOR UPDATE) AS wanted`;
  return { middle, waitBack: (holder) => waitHeavily(holder, others) };
}

/**
 * Of two transactions in a circle InnoDB ends the lighter one. One that has written to a table that knows no transactions can't be undone,
 * and is never chosen while the other one can be.
 */
async function waitHeavily(client: ControlClient, wanted: string): Promise<void> {
  await client.query('CREATE TEMPORARY TABLE faultline_weight (weight int) ENGINE=MyISAM');
  await client.query('INSERT INTO faultline_weight VALUES (1)');
  await client.query('SET SESSION innodb_lock_wait_timeout = 3600');
  client.query(wanted).catch(() => undefined);
}

async function primaryKey(client: ControlClient, { schema, name }: ObjectName): Promise<readonly string[]> {
  const database = schema === undefined ? 'DATABASE()' : quoteLiteral(schema);
  const rows = await rowsOf(
    client,
    `SELECT COLUMN_NAME AS name FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${quoteLiteral(name)} AND INDEX_NAME = 'PRIMARY' ORDER BY SEQ_IN_INDEX`,
  );
  return rows.map((row) => String(row.name));
}

/** Values come quoted by the server. */
function conditionFor(key: readonly string[], row: Row): string {
  return key.map((column, position) => `${quoteIdentifier(column)} = ${String(row[`c${position}`])}`).join(' AND ');
}
