import type { RunStep } from '../../model/run-protocol';
import type { ClientError, Ending } from '../carrier';

/** A connected client, as far as running steps needs one. */
export interface StepClient {
  /** Sends one request, and the rows that it asks for. Gives the rows of its last statement. Rejects as the driver does. */
  send(text: string, copyData?: string): Promise<readonly Record<string, unknown>[]>;
  readonly inTransaction: boolean;
  /** True for an error that did not come from the server, or that the server reports as it ends the session. */
  endsConnection(error: unknown): boolean;
  errorOf(error: unknown): ClientError;
  /** In an orderly way. */
  end(): Promise<void>;
}

/** Sends the steps in order, and after an error what the framework sends then. Never rejects: how it ended is the result. */
export async function runSteps(client: StepClient, steps: readonly RunStep[], onError: readonly RunStep[]): Promise<Ending> {
  for (const [position, step] of steps.entries()) {
    try {
      const rows = await client.send(step.text, step.kind === 'statements' ? step.copyData : undefined);
      if ((step.kind !== 'check' && step.kind !== 'lock') || step.decide === undefined) continue;
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

async function afterError(client: StepClient, step: RunStep, onError: readonly RunStep[], thrown: unknown): Promise<Ending> {
  const error = client.errorOf(thrown);
  if (client.endsConnection(thrown)) return { result: 'connection lost', error };
  // Frameworks react to a migration that failed. Before it has begun, and after it is done, they only report.
  const reacts = step.kind === 'begin' || step.kind === 'statements' || step.kind === 'commit' || client.inTransaction;
  if (reacts) await sendAll(client, onError);
  return { result: 'error', error };
}

/** The migration is not to be run: the framework gives back its lock. */
async function leave(client: StepClient, steps: readonly RunStep[], position: number): Promise<void> {
  if (client.inTransaction) await sendAll(client, [{ kind: 'commit', text: 'ROLLBACK' }]);
  const locked = steps.slice(0, position).some((step) => step.kind === 'lock');
  if (locked)
    await sendAll(
      client,
      steps.filter((step) => step.kind === 'unlock'),
    );
}

/** Sends what can be sent; the error that was there first is the one that counts. */
async function sendAll(client: StepClient, steps: readonly RunStep[]): Promise<void> {
  for (const step of steps) {
    try {
      await client.send(step.text);
    } catch (error) {
      if (client.endsConnection(error)) return;
    }
  }
}
