import type { CallCircumstances, Program, Statement } from '../../model/migration';
import type { PlannedTransaction } from '../../model/plan';

interface Open {
  /** Of withTransaction and startTransaction as the code shows it; absent where statements begin and end it. */
  readonly around?: NonNullable<CallCircumstances['transaction']>;
  readonly statements: number[];
}

/**
 * The transactions of a program: those of its sessions. A command is in one only when the session is among its options; without it the
 * server sees another client, so that it commits by itself while the transaction is open (manual of the drivers, "Transactions").
 */
export function groupMongodbTransactions({ execution, statements }: Program): PlannedTransaction[] {
  if (execution.transactions !== undefined) return execution.transactions.map((seen, position) => ({ index: position + 1, ...seen }));
  const transactions: PlannedTransaction[] = [];
  let open: Open | undefined;

  const close = (): void => {
    if (open !== undefined && open.statements.length > 0)
      transactions.push({ index: transactions.length + 1, kind: 'explicit', statements: open.statements });
    open = undefined;
  };
  const alone = (number: number): void => {
    transactions.push({ index: transactions.length + 1, kind: 'autocommit', statements: [number] });
  };

  for (const statement of statements) {
    const { index } = statement;
    const action = actionOf(statement);
    const around = statement.circumstances?.transaction;
    if (action === 'begin') {
      close();
      open = { statements: [index] };
    } else if (action === 'end') {
      if (open === undefined) alone(index);
      else {
        open.statements.push(index);
        close();
      }
    } else {
      // The callback of a withTransaction is left.
      if (open?.around !== undefined && !isSame(open.around, around)) close();
      if (!usesSession(statement)) alone(index);
      else if (open !== undefined) open.statements.push(index);
      else if (around !== undefined) open = { around, statements: [index] };
      else alone(index);
    }
  }
  close();
  return transactions;
}

/** What a statement says about transactions; undefined for all that are about something else. */
function actionOf({ operations }: Statement): 'begin' | 'end' | undefined {
  for (const operation of operations) {
    if (operation.kind !== 'transaction') continue;
    if (operation.action === 'begin') return 'begin';
    if (operation.action === 'commit' || operation.action === 'rollback') return 'end';
  }
  return undefined;
}

function isSame(one: NonNullable<CallCircumstances['transaction']>, other: CallCircumstances['transaction']): boolean {
  return one.by === other?.by && one.session === other.session;
}

function usesSession({ operations }: Statement): boolean {
  return operations.some((operation) => operation.kind === 'document command' && operation.session);
}
