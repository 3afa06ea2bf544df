import pg from 'pg';
import type { RunStep } from '../../../model/run-protocol';
import type { ClientError, Ending } from '../../carrier';
import { copyIn } from '../copy-in';

/** Sends the steps in order, and after an error what the framework sends then. Never rejects: how it ended is the result. */
export async function runSteps(client: pg.Client, steps: readonly RunStep[], onError: readonly RunStep[]): Promise<Ending> {
  for (const [position, step] of steps.entries()) {
    try {
      const rows = await send(client, step.text, step.kind === 'statements' ? step.copyData : undefined);
      if (step.kind !== 'check') continue;
      const decision = step.decide(rows);
      if (decision.run) continue;
      await leave(client, steps, position);
      if (decision.why === 'already applied') return { result: 'skipped' };
      const { code = '', message } = decision.problem;
      return { result: 'refused', error: { code, message } };
    } catch (error) {
      return afterError(client, step, onError, error);
    }
  }
  return { result: 'success' };
}

async function afterError(client: pg.Client, step: RunStep, onError: readonly RunStep[], thrown: unknown): Promise<Ending> {
  const error = clientError(thrown);
  if (endsConnection(thrown)) return { result: 'connection lost', error };
  // Frameworks react to a migration that failed. Before it has begun, and after it is done, they only report.
  const reacts = step.kind === 'begin' || step.kind === 'statements' || step.kind === 'commit' || client.getTransactionStatus() !== 'I';
  if (reacts) await sendAll(client, onError);
  return { result: 'error', error };
}

/** The migration is not to be run: the framework gives back its lock. */
async function leave(client: pg.Client, steps: readonly RunStep[], position: number): Promise<void> {
  if (client.getTransactionStatus() !== 'I') await sendAll(client, [{ kind: 'commit', text: 'ROLLBACK' }]);
  const locked = steps.slice(0, position).some((step) => step.kind === 'lock');
  if (locked)
    await sendAll(
      client,
      steps.filter((step) => step.kind === 'unlock'),
    );
}

/** Sends what can be sent; the error that was there first is the one that counts. */
async function sendAll(client: pg.Client, steps: readonly RunStep[]): Promise<void> {
  for (const step of steps) {
    try {
      await send(client, step.text);
    } catch (error) {
      if (endsConnection(error)) return;
    }
  }
}

/** One simple query, and the rows that it asks for when it is COPY ... FROM stdin. Returns the rows of its last statement. */
async function send(client: pg.Client, text: string, copyData?: string): Promise<readonly Record<string, unknown>[]> {
  if (copyData !== undefined) {
    await copyIn(client, text, copyData);
    return [];
  }
  const results: pg.QueryResult | pg.QueryResult[] = await client.query(text);
  const last = Array.isArray(results) ? results.at(-1) : results;
  return last?.rows ?? [];
}

/** An error that did not come from the server, or that the server reports as it ends the session. */
function endsConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || error.severity === 'FATAL' || error.severity === 'PANIC';
}

function clientError(error: unknown): ClientError {
  const message = error instanceof Error ? error.message : String(error);
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code: typeof code === 'string' ? code : '', message };
}
