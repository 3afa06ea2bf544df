/** A transaction that holds locks on rows; without a session it is a prepared one whose session is gone. */
export interface LockingTransaction {
  readonly sessionId: number | undefined;
  readonly rows: number;
}

const list = 'LIST OF TRANSACTIONS FOR EACH SESSION:';

/**
 * The transactions with locks on rows, of the text that SHOW ENGINE INNODB STATUS gives (manual, SHOW ENGINE INNODB STATUS). It is made when it is
 * asked for. INNODB_TRX is not: its copy is made anew only when nobody has read it for 0.1 s, so that sessions that ask in turn see a
 * transaction for as long as they do, however long ago it ended.
 */
export function lockingTransactions(status: string): readonly LockingTransaction[] {
  const from = status.indexOf(list);
  if (from === -1) return [];
  return status
    .slice(from + list.length)
    .split(/^---TRANSACTION /m)
    .slice(1)
    .flatMap((text) => {
      const rows = Number(/(\d+) row lock\(s\)/.exec(text)?.[1] ?? 0);
      const sessionId = /^(?:MariaDB|MySQL) thread id (\d+)/m.exec(text)?.[1];
      return rows === 0 ? [] : [{ rows, sessionId: sessionId === undefined ? undefined : Number(sessionId) }];
    });
}
