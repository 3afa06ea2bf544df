import type { Carrier, ExecutionOutcome } from '../engines/carrier';
import type { LoadTools } from '../engines/engine';
import type { LoadRecord, Workload } from '../engines/load';
import { attributeErrors } from '../faults/load-errors';
import type { ExecutionPlan } from '../model/plan';
import { postgresLockModes } from '../model/plan';
import type { LoadSummary, SimulatedLoad, SimulatedStatement } from '../model/simulation';
import type { Laboratory } from './laboratory';
import { bareStatements, round } from './statements';

/** More tables than these are left alone: each costs three sessions. */
const greatestTables = 4;

export interface LoadSubject {
  readonly carrier: Carrier;
  readonly beforeDatabase: string;
  readonly plan: ExecutionPlan;
  /** As measured: the tables that they lock are the ones to work on. */
  readonly statements: readonly SimulatedStatement[];
  readonly bookkeepingTables: readonly string[];
  readonly seed: number;
  /** Sessions for each kind of request on each table. */
  readonly sessionsPerRequest: number;
}

/** Runs the migration once more, with an application at work beside it. Undefined when it touches no table that was there before. */
export async function runUnderLoad(laboratory: Laboratory, subject: LoadSubject): Promise<SimulatedLoad | undefined> {
  const { load: tools } = laboratory.engine;
  const { tables, left } = tablesToWorkOn(subject);
  if (tools === undefined || tables.length === 0) return undefined;
  return laboratory.withClone(subject.beforeDatabase, async (database) => {
    const workload = await workloadFor(laboratory, tools, subject, database, tables);
    if (workload.requests.length === 0) return undefined;
    const { record, outcome, sessions } = await loadedRun(laboratory, tools, subject, database, workload);
    return describe(subject, record, sessions, [...workload.notes, ...left, ...ownTrouble(outcome)]);
  });
}

/** Tables that statements lock, the strongest locks first. */
function tablesToWorkOn({ statements, bookkeepingTables }: LoadSubject) {
  const modes: readonly string[] = postgresLockModes;
  const strongest = new Map<string, number>();
  for (const { relation, table = relation, mode } of statements.flatMap(({ locks }) => locks)) {
    if (bookkeepingTables.some((name) => name === table || name === `public.${table}`)) continue;
    strongest.set(table, Math.max(strongest.get(table) ?? -1, modes.indexOf(mode)));
  }
  const tables = [...strongest].sort(([, left], [, right]) => right - left).map(([table]) => table);
  const left = tables
    .slice(greatestTables)
    .map((table) => `${table}: left alone, as ${greatestTables} other tables are locked more strongly`);
  return { tables: tables.slice(0, greatestTables), left };
}

async function workloadFor(
  laboratory: Laboratory,
  { makeWorkload }: LoadTools,
  { seed, beforeDatabase }: LoadSubject,
  database: string,
  tables: readonly string[],
) {
  const address = laboratory.sandbox.address(database);
  return laboratory.withClone(beforeDatabase, (scratch) =>
    makeWorkload({ address, scratch: laboratory.sandbox.address(scratch), tables, seed }),
  );
}

async function loadedRun(laboratory: Laboratory, tools: LoadTools, subject: LoadSubject, database: string, { requests }: Workload) {
  const { carrier, plan, seed, sessionsPerRequest } = subject;
  const address = laboratory.sandbox.address(database);
  const bare = bareStatements(plan);
  const load = await tools.start({ address, requests, sessionsPerRequest, bare, seed });
  try {
    const execution = carrier.start({ address, instrument: load, signal: laboratory.signal });
    try {
      const outcome = await execution.outcome;
      return { outcome, sessions: load.sessionCount, record: await load.finish() };
    } finally {
      await execution.close();
    }
  } finally {
    await load.close();
  }
}

/** A migration that runs alone and fails beside an application says something, too. */
function ownTrouble({ result, error }: ExecutionOutcome): readonly string[] {
  return result === 'success' ? [] : [`the migration itself did not get through: ${error?.code ?? ''} ${error?.message ?? result}`];
}

function describe(subject: LoadSubject, record: LoadRecord, sessions: number, notes: readonly string[]): SimulatedLoad {
  const { statements } = subject;
  const zero = Math.min(...record.timeline.map(({ startMs }) => startMs), record.endedMs);
  const at = (milliseconds: number) => round(Math.max(0, milliseconds - zero));
  const blocked = record.attempts.flatMap((attempt) => {
    const { blockedBy: statement, session, request, startMs, endMs } = attempt;
    if (statement === undefined || attempt.phase === 'before') return [];
    return [{ session, startMs: at(startMs), endMs: at(endMs), operation: request.operation, relation: request.relation, statement }];
  });
  const errors = attributeErrors(record.attempts, statements).map((error) => ({
    ...error,
    firstMs: at(error.firstMs),
    lastMs: at(error.lastMs),
  }));
  return {
    sessions,
    durationMs: at(record.endedMs),
    timeline: record.timeline.map(({ statement, startMs, endMs, releasedMs }) => ({
      statement,
      startMs: at(startMs),
      endMs: at(endMs),
      releasedMs: at(releasedMs),
      locks: (statements.find(({ index }) => index === statement)?.locks ?? []).map(({ heldMs: _, ...lock }) => lock),
    })),
    blocked: blocked.sort((left, right) => left.startMs - right.startMs || left.session - right.session),
    errors,
    summary: summarise(record, blocked, errors),
    notes,
  };
}

function summarise(record: LoadRecord, blocked: SimulatedLoad['blocked'], errors: SimulatedLoad['errors']): LoadSummary {
  const waits = blocked.map(({ startMs, endMs }) => endMs - startMs);
  const during = record.attempts.filter(({ phase }) => phase !== 'before');
  return {
    requests: during.length,
    blockedRequests: blocked.length,
    blockedMs: round(waits.reduce((sum, wait) => sum + wait, 0)),
    longestBlockedMs: round(Math.max(0, ...waits)),
    errors: errors.reduce((sum, { count }) => sum + count, 0),
    latencyBeforeMs: round(median(record.attempts.filter(({ phase }) => phase === 'before').map(({ realMs }) => realMs))),
    // A request that waited did so by the clock that stands still in pauses; the others never noticed those.
    latencyDuringMs: round(
      median(during.map(({ blockedBy, realMs, startMs, endMs }) => (blockedBy === undefined ? realMs : endMs - startMs))),
    ),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
