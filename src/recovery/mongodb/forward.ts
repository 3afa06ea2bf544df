import type { DocumentCommand } from '../../model/document';
import type { Statement } from '../../model/migration';
import type { PlannedTransaction } from '../../model/plan';
import type { RecoveryStep } from '../../model/simulation';
import { catalogChanges } from '../../rollback/changes';
import { isDone } from '../done';
import { historyForward } from '../history';
import { modesFor } from '../modes/registry';
import type { DraftPlan, RecoverySituation } from '../situation';
import { asSteps, withLosses } from './back';
import { documentsBack } from './documents-back';
import { evidenceOf, newCollections } from './evidence';
import { type Left, leftOfWrites, type Present } from './left';
import { textAgain } from './made-keys';
import { commandsIn, writtenCollection } from './operations';
import { derivations, resumeText } from './resume';
import { shellStep } from './words';

/**
 * Ways on to after: cleans up what was left, does what remains, and records it. What remains is run as it is written; where the interrupted
 * statement has left a half, in the form that does only the rest; or with that half taken back first.
 */
export function planForwardDocuments(situation: RecoverySituation): DraftPlan[] {
  const { after, migration, completed } = situation;
  if (after === undefined) {
    const impossible = 'The migration fails by itself: correct the statement that fails first. Until then there is only the way back.';
    return [{ steps: [], impossible }];
  }
  const next = migration.up.statements.find(({ index }) => index === completed + 1);
  const left = next === undefined ? undefined : leftOf(next, situation);
  const plain = (replaced?: Left, half: readonly RecoveryStep[] = []) => draft(situation, 'certain', replaced, half);
  const half = halfBack(situation);
  const drafts: DraftPlan[] = [
    ...resumed(situation),
    plain(),
    ...(left === undefined || left.kind === 'unknown' ? [] : [plain(left)]),
    ...(half.length === 0 ? [] : [plain(undefined, half)]),
    ...(next === undefined ? [] : [bySchema(situation, left)]),
    ...(hasFallbacks(situation)
      ? [draft(situation, 'all'), ...(left === undefined || left.kind === 'unknown' ? [] : [draft(situation, 'all', left)])]
      : []),
  ];
  // Said unless a plan that was executed shows otherwise: nothing of the statement was done yet, or all of it.
  return left?.kind === 'unknown' ? [{ steps: [], impossible: left.why }, ...drafts] : drafts;
}

type Trials = 'certain' | 'all';

function chosenModes({ plan }: RecoverySituation, trials: Trials) {
  return modesFor(plan.engine).filter(({ trial }) => trials === 'all' || trial !== 'fallback');
}

function hasFallbacks(situation: RecoverySituation): boolean {
  return modesFor(situation.plan.engine).some((mode) => mode.trial === 'fallback' && mode.forward(situation).length > 0);
}

function draft(situation: RecoverySituation, trials: Trials, replaced?: Left, half: readonly RecoveryStep[] = []): DraftPlan {
  const { plan } = situation;
  const modes = chosenModes(situation, trials);
  const stepsOf = (place: 'first' | 'last') => modes.filter((mode) => mode.place === place).flatMap((mode) => mode.forward(situation));
  const replacing = replaced === undefined ? undefined : { index: situation.completed + 1, left: replaced };
  return withLosses(
    [
      ...stepsOf('first'),
      ...half,
      ...plan.transactions.flatMap((transaction) => transactionSteps(situation, transaction, replacing)),
      ...modes.flatMap((mode) => mode.forwardLast(situation)),
      ...stepsOf('last'),
      ...historyForward(situation),
    ],
    modes.flatMap((mode) => mode.losses(situation, 'forward')),
  );
}

