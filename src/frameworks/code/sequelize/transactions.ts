import type { SentRequest } from '../../../code/sql/read';
import type { ProgramExecution } from '../../../model/migration';

/** A transaction that a migration opens: `sequelize.transaction(async (t) => ...)`, or `const t = await sequelize.transaction()`. */
export class OwnTransaction {
  open = true;
  savepoints = 0;
  constructor(
    /** The one around it: then it is a savepoint of that. */
    readonly parent?: OwnTransaction,
  ) {}

  get outermost(): OwnTransaction {
    return this.parent?.outermost ?? this;
  }
}

/** On which connection a request runs: each transaction has one of its own, and a call without `{ transaction }` takes any other. */
export interface ConnectionMark {
  readonly transaction?: OwnTransaction;
  /** Another transaction of the migration is open meanwhile. */
  readonly beside: boolean;
}

export function isConnectionMark(mark: unknown): mark is ConnectionMark {
  return typeof mark === 'object' && mark !== null && 'beside' in mark;
}

/** How the transactions of a program lie, where that can't be seen from its statements: some run beside the one that is open. */
export function transactionsOf(requests: readonly SentRequest[]): Pick<ProgramExecution, 'transactions' | 'beside'> {
  const marks = requests.map(({ recorded, statements }) => ({ mark: recorded.effect.mark, statements }));
  const beside = marks.flatMap(({ mark, statements }) => (isConnectionMark(mark) && mark.beside ? statements : []));
  if (beside.length === 0) return {};
  const transactions: { kind: 'explicit' | 'implicit' | 'autocommit'; statements: number[] }[] = [];
  const known = new Map<OwnTransaction, number[]>();
  for (const { mark, statements } of marks) {
    const own = isConnectionMark(mark) ? mark.transaction : undefined;
    const found = own === undefined ? undefined : known.get(own);
    if (found !== undefined) found.push(...statements);
    else if (statements.length > 0) {
      const made = [...statements];
      if (own !== undefined) known.set(own, made);
      transactions.push({ kind: own !== undefined ? 'explicit' : statements.length > 1 ? 'implicit' : 'autocommit', statements: made });
    }
  }
  return { transactions, beside };
}
