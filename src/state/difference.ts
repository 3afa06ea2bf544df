import type { StateDifference } from '../model/simulation';
import type { State } from '../model/state';
import { catalogDifferences } from './difference-catalog';
import { bookkeepingDifferences, dataDifferences, sequenceDifferences, sessionDifferences } from './difference-data';
import { followRenames } from './lineage';

/**
 * What changed on the way from one state to another, for people: `added` is in `to` and not in `from`. Renames are told as renames where
 * both states come from one lineage. Which column's values differ is told where both states were captured with column hashes.
 */
export function stateDifferences(from: State, captured: State): StateDifference[] {
  const to = { ...captured, catalog: followRenames(from.catalog, captured.catalog) };
  return [
    ...catalogDifferences(from.catalog, to.catalog),
    ...dataDifferences(from, to),
    ...sequenceDifferences(from, to),
    ...bookkeepingDifferences(from, to),
    ...sessionDifferences(from, to),
  ];
}
