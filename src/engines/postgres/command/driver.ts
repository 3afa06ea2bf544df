import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { PostgresConnection } from '../../../wire/postgres/connection';
import type { WireRequest } from '../../../wire/postgres/handlers';
import type { ServerReport } from '../../../wire/postgres/messages';
import type { Completion } from '../../../wire/postgres/responses';
import type { Driver } from '../driver';
import type { ClientError, Ending } from '../execution-run';
import { commandEnvironment, connectionUrl } from './environment';
import { RequestMatcher } from './matcher';
import { CommandProcess } from './process';
import type { KnownRequest, Recorder } from './recording';

/** A command as the user typed it. */
export interface Command {
  /** Run by the shell; `{url}` stands for the address of the database. */
  readonly text: string;
  /** Absolute path of the folder that it is run in. */
  readonly directory: string;
}

/** Lies beside this file, and beside the bundle that the build makes of it. */
function guardFile(): string | undefined {
  const path = fileURLToPath(new URL('./guard.cjs', import.meta.url));
  return existsSync(path) ? path : undefined;
}

/** How long a command may go on after a fault has struck. Tools that wait for an answer for ever are ended, and it is said. */
const greatestAftermathMs = 45_000;
/** Lines of its output that are told. */
const printedLines = 3;

/** Runs a tool unmodified, with every connection that it makes going through the proxy. */
export class CommandDriver implements Driver {
  private process: CommandProcess | undefined;
  private readonly matcher: RequestMatcher;
  private lastError: ClientError | undefined;
  private hasStruck = false;
  private sentStatements = false;
  private timer: NodeJS.Timeout | undefined;
  private overdue = false;
  private died = false;
  private closed = false;

  constructor(
    private readonly command: Command,
    private readonly known: readonly KnownRequest[],
    private readonly recorder?: Recorder,
  ) {
    this.matcher = new RequestMatcher(known);
  }

  async run(through: DatabaseAddress): Promise<Ending> {
    if (this.closed) throw new Error('Closed before it had begun.');
    const text = this.command.text.replaceAll('{url}', connectionUrl(through));
    this.process = new CommandProcess(text, this.command.directory, commandEnvironment(process.env, through, guardFile()));
    try {
      const { code, signal } = await this.process.exited;
      return this.endingOf(code, signal, [through.password]);
    } finally {
      clearTimeout(this.timer);
    }
  }

  stepOf(request: WireRequest): number | undefined {
    this.recorder?.note(request);
    const position = this.matcher.match(request.connection.number, request.texts);
    const known = position === undefined ? undefined : this.known[position];
    if (known?.isStatement) this.sentStatements = true;
    return known?.step;
  }

  completed(request: WireRequest, completion: Completion): void {
    this.recorder?.answered(request, completion);
    if (completion.error) this.farewell(completion.error);
  }

  farewell(error: ServerReport): void {
    // What comes after a fault is told by its first error: a tool may go on in the broken transaction.
    if (!this.hasStruck || this.lastError === undefined) this.lastError = { code: error.code, message: error.message };
  }

  copied(connection: PostgresConnection, rows: Buffer): void {
    this.recorder?.copied(connection, rows);
  }

  struck(): void {
    this.hasStruck = true;
    this.lastError = undefined;
    this.timer = setTimeout(() => {
      this.overdue = true;
      void this.process?.kill();
    }, greatestAftermathMs);
  }

  async die(): Promise<void> {
    this.died = true;
    await this.process?.kill();
  }

  async leave(): Promise<void> {}

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.process?.kill();
  }

  private endingOf(code: number | null, signal: string | null, secrets: readonly string[]): Ending {
    if (code === 0) return { result: this.sentStatements || this.known.length === 0 ? 'success' : 'skipped' };
    return { result: this.sentStatements || this.hasStruck ? 'error' : 'refused', error: this.errorOf(code, signal, secrets) };
  }

  private errorOf(code: number | null, signal: string | null, secrets: readonly string[]): ClientError {
    if (this.died) return { code: '', message: 'the command was killed, and said no more' };
    const printed = this.process?.output.lines(printedLines, secrets).join(' | ') ?? '';
    if (this.overdue)
      return {
        code: '',
        message: withPrinted(`the command was still running ${greatestAftermathMs / 1000} s after the fault, and was ended`, printed),
      };
    if (this.lastError) return this.lastError;
    if (signal !== null) return { code: '', message: withPrinted(`the command was ended by ${signal}`, printed) };
    return { code: '', message: printed === '' ? `the command ended with status ${code} and said nothing` : printed };
  }
}

function withPrinted(what: string, printed: string): string {
  return printed === '' ? what : `${what}; it had printed: ${printed}`;
}
