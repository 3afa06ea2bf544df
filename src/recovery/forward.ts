import { relationKey } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import type { PlannedTransaction } from '../model/plan';
import type { RecoveryStep } from '../model/simulation';
import { catalogChanges } from '../rollback/changes';
import { isNamed, writtenTables } from '../rollback/rows';
import { emptiedUnlogged, unfilledUnlogged } from './modes/emptied-unlogged';
import { failureModes } from './modes/registry';
import { sequenceSteps } from './modes/sequence-behind';
import { asWritten, type DraftPlan, type RecoverySituation, sqlStep } from './situation';

/** Ways on to after: cleans up what was left, runs what remains as it is written, and records it. */
export function planForward(situation: RecoverySituation): DraftPlan[] {
  const { after, migration, completed, interrupted } = situation;
  if (after === undefined) {
    return [
      {
        steps: [],
        impossible: 'The migration fails by itself: correct the statement that fails first. Until then there is only the way back.',
      },
    ];
  }
  const total = migration.up.statements.length;
  const next = interrupted ?? completed + 1;
  const cleaned = failureModes.flatMap((mode) => mode.forward(situation));
  const drafts = remaining(situation, cleaned, completed + 1);
  if (unfilledStatements(situation).length > 0)
    drafts.unshift(...remaining(situation, [...cleaned, ...unfilledStatements(situation)], completed + 1));
  if (completed < total) {
    // What was left of the interrupted statement may have been finished by cleaning up: then it must not run again.
    if (cleaned.length > 0) drafts.push(...remaining(situation, cleaned, next + 1));
    drafts.push(bySchema(situation));
  } else if (catalogChanges(situation.partial.catalog, after.catalog).length > 0) {
    drafts.push(bySchema(situation));
  }
  return withLoss(situation, drafts);
}

/** What a crash took of the state before can't be brought forward either. */
function withLoss({ before, partial, after }: RecoverySituation, drafts: readonly DraftPlan[]): DraftPlan[] {
  const kept = new Set(after?.catalog.tables.map((table) => table.identity));
  const lost = emptiedUnlogged(before, partial).filter((table) => kept.has(table.identity));
  if (lost.length === 0) return [...drafts];
  const named = (identity: string) => after?.catalog.tables.find((table) => table.identity === identity);
  return drafts.map((draft) => ({
    ...draft,
    loses: `rows of ${lost.map((table) => table.name).join(', ')}: a crash empties an unlogged table; load them again from where they came`,
    loss: lost.map((table) => ({ table: relationKey(named(table.identity) ?? table) })),
  }));
}

/** The statements alone, then with the sequences moved: the statements may move them themselves, and elsewhere. */
function remaining(situation: RecoverySituation, first: readonly RecoveryStep[], from: number): DraftPlan[] {
  const { plan, partial, after, protocol, migration } = situation;
  const settings = from > migration.up.statements.length ? [] : sessionSettings(situation, from);
  const steps = plan.transactions.flatMap((transaction) => transactionSteps(situation, transaction, from));
  const sequences = after ? sequenceSteps(partial, after) : [];
  const draft = (moves: readonly RecoveryStep[]) => ({
    steps: [...first, ...settings, ...steps, ...moves, ...protocol.markApplied(migration)],
  });
  return sequences.length === 0 ? [draft([])] : [draft([]), draft(sequences)];
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
  const range = first === last ? `statement ${first.index}` : `statements ${first.index} to ${last.index}, in one transaction`;
  return [
    sqlStep(
      `Run ${range}`,
      first === last
        ? 'It was not done yet.'
        : 'None of them was done yet: they are done together or not at all, as the framework does it.',
      opened ? `BEGIN;\n${body}\nCOMMIT;` : body,
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

/** Names of the temporary tables that are there after these statements. */
function temporaryTables(statements: readonly Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const operation of statements.flatMap((statement) => statement.operations)) {
    if (operation.kind === 'create table' && operation.persistence === 'temporary') names.add(operation.table.name);
    if (operation.kind === 'drop object') for (const { name } of operation.objects) names.delete(name);
  }
  return names;
}

function concerns(operation: Operation, temporary: ReadonlySet<string>): boolean {
  const made = operation.kind === 'create table' && operation.persistence === 'temporary' ? [operation.table] : [];
  const indexed = operation.kind === 'create index' ? [operation.index.table] : [];
  return [...made, ...indexed, ...writtenTables(operation)].some(({ name }) => temporary.has(name));
}

/** Statements that filled an unlogged table which a crash has emptied. */
function unfilledStatements({ migration, completed, partial }: RecoverySituation): RecoveryStep[] {
  const empty = unfilledUnlogged(partial);
  const tables = partial.catalog.tables.filter((table) => empty.has(relationKey(table)));
  const fills = (statement: Statement) =>
    statement.operations.some((operation) => writtenTables(operation).some((name) => tables.some((table) => isNamed(name, table))));
  return migration.up.statements
    .filter((statement) => statement.index <= completed && fills(statement))
    .map((statement) =>
      sqlStep(`Run statement ${statement.index} again`, 'A crash emptied the unlogged table that it had filled.', asWritten(statement)),
    );
}

/** Where the statements can't run as they stand: the schema by its difference from after, then what they do to rows. */
function bySchema(situation: RecoverySituation): DraftPlan {
  const { partial, after, migration, completed, protocol } = situation;
  if (after === undefined) return { steps: [] };
  const changes = catalogChanges(partial.catalog, after.catalog, { goal: 'after the migration', concurrently: true, isEmpty: () => true });
  const writes = migration.up.statements.filter(
    (statement) => statement.index > completed && statement.operations.some((operation) => writtenTables(operation).length > 0),
  );
  return {
    steps: [
      ...failureModes.filter((mode) => mode.name.startsWith('prepared')).flatMap((mode) => mode.forward(situation)),
      ...changes.filter((change) => change.unknown === undefined).map((change) => sqlStep(change.title, change.why, change.text)),
      ...writes.map((statement) => sqlStep(`Run statement ${statement.index}`, 'Its rows were not written yet.', asWritten(statement))),
      ...sequenceSteps(partial, after),
      ...protocol.markApplied(migration),
    ],
  };
}
