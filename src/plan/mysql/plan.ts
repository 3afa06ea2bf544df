import type { Catalog } from '../../model/catalog';
import { engineLabel } from '../../model/engine';
import type { Migration, Program } from '../../model/migration';
import type { ExecutionPlan, PlannedStatement, PlannedTransaction } from '../../model/plan';
import type { SearchedCatalog } from '../../schema/lookup';
import { checksForeignKeysAfter } from '../../schema/mysql/foreign-key-checks';
import { CreatedRelations, withNewRelations } from '../situation';
import { changesNothing, leftOfFailure } from '../summary';
import { mysqlFacts } from './facts';
import { commitsImplicitly, isDefinition } from './implicit-commit';
import { type MysqlSituation, storageWithoutTransactions } from './situation';
import { groupMysqlTransactions } from './transactions';

/**
 * A program as it runs on MySQL or MariaDB. `schemas` holds the schema before each statement. Every statement that changes the shape of
 * the database commits by itself, so what a failure leaves is said by counting what commits apart.
 */
export function planMysqlProgram(
  migration: Migration,
  program: Program,
  before: Catalog,
  schemas: readonly SearchedCatalog[],
): ExecutionPlan {
  const { engine } = migration;
  const transactions = groupMysqlTransactions(program);
  const transactionOf = new Map(transactions.flatMap(({ index, statements }) => statements.map((number) => [number, index] as const)));
  const created = new CreatedRelations(program.statements, before);
  let foreignKeyChecks = true;
  const statements = program.statements.map((statement, position): PlannedStatement => {
    const situation: MysqlSituation = {
      version: engine.major,
      engine,
      catalog: schemas[position] ?? before,
      created: created.before(position),
      foreignKeyChecks,
    };
    const { locks, cost, because, work } = mysqlFacts(statement, situation);
    const keepsRows = storageWithoutTransactions(situation, statement);
    foreignKeyChecks = checksForeignKeysAfter(statement.operations, foreignKeyChecks);
    return {
      statement,
      transaction: transactionOf.get(statement.index) ?? 1,
      locks: withNewRelations(locks, situation),
      cost,
      because,
      transactional: true,
      ...(work !== undefined && { work }),
      ...(keepsRows !== undefined && { keepsRows }),
      ...(commitsImplicitly(statement) && { commits: true as const }),
    };
  });
  const changing = statements.filter((planned) => !changesNothing(planned.statement));
  const keeping = statements.find(({ keepsRows }) => keepsRows !== undefined)?.keepsRows;
  const atomic = keeping === undefined && new Set(changing.map(({ transaction }) => transaction)).size <= 1;
  const told = summarise(program, transactions, changing, atomic);
  const summary = keeping === undefined ? told : `${told}, and of a ${keeping} table each row that was written`;
  return {
    engine,
    direction: program.direction,
    transactions,
    statements,
    atomic,
    summary: summary.replace('ENGINE', engineLabel(engine)),
  };
}

/** One sentence on what a failure leaves. */
function summarise(
  program: Program,
  transactions: readonly PlannedTransaction[],
  changing: readonly PlannedStatement[],
  atomic: boolean,
): string {
  const { refused, wrapped } = program.execution;
  const { statements } = program;
  if (refused !== undefined) return `It will not run: ${refused}`;
  if (statements.length === 0) return 'There is nothing to run.';
  const count = `${statements.length} ${statements.length === 1 ? 'statement' : 'statements'}`;
  const definitions = changing.filter(({ statement }) => isDefinition(statement)).length;
  if (atomic) {
    const left = leftOfFailure(program);
    if (statements.length === 1) return `1 statement, committed as it ends: a failure leaves ${left}`;
    return changing.length <= 1
      ? `${count}, of which ${changing.length === 0 ? 'none' : 'one'} changes something: a failure leaves ${left}`
      : `${count}, one transaction: a failure leaves ${left}`;
  }
  if (definitions === 0) {
    const apart = transactions.every(({ kind }) => kind === 'autocommit');
    return apart
      ? `${count}, no transaction: a failure leaves part of it`
      : `${count}, ${transactions.length} transactions: a failure leaves what was committed before it`;
  }
  const which = definitions === statements.length ? 'each' : `${definitions === 1 ? 'one' : definitions} of them`;
  const useless = wrapped ? ', also in a transaction' : '';
  return `${count}: ENGINE commits ${which} by itself${useless}; a failure leaves what came before it`;
}
