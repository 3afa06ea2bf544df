import type { Workspace } from './workspace';

/**
 * What statements set about objects that the catalog has no place for: options of columns and indexes, comments on rarer kinds, default
 * privileges. Kept as the statement itself, which says it again.
 */
export interface Setting {
  /** The statement that sets it. */
  readonly set: string;
  /** The one that makes it as it is when nobody ever set it; absent where that is not known. */
  readonly reset?: string;
}

export type Settings = Readonly<Record<string, Setting>>;

/** Remembers a statement under what it sets; undefined forgets: it is as it was at first. */
export function setSetting(workspace: Workspace, key: string, setting: Setting | undefined): void {
  const { [key]: _, ...others } = workspace.settings;
  workspace.settings = setting === undefined ? others : { ...others, [key]: setting };
}

/** The settings that a replay left; none in a catalog that was read from a server. */
export function settingsOf(catalog: object): Settings {
  return 'settings' in catalog ? (catalog as { readonly settings: Settings }).settings : {};
}