/** Copies with marks are made again from their source; the statements that write to them hold the values of the simulated documents. */
function resumed(situation: RecoverySituation): DraftPlan[] {
  const { migration, plan } = situation;
  const found = derivations(situation);
  if (found.length === 0) return [];
  const targets = new Set(found.map(({ marked }) => marked.collection));
  const rest = migration.up.statements.filter(
    (statement) =>
      !isDone(situation, statement.index) && !commandsIn(statement).some((command) => targets.has(writtenCollection(command) ?? '')),
  );
  const steps = found.map((derivation) =>
    shellStep(
      `Make what is missing or not done in ${derivation.marked.collection} again from ${derivation.marked.origin.source}`,
      `Every field comes from the source, as in the documents that are done; data and mark are set in one write, so that no document is marked before it is right. It finds those that were never inserted, and can be run again.`,
      resumeText(derivation),
    ),
  );
  const modes = chosenModes(situation, 'certain');
  const reads = (statement: Statement) => commandsIn(statement).every(({ effect }) => effect.kind === 'read');
  return [
    withLosses(
      [
        ...modes.filter(({ place }) => place === 'first').flatMap((mode) => mode.forward(situation)),
        ...steps,
        ...plan.transactions.flatMap((transaction) =>
          transactionSteps(situation, {
            ...transaction,
            statements: transaction.statements.filter((index) => rest.some((statement) => statement.index === index && !reads(statement))),
          }),
        ),
        ...modes.filter(({ place }) => place === 'last').flatMap((mode) => mode.forward(situation)),
        ...historyForward(situation),
      ],
      [],
    ),
  ];
}

interface Replacing {
  readonly index: number;
  readonly left: Left;
}

/** The statements of one transaction that are not done; one step where they are done together. */
function transactionSteps(situation: RecoverySituation, transaction: PlannedTransaction, replacing?: Replacing): RecoveryStep[] {
  const statements = transaction.statements
    .filter((index) => !isDone(situation, index))
    .flatMap((index) => situation.migration.up.statements.find((statement) => statement.index === index) ?? []);
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined) return [];
  if (transaction.kind === 'autocommit') return statements.flatMap((statement) => statementSteps(statement, situation, replacing));
  const opens = statements.some(({ operations }) =>
    operations.some((operation) => operation.kind === 'transaction' && operation.action === 'begin'),
  );
  const body = statements.map(textAgain).join('\n');
  const range = first === last ? `statement ${first.index}` : `statements ${first.index} to ${last.index}`;
  const why =
    'None of it was done yet: it is done together or not at all. On TransientTransactionError run all of it again; on UnknownTransactionCommitResult only the commit.';
  return [
    shellStep(`Run ${range}, in one transaction`, why, opens ? body : `session.startTransaction();\n${body}\nsession.commitTransaction();`),
  ];
}

function statementSteps(statement: Statement, situation: RecoverySituation, replacing?: Replacing): RecoveryStep[] {
  const { index } = statement;
  if (replacing?.index === index) {
    const { left } = replacing;
    return left.kind === 'statement' ? [shellStep(`Do what is left of statement ${index}`, left.why, left.text)] : [];
  }
  const text = textAgain(statement);
  if (!isHalfDone(statement, situation)) return [shellStep(`Run statement ${index}`, 'It was not done yet.', text)];
  const why =
    'It was stopped in the middle. It takes the documents that still match its filter; in those that it has changed, it changes nothing again.';
  return [shellStep(`Run statement ${index} again, for the documents that it has not reached`, why, text)];
}

/** Whether the interrupted statement has written to a collection that nothing before it wrote to. */
function isHalfDone(statement: Statement, situation: RecoverySituation): boolean {
  const { migration, completed } = situation;
  if (statement.index !== completed + 1) return false;
  const written = (commands: readonly DocumentCommand[]) => commands.flatMap((command) => writtenCollection(command) ?? []);
  const earlier = new Set(written(migration.up.statements.filter(({ index }) => isDone(situation, index)).flatMap(commandsIn)));
  const differing = new Set(evidenceOf(situation).map(({ collection }) => collection));
  return written(commandsIn(statement)).some((name) => differing.has(name) && !earlier.has(name));
}

