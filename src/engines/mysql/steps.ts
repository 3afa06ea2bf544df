import type { Problem } from '../../model/result';
import type { DatabaseAddress } from '../../model/sandbox';
import type { StepsResult } from '../steps';
import { type ControlClient, withControlClient } from './connect';

/**
 * Runs SQL texts in order on one connection, and stops at the first that fails. A text may hold several statements; these share the session and
 * whatever transaction they open. Rejects only when the connection can't be made or `signal` is aborted.
 */
export async function executeSteps(address: DatabaseAddress, texts: readonly string[], signal: AbortSignal): Promise<StepsResult> {
  if (texts.length === 0) return { ok: true };
  signal.throwIfAborted();
  return withControlClient(address, async (client) => {
    // A statement that is under way has no other end; the server notices when it next sends or reads.
    const abort = (): void => client.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      for (const [step, text] of texts.entries()) {
        const error = await attempt(client, text);
        signal.throwIfAborted();
        if (error) return { ok: false, step, error };
      }
      return { ok: true };
    } finally {
      signal.removeEventListener('abort', abort);
    }
  });
}

async function attempt(client: ControlClient, text: string): Promise<Problem | undefined> {
  try {
    await client.query(text);
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

/** The server's refusal with its number as the code, or what else broke. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { message: String(error) };
  const { errno } = error as { errno?: unknown };
  return { message: error.message, ...(typeof errno === 'number' && errno > 0 && { code: String(errno) }) };
}
