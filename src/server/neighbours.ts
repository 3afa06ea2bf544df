import type { Connection, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { folderOf } from '../workspace/read-folder';
import { fromUri } from './from-lsp';
import type { MigrationFolders } from './migration-folders';
import { toDiagnostic } from './to-lsp';

/**
 * What is wrong with a folder as a whole stands in one of its files, such as the second with the same version, and that file need not be
 * the one that is open. So it is shown in files that nobody has opened too, as long as another of the folder is open.
 */
export class NeighbourDiagnostics {
  /** By folder, the files that hold such findings at present. */
  private readonly shown = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly connection: Connection,
    private readonly documents: TextDocuments<TextDocument>,
    private readonly folders: MigrationFolders,
  ) {}

  /** Shows them for the folder of an open file. */
  async publish(uri: string): Promise<void> {
    const found = await this.folders.neighbours(uri);
    // Closed while it was computed.
    if (found === undefined || this.documents.get(uri) === undefined) return;
    const now = new Set<string>();
    for (const { uri: neighbour, report } of found.reports) {
      if (this.documents.get(neighbour) !== undefined) continue; // it has its own
      now.add(neighbour);
      await this.connection.sendDiagnostics({ uri: neighbour, diagnostics: report.findings.map(toDiagnostic) });
    }
    const before = this.shown.get(found.folder) ?? new Set();
    this.shown.set(found.folder, now);
    await this.clear([...before].filter((neighbour) => !now.has(neighbour)));
  }

  /** A file was closed: when it was the last of its folder, nothing is shown there any more. */
  async forget(uri: string): Promise<void> {
    const folder = folderOfUri(uri);
    if (folder === undefined || this.documents.keys().some((open) => folderOfUri(open) === folder)) return;
    const shown = this.shown.get(folder) ?? new Set();
    this.shown.delete(folder);
    await this.clear([...shown]);
  }

  private async clear(uris: readonly string[]): Promise<void> {
    for (const uri of uris) if (this.documents.get(uri) === undefined) await this.connection.sendDiagnostics({ uri, diagnostics: [] });
  }
}

function folderOfUri(uri: string): string | undefined {
  const path = fromUri(uri);
  return path === undefined ? undefined : folderOf(path);
}
