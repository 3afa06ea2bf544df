import { createHash } from 'node:crypto';
import type { Statement } from '../../../model/migration';
import { commitsImplicitly } from '../../../plan/mysql/implicit-commit';
import type { RequestOrder } from '../../../wire/mysql/handlers';

/** What the server answers to a statement that is refused on purpose: 1644, a number that only SIGNAL gives (manual, "SIGNAL Statement"). */
const refusal = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Faultline: statement refused on purpose', MYSQL_ERRNO = 1644";

/** A day: longer than anything is held. */
const gateTimeoutS = 86_400;

/** The named lock that a gate waits for. Names are the whole server's, and 64 characters long at most. */
export function gateName(database: string): string {
  return `faultline gate ${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
}

export function takeGate(database: string): string {
  return `DO GET_LOCK('${gateName(database)}', ${gateTimeoutS})`;
}

export function leaveGate(database: string): string {
  return `DO RELEASE_LOCK('${gateName(database)}')`;
}

/** What a statement ends although it is refused itself. */
export type Ends = 'nothing' | 'commits' | 'rolls back';

/** A schema change commits what came before it even when it is refused; a COMMIT that fails ends its transaction all the same. */
export function endsOf(statement: Statement): Ends {
  if (statement.operations.some((operation) => operation.kind === 'transaction' && operation.action === 'commit')) return 'rolls back';
  return commitsImplicitly(statement) ? 'commits' : 'nothing';
}

const endings: Readonly<Record<Ends, readonly string[]>> = { nothing: [], commits: ['COMMIT'], 'rolls back': ['ROLLBACK'] };

/** A request that the server refuses. */
export function refusedRequest(ends: Ends): RequestOrder {
  return { ahead: endings[ends], text: refusal };
}

/** A request of several statements in which the one at `position` is refused. */
export function refusedWithin(statements: readonly Statement[], position: number, ends: Ends): RequestOrder {
  const before = statements.slice(0, position).map((statement) => statement.sent);
  const added = endings[ends];
  return { text: joined([...before, ...added, refusal]), hide: added.map((_, ordinal) => position + ordinal) };
}

/**
 * A request of several statements with a gate before the one at `position`, which is not the first.
 * @param behind statements of ours that are executed when the gate has opened.
 */
export function gated(statements: readonly Statement[], position: number, database: string, behind: readonly string[] = []): RequestOrder {
  const texts = statements.map((statement) => statement.sent);
  const added = [takeGate(database), leaveGate(database), ...behind];
  texts.splice(position, 0, ...added);
  return { text: joined(texts), hide: added.map((_, ordinal) => position + ordinal), announce: position - 1 };
}

/** One request of these texts. A statement may end in a line comment, so the semicolon stands on a line of its own. */
function joined(texts: readonly string[]): string {
  return texts.join('\n;\n');
}
