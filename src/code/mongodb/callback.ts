import { isCallable } from '../callbacks';
import type { Value } from '../value';

/** What the client has as its data. Old migrations take it for a callback: `up(db, next)`. */
export class ClientData {}

/**
 * True for what is given as the last argument to be called in the end, as drivers before 5 took it: a function, and what is not known but
 * called like one. Natives that reach the database are values of their own.
 */
export function isCallback(value: Value | undefined): boolean {
  if (value?.kind === 'unknown') return value.tag === undefined && /^(?:next|done|callback|cb)$/.test(value.name);
  if (value?.kind === 'native') return value.data instanceof ClientData || (value.call !== undefined && !value.reachesDatabase);
  return isCallable(value);
}
