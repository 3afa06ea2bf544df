import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import type { SimulationEvent } from '../../protocol/simulation';
import type { RanWith } from './changed-since';

/** A run as it is kept: what happened, and what it was about. */
export interface KeptRun {
  readonly events: readonly SimulationEvent[];
  readonly ran?: RanWith;
}

/** Keeps the last finished run of each migration in the workspace's storage, so that a reloaded window shows them again. */
export class LastRuns {
  constructor(private readonly folder: vscode.Uri | undefined) {}

  /** Without events when nothing was kept or it can't be read: the panel then offers to run. */
  async load(path: string): Promise<KeptRun> {
    const file = this.fileFor(path);
    if (file === undefined) return { events: [] };
    try {
      return keptRun(JSON.parse(Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8')));
    } catch {
      return { events: [] };
    }
  }

  async save(path: string, run: KeptRun): Promise<void> {
    const file = this.fileFor(path);
    if (this.folder === undefined || file === undefined) return;
    await vscode.workspace.fs.createDirectory(this.folder);
    await vscode.workspace.fs.writeFile(file, Buffer.from(JSON.stringify(run)));
  }

  private fileFor(path: string): vscode.Uri | undefined {
    const name = createHash('sha256').update(path).digest('hex').slice(0, 32);
    return this.folder && vscode.Uri.joinPath(this.folder, `run-${name}.json`);
  }
}

/** What another version of the extension kept may look otherwise. */
function keptRun(value: unknown): KeptRun {
  if (typeof value !== 'object' || value === null || !('events' in value) || !Array.isArray(value.events)) return { events: [] };
  const events = value.events.filter(isEvent);
  return 'ran' in value && isRanWith(value.ran) ? { events, ran: value.ran } : { events };
}

function isRanWith(value: unknown): value is RanWith {
  if (typeof value !== 'object' || value === null) return false;
  const { defaults, engineVersion } = value as Partial<Record<keyof RanWith, unknown>>;
  return typeof defaults === 'object' && defaults !== null && typeof engineVersion === 'string';
}

function isEvent(value: unknown): value is SimulationEvent {
  return typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string';
}
