import type { Connection } from 'vscode-languageserver';
import { type Configuration, defaultConfiguration, mergeConfigurations, readConfiguration } from '../lint/configuration';

/** Settings of the editor that are no keys of a `faultline.json`. */
const editorOnly = new Set(['trace', 'inlayHints']);

/** The editor's settings `faultline.*`, asked for once per folder and forgotten when they change. */
export class EditorSettings {
  private readonly known = new Map<string, Promise<Configuration>>();

  constructor(private readonly connection: Connection) {}

  /** The settings that hold for a file. */
  forFile(uri: string): Promise<Configuration> {
    const folder = uri.slice(0, uri.lastIndexOf('/'));
    const known = this.known.get(folder);
    if (known !== undefined) return known;
    const asked = this.ask(uri);
    this.known.set(folder, asked);
    return asked;
  }

  /** Whether locks and cost are shown behind statements. */
  async showsHints(uri: string): Promise<boolean> {
    try {
      return (await this.connection.workspace.getConfiguration({ scopeUri: uri, section: 'faultline.inlayHints' })) !== false;
    } catch {
      return true; // an editor without workspace/configuration
    }
  }

  forget(): void {
    this.known.clear();
  }

  private async ask(uri: string): Promise<Configuration> {
    try {
      const value: unknown = await this.connection.workspace.getConfiguration({ scopeUri: uri, section: 'faultline' });
      return readEditorSettings(value, (problem) => this.connection.console.warn(problem));
    } catch {
      return defaultConfiguration; // an editor without workspace/configuration
    }
  }
}

/** Reads settings key by key: one that is wrong is reported and left out, and the others hold. "auto" and empty lists mean "not set". */
export function readEditorSettings(value: unknown, report: (problem: string) => void): Configuration {
  let configuration = defaultConfiguration;
  if (typeof value !== 'object' || value === null) return configuration;
  for (const [key, entry] of Object.entries(value)) {
    if (editorOnly.has(key)) continue;
    const given = withoutUnset(entry);
    if (given === undefined) continue;
    const read = readConfiguration({ [key]: given });
    if (read.ok) configuration = mergeConfigurations(configuration, read.value);
    else report(read.error.message.replace(/^faultline\.json: /, 'Settings, faultline.*: '));
  }
  return configuration;
}

function withoutUnset(entry: unknown): unknown {
  if (entry === 'auto' || entry === '' || (Array.isArray(entry) && entry.length === 0)) return undefined;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
  return Object.fromEntries(
    Object.entries(entry)
      .map(([key, value]) => [key, withoutUnset(value)])
      .filter(([, value]) => value !== undefined),
  );
}
