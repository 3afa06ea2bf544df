import { dirname } from 'node:path';
import type { Connection, Diagnostic, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FileReport } from '../model/finding';
import { configurationFileName } from '../workspace/configuration-file';
import { compare } from './analysis';
import { configurationDiagnostics } from './configuration-diagnostics';
import { fromUri } from './from-lsp';
import type { MigrationFolders } from './migration-folders';
import { NeighbourDiagnostics } from './neighbours';
import type { ProjectDiagnostics } from './project-diagnostics';
import { toDiagnostic, toErrorDiagnostic, toNotice } from './to-lsp';

/** How long typing must rest at the most before a text is linted; a text that takes little is linted at every key. */
const debounceMs = 150;
const quickMs = 40;

/** By how much what a document is known to take may grow at once. */
const growth = 1.5;

/** As long as the linting itself took: what is slow is not begun at every key, and what is nearly quick hardly waits. */
function restMs(tookMs: number): number {
  return tookMs < quickMs ? 0 : Math.min(debounceMs, tookMs);
}

/** Pushes diagnostics: debounced, for the version they were computed for, and dropped when a newer version has arrived meanwhile. */
export class DiagnosticsPublisher {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  /**
   * What each document takes. One run can take far longer because the machine does other work meanwhile, which is no reason to wait as
   * well: a text that has become slow is slow again and again.
   */
  private readonly tookMs = new Map<string, number>();

  private readonly neighbours: NeighbourDiagnostics;

  constructor(
    private readonly connection: Connection,
    private readonly documents: TextDocuments<TextDocument>,
    private readonly folders: MigrationFolders,
    private readonly project: ProjectDiagnostics,
  ) {
    this.neighbours = new NeighbourDiagnostics(connection, documents, folders);
  }

  /** Lints a document soon; a later call starts the wait again. */
  schedule(uri: string, waitMs: number = restMs(this.tookMs.get(uri) ?? debounceMs)): void {
    clearTimeout(this.timers.get(uri));
    this.timers.set(
      uri,
      setTimeout(() => {
        this.timers.delete(uri);
        void this.publish(uri);
      }, waitMs),
    );
  }

  /** Lints every open document soon: a file that others depend on, or the configuration, changed. */
  scheduleAll(waitMs: number = debounceMs): void {
    for (const uri of this.documents.keys()) if (!this.timers.has(uri)) this.schedule(uri, waitMs);
  }

  /** A closed document has no diagnostics. */
  clear(uri: string): void {
    clearTimeout(this.timers.get(uri));
    this.timers.delete(uri);
    this.tookMs.delete(uri);
    void this.connection.sendDiagnostics({ uri, diagnostics: [] });
    void this.neighbours.forget(uri);
    void this.project.forget(uri);
  }

  private async publish(uri: string): Promise<void> {
    const version = this.documents.get(uri)?.version;
    if (version === undefined) return;
    const started = performance.now();
    const diagnostics = await this.diagnosticsOf(uri);
    const took = performance.now() - started;
    this.tookMs.set(uri, Math.min(took, (this.tookMs.get(uri) ?? took) * growth));
    // Typed on, or closed, while it was computed: a newer run is on its way.
    if (this.documents.get(uri)?.version !== version) return;
    await this.connection.sendDiagnostics({ uri, version, diagnostics });
    if (isConfiguration(uri)) return;
    await this.neighbours.publish(uri);
    const isMigration = (await this.folders.report(uri)) !== undefined;
    await (isMigration ? this.project.publish(uri) : this.project.forget(uri));
  }

  private async diagnosticsOf(uri: string): Promise<Diagnostic[]> {
    try {
      if (isConfiguration(uri)) return configurationDiagnostics(this.documents.get(uri)?.getText() ?? '', dirname(fromUri(uri) ?? ''));
      const report = await this.folders.report(uri);
      if (report !== undefined) return reportDiagnostics(report);
      const refusal = await this.folders.refusal(uri);
      return refusal === undefined ? [] : [toNotice(refusal)];
    } catch (error) {
      // A defect of ours: the file keeps no stale squiggles, and the reason is in the output.
      this.connection.console.error(`${uri}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return [];
    }
  }
}

function isConfiguration(uri: string): boolean {
  return uri.endsWith(`/${configurationFileName}`);
}

/** Findings, and what could not be read unless a finding says so at the same place. */
function reportDiagnostics({ findings, errors }: FileReport): Diagnostic[] {
  const unsaid = errors.filter((error) => !findings.some((finding) => compare(finding.range.start, error.range.start) === 0));
  return [...unsaid.map(toErrorDiagnostic), ...findings.map(toDiagnostic)];
}
