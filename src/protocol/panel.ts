import type { SandboxProviderName } from '../model/sandbox';
import type { RecoveryStep } from '../model/simulation';
import type { SimulationEvent } from './simulation';

/** A migration command that is simulated in place of a file. */
export interface PanelCommand {
  /** What a shell gets. */
  readonly text: string;
  /** Absolute. */
  readonly directory: string;
}

/** A command to choose: one that was found in the workspace, or that was used before. */
export interface CommandChoice extends PanelCommand {
  /** For a list: `npm run migrate`. */
  readonly title: string;
  /** The directory as seen from the workspace; empty for the workspace itself. */
  readonly shownDirectory: string;
  /** What says that it is one. */
  readonly why: string;
}

/** The panel's choices; kept by the webview across reloads. */
export interface PanelChoices {
  /** Set in a panel for commands. */
  readonly command?: PanelCommand;
  /** In a panel for commands: an SQL file or a folder of migrations that makes the state before, from the workspace. Empty: nothing does. */
  readonly before?: string;
  readonly sandbox: SandboxProviderName;
  readonly engineVersion: string;
  readonly rows: number;
  readonly seed: number;
  /** Sessions for each kind of request of the application beside the migration; 0 for none, absent for what is configured. */
  readonly load?: number;
}

export interface SandboxChoice {
  readonly name: SandboxProviderName;
  readonly label: string;
  /** Why it can't be used on this machine; shown beside the disabled choice. */
  readonly unavailable?: string;
}

/** What the panel shows before anything ran. */
export interface PanelSubject {
  readonly path: string;
  readonly title: string;
  readonly framework: string;
  readonly engine: string;
  /** One sentence on how it will run, from the execution plan. */
  readonly summary: string;
  readonly sandboxes: readonly SandboxChoice[];
  /** What this machine can do is being found out: `sandboxes` may change. */
  readonly checking?: true;
  /** Without its version: `PostgreSQL`. */
  readonly engineName: string;
  /** Oldest first. */
  readonly engineVersions: readonly string[];
  readonly choices: PanelChoices;
  /** A panel for commands: those to choose from. Absent for a migration file. */
  readonly commands?: readonly CommandChoice[];
  /** What is wrong with the `faultline.json` that holds here: what it says is not heeded then. */
  readonly configurationProblem?: string;
  /** Set when the workspace is not trusted: nothing can be run, and why. */
  readonly restricted?: string;
}

/** `migration`: it does something else. `configuration`: it would run on another server, or be read otherwise. */
export type ChangedSince = 'migration' | 'configuration';

/** Client to panel. */
export type ToPanel =
  | { readonly kind: 'subject'; readonly subject: PanelSubject }
  | { readonly kind: 'event'; readonly event: SimulationEvent }
  /** What was changed since the run that is shown; absent while it holds. */
  | { readonly kind: 'outdated'; readonly changed?: ChangedSince }
  /** Everything of the last run again, after a reload of the panel. */
  | { readonly kind: 'replay'; readonly subject: PanelSubject; readonly events: readonly SimulationEvent[] };

/** Panel to client. */
export type FromPanel =
  | { readonly kind: 'ready' }
  | { readonly kind: 'run'; readonly choices: PanelChoices }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'copy'; readonly text: string }
  /** Opens text in a new editor. */
  | { readonly kind: 'open'; readonly text: string; readonly language: RecoveryStep['language']; readonly title: string }
  /** Inserts these statements as the migration's rollback. */
  | { readonly kind: 'insert-rollback'; readonly statements: readonly string[] }
  /** Asks as what, and where, the finished run is to be written. */
  | { readonly kind: 'export' }
  /** Shows where the workspace can be trusted. */
  | { readonly kind: 'manage-trust' }
  /** Asks which migration command to simulate. */
  | { readonly kind: 'pick-command' }
  /** Shows statement `index` in its file, or its whole text when it has none. */
  | { readonly kind: 'reveal'; readonly statement: number };
