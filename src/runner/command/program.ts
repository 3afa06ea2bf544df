import type { KnownRequest } from '../../engines/command/recording';
import { type Engine, isMysqlFamily } from '../../model/engine';
import type { Program, ProgramExecution, Statement } from '../../model/migration';
import type { RunStep } from '../../model/run-protocol';
import { readRequests } from '../../parse/read';
import { commitsImplicitly } from '../../plan/mysql/implicit-commit';
import { type ClassifiedRequest, type Role, statementsOf, textOf } from './classify';

/** The program that a tool was seen to run, and what it sends around it. */
export interface SeenProgram {
  readonly program: Program;
  readonly steps: readonly RunStep[];
  readonly known: readonly KnownRequest[];
}

/** Requests with the transaction that each belongs to; undefined outside of any. */
interface Placed extends ClassifiedRequest {
  readonly transaction: Transaction | undefined;
}

interface Transaction {
  /** It holds statements of the migration, or writes the history: its COMMIT counts. */
  matters: boolean;
  /** It holds the tool's lock and nothing else: its COMMIT gives that back. */
  locks: boolean;
}

/** Makes a program of classified requests. `because` tells the user where the transactions come from. */
export function seenProgram(classified: readonly ClassifiedRequest[], because: string, engine: Engine): SeenProgram {
  const placed = placeInTransactions(classified, engine);
  const sending = placed.filter(({ role }) => role === 'statements');
  const texts = sending.map(({ request }) => textOf(request));
  const statements = readRequests(texts.join(separator), spansOf(texts), { engine }).map((group, position) =>
    withRows(group, sending[position]?.request.copied),
  );
  const numbers = statements.map((group) => group.map(({ index }) => index));

  const steps: RunStep[] = [];
  let sent = 0;
  const known = placed.map((entry): KnownRequest => {
    const isStatement = entry.role === 'statements';
    const group = isStatement ? (numbers[sent++] ?? []) : [];
    const step = stepOf(entry, group);
    if (step === undefined) return { ...entry.request, isStatement };
    steps.push(step);
    return { ...entry.request, isStatement, step: steps.length };
  });
  const execution: ProgramExecution = {
    requests: 'per-statement',
    wrapped: false,
    because,
    groups: numbers,
    transactions: transactionsOf(sending, numbers, engine),
  };
  const program: Program = {
    direction: 'up',
    path: '',
    span: { start: 0, end: texts.join(separator).length },
    statements: statements.flat(),
    execution,
  };
  return { program, steps, known };
}

const separator = ';\n';

/** A COPY alone in its request has the rows that followed it, in the form in which a file has them. */
function withRows(group: readonly Statement[], rows: string | undefined): readonly Statement[] {
  const [statement, ...more] = group;
  if (statement === undefined || more.length > 0 || rows === undefined) return group;
  return [{ ...statement, copyData: `\n${rows.replace(/\n?$/, '\n')}\\.\n` }];
}

function spansOf(texts: readonly string[]): { start: number; end: number }[] {
  let start = 0;
  return texts.map((text) => {
    const span = { start, end: start + text.length };
    start = span.end + separator.length;
    return span;
  });
}

function placeInTransactions(classified: readonly ClassifiedRequest[], engine: Engine): readonly Placed[] {
  const open = new Map<number, Transaction>();
  return classified.map((classifiedRequest): Placed => {
    const { request, role } = classifiedRequest;
    const { connection } = request;
    if (role === 'begin') open.set(connection, { matters: false, locks: false });
    // A transaction may have begun with the first request, or inside of a longer one.
    else if (request.inTransaction && !open.has(connection) && !endsWhatIsOpen(classifiedRequest, engine))
      open.set(connection, { matters: false, locks: false });
    else if (!request.inTransaction || endsWhatIsOpen(classifiedRequest, engine)) open.delete(connection);
    const transaction = open.get(connection);
    if (transaction) {
      if (role === 'statements' || role === 'record' || role === 'setup') transaction.matters = true;
      if (role === 'lock') transaction.locks = true;
    }
    if (role === 'commit' || role === 'rollback') open.delete(connection);
    return { request, role, transaction };
  });
}

/** MySQL, MariaDB: a definition commits what is open before it, and then itself. */
function endsWhatIsOpen({ request }: ClassifiedRequest, engine: Engine): boolean {
  if (!isMysqlFamily(engine)) return false;
  return statementsOf(request, engine).some(commitsImplicitly);
}

const stepKinds: Partial<Record<Role, 'record' | 'lock' | 'unlock'>> = {
  setup: 'record',
  record: 'record',
  lock: 'lock',
  unlock: 'unlock',
};

function stepOf({ request, role, transaction }: Placed, statements: readonly number[]): RunStep | undefined {
  const text = textOf(request);
  if (role === 'statements') return { kind: 'statements', statements, text };
  if (role === 'begin') return transaction?.matters ? { kind: 'begin', text } : undefined;
  if (role === 'commit') {
    if (transaction?.matters) return { kind: 'commit', text };
    return transaction?.locks ? { kind: 'unlock', text } : undefined;
  }
  const kind = stepKinds[role];
  return kind && { kind, text };
}

type SeenTransactions = NonNullable<ProgramExecution['transactions']>;

/** The transactions of the statements, in the order of their first ones. */
function transactionsOf(sending: readonly Placed[], numbers: readonly (readonly number[])[], engine: Engine): SeenTransactions {
  const seen: { kind: SeenTransactions[number]['kind']; statements: number[]; transaction: Transaction | undefined }[] = [];
  for (const [position, { transaction }] of sending.entries()) {
    const group = numbers[position] ?? [];
    const joined = transaction && seen.find((candidate) => candidate.transaction === transaction);
    if (joined) joined.statements.push(...group);
    // Only PostgreSQL makes one transaction of several statements in a request.
    else if (transaction === undefined && engine.name !== 'postgres') {
      for (const number of group) seen.push({ kind: 'autocommit', statements: [number], transaction });
    } else if (group.length > 0) {
      const kind = transaction ? 'framework' : group.length > 1 ? 'implicit' : 'autocommit';
      seen.push({ kind, statements: [...group], transaction });
    }
  }
  return seen.map(({ kind, statements }) => ({ kind, statements }));
}
