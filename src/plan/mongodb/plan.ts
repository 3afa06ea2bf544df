import type { Catalog } from '../../model/catalog';
import type { Migration, Program, Statement } from '../../model/migration';
import type { ExecutionPlan, PlannedStatement, PlannedTransaction } from '../../model/plan';
import type { SearchedCatalog } from '../../schema/lookup';
import { changesNothing } from '../summary';
import { mongodbFacts } from './facts';
import { refusalInTransaction } from './in-transaction';
import { CollectionCourse, type MongodbSituation } from './situation';
import { groupMongodbTransactions } from './transactions';
import { keptInPart } from './writes';

/**
 * A program as it runs on MongoDB. `schemas` holds the schema before each statement. Outside of transactions every command commits by
 * itself, and one that writes several documents does so document by document.
 */
export function planMongodbProgram(
  { engine }: Migration,
  program: Program,
  before: Catalog,
  schemas: readonly SearchedCatalog[],
): ExecutionPlan {
  const transactions = groupMongodbTransactions(program);
  const transactionOf = new Map(transactions.flatMap(({ index, statements }) => statements.map((number) => [number, index] as const)));
  const course = new CollectionCourse();
  const statements = program.statements.map((statement, position): PlannedStatement => {
    const transaction = transactionOf.get(statement.index) ?? 1;
    const situation: MongodbSituation = { engine, catalog: schemas[position] ?? before, course, transaction };
    const { locks, cost, because } = mongodbFacts(statement, situation);
    const refusal = refusalOf(statement, situation);
    course.follow(statement, transaction);
    return {
      statement,
      transaction,
      locks,
      cost,
      because,
      transactional: refusal === undefined,
      ...(refusal !== undefined && { refusal }),
    };
  });
  const changing = statements.filter(({ statement }) => !changesNothing(statement));
  const kinds = new Map(transactions.map(({ index, kind }) => [index, kind]));
  const isApart = (planned: PlannedStatement) => (kinds.get(planned.transaction) ?? 'autocommit') === 'autocommit';
  const inParts = changing.filter((planned) => isApart(planned) && keptInPart(planned.statement));
  const refused = changing.find((planned) => !planned.transactional && !isApart(planned));
  const atomic = inParts.length === 0 && new Set(changing.map(({ transaction }) => transaction)).size <= 1;
  const summary = summarise(program, { transactions, changing, inParts, refused, atomic });
  return { engine, direction: program.direction, transactions, statements, atomic, summary };
}

/** Why the server refuses the statement in a transaction; undefined where it does not. */
function refusalOf({ operations }: Statement, situation: MongodbSituation): string | undefined {
  for (const operation of operations) {
    const why = operation.kind === 'document command' ? refusalInTransaction(operation, situation) : undefined;
    if (why !== undefined) return why;
  }
  return undefined;
}

interface Course {
  readonly transactions: readonly PlannedTransaction[];
  readonly changing: readonly PlannedStatement[];
  /** Those that can end half done. */
  readonly inParts: readonly PlannedStatement[];
  /** The first that its transaction can't take. */
  readonly refused: PlannedStatement | undefined;
  readonly atomic: boolean;
}

/** One sentence on what a failure leaves. */
function summarise({ execution, statements }: Program, { transactions, changing, inParts, refused, atomic }: Course): string {
  if (execution.refused !== undefined) return `It will not run: ${execution.refused}`;
  if (statements.length === 0) return 'There is nothing to run.';
  const count = `${statements.length} ${statements.length === 1 ? 'command' : 'commands'}`;
  if (refused !== undefined)
    return `${count}, of which number ${refused.statement.index} can’t run in a transaction and is refused: the migration always fails`;
  if (changing.length === 0) return `${count}: nothing is changed`;
  if (atomic) {
    if (transactions.some(({ kind }) => kind !== 'autocommit')) return `${count}, one transaction: a failure leaves nothing behind`;
    return statements.length === 1
      ? '1 command, done as a whole: a failure leaves nothing behind'
      : `${count}, of which one changes something: a failure leaves nothing behind`;
  }
  if (changing.length === 1) return `${count}, which writes document by document: a failure leaves part of it`;
  const explicit = transactions.filter(({ kind }) => kind !== 'autocommit').length;
  if (explicit > 0) {
    const how = explicit === 1 ? 'one transaction and' : `${explicit} transactions and`;
    const apart = changing.filter(
      (planned) => transactions.find(({ index }) => index === planned.transaction)?.kind === 'autocommit',
    ).length;
    return apart === 0
      ? `${count}, ${explicit} transactions: a failure leaves what was committed before it`
      : `${count}, ${how} ${apart} outside: a failure leaves what was committed before it`;
  }
  const parts = inParts.length === 0 ? '' : `, ${inParts.length} of them document by document`;
  return `${count}, no transaction${parts}: a failure leaves part of it`;
}
