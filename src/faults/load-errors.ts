import type { LoadError, LoadOperation, SimulatedStatement } from '../model/simulation';

/** A request of the workload, as far as errors are concerned. */
export interface LoadedRequest {
  readonly request: { readonly operation: LoadOperation; readonly relation: string };
  readonly endMs: number;
  readonly error?: { readonly code: string; readonly message: string };
  /** The last statement of the migration that was done when it ended. */
  readonly behind: number;
  /** The one that was running then, or the last that ran. */
  readonly beside: number;
  readonly phase: 'before' | 'during' | 'after';
}

/** deadlock_detected, lock_not_available, query_canceled: what is running brings them about, not what is done. */
const ofLocks = new Set(['40P01', '55P03', '57014']);

/** Requests that failed alike as one entry each, put down to the statement that brought it about. */
export function attributeErrors(requests: readonly LoadedRequest[], statements: readonly SimulatedStatement[]): readonly LoadError[] {
  const found = new Map<string, LoadError>();
  for (const { request, endMs, error, behind, beside, phase } of requests) {
    if (error === undefined || phase === 'before') continue;
    const { operation, relation } = request;
    const statement = ofLocks.has(error.code) ? beside : culprit(error.message, relation, behind, statements);
    const key = JSON.stringify([operation, relation, error.code, statement]);
    const known = found.get(key);
    found.set(key, {
      operation,
      relation,
      code: error.code,
      message: known?.message ?? error.message,
      statement,
      firstMs: Math.min(known?.firstMs ?? endMs, endMs),
      lastMs: Math.max(known?.lastMs ?? endMs, endMs),
      count: (known?.count ?? 0) + 1,
      lasting: known?.lasting === true || phase === 'after',
    });
  }
  return [...found.values()].sort((left, right) => left.statement - right.statement || compare(left, right));
}

function compare(left: LoadError, right: LoadError): number {
  const key = ({ relation, operation, code }: LoadError) => `${relation} ${operation} ${code}`;
  return key(left) < key(right) ? -1 : 1;
}

/**
 * The statement after which a request fails. Several may have become visible at once, when their transaction ended: the server's message
 * names what it misses, and the last of them that speaks of most of that is the one; failing that, the last that locked the table.
 */
function culprit(message: string, relation: string, behind: number, statements: readonly SimulatedStatement[]): number {
  const done = statements.filter(({ index }) => index <= behind);
  const names = [...message.matchAll(/"([^"]+)"/g)].flatMap(([, name]) => name?.toLowerCase().split('.').at(-1) ?? []);
  const touching = done.filter(({ locks }) => locks.some((lock) => lock.relation === relation || lock.table === relation));
  const candidates = touching.length > 0 ? touching : done;
  const mentions = (text: string) =>
    names.filter((name) =>
      text
        .toLowerCase()
        .split(/[^\p{L}\p{N}_$]+/u)
        .includes(name),
    ).length;
  const most = Math.max(0, ...candidates.map(({ text }) => mentions(text)));
  return candidates.findLast(({ text }) => mentions(text) === most)?.index ?? behind;
}
