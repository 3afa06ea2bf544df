import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { SimulationEvent } from '../../protocol/simulation';

/** Keeps the events of the last finished run of each migration in the workspace's storage, so that a reloaded window shows them again. */
export class LastRuns {
  constructor(private readonly folder: vscode.Uri | undefined) {}

  /** Empty when nothing was kept or it can't be read: the panel then offers to run. */
  async load(path: string): Promise<readonly SimulationEvent[]> {
    const file = this.fileFor(path);
    if (file === undefined) return [];
    try {
      const events: unknown = JSON.parse(Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8'));
      return Array.isArray(events) ? events.filter(isEvent) : [];
    } catch {
      return [];
    }
  }

  async save(path: string, events: readonly SimulationEvent[]): Promise<void> {
    const file = this.fileFor(path);
    if (this.folder === undefined || file === undefined) return;
    await vscode.workspace.fs.createDirectory(this.folder);
    await vscode.workspace.fs.writeFile(file, Buffer.from(JSON.stringify(events)));
  }

  private fileFor(path: string): vscode.Uri | undefined {
    const name = createHash('sha256').update(path).digest('hex').slice(0, 32);
    return this.folder && vscode.Uri.joinPath(this.folder, `run-${name}.json`);
  }
}

function isEvent(value: unknown): value is SimulationEvent {
  return typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string';
}
