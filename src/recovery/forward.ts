import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import type { PlannedTransaction } from '../model/plan';
import type { RecoveryStep } from '../model/simulation';
import { catalogChanges } from '../rollback/changes';
import { isNamed, writtenTables } from '../rollback/rows';
import { dataBack } from './data';
import { recoveryDialectOf } from './dialect';
import { isDone } from './done';
import { evidenceOf } from './evidence';
import { historyForward } from './history';
import { writesNext } from './modes/half-backfill';
import type { FailureMode, ModeLoss } from './modes/mode';
import { modesFor } from './modes/registry';
import { asWritten, type DraftPlan, type RecoverySituation, sqlStep } from './situation';

/** Ways on to after: cleans up what was left, runs what remains as it is written, and records it. */
export function planForward(situation: RecoverySituation): DraftPlan[] {
  const { after, migration, completed } = situation;
  if (after === undefined) {
    return [
      {
        steps: [],
        impossible: 'The migration fails by itself: correct the statement that fails first. Until then there is only the way back.',
      },
    ];
  }
  const total = migration.up.statements.length;
  const from = completed + 1;
  const choices = modeChoices(situation);
  const [preferred] = choices;
  const drafts = choices.map((modes) => remaining(situation, modes, [], from));
  const half = halfBack(situation);
  if (half.length > 0) drafts.push(remaining(situation, preferred ?? [], half, from));
  if (completed < total) {
    // What was left of the interrupted statement may have been finished by cleaning up: then it must not run again.
    if (stepsOf(situation, preferred ?? [], 'first').length > 0) drafts.push(remaining(situation, preferred ?? [], [], from + 1));
    drafts.push(bySchema(situation));
  } else if (catalogChanges(situation.partial.catalog, after.catalog, { engine: situation.plan.engine }).length > 0) {
    drafts.push(bySchema(situation));
  }
  // Running it again was tried and ends in after: where no shorter way does, the whole of it is one.
  if (situation.retryReaches === 'after' && completed > 0) drafts.push(remaining(situation, preferred ?? [], [], 1));
  return drafts.map((draft) => withLosses(draft, lossesAnyway(situation)));
}

/** What the failure took, whatever is done about it. */
function lossesAnyway(situation: RecoverySituation): readonly ModeLoss[] {
  return modesFor(situation.plan.engine)
    .filter(({ trial }) => trial !== 'fallback')
    .flatMap((mode) => mode.losses(situation, 'forward'));
}

/** Which modes' steps are taken: first those that are wanted in any case and those preferred, then without the latter, then with all. */
function modeChoices(situation: RecoverySituation): (readonly FailureMode[])[] {
  const helpful = modesFor(situation.plan.engine).filter((mode) => mode.trial === 'sure' || mode.forward(situation).length > 0);
  const withTrials = (...trials: readonly FailureMode['trial'][]) => helpful.filter(({ trial }) => trials.includes(trial));
  const choices = [
    withTrials('sure', 'preferred'),
    withTrials('sure'),
    withTrials('sure', 'preferred', 'fallback'),
    withTrials('sure', 'fallback'),
  ];
  return choices.filter(
    (choice, place) =>
      choices.findIndex((other) => other.length === choice.length && other.every((mode) => choice.includes(mode))) === place,
  );
}

function stepsOf(situation: RecoverySituation, modes: readonly FailureMode[], place: FailureMode['place']): readonly RecoveryStep[] {
  return modes.filter((mode) => mode.place === place).flatMap((mode) => mode.forward(situation));
}

/** The steps of these modes around the statements that are left. */
function remaining(situation: RecoverySituation, modes: readonly FailureMode[], half: readonly RecoveryStep[], from: number): DraftPlan {
  const { plan, migration } = situation;
  const settings = from > migration.up.statements.length ? [] : sessionSettings(situation, from);
  return withLosses(
    {
      steps: [
        ...stepsOf(situation, modes, 'first'),
        ...half,
        ...settings,
        ...plan.transactions.flatMap((transaction) => transactionSteps(situation, transaction, from)),
        ...modes.flatMap((mode) => mode.forwardLast(situation)),
        ...stepsOf(situation, modes, 'last'),
        ...historyForward(situation),
      ],
    },
    modes.filter(({ trial }) => trial === 'fallback').flatMap((mode) => mode.losses(situation, 'forward')),
  );
}

function withLosses(draft: DraftPlan, losses: readonly ModeLoss[]): DraftPlan {
  if (losses.length === 0) return draft;
  const texts = [...(draft.loses === undefined ? [] : [draft.loses]), ...losses.map(({ text }) => text)];
  return { ...draft, loses: [...new Set(texts)].join('; '), loss: [...(draft.loss ?? []), ...losses.map(({ loss }) => loss)] };
}

/**
 * Takes back the half that the statement which did not finish has committed, so that it can run as a whole: where nothing before it wrote to
 * the same tables, and nothing is lost by it.
 */
