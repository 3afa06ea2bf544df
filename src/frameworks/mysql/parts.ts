import type { Migration } from '../../model/migration';
import type { RunStep } from '../../model/run-protocol';
import { refused } from '../history';

/** Parts that the run protocols for MySQL and MariaDB share. */

/** Takes a named lock, and refuses to go on without it. `name` is an SQL expression; locks of that kind end with their session. */
export function namedLock(name: string, timeoutS: number, refusal: string): RunStep {
  return {
    kind: 'lock',
    text: `SELECT GET_LOCK(${name}, ${timeoutS}) AS acquired`,
    decide: ([row]) => (Number(row?.acquired) === 1 ? { run: true } : refused(refusal)),
  };
}

export function releasedLock(name: string): RunStep {
  return { kind: 'unlock', text: `SELECT RELEASE_LOCK(${name})` };
}

/** What tools written in Go send around a transaction (go-sql-driver/mysql: `connection.go`, `transaction.go`). */
export function goTransaction(migration: Migration, inside: readonly RunStep[]): readonly RunStep[] {
  if (!migration.up.execution.wrapped) return inside;
  return [{ kind: 'begin', text: 'START TRANSACTION' }, ...inside, { kind: 'commit', text: 'COMMIT' }];
}

/** The end of it when a statement was refused: what DDL has committed by then stays. */
export function rolledBack({ up }: Migration): readonly RunStep[] {
  return up.execution.wrapped ? [{ kind: 'record', text: 'ROLLBACK' }] : [];
}
