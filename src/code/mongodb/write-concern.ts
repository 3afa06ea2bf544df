import type { Place, Value } from '../value';
import { optionsIn, withOptions } from './call-options';
import type { Argument } from './collection';
import type { MongoRun } from './run';
import { isMissing } from './write';

/**
 * What the options of a database or collection object say of the acknowledgement of its writes, by their names. The driver gives it to each
 * command that does not say it itself: `db.collection('users', { writeConcern: { w: 0 } })`.
 */
export type HandleConcern = ReadonlyMap<string, Value>;

/** Drivers before 4 also took the parts of a write concern without the word around them. */
const names = ['writeConcern', 'w', 'j', 'wtimeout'] as const;

/** The concern among a handle's options, else that of what the handle was made of. */
export function concernOf(options: Value | undefined, inherited?: HandleConcern): HandleConcern | undefined {
  if (options?.kind !== 'object') return inherited;
  const found = new Map<string, Value>();
  for (const name of names) {
    const value = options.properties.get(name);
    if (value !== undefined && !isMissing(value)) found.set(name, value);
  }
  return found.size === 0 ? inherited : found;
}

/** What a database or collection object sends with, and what was said of it when it was made. */
export interface Handle {
  readonly run: MongoRun;
  readonly concern?: HandleConcern | undefined;
}

/**
 * The arguments of a call that writes, with the concern of its handle among the options. Not where the call has one of its own, and not
 * in a transaction, which has its own for all of it (driver, `resolveOptions`).
 */
export function withConcern({ run, concern }: Handle, method: string, args: readonly Argument[], site: Place): readonly Argument[] {
  if (concern === undefined || !writing.has(method)) return args;
  const own = optionsIn(method, args);
  if (names.some((name) => own.has(name)) || (run.transaction !== undefined && own.has('session'))) return args;
  return withOptions(method, args, concern, site);
}

const writing: ReadonlySet<string> = new Set([
  ...['insertOne', 'insertMany', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany', 'bulkWrite', 'drop'],
  ...['findOneAndUpdate', 'findOneAndReplace', 'findOneAndDelete', 'createIndex', 'createCollection', 'aggregate'],
]);