function halfBack(situation: RecoverySituation): readonly RecoveryStep[] {
  const { migration, completed } = situation;
  if (!writesNext(situation)) return [];
  const evidence = evidenceOf(situation);
  const touched = evidence.map(({ table }) => table);
  const done = migration.up.statements.filter(({ index }) => index <= completed).flatMap(({ operations }) => operations);
  const isUnclear = done.some(
    (operation) =>
      operation.kind === 'do block' ||
      operation.kind === 'call' ||
      writtenTables(operation).some((name) => touched.some((table) => isNamed(name, table))),
  );
  if (touched.length === 0 || isUnclear) return [];
  const { numbersAgain } = recoveryDialectOf(situation.plan.engine);
  const { steps, losses } = dataBack(situation);
  return losses.length > 0
    ? []
    : [...steps, ...evidence.filter(({ added }) => added.length > 0).flatMap(({ table }) => numbersAgain(situation.partial, table))];
}

/** The statements of one transaction from number `from` on, in one step when the server takes them together. */
function transactionSteps(situation: RecoverySituation, transaction: PlannedTransaction, from: number): RecoveryStep[] {
  const statements = transaction.statements
    .filter((index) => index >= from)
    .flatMap((index) => situation.migration.up.statements.find((statement) => statement.index === index) ?? []);
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined) return [];
  const body = statements.map(asWritten).join('\n');
  const opened = statements.length > 1 && transaction.kind !== 'explicit';
  const range = first === last ? `statement ${first.index}` : `statements ${first.index} to ${last.index}`;
  const text = opened ? `BEGIN;\n${body}\nCOMMIT;` : body;
  if (isDone(situation, first.index))
    return [sqlStep(`Run ${range} again`, 'Running the whole migration again was tried, and ends in the state after.', text)];
  return [
    sqlStep(
      `Run ${range}${first === last ? '' : ', in one transaction'}`,
      first === last
        ? 'It was not done yet.'
        : 'None of them was done yet: they are done together or not at all, as the framework does it.',
      text,
    ),
  ];
}

/** Settings and temporary tables that earlier statements made for the session: a new session has them no more. */
function sessionSettings({ migration }: RecoverySituation, from: number): RecoveryStep[] {
  const earlier = migration.up.statements.filter((statement) => statement.index < from);
  const temporary = temporaryTables(earlier);
  return earlier.flatMap((statement) => {
    const again = (why: string) => [sqlStep(`Run statement ${statement.index} again`, why, asWritten(statement))];
    if (statement.operations.some((operation) => operation.kind === 'set' && !operation.local))
      return again('It sets something for the session, and this is a new one.');
    if (statement.operations.some((operation) => concerns(operation, temporary)))
      return again('It makes or fills a temporary table, which is gone with its session.');
    return [];
  });
}

/** Names of the temporary tables that are there after these statements. One that goes at COMMIT is gone: a point lies behind it. */
function temporaryTables(statements: readonly Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const operation of statements.flatMap((statement) => statement.operations)) {
    if (operation.kind === 'create table' && operation.persistence === 'temporary' && !operation.dropsAtCommit)
      names.add(operation.table.name);
    if (operation.kind === 'drop object') for (const { name } of operation.objects) names.delete(name);
  }
  return names;
}

function concerns(operation: Operation, temporary: ReadonlySet<string>): boolean {
  const made = operation.kind === 'create table' && operation.persistence === 'temporary' ? [operation.table] : [];
  const indexed = operation.kind === 'create index' ? [operation.index.table] : [];
  return [...made, ...indexed, ...writtenTables(operation)].some(({ name }) => temporary.has(name));
}

/** Where the statements can't run as they stand: the schema by its difference from after, then what they do to rows. */
function bySchema(situation: RecoverySituation): DraftPlan {
  const { partial, after, migration, completed } = situation;
  const { engine } = situation.plan;
  const { changeSteps, counterSteps } = recoveryDialectOf(engine);
  if (after === undefined) return { steps: [] };
  const changes = catalogChanges(partial.catalog, after.catalog, {
    engine,
    goal: 'after the migration',
    concurrently: true,
    isEmpty: () => true,
  });
  const writes = migration.up.statements.filter(
    (statement) => statement.index > completed && statement.operations.some((operation) => writtenTables(operation).length > 0),
  );
  return {
    steps: [
      ...modesFor(engine)
        .filter(({ endsTransactions }) => endsTransactions)
        .flatMap((mode) => mode.forward(situation)),
      ...changeSteps(changes.filter((change) => change.unknown === undefined)),
      ...writes.map((statement) => sqlStep(`Run statement ${statement.index}`, 'Its rows were not written yet.', asWritten(statement))),
      ...counterSteps(partial, after),
      ...historyForward(situation),
    ],
  };
}
