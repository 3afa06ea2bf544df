import type { StateDifference } from '../model/simulation';
import type { State } from '../model/state';
import { catalogDifferences } from './difference-catalog';
import { bookkeepingDifferences, dataDifferences, sequenceDifferences, sessionDifferences } from './difference-data';

/**
 * What changed on the way from one state to another, for people: `added` is in `to` and not in `from`. Renames are told as renames where
 * both states know their objects by identities of one lineage. Which column's values differ is told where both states were captured with column hashes.
 */
export function stateDifferences(from: State, to: State): StateDifference[] {
  return [
    ...catalogDifferences(from.catalog, to.catalog),
    ...dataDifferences(from, to),
    ...sequenceDifferences(from, to),
    ...bookkeepingDifferences(from, to),
    ...sessionDifferences(from, to),
  ];
}