/** What is left of a statement that may be half done; undefined where it can only run as it is written. */
function leftOf(statement: Statement, situation: RecoverySituation): Left | undefined {
  const commands = commandsIn(statement);
  const [command] = commands;
  if (command === undefined || commands.length !== 1) return undefined;
  return (
    leftOfCatalog(command, situation) ??
    leftOfMerge(statement, command) ??
    leftOfWrites(command, presentIn(situation, writtenCollection(command)))
  );
}

function presentIn(situation: RecoverySituation, collection: string | undefined): Present | undefined {
  const found = evidenceOf(situation).find((entry) => entry.collection === collection);
  if (found !== undefined) return found;
  const fresh = newCollections(situation).find((entry) => entry.collection === collection);
  return fresh && { now: fresh.now, added: fresh.now };
}

/** What changes a catalog is done or not: it is not done again where the server would refuse that. */
function leftOfCatalog({ effect, collection }: DocumentCommand, { partial }: RecoverySituation): Left | undefined {
  if (collection?.database !== undefined) return undefined;
  const objects = [...partial.catalog.tables, ...partial.catalog.definitions];
  const exists = (name: string | undefined) => objects.some((object) => object.name === name);
  const table = partial.catalog.tables.find(({ name }) => name === collection?.name);
  switch (effect.kind) {
    case 'create collection':
      return exists(collection?.name) ? { kind: 'nothing' } : undefined;
    case 'rename collection':
      return !exists(collection?.name) && exists(effect.newName.name) ? { kind: 'nothing' } : undefined;
    case 'drop index':
      return effect.indexes?.every(
        (index) => typeof index === 'string' && index !== '*' && !table?.indexes.some(({ name }) => name === index),
      )
        ? { kind: 'nothing' }
        : undefined;
    default:
      return undefined;
  }
}

/** `$merge` that fails on what it has written itself: writes it over instead. */
function leftOfMerge(statement: Statement, { effect }: DocumentCommand): Left | undefined {
  if (effect.kind !== 'aggregate' || effect.into?.stage !== '$merge') return undefined;
  const text = textAgain(statement);
  const again = text.replace(/(\bwhenMatched["']?\s*:\s*)(["'])fail\2/, '$1"replace"');
  return again === text
    ? undefined
    : { kind: 'statement', text: again, why: 'What it has written already is written again, from the same source.' };
}

/** Takes back the half of the interrupted statement, where nothing before it wrote to the same collections, and nothing is lost by it. */
function halfBack(situation: RecoverySituation): readonly RecoveryStep[] {
  const { migration } = situation;
  const touched = new Set(evidenceOf(situation).flatMap(({ collection, original }) => [collection, original]));
  const earlier = migration.up.statements.filter(({ index }) => isDone(situation, index)).flatMap(commandsIn);
  if (touched.size === 0 || earlier.some((command) => touched.has(writtenCollection(command) ?? ''))) return [];
  const { steps, losses } = documentsBack(situation);
  return losses.length > 0 ? [] : steps;
}

/** Where the statements can't run as they stand: the catalog by its difference from after, then what they write. */
function bySchema(situation: RecoverySituation, left: Left | undefined): DraftPlan {
  const { partial, after, migration, completed, plan } = situation;
  if (after === undefined) return { steps: [] };
  const changes = catalogChanges(partial.catalog, after.catalog, {
    engine: plan.engine,
    goal: 'after the migration',
    concurrently: false,
    isEmpty: () => true,
  });
  const writes = migration.up.statements.filter(
    (statement) => !isDone(situation, statement.index) && commandsIn(statement).some((command) => writtenCollection(command) !== undefined),
  );
  const replacing = left === undefined || left.kind === 'unknown' ? undefined : { index: completed + 1, left };
  // Indexes come behind the documents: a unique one refuses what is not right yet.
  const early = changes.filter(({ kind }) => kind !== 'create index');
  return withLosses(
    [
      ...asSteps(early, []),
      ...writes.flatMap((statement) => statementSteps(statement, situation, replacing)),
      ...asSteps(
        changes.filter((change) => !early.includes(change)),
        [],
      ),
      ...historyForward(situation),
    ],
    [],
  );
}
