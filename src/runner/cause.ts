import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../model/sandbox';
import { SimulationFailure } from './failure';

/**
 * How long a connection may break before the news comes that its server has ended: a daemon on a busy machine takes its time. Only what was
 * not foreseen waits for it.
 */
const newsTimeoutMs = 5000;

/**
 * Whatever fails when the server is gone fails for that. The news is waited for with a timer that keeps the process alive: when nothing else
 * does, Node would end here, with status 0 and without a word.
 */
export async function causeOf(error: unknown, { lost }: Pick<Sandbox, 'lost'>): Promise<unknown> {
  if (!lost.aborted && !(error instanceof SimulationFailure))
    await sleep(newsTimeoutMs, undefined, { signal: lost }).catch(() => undefined);
  return lost.aborted && lost.reason instanceof Error ? new SimulationFailure(lost.reason.message) : error;
}
