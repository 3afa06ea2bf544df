import { deriveDirt } from '../faults/dirt/derive';
import { freshColumns } from '../faults/dirt/fresh';
import type { Dirt } from '../faults/dirt/recipe';
import type { DirtSituation } from '../faults/dirt/situation';
import type { PlannedCell } from '../model/fault';
import type { CellDirt } from '../model/simulation';
import type { State } from '../model/state';
import { isExecuted } from '../model/steps';
import { repairCandidates } from '../recovery/repair-candidates';
import type { Repair } from '../recovery/repairs';
import { replaySteps } from '../schema/virtual-schema';
import { capture } from './capture';
import { fingerprintsOf } from './fingerprints';
import type { Laboratory } from './laboratory';
import { type FailedExperiment, type Observation, observe } from './observe';
import { runPlainly } from './run';
import type { Trace } from './trace';

const reasonsTold = 2;

/** The state before a dirty cell, and what of it is dirty. */
interface Dirty {
  readonly candidate: Dirt;
  readonly dirt: CellDirt;
  readonly database: string;
}

/**
 * Runs one cell from a state before that holds rows on which its statement fails. The rows are derived, put in, and proven by the run itself:
 * it must fail at this very statement, and as such rows make it fail. The observation has a trace of its own.
 */
export async function observeDirty(laboratory: Laboratory, trace: Trace, cell: PlannedCell): Promise<Observation | FailedExperiment> {
  const number = cell.point.statement ?? 0;
  const situation = situationAt(trace, number);
  if (trace.failsByItself?.statement === number)
    return {
      cell,
      status: 'impossible',
      why: `No row has to be added: the migration fails by itself at this statement (${trace.failsByItself.message}).`,
    };
  if (situation === undefined) return { cell, why: `There is no statement ${number}.`, status: 'impossible' };
  const { candidates, otherwise, besides = 'No row was found that breaks it.' } = deriveDirt(situation);
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const tried = await attempt(laboratory, trace, cell, candidate);
    if (!('unbroken' in tried)) return tried;
    reasons.push(`${candidate.description} (${tried.unbroken.replace(/\.$/, '')})`);
  }
  const why = reasons.length === 0 ? otherwise : `${besides} Tried: ${reasons.slice(0, reasonsTold).join('; ')}.`;
  return { cell, why, status: 'impossible' };
}

function situationAt(trace: Trace, number: number): DirtSituation | undefined {
  const { statements, execution } = trace.migration.up;
  const statement = statements[number - 1];
  const earlier = statements.slice(0, number - 1);
  const current = replaySteps(trace.before.catalog, earlier, trace.plan.engine, execution).at(-1);
  if (statement === undefined || current === undefined) return undefined;
  return {
    engine: trace.plan.engine.name,
    statement,
    earlier,
    before: trace.before.catalog,
    current,
    bookkeeping: trace.framework.run(trace.migration.engine).bookkeepingTables,
  };
}

/** What the run showed where the rows did not break the statement. */
interface Unbroken {
  readonly unbroken: string;
}

async function attempt(
  laboratory: Laboratory,
  trace: Trace,
  cell: PlannedCell,
  candidate: Dirt,
): Promise<Observation | FailedExperiment | Unbroken> {
  const source = {
    seed: trace.seed,
    fresh: (table: string) => freshColumns(table, trace.before.catalog, trace.after?.catalog),
  };
  const database = await laboratory.clone(trace.beforeDatabase);
  let kept = false;
  try {
    const made = await laboratory.engine.makeDirt(laboratory.sandbox.address(database), candidate, source);
    if ('why' in made) return { unbroken: made.why };
    const observed = await observe(laboratory, { ...trace, beforeDatabase: database }, cell);
    if ('why' in observed) return { unbroken: observed.why };
    const unbroken = whyUnbroken(observed, candidate);
    if (unbroken !== undefined) {
      await leave(laboratory, observed);
      return { unbroken };
    }
    try {
      const derived = await derive(laboratory, trace, observed, { candidate, dirt: made, database });
      kept = true;
      return { ...observed, trace: derived };
    } finally {
      if (!kept) await leave(laboratory, observed);
    }
  } finally {
    if (!kept) await laboratory.drop(database);
  }
}

async function leave(laboratory: Laboratory, { execution, database }: Observation): Promise<void> {
  await execution.close();
  await laboratory.drop(database);
}

/** Why the run does not prove that these rows break this statement; undefined when it does. */
function whyUnbroken({ cell, outcome }: Observation, { errors }: Dirt): string | undefined {
  const { statement = 0 } = cell.point;
  if (outcome.statements.some(({ index }) => index >= statement)) return 'the statement took it';
  const failed = outcome.statements.length + 1;
  const { code = '', message = outcome.result } = outcome.error ?? {};
  if (failed !== statement) return `statement ${failed} is refused before it: ${message}`;
  return errors.some((expected) => code.startsWith(expected)) ? undefined : `the statement failed for another reason: ${message}`;
}

/** What the migration does from the dirty state: it fails there, and ends in `after` once the rows are repaired. */
async function derive(laboratory: Laboratory, trace: Trace, { cell, outcome }: Observation, dirty: Dirty): Promise<Trace> {
  const { dirt, database } = dirty;
  const before = await capture(laboratory, database, { ...trace.reading, columnHashes: true });
  const repaired = await afterRepair(laboratory, trace, cell, dirty);
  const after = repaired?.after ?? trace.after;
  const reference = { before, ...(after !== undefined && { after }) };
  return {
    ...trace,
    dirt,
    ...(repaired !== undefined && { repair: repaired.repair }),
    beforeDatabase: database,
    ...reference,
    failsByItself: { statement: cell.point.statement ?? 0, code: outcome.error?.code ?? '', message: outcome.error?.message ?? '' },
    fingerprints: fingerprintsOf(reference),
  };
}

interface Repaired {
  readonly repair: Repair;
  /** Where the migration ends when the dirty rows are repaired before it. */
  readonly after: State;
}

/** Undefined when no repair is known after which the migration runs through. */
async function afterRepair(
  laboratory: Laboratory,
  trace: Trace,
  cell: PlannedCell,
  { candidate, database }: Dirty,
): Promise<Repaired | undefined> {
  const statement = trace.migration.up.statements[(cell.point.statement ?? 0) - 1];
  for (const repair of repairCandidates(candidate, statement, trace.before.catalog, trace.plan.engine)) {
    const after = await runRepaired(laboratory, trace, database, repair);
    if (after !== undefined) return { repair, after };
  }
  return undefined;
}

async function runRepaired(laboratory: Laboratory, trace: Trace, database: string, { steps }: Repair): Promise<State | undefined> {
  const texts = steps.filter(isExecuted).map(({ text }) => text);
  return laboratory.withClone(database, async (repaired) => {
    const executed = await laboratory.engine.executeSteps(laboratory.sandbox.address(repaired), texts, laboratory.signal);
    if (!executed.ok) return undefined;
    const outcome = await runPlainly(laboratory, repaired, trace.carrier);
    return outcome.result === 'success' ? capture(laboratory, repaired, { ...trace.reading, columnHashes: true }) : undefined;
  });
}
