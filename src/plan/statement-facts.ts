import type { Statement } from '../model/migration';
import { type CostClass, type PlannedLock, postgresLockModes } from '../model/plan';
import { nestedDefinitions } from '../parse/postgres/nested';
import type { Fact } from './fact';
import { operationFact } from './facts';
import type { Situation } from './situation';

/** Dearest last. What is unknown counts as more than a data change: somebody should look. */
const costOrder: readonly CostClass[] = ['none', 'metadata', 'data', 'unknown', 'scan', 'build', 'rewrite'];

/** What a statement locks, and what the dearest thing that it does costs. */
export function statementFacts(statement: Statement, situation: Situation): Fact {
  if (statement.unreadable !== undefined) {
    return { locks: [], cost: 'unknown', because: 'The statement could not be read, so what it locks and costs is not known' };
  }
  const facts = statement.operations.map((operation) => operationFact(operation, situation));
  const inside = locksOfBlock(statement, situation);
  const [only] = facts;
  if (only !== undefined && facts.length === 1) {
    const locks = [...only.locks, ...inside];
    return locks.length < 2 && inside.length === 0 ? only : { ...only, locks: strongest(locks) };
  }
  let dearest: Fact = { locks: [], cost: 'none', because: 'It changes nothing in the database' };
  for (const fact of facts) {
    if (costOrder.indexOf(fact.cost) > costOrder.indexOf(dearest.cost)) dearest = fact;
  }
  return { ...dearest, locks: strongest(facts.flatMap(({ locks }) => locks)) };
}

/** What a DO block says for certain, were it under an IF: where it changes definitions, the locks are those of its statements. */
function locksOfBlock(statement: Statement, situation: Situation): readonly PlannedLock[] {
  return nestedDefinitions(statement).flatMap(({ operations }) =>
    operations.flatMap((operation) => operationFact(operation, situation).locks),
  );
}

/** One lock per relation. */
function strongest(locks: readonly PlannedLock[]): PlannedLock[] {
  const byRelation = new Map<string, PlannedLock>();
  for (const lock of locks) {
    const other = byRelation.get(lock.relation);
    if (other === undefined || strength(lock) > strength(other)) byRelation.set(lock.relation, lock);
  }
  return [...byRelation.values()];
}

function strength(lock: PlannedLock): number {
  return (postgresLockModes as readonly string[]).indexOf(lock.mode);
}
