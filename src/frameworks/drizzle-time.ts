import type { Migration } from '../model/migration';

/** The milliseconds at which a migration was made, as the journal and the history have it. Without a journal the number of the file stands in for its time. */
export function drizzleTime({ id, title }: Migration): string {
  return BigInt(/^\d+(?=_)/.exec(id)?.[0] ?? /^\d+/.exec(title)?.[0] ?? 0).toString();
}
