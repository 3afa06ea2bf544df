import type { DescribeResult, SimulationDefaults } from '../../protocol/language';
import type { ChangedSince } from '../../protocol/panel';

/** What a run was about, so that it can be said later whether it still holds. */
export interface RanWith {
  /** A digest of the migration, where there is one. */
  readonly content?: string;
  /** What the configuration and the settings said. */
  readonly defaults: SimulationDefaults;
  /** The version that was chosen for it: mostly the configured one. */
  readonly engineVersion: string;
}

/**
 * What was changed since a run, so that another one would be about something else; undefined while nothing was. A migration that can't be
 * read at present, such as one with half a statement, counts as unchanged, and one that is gone as changed.
 */
export function changedSince(
  ran: RanWith,
  { content, isMigration, simulation }: DescribeResult,
  about: 'migration' | 'command',
): ChangedSince | undefined {
  const isUnknown = about === 'command' || ran.content === undefined || (content === undefined && isMigration);
  if (!isUnknown && content !== ran.content) return 'migration';
  return runsOtherwise(ran, simulation) ? 'configuration' : undefined;
}

/** Whether the configuration leads to another server, or to another reading of the file. How many rows there are, and what is tried, is no matter. */
function runsOtherwise({ defaults, engineVersion }: RanWith, now: SimulationDefaults): boolean {
  const same = (key: keyof SimulationDefaults) => JSON.stringify(defaults[key]) === JSON.stringify(now[key]);
  const wasChosen = engineVersion !== defaults.engineVersion;
  const version = same('engineVersion') || wasChosen || now.engineVersion === engineVersion;
  return !(version && same('engine') && same('framework') && same('placeholders') && same('image'));
}
