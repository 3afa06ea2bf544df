import { randomBytes } from 'node:crypto';
import { chmod, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Result } from '../model/result';
import { failure, success } from '../model/result';
import { systemProblem } from './read-text';

/**
 * Replaces a file's text in one step: whoever reads it sees the old text or the new one, also when this process dies in the middle.
 * Keeps the file's permissions. `byteOrderMark` puts back the one that reading took off.
 */
export async function replaceFile(path: string, text: string, options: { readonly byteOrderMark?: boolean } = {}): Promise<Result<void>> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, options.byteOrderMark ? `\uFEFF${text}` : text, { flag: 'wx' });
    const mode = await stat(path).then(
      (found) => found.mode,
      () => undefined,
    );
    if (mode !== undefined) await chmod(temporary, mode & 0o777);
    await rename(temporary, path);
    return success(undefined);
  } catch (error) {
    await rm(temporary, { force: true });
    return failure(systemProblem(error, path));
  }
}

/** Creates a file. One that is there already is an error: nothing of the user's is overwritten. */
export async function createFile(path: string, text: string): Promise<Result<void>> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return success(undefined);
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    return failure(taken ? { message: `${path} is there already: it was left as it is`, code: 'EEXIST' } : systemProblem(error, path));
  }
}
