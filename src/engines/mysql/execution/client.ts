import type { QueryError, ResultSetHeader } from 'mysql2';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { ClientError } from '../../carrier';
import type { StepClient } from '../../execution/run';
import { openMigrationClient, type Row } from '../connect';

/** SERVER_STATUS_IN_TRANS. */
const inTransactionFlag = 1;
/** ER_SERVER_SHUTDOWN, ER_NORMAL_SHUTDOWN, ER_CLIENT_INTERACTION_TIMEOUT, MariaDB's ER_CONNECTION_KILLED: the last words of a session. */
const farewells: ReadonlySet<number> = new Set([1053, 1077, 4031, 1927]);

/** The migration's own session: each text is one request, and may hold several statements. */
export async function openStepClient(address: DatabaseAddress): Promise<StepClient> {
  const client = await openMigrationClient(address);
  let inTransaction = false;
  return {
    async send(text) {
      const [answer] = await client.query(text);
      const parts: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
      const header = parts.findLast(isHeader);
      if (header) inTransaction = (header.serverStatus & inTransactionFlag) !== 0;
      return rowsOf(answer);
    },
    get inTransaction() {
      return inTransaction;
    },
    endsConnection,
    errorOf,
    end: () => client.end().catch(() => client.destroy()),
  };
}

function isHeader(part: unknown): part is ResultSetHeader {
  return typeof part === 'object' && part !== null && 'serverStatus' in part;
}

/** The rows of the last statement: of one statement they are the answer, of several a list in it. */
function rowsOf(answer: unknown): readonly Row[] {
  if (!Array.isArray(answer)) return [];
  const last: unknown = answer.at(-1);
  if (Array.isArray(last)) return last as Row[];
  return isHeader(last) ? [] : (answer as Row[]);
}

function endsConnection(error: unknown): boolean {
  if (!isServerError(error)) return true;
  return error.fatal === true || farewells.has(error.errno ?? 0);
}

function isServerError(error: unknown): error is QueryError {
  return error instanceof Error && 'sqlState' in error && typeof error.sqlState === 'string';
}

/** As people know it: the server's number, or the name of what broke on the way. */
function errorOf(error: unknown): ClientError {
  const message = error instanceof Error ? error.message : String(error);
  if (isServerError(error) && error.errno !== undefined) return { code: String(error.errno), message };
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code: typeof code === 'string' ? code : '', message };
}
