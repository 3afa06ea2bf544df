import type { Connection, Diagnostic, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FoundConfiguration } from '../workspace/configuration-file';
import { configurationDiagnostics } from './configuration-diagnostics';
import type { MigrationFolders } from './migration-folders';
import { toUri } from './to-lsp';

/**
 * What is wrong with the `faultline.json` of the open migrations, also when nobody has opened it: a broken one counts as absent, and
 * everything is then read for another database or with other rules than the project says.
 */
export class ProjectDiagnostics {
  /** By open migration, the configuration file that holds for it. */
  private readonly usedBy = new Map<string, string>();
  private readonly shown = new Set<string>();
  /** Read once, until something on the disk changes: then the file is another object. */
  private readonly known = new WeakMap<FoundConfiguration, Promise<readonly Diagnostic[]>>();

  constructor(
    private readonly connection: Connection,
    private readonly documents: TextDocuments<TextDocument>,
    private readonly folders: MigrationFolders,
  ) {}

  /** What is wrong with the configuration that holds for a file, as it is on the disk, and where; undefined when nothing is. */
  async problemFor(uri: string): Promise<{ readonly uri: string; readonly diagnostic: Diagnostic } | undefined> {
    const found = await this.folders.configurationFileOf(uri);
    const [diagnostic] = found === undefined ? [] : await this.diagnosticsOf(found);
    return found && diagnostic && { uri: toUri(found.path), diagnostic };
  }

  /** Shows it for an open migration. */
  async publish(uri: string): Promise<void> {
    const found = await this.folders.configurationFileOf(uri);
    if (this.documents.get(uri) === undefined) return; // closed while it was looked for
    const before = this.usedBy.get(uri);
    const now = found && toUri(found.path);
    if (now === undefined) this.usedBy.delete(uri);
    else this.usedBy.set(uri, now);
    if (before !== undefined && before !== now) await this.release(before);
    if (found === undefined || now === undefined) return;
    const diagnostics = await this.diagnosticsOf(found);
    if (this.documents.get(now) !== undefined) return; // it has its own
    if (diagnostics.length === 0 && !this.shown.has(now)) return;
    if (diagnostics.length === 0) this.shown.delete(now);
    else this.shown.add(now);
    await this.connection.sendDiagnostics({ uri: now, diagnostics: [...diagnostics] });
  }

  /** A migration was closed. */
  async forget(uri: string): Promise<void> {
    const used = this.usedBy.get(uri);
    this.usedBy.delete(uri);
    if (used !== undefined) await this.release(used);
  }

  /** Nothing is said of a file that no open migration depends on. */
  private async release(file: string): Promise<void> {
    if (this.documents.get(file) !== undefined || [...this.usedBy.values()].includes(file)) return;
    if (this.shown.delete(file)) await this.connection.sendDiagnostics({ uri: file, diagnostics: [] });
  }

  private diagnosticsOf(found: FoundConfiguration): Promise<readonly Diagnostic[]> {
    const known = this.known.get(found) ?? configurationDiagnostics(found.text, found.folder);
    this.known.set(found, known);
    return known;
  }
}
