import type { State } from '../model/state';
import { fingerprint, physicalFingerprint } from '../state/fingerprint';
import type { Reference } from '../state/sequences';

/** The states that everything is compared with, and their fingerprints: whole, and without bookkeeping. */
export interface Fingerprints {
  readonly reference: Reference;
  readonly before: string;
  readonly after?: string;
  readonly physicalBefore: string;
  readonly physicalAfter?: string;
}

export function fingerprintsOf(reference: Reference): Fingerprints {
  const { before, after } = reference;
  return {
    reference,
    before: fingerprint(before, reference),
    physicalBefore: physicalFingerprint(before, reference),
    ...(after !== undefined && { after: fingerprint(after, reference), physicalAfter: physicalFingerprint(after, reference) }),
  };
}

/** Where schema and data of a state stand; bookkeeping left out. After wins where the migration changes nothing. */
export function physicalPosition(fingerprints: Fingerprints, state: State): 'before' | 'after' | 'partial' {
  const found = physicalFingerprint(state, fingerprints.reference);
  if (found === fingerprints.physicalAfter) return 'after';
  return found === fingerprints.physicalBefore ? 'before' : 'partial';
}
