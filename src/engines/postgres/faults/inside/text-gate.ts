import { topLevelTokens } from './touched-rows';

/** The advisory lock that a statement with a gate in it waits for; "faultgat" in ASCII. */
export const textGateKey = '7377306773245224308';

/**
 * An INSERT, UPDATE or DELETE that waits for an advisory lock when it has written its first row, does the same otherwise, and keeps no lock:
 * for where nothing else can be held that it would wait for, as its own transaction has it already. Undefined for every other statement.
 */
export function withTextGate(text: string): string | undefined {
  const tokens = topLevelTokens(text);
  const [first] = tokens;
  const verb = first?.word === 'with' ? tokens.find(({ word }) => statementVerbs.has(word)) : first;
  if (verb === undefined || !writingVerbs.has(verb.word)) return undefined;
  const returning = tokens.some(({ word, start }) => word === 'returning' && start > verb.start);
  // A query without FROM is evaluated once, when its value is first needed (manual, "Scalar Subqueries"); CASE in the order of its parts.
  return `${text}\n${returning ? ',' : 'RETURNING'} (SELECT CASE WHEN pg_catalog.pg_advisory_lock_shared(${textGateKey}) IS NOT NULL THEN pg_catalog.pg_advisory_unlock_shared(${textGateKey}) END)`;
}

const writingVerbs: ReadonlySet<string> = new Set(['insert', 'update', 'delete']);
const statementVerbs: ReadonlySet<string> = new Set([...writingVerbs, 'select', 'merge', 'values', 'table']);
