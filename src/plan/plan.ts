import { type Catalog, emptyCatalog } from '../model/catalog';
import { type Engine, isMysqlFamily } from '../model/engine';
import type { Migration, Program } from '../model/migration';
import type { ExecutionPlan, PlannedStatement, PlannedTransaction } from '../model/plan';
import { replaySteps } from '../schema/virtual-schema';
import { planMongodbProgram } from './mongodb/plan';
import { planMysqlProgram } from './mysql/plan';
import { CreatedRelations, type Situation, withNewRelations } from './situation';
import { statementFacts } from './statement-facts';
import { changesNothing, summarise } from './summary';
import { commitsInside, isTransactional } from './transactional';
import { groupIntoTransactions } from './transactions';

/**
 * The migration as it will run: its statements in the transactions that framework and server make of them, each with the locks it takes
 * and what it costs on the migration's engine version. `before` is the schema that the program meets; without it every table counts as
 * an existing one of unknown shape. A direction that the migration does not have gives an empty plan.
 */
export function planProgram(migration: Migration, direction: 'up' | 'down', before: Catalog = emptyCatalog): ExecutionPlan {
  const program = direction === 'up' ? migration.up : migration.down;
  const { engine } = migration;
  if (program === undefined) {
    return { engine, direction, transactions: [], statements: [], atomic: true, summary: 'There is no rollback.' };
  }
  if (isMysqlFamily(engine)) {
    return planMysqlProgram(migration, program, before, replaySteps(before, program.statements, engine));
  }
  if (engine.name === 'mongodb') {
    return planMongodbProgram(migration, program, before, replaySteps(before, program.statements, engine));
  }
  const transactions = groupIntoTransactions(program);
  const statements = planStatements(program, transactions, before, engine);
  const atomic = isAtomic(transactions, statements);
  return { engine, direction, transactions, statements, atomic, summary: summarise(program, transactions, statements, atomic) };
}

function planStatements(
  program: Program,
  transactions: readonly PlannedTransaction[],
  before: Catalog,
  engine: Engine,
): PlannedStatement[] {
  const transactionOf = new Map<number, number>();
  for (const { index, statements } of transactions) for (const number of statements) transactionOf.set(number, index);
  const schemas = replaySteps(before, program.statements, engine, program.execution);
  const created = new CreatedRelations(program.statements, before);
  return program.statements.map((statement, position): PlannedStatement => {
    const situation: Situation = { version: engine.major, catalog: schemas[position] ?? before, created: created.before(position) };
    const { locks, cost, because } = statementFacts(statement, situation);
    const transaction = transactionOf.get(statement.index) ?? 1;
    return {
      statement,
      transaction,
      locks: withNewRelations(locks, situation),
      cost,
      because,
      transactional: isTransactional(statement),
    };
  });
}

/**
 * A failure leaves nothing behind when all that changes something is in one transaction, and nothing of it works outside of
 * transactions (CREATE INDEX CONCURRENTLY commits in between; a failed one leaves an invalid index) or commits on its way (batches in a DO block).
 */
function isAtomic(transactions: readonly PlannedTransaction[], statements: readonly PlannedStatement[]): boolean {
  const changing = statements.filter((planned) => !changesNothing(planned.statement));
  if (changing.some(({ transaction }) => transaction !== changing[0]?.transaction)) return false;
  const kinds = new Map(transactions.map(({ index, kind }) => [index, kind]));
  const isAlone = (transaction: number): boolean => kinds.get(transaction) === 'autocommit';
  return changing.every(
    ({ statement, transactional, transaction }) => !isAlone(transaction) || (transactional && !commitsInside(statement)),
  );
}
