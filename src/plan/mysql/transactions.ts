import type { Program, Statement } from '../../model/migration';
import type { PlannedTransaction, TransactionKind } from '../../model/plan';
import { commitsImplicitly } from './implicit-commit';

interface Open {
  readonly kind: TransactionKind;
  readonly statements: number[];
}

/**
 * The transactions that come of a program on MySQL or MariaDB. A statement that commits implicitly ends what is open, the framework's
 * transaction too, and from there on each statement commits by itself: nothing opens another. Several statements in one request are no
 * transaction.
 */
export function groupMysqlTransactions({ execution, statements }: Program): PlannedTransaction[] {
  if (execution.transactions !== undefined) return execution.transactions.map((seen, position) => ({ index: position + 1, ...seen }));
  const beside = new Set(execution.beside ?? []);
  const transactions: PlannedTransaction[] = [];
  let autocommit = execution.autocommitOff !== true;
  let open: Open | undefined = execution.wrapped ? { kind: 'framework', statements: [] } : undefined;

  const close = (): void => {
    if (open !== undefined && open.statements.length > 0)
      transactions.push({ index: transactions.length + 1, kind: open.kind, statements: open.statements });
    open = undefined;
  };
  const alone = (number: number): void => {
    transactions.push({ index: transactions.length + 1, kind: 'autocommit', statements: [number] });
  };

  for (const statement of statements) {
    const { index } = statement;
    const action = actionOf(statement);
    if (beside.has(index)) alone(index);
    else if (action === 'begin') {
      close();
      open = { kind: 'explicit', statements: [index] };
    } else if (action === 'end') {
      open ??= { kind: 'autocommit', statements: [] };
      open.statements.push(index);
      close();
    } else if (commitsImplicitly(statement)) {
      close();
      alone(index);
    } else {
      if (!autocommit && touchesRows(statement)) open ??= { kind: kindWithoutAutocommit(execution), statements: [] };
      if (open === undefined) alone(index);
      else open.statements.push(index);
    }
    autocommit = autocommitAfter(statement, autocommit);
    if (autocommit && setsAutocommit(statement)) close();
  }
  close();
  return transactions;
}

/** What a statement says about transactions; undefined for all that are about something else. */
function actionOf({ operations }: Statement): 'begin' | 'end' | undefined {
  for (const operation of operations) {
    if (operation.kind !== 'transaction') continue;
    if (operation.action === 'begin') return 'begin';
    if (operation.action === 'commit' || operation.action === 'rollback' || operation.action === 'prepare') return 'end';
  }
  return undefined;
}

function setsAutocommit({ operations }: Statement): boolean {
  return operations.some((operation) => operation.kind === 'set' && operation.name.toLowerCase() === 'autocommit');
}

function autocommitAfter({ operations }: Statement, before: boolean): boolean {
  const set = operations.findLast((operation) => operation.kind === 'set' && operation.name.toLowerCase() === 'autocommit');
  return set?.kind === 'set' ? !/^['"]?(0|off|false)['"]?$/i.test(set.value ?? '') : before;
}

/** Whose transaction it is that begins by itself. */
function kindWithoutAutocommit({ autocommitOff = false }: Program['execution']): TransactionKind {
  return autocommitOff ? 'framework' : 'explicit';
}

/** With autocommit off a transaction begins with the first statement that needs one. */
function touchesRows({ operations }: Statement): boolean {
  return operations.some(({ kind }) => kind === 'insert' || kind === 'update' || kind === 'delete' || kind === 'copy' || kind === 'select');
}
