import type { RecoveryStep } from '../../model/simulation';
import type { State } from '../../model/state';
import { type Change, waitsFor } from '../../rollback/change';
import { catalogChanges } from '../../rollback/changes';
import type { DataLoss } from '../data-loss';
import { historyBack } from '../history';
import { modesFor } from '../modes/registry';
import type { DraftPlan, RecoverySituation } from '../situation';
import { documentsBack } from './documents-back';
import { shellStep, withWhoseKeys } from './words';

/**
 * Ways back to before: ends what is open, takes back documents, turns collections, indexes and options back, and clears the history. What the
 * migration put upon documents (an index, a validator) goes before they are touched; in a second candidate after it, in the order of the catalog.
 */
export function planBackDocuments(situation: RecoverySituation): DraftPlan[] {
  const { before, partial, plan } = situation;
  const data = documentsBack(situation);
  const changes = catalogChanges(partial.catalog, before.catalog, {
    engine: plan.engine,
    goal: 'before the migration',
    concurrently: false,
    isEmpty: (table) => countOf(before, table) === 0,
  });
  const losses = [...changes.flatMap((change) => change.loses ?? []), ...data.losses];
  const modes = (place: 'first' | 'last') =>
    modesFor(plan.engine)
      .filter((mode) => mode.place === place)
      .flatMap((mode) => mode.back(situation));
  const draft = (early: readonly Change[]): DraftPlan => {
    const rest = changes.filter((change) => !early.includes(change));
    const steps = [
      ...modes('first'),
      ...asSteps(early, losses),
      ...data.steps,
      ...asSteps(rest, losses),
      ...modes('last'),
      ...historyBack(situation),
    ];
    return withLosses(steps, losses);
  };
  const early = removals(changes);
  return early.length === 0 || data.steps.length === 0 ? [draft([])] : [draft(early), draft([])];
}

/** What stands in the way of documents as they were: a unique index that came, a validator. Not where collections are called otherwise by then. */
function removals(changes: readonly Change[]): readonly Change[] {
  if (changes.some(({ kind }) => kind === 'rename')) return [];
  return changes.filter(({ kind, unknown }) => unknown === undefined && (kind === 'drop index' || kind === 'alter table'));
}

/** Changes as steps; what can't be written, or rests on what is lost, is told. */
export function asSteps(changes: readonly Change[], losses: readonly Pick<DataLoss, 'loss'>[]): RecoveryStep[] {
  const lost = losses.map(({ loss }) => loss);
  return changes.map((change) => {
    const { title, why, text, unknown } = change;
    if (unknown !== undefined) return { title, why, text: unknown, language: 'text' };
    if (waitsFor(change, lost)) return { title: `When the documents are restored: ${title}`, why, text, language: 'text' };
    return shellStep(title, why, text);
  });
}

/** A plan of these steps, with what it can't bring back. */
export function withLosses(drafted: readonly RecoveryStep[], losses: readonly Pick<DataLoss, 'text' | 'loss'>[]): DraftPlan {
  const steps = withWhoseKeys(drafted);
  if (losses.length === 0) return { steps };
  return { steps, loses: [...new Set(losses.map(({ text }) => text))].join('; '), loss: losses.map(({ loss }) => loss) };
}

export function countOf(state: State, collection: string): number {
  return state.data.find((data) => data.table === collection)?.rowCount ?? 0;
}
