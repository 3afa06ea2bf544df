import type { State } from '../model/state';
import { canonical, canonicalCatalog } from './canonical';
import { hash128 } from './hash';
import { type Reference, sequenceTokens } from './sequences';

/** Hexadecimal digits of a fingerprint: 64 bits. */
const length = 16;

/**
 * A hash that is equal for equal states. It covers the schema, the data, where sequences stand, the framework's bookkeeping and prepared
 * transactions. It ignores what may differ between equal states: oids, physical order, jumps of sequences. Sessions are no part of it: a
 * state with a session that blocks others is judged apart.
 * @param reference before and after of the migration, which tell a sequence's jump from a move that the migration makes on purpose. Give
 *   the same reference to all fingerprints that are compared.
 */
export function fingerprint(state: State, reference?: Reference): string {
  const rest = { bookkeeping: state.bookkeeping, preparedTransactions: [...state.preparedTransactions].sort() };
  return hash128(`${physicalText(state, reference)}\n${canonical(rest)}`).slice(0, length);
}

/** Schema, data and sequences alone: without bookkeeping and prepared transactions. */
export function physicalFingerprint(state: State, reference?: Reference): string {
  return hash128(physicalText(state, reference)).slice(0, length);
}

function physicalText(state: State, reference: Reference | undefined): string {
  const body = bodyText(state);
  return `${body}\n${canonical(tokens(state, reference, body))}`;
}

/**
 * A transaction that was rolled back leaves its sequences advanced: where all the rest equals before (and before differs from after),
 * a sequence that moved counts as not moved.
 */
function tokens(state: State, reference: Reference | undefined, body: string): Record<string, string> {
  const found = sequenceTokens(state, reference);
  if (reference?.after === undefined || bodyText(reference.before) !== body || bodyText(reference.after) === body) return found;
  return Object.fromEntries(Object.entries(found).map(([sequence, token]) => [sequence, token.replace(/, moved$/, ', not moved')]));
}

const bodies = new WeakMap<State, string>();

/** Schema and data as text; kept with the state, as before and after are asked for again and again. */
function bodyText(state: State): string {
  const known = bodies.get(state);
  if (known !== undefined) return known;
  const data = state.data
    .map(({ table, rowCount, rowsHash }) => [table, rowCount, rowsHash])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  const text = `${canonicalCatalog(state.catalog)}\n${JSON.stringify(data)}`;
  bodies.set(state, text);
  return text;
}
