import { type Program, requestsOf, type Statement } from '../model/migration';
import type { PlannedTransaction, TransactionKind } from '../model/plan';

/** What a statement says about transactions; undefined for all that are about something else. */
function actionOf(statement: Statement): 'begin' | 'end' | undefined {
  for (const operation of statement.operations) {
    if (operation.kind !== 'transaction') continue;
    if (operation.action === 'begin') return 'begin';
    if (operation.action === 'commit' || operation.action === 'rollback' || operation.action === 'prepare') return 'end';
  }
  return undefined;
}

interface Open {
  kind: TransactionKind;
  readonly statements: number[];
}

/**
 * The transactions that come of a program: the framework's, the file's own BEGIN and COMMIT, the implicit one of several statements in
 * one simple query (manual, "Multiple Statements in a Simple Query"), or none. A COMMIT in the file ends the framework's transaction too:
 * what follows commits by itself.
 */
export function groupIntoTransactions(program: Program): PlannedTransaction[] {
  const { execution, statements } = program;
  if (execution.transactions !== undefined) return execution.transactions.map((seen, position) => ({ index: position + 1, ...seen }));
  const byNumber = new Map(statements.map((statement) => [statement.index, statement]));
  const transactions: PlannedTransaction[] = [];
  let open: Open | undefined = execution.wrapped ? { kind: 'framework', statements: [] } : undefined;

  const close = (): void => {
    if (open !== undefined && open.statements.length > 0) {
      transactions.push({ index: transactions.length + 1, kind: open.kind, statements: open.statements });
    }
    open = undefined;
  };

  for (const request of requestsOf(program)) {
    for (const number of request) {
      const statement = byNumber.get(number);
      const action = statement === undefined ? undefined : actionOf(statement);
      // BEGIN turns the implicit transaction of its request into a regular one, the statements before it included.
      if (action === 'begin' && open?.kind === 'implicit') open.kind = 'explicit';
      open ??= { kind: action === 'begin' ? 'explicit' : request.length > 1 ? 'implicit' : 'autocommit', statements: [] };
      open.statements.push(number);
      if (action === 'end' || open.kind === 'autocommit') close();
    }
    // The end of a request commits what is not a transaction block.
    if (open?.kind === 'implicit') close();
  }
  close();
  return transactions;
}
