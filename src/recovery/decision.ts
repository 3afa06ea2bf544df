import type { CellResult, DecisionFact, RecoveryPlan } from '../model/simulation';
import type { State } from '../model/state';
import { isExecuted } from '../model/steps';
import { sessionWordsOf } from './dialect';
import { keepsHistory } from './history';
import type { RecoverySituation } from './situation';

type Retry = NonNullable<CellResult['retry']>['outcome'];

/** What a decision between back and forward rests on: measurements, not opinions. */
export interface DecisionInput {
  readonly situation: Pick<
    RecoverySituation,
    'completed' | 'migration' | 'protocol' | 'plan' | 'before' | 'after' | 'partial' | 'retryReaches'
  >;
  readonly back: RecoveryPlan;
  readonly forward: RecoveryPlan;
}

export interface Decision {
  readonly recommended: 'back' | 'forward';
  readonly because: string;
  readonly decision: { readonly facts: readonly DecisionFact[] };
}

/**
 * Forward only with a proven retry or a verified plan, where what happened is told apart from the rest; back where data is damaged or the
 * outcome is unsure, as long as nothing is lost by it.
 */
export function decide(input: DecisionInput): Decision {
  return { ...recommend(input), decision: { facts: factsOf(input) } };
}

type Recommendation = Pick<Decision, 'recommended' | 'because'>;

function recommend({ situation, back, forward }: DecisionInput): Recommendation {
  if (forward.verified && !back.verified) {
    const why = back.loses === undefined ? 'the way back could not be verified' : `the way back loses ${back.loses}`;
    return { recommended: 'forward', because: `The way forward was executed and ended in after; ${why}.` };
  }
  if (back.verified && !forward.verified) {
    const why =
      forward.loses === undefined
        ? `the way forward is not proven: ${forward.problem ?? 'it did not end in exactly the state after'}`
        : `the way forward loses ${forward.loses}`;
    return { recommended: 'back', because: `The way back was executed and ended in before; ${withFullStop(why)}` };
  }
  if (back.verified && forward.verified) return bothVerified(situation, back, forward);
  if (forward.verifiedExceptLoss && !back.verifiedExceptLoss) {
    return {
      recommended: 'forward',
      because: `Neither way is without loss; the way forward was proven in all but ${forward.loses ?? 'that'}.`,
    };
  }
  const lost =
    back.loses === undefined ? ': restore the database to a point before the migration' : `. What is lost that way: ${back.loses}`;
  return {
    recommended: 'back',
    because: `Neither way could be verified. When unsure, go back${lost}. Writes made since then are lost by a restore.`,
  };
}

const withFullStop = (text: string) => (text.endsWith('.') ? text : `${text}.`);

function bothVerified(
  { completed, migration, protocol, retryReaches }: DecisionInput['situation'],
  back: RecoveryPlan,
  forward: RecoveryPlan,
): Recommendation {
  const total = migration.up.statements.length;
  const failing = (plan: RecoveryPlan) => plan.checks?.find(({ passed }) => !passed);
  const [badBack, badForward] = [failing(back), failing(forward)];
  if (badForward !== undefined && badBack === undefined)
    return { recommended: 'back', because: `Both ways were verified, but after the way forward this does not hold: ${badForward.title}.` };
  if (badBack !== undefined && badForward === undefined)
    return { recommended: 'forward', because: `Both ways were verified, but after the way back this does not hold: ${badBack.title}.` };
  if (completed >= total) {
    const left = keepsHistory({ protocol }) ? 'only the record of it is missing' : 'it only has to be kept from being run again';
    return { recommended: 'forward', because: `Both ways were verified, and all statements are done: ${left}.` };
  }
  if (retryReaches === 'after')
    return { recommended: 'forward', because: 'Both ways were verified, and running the migration again was tried: it ended in after.' };
  if (completed > 0 && executable(forward) < executable(back)) {
    const left = total - completed;
    return {
      recommended: 'forward',
      because: `Both ways were verified; forward is shorter: ${completed} of ${total} statements are done, ${left} ${left === 1 ? 'is' : 'are'} left.`,
    };
  }
  return {
    recommended: 'back',
    because: 'Both ways were verified. Going back leaves time to find out why it failed before it is run again.',
  };
}

