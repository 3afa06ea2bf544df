import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeFolder } from './make-folder';

/** What the JavaScript engine made of a program's text. */
export interface CompiledCode {
  readonly code: Buffer;
  /** Processor time of the run that it was taken from: a longer one compiles more of the program. */
  readonly cpuMs: number;
}

/** In front of the code: its checksum, and the processor time. */
const headerBytes = 16;

/** One for each command and version of the program; of two megabytes each. */
const defaultMaximumFiles = 8;

/**
 * Keeps compiled code on the disk, so that the next start need not compile the program again. What is kept is run: it is taken only from
 * a folder and a file that nobody but this user can write. What can't be read, or is not what was written, counts as absent; what can't
 * be written is not kept. Any number of processes may share a folder.
 */
export class CodeCache {
  constructor(
    private readonly folder: string,
    private readonly maximumFiles = defaultMaximumFiles,
  ) {}

  /** `key`: a file name that tells what is compiled by what. */
  get(key: string): CompiledCode | undefined {
    try {
      if (!this.isSafe()) return undefined;
      // Without following a link. Windows knows no such flag, and asks nobody who owns a file: the folder lies in the user's own.
      const file = openSync(join(this.folder, key), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
      try {
        const found = fstatSync(file);
        return found.isFile() && isOwn(found) ? unpacked(readFileSync(file)) : undefined;
      } finally {
        closeSync(file);
      }
    } catch {
      return undefined;
    }
  }

  set(key: string, compiled: CompiledCode): void {
    const written = join(this.folder, `${randomUUID()}.new`);
    try {
      makeFolder(this.folder);
      if (!this.isSafe()) return;
      writeFileSync(written, packed(compiled), { mode: 0o600, flag: 'wx' });
      // In one step: nobody reads half of it.
      renameSync(written, join(this.folder, key));
      this.removeOldest();
    } catch {
      removeIfThere(written);
    }
  }

  private isSafe(): boolean {
    const found = lstatSync(this.folder);
    return found.isDirectory() && isOwn(found);
  }

  private removeOldest(): void {
    const kept = readdirSync(this.folder).map((name) => ({ name, mtimeMs: statSync(join(this.folder, name)).mtimeMs }));
    kept.sort((left, right) => right.mtimeMs - left.mtimeMs);
    for (const { name } of kept.slice(this.maximumFiles)) rmSync(join(this.folder, name), { force: true });
  }
}

/** Nobody else's, and for nobody else. On Windows the user's own folders are that by themselves. */
function isOwn({ uid, mode }: Stats): boolean {
  return process.geteuid === undefined || (uid === process.geteuid() && (mode & 0o077) === 0);
}

function packed({ code, cpuMs }: CompiledCode): Buffer {
  const bytes = Buffer.alloc(headerBytes + code.length);
  bytes.writeUInt32LE(crc32(code), 0);
  bytes.writeDoubleLE(cpuMs, 8);
  code.copy(bytes, headerBytes);
  return bytes;
}

function unpacked(bytes: Buffer): CompiledCode | undefined {
  if (bytes.length <= headerBytes) return undefined;
  const code = bytes.subarray(headerBytes);
  return bytes.readUInt32LE(0) === crc32(code) ? { code, cpuMs: bytes.readDoubleLE(8) } : undefined;
}

function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Not even the folder is one.
  }
}
