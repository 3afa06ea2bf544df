import type { Problem } from '../model/result';

/** A problem on its way up: the steps of a start throw it, the provider returns its `problem`. */
export class SandboxError extends Error {
  readonly problem: Problem;

  constructor(message: string, code?: string) {
    super(message);
    this.name = 'SandboxError';
    this.problem = code === undefined ? { message } : { message, code };
  }
}

/** The problem behind whatever was thrown, in words. */
export function problemOf(error: unknown, signal?: AbortSignal): Problem {
  if (signal?.aborted) return { message: 'Cancelled.', code: 'ABORT_ERR' };
  if (error instanceof SandboxError) return error.problem;
  if (!(error instanceof Error)) return { message: String(error) };
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC')
    return { message: `No space is left on the disk: ${error.message}. Free some, or point TMPDIR at another disk.`, code };
  return code === undefined ? { message: error.message } : { message: error.message, code };
}