const executable = (plan: RecoveryPlan) => plan.steps.filter(isExecuted).length;

const retryWords: Record<Retry, string> = {
  after: 'tried: it ends in after',
  before: 'tried: it reports success and changes nothing',
  error: 'tried: it stops with an error',
  differs: 'tried: it ends in another state',
};

const ofTables = { table: 'table', differ: 'Rows that differ' };
const ofCollections = { table: 'collection', differ: 'Documents that differ' };

function factsOf({ situation, back, forward }: DecisionInput): DecisionFact[] {
  const { completed, migration, partial, plan, before, after, retryReaches } = situation;
  const total = migration.up.statements.length;
  const words = plan.engine.name === 'mongodb' ? ofCollections : ofTables;
  const lock = (way: RecoveryPlan) =>
    sessionWordsOf(plan.engine).strongestLock(way.steps, partial.catalog, plan.engine) ??
    `none on a ${plan.engine.name === 'mongodb' ? 'collection' : 'table'}`;
  const took = ({ durationMs }: RecoveryPlan) => (durationMs === undefined ? 'not executed' : `${durationMs} ms`);
  const facts: (DecisionFact | undefined)[] = [
    { name: 'Statements', back: `${completed} of ${total} to take back`, forward: `${Math.max(0, total - completed)} of ${total} left` },
    { name: 'Executed and compared', back: proof(back), forward: proof(forward) },
    { name: 'Validation', back: validation(back), forward: validation(forward) },
    { name: 'Is lost', back: back.loses ?? 'nothing', forward: forward.loses ?? 'nothing' },
    retryReaches && { name: 'Running the migration again', back: 'from before, as the first time', forward: retryWords[retryReaches] },
    {
      name: words.differ,
      back: rowsApart(before, partial, words.table),
      forward: after === undefined ? 'not known' : rowsApart(after, partial, words.table),
    },
    { name: 'Took here', back: took(back), forward: took(forward) },
    { name: 'Strongest lock', back: lock(back), forward: lock(forward) },
    { name: 'Later writes', back: laterWrites(back), forward: laterWrites(forward) },
  ];
  return facts.flatMap((fact) => fact ?? []);
}

function proof(plan: RecoveryPlan): string {
  if (plan.verified) return `yes, ${executable(plan)} ${executable(plan) === 1 ? 'step' : 'steps'}`;
  return plan.verifiedExceptLoss ? 'in all but what is lost' : 'no';
}

function validation({ checks = [] }: RecoveryPlan): string {
  if (checks.length === 0) return 'not executed';
  return `${checks.filter(({ passed }) => passed).length} of ${checks.length} checks passed`;
}

/** Tables whose rows are others, with how many they have. */
function rowsApart(target: State, partial: State, noun: string): string {
  const wanted = new Map(target.data.map((data) => [data.table, data]));
  const differing = partial.data.filter((data) => wanted.get(data.table)?.rowsHash !== data.rowsHash);
  const gone = target.data.filter(({ table, rowCount }) => rowCount > 0 && !partial.data.some((data) => data.table === table));
  const name = (key: string) => key.replace(/^public\./, '');
  const told = [
    ...differing.map(({ table, rowCount }) => `${name(table)}: ${rowCount} now, ${wanted.get(table)?.rowCount ?? `no ${noun}`} there`),
    ...gone.map(({ table, rowCount }) => `${name(table)}: no ${noun} now, ${rowCount} there`),
  ];
  const more = told.length > 3 ? `, and ${told.length - 3} more ${noun}s` : '';
  return told.length === 0 ? 'none' : `${told.slice(0, 3).join('; ')}${more}`;
}

/** Takes rows, columns or documents away, whoever wrote them. */
const removes = /\bDROP (COLUMN|TABLE)\b|\bDELETE FROM\b|\.(drop|deleteMany|deleteOne)\(|\$unset\b/;

/** What others have written since the failure stays where statements repair; a restore goes back behind it. */
function laterWrites(plan: RecoveryPlan): string {
  const drops = plan.steps.some((step) => isExecuted(step) && removes.test(step.text));
  if (plan.verified) return drops ? 'stay, but for those to what is dropped or deleted' : 'stay';
  return plan.loses === undefined ? 'not known' : 'are lost where rows are restored';
}
