import type { Program, Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import type { PlannedStatement, PlannedTransaction } from '../model/plan';
import { immutableFunctions, stableFunctions } from '../parse/postgres/operations/expressions';
import { isHarmless } from './mongodb/writes';

/** True for statements that leave nothing in the database: settings, transaction control, reads. */
export function changesNothing(statement: Statement): boolean {
  return statement.unreadable === undefined && statement.operations.every(leavesNothing);
}

const harmlessFunctions = new Set(['set_config', 'pg_advisory_lock', 'pg_advisory_xact_lock', 'pg_sleep', 'count', 'max', 'min', 'sum']);

function leavesNothing(operation: Operation): boolean {
  switch (operation.kind) {
    case 'set':
    case 'transaction':
    case 'lock table':
    case 'unlock tables':
    case 'use':
      return true;
    case 'prepared statement':
      return operation.action === 'prepare' || operation.action === 'deallocate';
    case 'document command':
      return isHarmless(operation);
    case 'other':
      return /^(SHOW|EXPLAIN|DESCRIBE|DESC|HELP|DELIMITER)\b/.test(operation.node);
    case 'select':
      return operation.functions.every((name) => {
        const bare = name.replace(/^pg_catalog\./, '');
        return harmlessFunctions.has(bare) || stableFunctions.has(bare) || immutableFunctions.has(bare);
      });
    default:
      return false;
  }
}

/** What a failure leaves where the server takes back all of the migration: nothing, or what the tool wrote down of it. */
export function leftOfFailure({ execution }: Pick<Program, 'execution'>): string {
  return execution.leaves === undefined ? 'nothing behind' : `only ${execution.leaves}`;
}

/** One sentence on what a failure leaves. */
export function summarise(
  program: Program,
  transactions: readonly PlannedTransaction[],
  statements: readonly PlannedStatement[],
  atomic: boolean,
): string {
  const { refused } = program.execution;
  if (refused !== undefined) return `It will not run: ${refused}`;
  if (statements.length === 0) return 'There is nothing to run.';
  const count = `${statements.length} ${statements.length === 1 ? 'statement' : 'statements'}`;
  const kinds = new Map(transactions.map(({ index, kind }) => [index, kind]));
  const impossible = statements.find(({ transactional, transaction }) => !transactional && kinds.get(transaction) !== 'autocommit');
  if (impossible !== undefined) {
    return `${count}, of which number ${impossible.statement.index} can't run in a transaction and is refused: the migration always fails`;
  }
  const alone = statements.find(({ transactional }) => !transactional);
  if (statements.length === 1) {
    if (alone !== undefined) return '1 statement, outside of transactions: a failure can leave something half done behind';
    const [only] = statements;
    if (!atomic && only !== undefined && transactions[0]?.kind === 'autocommit') {
      return only.statement.operations.some(({ kind }) => kind === 'do block')
        ? '1 statement, which commits on its way: a failure leaves part of it'
        : '1 statement, which may commit on its way: a failure can leave part of it';
    }
    const commit = transactions[0]?.kind === 'autocommit' ? 'committed as it ends' : 'one transaction';
    return `1 statement, ${commit}: a failure leaves ${leftOfFailure(program)}`;
  }
  if (transactions.every(({ kind }) => kind === 'autocommit')) {
    return atomic
      ? `${count}, no transaction: only one of them changes something`
      : `${count}, no transaction: a failure leaves part of it`;
  }
  const how = transactions.length === 1 ? 'one transaction' : `${transactions.length} transactions`;
  return atomic
    ? `${count}, ${how}: a failure leaves ${leftOfFailure(program)}`
    : `${count}, ${how}: a failure leaves what was committed before it`;
}
