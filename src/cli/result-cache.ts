import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../../package.json';
import type { LintInput } from '../lint/lint';
import type { FileReport } from '../model/finding';
import type { Problem } from '../model/result';
import { userCacheFolder } from '../workspace/user-cache';
import { makeFolder } from './make-folder';

/** What linting a folder gives, as far as the command line tells it. */
export interface FolderResult {
  readonly reports: readonly FileReport[];
  readonly problems: readonly Problem[];
  readonly otherEngine?: string;
  /** What people call the tool. */
  readonly framework: string;
}

/** All that the result depends on, but the program itself. */
export type FolderInput = Pick<LintInput, 'files' | 'configuration' | 'paths' | 'dump'>;

/** All results together, in bytes; beyond it, those that were not asked for longest go. */
const defaultMaximumBytes = 64 * 1024 * 1024;

/** Where results are kept when nobody says otherwise. */
export function defaultCacheFolder(): string {
  return join(userCacheFolder(), 'faultline', 'lint');
}

/**
 * Keeps the result of linting a folder on the disk, under a hash of everything that it depends on: texts and names of all files,
 * configuration, schema dump, and the program. A changed folder has another hash, so nothing here is ever out of date. What can't be read,
 * or is not what was written, counts as absent; what can't be written is not kept. Any number of processes may share a folder.
 */
export class ResultCache {
  constructor(
    private readonly folder: string,
    /** Tells this program from every other version of it. */
    private readonly program: string = programIdentity(),
    private readonly maximumBytes = defaultMaximumBytes,
  ) {}

  get(input: FolderInput): FolderResult | undefined {
    const file = this.fileOf(input);
    try {
      const text = readFileSync(file, 'utf8');
      const content = text.slice(text.indexOf('\n') + 1);
      if (text.slice(0, text.indexOf('\n')) !== hash(content)) return undefined;
      const now = new Date();
      utimesSync(file, now, now);
      return JSON.parse(content) as FolderResult;
    } catch {
      return undefined;
    }
  }

  set(input: FolderInput, { reports, problems, otherEngine, framework }: FolderResult): void {
    const content = JSON.stringify({ reports, problems, ...(otherEngine !== undefined && { otherEngine }), framework });
    const file = this.fileOf(input);
    const written = join(this.folder, `${randomUUID()}.new`);
    try {
      // Findings quote the migrations: they are nobody else's business.
      makeFolder(this.folder);
      writeFileSync(written, `${hash(content)}\n${content}`, { mode: 0o600 });
      // In one step: nobody reads half of it.
      renameSync(written, file);
      this.removeOldest();
    } catch {
      removeIfThere(written);
    }
  }

  private fileOf({ files, configuration, paths, dump }: FolderInput): string {
    return join(this.folder, `${hash(JSON.stringify([this.program, files, configuration, paths, dump]))}.json`);
  }

  private removeOldest(): void {
    const kept = readdirSync(this.folder).map((name) => {
      const { size, mtimeMs } = statSync(join(this.folder, name));
      return { name, size, mtimeMs };
    });
    let bytes = 0;
    for (const { name, size } of kept.sort((left, right) => right.mtimeMs - left.mtimeMs)) {
      bytes += size;
      if (bytes > this.maximumBytes) rmSync(join(this.folder, name), { force: true });
    }
  }
}

function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Not even the folder is one.
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** The version, and for those who build it themselves the file that runs. */
function programIdentity(): string {
  try {
    const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url));
    return `${version} ${size} ${mtimeMs}`;
  } catch {
    return version;
  }
}
