import { relationKey } from '../model/catalog';
import type { RecoveryStep } from '../model/simulation';
import type { State } from '../model/state';
import { type Change, waitsFor } from '../rollback/change';
import { catalogChanges } from '../rollback/changes';
import { spokenKey, sqlNameOfKey } from '../rollback/names';
import type { Loss } from '../state/loss';
import { match } from '../state/match';
import { dataBack } from './data';
import type { DataLoss } from './data-loss';
import { type RecoveryDialect, recoveryDialectOf } from './dialect';
import { historyBack } from './history';
import { type KeptElsewhere, keptElsewhere, nothingKept } from './kept-elsewhere';
import { modesFor } from './modes/registry';
import { withMovedColumns } from './moved-columns';
import { withLabelsBack } from './renamed-labels';
import { type DraftPlan, type RecoverySituation, sqlStep } from './situation';

/** Ways back to before: ends what was left open, takes back rows, turns the schema back, and clears the history. */
export function planBack(measured: RecoverySituation): DraftPlan[] {
  const labels = withLabelsBack(measured);
  return draftsOf(withMovedColumns(labels.situation)).map((draft) => ({ ...draft, steps: [...labels.steps, ...draft.steps] }));
}

function draftsOf(situation: RecoverySituation): DraftPlan[] {
  const drafts = draftsBack(situation, false, nothingKept);
  // A type without a way back for its values can still get its column back, empty.
  const rest = hasRetyped(situation) ? [...drafts, ...draftsBack(situation, true, nothingKept).slice(-1)] : drafts;
  const kept = keptElsewhere(situation);
  return kept.moved.length + kept.refills.length === 0 ? rest : [...draftsBack(situation, false, kept), ...rest];
}

function draftsBack(situation: RecoverySituation, giveUpRetyped: boolean, kept: KeptElsewhere): DraftPlan[] {
  const { before, partial } = situation;
  const { engine } = situation.plan;
  const dialect = recoveryDialectOf(engine);
  const data = dataBack(situation, kept.moved);
  const changes = sourcesLast(
    catalogChanges(partial.catalog, before.catalog, {
      engine,
      goal: 'before the migration',
      concurrently: true,
      isEmpty: (table) => rowCount(before, table) === 0,
      giveUpRetyped,
    }),
    [...kept.sources].map((key) => dialect.words.sqlNameOfKey(key)),
  );
  const lost = changes
    .flatMap((change) => change.loses ?? [])
    .filter(({ loss }) => !isAllNull(before, loss) && refillOf(kept, loss) === undefined);
  const refilled = changes.flatMap((change) => change.refills ?? []);
  const refreshed = differingViews(before, partial).filter((key) => !refilled.includes(key));
  const modes = (place: 'first' | 'last') =>
    modesFor(engine)
      .filter((mode) => mode.place === place)
      .flatMap((mode) => mode.back(situation));
  const steps: RecoveryStep[] = [
    ...modes('first'),
    ...kept.moved.flatMap((moved) => moved.steps),
    ...data.steps,
    ...stepsOf(
      changes,
      lost.map(({ loss }) => loss),
      kept,
      dialect,
    ),
    ...refreshed.map(refresh),
    ...modes('last'),
    ...historyBack(situation),
  ];
  const certain = [...lost, ...data.losses.filter((entry) => !entry.doubtful)];
  const doubtful = [...data.losses.filter((entry) => entry.doubtful), ...[...refilled, ...refreshed].map(refilledRows)];
  const draft = draftOf(steps, certain);
  return doubtful.length === 0 ? [draft] : [draft, draftOf(steps, [...certain, ...doubtful])];
}

const refresh = (key: string) =>
  sqlStep(
    `Refresh materialized view ${spokenKey(key)}`,
    'It was filled when its tables were others.',
    `REFRESH MATERIALIZED VIEW ${sqlNameOfKey(key)}`,
  );

const refilledRows = (key: string) => ({
  text: `rows of ${spokenKey(key)} as they were: a materialized view is filled with what its query gives now; refresh it when the rest is restored`,
  loss: { table: key },
});

function draftOf(steps: readonly RecoveryStep[], losses: readonly Pick<DataLoss, 'text' | 'loss'>[]): DraftPlan {
  if (losses.length === 0) return { steps };
  return { steps, loses: [...new Set(losses.map((entry) => entry.text))].join('; '), loss: losses.map((entry) => entry.loss) };
}

/** What must not be split is one step. What rests on lost rows, or can't be written, is told behind it. */
function stepsOf(
  changes: readonly Change[],
  lost: readonly Loss[],
  kept: KeptElsewhere,
  { groups, groupStep }: RecoveryDialect,
): RecoveryStep[] {
  return groups(changes).flatMap((group) => {
    const isDone = (change: Change) => change.unknown === undefined && !waitsFor(change, lost);
    const done = group.filter(isDone);
    return [
      ...(done.length === 0 ? [] : [groupStep(done)]),
      ...group.filter((change) => !isDone(change)).map(toldStep),
      ...done.flatMap(({ loses }) => (loses === undefined ? [] : (refillOf(kept, loses.loss)?.steps ?? []))),
    ];
  });
}

/** What fills again what a change makes room for. */
function refillOf({ refills }: KeptElsewhere, { table, columns }: Loss): KeptElsewhere['refills'][number] | undefined {
  return refills.find(({ loss }) => loss.table === table && loss.columns?.join() === columns?.join());
}

/** A table that holds what others are filled from goes when they are. */
function sourcesLast(changes: readonly Change[], sources: readonly string[]): readonly Change[] {
  const isSource = ({ kind, text }: Change) => kind === 'drop table' && sources.some((name) => text.startsWith(`DROP TABLE ${name};`));
  return [...changes.filter((change) => !isSource(change)), ...changes.filter(isSource)];
}

function toldStep(change: Change): RecoveryStep {
  if (change.unknown !== undefined) return { title: change.title, why: change.why, text: change.text, language: 'text' };
  return {
    title: `When the rows are restored: ${change.title.charAt(0).toLowerCase()}${change.title.slice(1)}`,
    why: `${change.why} It can't be done before the lost values are back.`,
    text: change.text,
    language: 'text',
  };
}

function hasRetyped({ before, partial }: RecoverySituation): boolean {
  return match(partial.catalog.tables, before.catalog.tables, relationKey).pairs.some(([now, then]) =>
    match(now.columns, then.columns, (column) => column.name, now.identity === then.identity).pairs.some(([a, b]) => a.type !== b.type),
  );
}

/** Materialized views that are filled with other rows than before, by their names before. */
function differingViews(before: State, partial: State): string[] {
  const views = (state: State) => state.catalog.definitions.filter((object) => object.kind === 'materialized view' && object.populated);
  const rows = (state: State, key: string) => state.data.find((data) => data.table === key)?.rowsHash;
  return match(views(partial), views(before), relationKey)
    .pairs.filter(([now, then]) => rows(partial, relationKey(now)) !== rows(before, relationKey(then)))
    .map(([, then]) => relationKey(then));
}

function rowCount(state: State, table: string): number {
  return state.data.find((data) => data.table === table)?.rowCount ?? 0;
}

/** A column of which every value was NULL loses nothing: sums of hashes skip NULL. */
function isAllNull(before: State, loss: Loss): boolean {
  const hashes = before.data.find((data) => data.table === loss.table)?.columnHashes;
  return loss.columns?.every((column) => hashes?.[column] === '0') ?? false;
}
