import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Problem, Result } from '../model/result';
import { failure, success } from '../model/result';

/** Files beyond this are refused: no migration is that long, but dumps are. */
export const fileSizeLimitBytes = 32 * 1024 * 1024;

/** A text file as it was found. */
export interface TextFile {
  /** Without the byte-order mark, as editors show it; line ends are kept. */
  readonly text: string;
  readonly byteOrderMark: boolean;
}

const bytesLookedAtForNul = 8192;
/** Refuses what is not UTF-8, and drops the byte-order mark by itself. */
const decoder = new TextDecoder('utf-8', { fatal: true });
/** Nearly all migrations fit in: their bytes lie here only until they are text. */
const smallFile = Buffer.alloc(64 * 1024);

/**
 * Reads one file as UTF-8 text.
 * `shownPath` is how messages call it. Errors: missing, a folder, no permission, too large, binary, not UTF-8; each in one line.
 */
export async function readTextFile(path: string, shownPath = path): Promise<Result<TextFile>> {
  try {
    // Migrations are small and many: one by one through the thread pool, a thousand of them take several times as long.
    const file = openSync(path, 'r');
    try {
      const found = fstatSync(file);
      if (found.isDirectory()) return failure({ message: `${shownPath} is a folder, not a file`, code: 'EISDIR' });
      if (!found.isFile()) return failure({ message: `${shownPath} is not a regular file`, code: 'EINVAL' });
      if (found.size > fileSizeLimitBytes) return failure(tooLarge(shownPath, found.size));
      const isSmall = found.size > 0 && found.size <= smallFile.length;
      return decode(isSmall ? smallFile.subarray(0, readSync(file, smallFile)) : readFileSync(file), shownPath);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return failure(systemProblem(error, shownPath));
  }
}

/** Decodes the bytes of a file, or of standard input. */
export function decode(bytes: Uint8Array, shownPath: string): Result<TextFile> {
  if (bytes.byteLength > fileSizeLimitBytes) return failure(tooLarge(shownPath, bytes.byteLength));
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16) return failure({ message: `${shownPath} is UTF-16, and Faultline reads UTF-8 only: save it as UTF-8` });
  if (bytes.subarray(0, bytesLookedAtForNul).includes(0)) {
    return failure({ message: `${shownPath} is not a text file: it holds binary data` });
  }
  const byteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return success({ text: decoder.decode(bytes), byteOrderMark });
  } catch {
    return failure({ message: `${shownPath} is not valid UTF-8: save it as UTF-8` });
  }
}

/** A file-system error in words for the user. */
export function systemProblem(error: unknown, shownPath: string): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
  const reasons: Record<string, string> = {
    ENOENT: `${shownPath} does not exist`,
    ENOTDIR: `${shownPath} does not exist: part of the path is a file`,
    EACCES: `${shownPath} can't be opened: permission denied`,
    EPERM: `${shownPath} can't be opened: permission denied`,
    ELOOP: `${shownPath} is a symbolic link that leads to itself`,
    ENOSPC: `${shownPath} can't be written: the disk is full`,
    EROFS: `${shownPath} can't be written: the file system is read-only`,
    ENAMETOOLONG: `${shownPath} is too long for a path`,
  };
  return { message: reasons[code] ?? `${shownPath} can't be read (${code})`, code };
}

function tooLarge(shownPath: string, bytes: number): Problem {
  const megabytes = (bytes / 1024 / 1024).toFixed(0);
  const limit = fileSizeLimitBytes / 1024 / 1024;
  return { message: `${shownPath} has ${megabytes} MB, and the limit is ${limit} MB: a dump rather than a migration?`, code: 'EFBIG' };
}
