import type { ClientSession, MongoClient } from 'mongodb';
import type { Operation } from '../../model/operation';
import { failure, type Result, success } from '../../model/result';
import type { DatabaseAddress } from '../../model/sandbox';
import { readText } from '../../parse/read';
import type { StepsResult } from '../steps';
import { withControlClient } from './connect';
import { commandsOf, type ShellCommand } from './shell/command';
import { besideOwn, problemOf, refusalIn } from './shell/sent';

/** Any version: what is read differs in none. */
const engine = { name: 'mongodb', major: 8 } as const;

/**
 * Carries out mongosh texts in order, and stops at the first that fails. They are read and sent as commands, never run as code. A text may hold
 * several statements; all share one session, which `{ session }` and startTransaction() mean. Rejects only when the connection can't be made
 * or `signal` is aborted.
 */
export async function executeSteps(address: DatabaseAddress, texts: readonly string[], signal: AbortSignal): Promise<StepsResult> {
  if (texts.length === 0) return { ok: true };
  signal.throwIfAborted();
  return withControlClient(address, async (_database, client) => {
    // A command that is under way has no other end; the server notices when it next looks for its client.
    const abort = (): void => void client.close(true).catch(() => undefined);
    signal.addEventListener('abort', abort, { once: true });
    const shell = new StepShell(client, address.database);
    try {
      for (const [step, text] of texts.entries()) {
        const done = await shell.run(text);
        signal.throwIfAborted();
        if (!done.ok) return { ok: false, step, error: done.error };
      }
      return { ok: true };
    } finally {
      signal.removeEventListener('abort', abort);
      await shell.end();
    }
  });
}

class StepShell {
  private readonly session: ClientSession;
  private database: string;

  constructor(
    private readonly client: MongoClient,
    private readonly own: string,
  ) {
    this.session = client.startSession();
    this.database = own;
  }

  async run(text: string): Promise<Result<void>> {
    for (const { unreadable, operations } of readText(text, engine)) {
      if (unreadable !== undefined) return failure({ message: unreadable.message });
      for (const operation of operations) {
        const done = await this.attempt(operation);
        if (!done.ok) return done;
      }
    }
    return success(undefined);
  }

  /** An open transaction ends with its session. */
  async end(): Promise<void> {
    await this.session.endSession().catch(() => undefined);
  }

  private async attempt(operation: Operation): Promise<Result<void>> {
    try {
      return await this.carryOut(operation);
    } catch (error) {
      return failure(problemOf(error));
    }
  }

  private async carryOut(operation: Operation): Promise<Result<void>> {
    switch (operation.kind) {
      case 'transaction':
        return this.transaction(operation.action);
      case 'use':
        this.database = operation.database;
        return success(undefined);
      case 'document command': {
        const commands = commandsOf(operation, this.database);
        return commands.ok ? this.send(commands.value, operation.session) : commands;
      }
      default:
        return failure({ message: `A step can't be carried out that is ${operation.kind}.` });
    }
  }

  private async transaction(action: string): Promise<Result<void>> {
    if (action === 'begin') this.session.startTransaction();
    else if (action === 'commit') await this.session.commitTransaction();
    else if (action === 'rollback') await this.session.abortTransaction();
    else return failure({ message: `A transaction has no ${action} here.` });
    return success(undefined);
  }

  private async send(commands: readonly ShellCommand[], inSession: boolean): Promise<Result<void>> {
    for (const command of commands) {
      const { database, document } = besideOwn(command, this.own);
      const answer = await this.client.db(database).command(document, inSession ? { session: this.session } : {});
      const refusal = refusalIn(answer);
      if (refusal !== undefined) return failure(refusal);
    }
    return success(undefined);
  }
}
