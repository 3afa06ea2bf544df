import type { SentRequest } from '../../../code/sql/read';
import type { ProgramExecution } from '../../../model/migration';
import type { Connection } from './context';

/** Set where statements run beside a transaction that is open: on the pool of the migration, or on that of another knex. */
export function transactionsOf(requests: readonly SentRequest[], wrapped: boolean): Pick<ProgramExecution, 'transactions' | 'beside'> {
  const beside: number[] = [];
  const transactions: { kind: 'framework' | 'explicit' | 'autocommit'; statements: number[] }[] = [];
  const own: number[] = [];
  let open: { readonly connection: Connection; readonly statements: number[] } | undefined;
  for (const { recorded, statements } of requests) {
    const connection = connectionOf(recorded.effect.mark);
    if (typeof connection === 'object') {
      if (open === undefined || !isSame(open.connection, connection)) {
        open = { connection, statements: [] };
        transactions.push({ kind: 'explicit', statements: open.statements });
      }
      open.statements.push(...statements);
      if (/^(?:commit|rollback)$/i.test(recorded.effect.text.pieces.map((piece) => (piece.kind === 'hole' ? '' : piece.text)).join('')))
        open = undefined;
    } else if (wrapped && connection === 'own') own.push(...statements);
    else {
      if (wrapped || open !== undefined) beside.push(...statements);
      for (const statement of statements) transactions.push({ kind: 'autocommit', statements: [statement] });
    }
  }
  if (beside.length === 0) return {};
  const framework = own.length === 0 ? [] : [{ kind: 'framework' as const, statements: own }];
  const all = [...framework, ...transactions].toSorted((left, right) => (left.statements[0] ?? 0) - (right.statements[0] ?? 0));
  return { beside, transactions: all };
}

function connectionOf(mark: unknown): Connection {
  return mark === 'other' ? 'other' : isTransaction(mark) ? mark : 'own';
}

function isTransaction(mark: unknown): mark is { readonly transaction: number } {
  return typeof mark === 'object' && mark !== null && 'transaction' in mark;
}

function isSame(left: Connection, right: Connection): boolean {
  return isTransaction(left) && isTransaction(right) && left.transaction === right.transaction;
}
