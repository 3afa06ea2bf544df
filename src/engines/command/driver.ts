import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DatabaseAddress } from '../../model/sandbox';
import type { ClientError, Ending } from '../carrier';
import type { Driver } from '../execution/driver';
import type { ExecutionDialect, WireTypes } from '../execution/wire';
import { RequestMatcher, type Tokenize } from './matcher';
import { CommandProcess } from './process';
import type { KnownRequest, Recorder, RequestReader } from './recording';

/** How commands are run against one engine. */
export interface CommandKind<W extends WireTypes> {
  readonly dialect: ExecutionDialect<W>;
  readonly reader: RequestReader<W>;
  readonly tokenize: Tokenize;
  /** The address as one string, as drivers read it. */
  connectionUrl(address: DatabaseAddress): string;
  /** The environment of a command, in which everything that names a database of this engine names the sandbox's. */
  environment(
    inherited: Readonly<Record<string, string | undefined>>,
    address: DatabaseAddress,
    guard: string | undefined,
  ): Record<string, string>;
}

/** A command as the user typed it. */
export interface Command {
  /** Run by the shell; `{url}` stands for the address of the database. */
  readonly text: string;
  /** Absolute path of the folder that it is run in. */
  readonly directory: string;
  /** Why a text that it sends must not reach the server, for the user. Absent: all may. */
  readonly refusal?: (text: string) => string | undefined;
}

/** Lies beside this file, and beside the bundle that the build makes of it. */
function guardFile(): string | undefined {
  const path = fileURLToPath(new URL('./guard.cjs', import.meta.url));
  return existsSync(path) ? path : undefined;
}

/**
 * How long a command may go on after a fault has struck, at the least; one that took long undisturbed may take ten times that. Tools that
 * wait for an answer for ever are ended, and it is said.
 */
const leastPatienceMs = 15_000;
/** How long a command of which nothing is known yet may ask the server nothing: it may be a server or a watcher, which never ends. */
const greatestSilenceMs = 120_000;
/** Lines of its output that are told. */
const printedLines = 3;

export interface DriverOptions<W extends WireTypes> {
  /** Milliseconds that the command takes undisturbed, where that is known. */
  readonly undisturbedMs?: number;
  /** It is held at a point, and a fault strikes: until then it may wait for as long as it takes. */
  readonly isHeld?: boolean;
  readonly recorder?: Recorder<W>;
}

/** Runs a tool unmodified, with every connection that it makes going through the proxy. */
export class CommandDriver<W extends WireTypes> implements Driver<W> {
  private process: CommandProcess | undefined;
  private readonly matcher: RequestMatcher;
  private readonly patienceMs: number;
  private lastError: ClientError | undefined;
  private hasStruck = false;
  private sentStatements = false;
  private timer: NodeJS.Timeout | undefined;
  /** Why it was ended. */
  private overdue: string | undefined;
  private died = false;
  private closed = false;

  constructor(
    private readonly kind: CommandKind<W>,
    private readonly command: Command,
    private readonly known: readonly KnownRequest[],
    private readonly options: DriverOptions<W>,
  ) {
    this.matcher = new RequestMatcher(known, kind.tokenize);
    const { undisturbedMs } = options;
    this.patienceMs = undisturbedMs === undefined ? greatestSilenceMs : Math.max(leastPatienceMs, undisturbedMs * 10);
  }

  async run(through: DatabaseAddress): Promise<Ending> {
    if (this.closed) throw new Error('Closed before it had begun.');
    const text = this.command.text.replaceAll('{url}', this.kind.connectionUrl(through));
    this.process = new CommandProcess(text, this.command.directory, this.kind.environment(process.env, through, guardFile()));
    this.hear();
    try {
      const { code, signal } = await this.process.exited;
      return this.endingOf(code, signal, [through.password, ...secretsOf(process.env)]);
    } finally {
      clearTimeout(this.timer);
    }
  }

  refusal(request: W['request']): string | undefined {
    const { refusal } = this.command;
    if (refusal === undefined) return undefined;
    for (const text of this.kind.reader.asked(request).texts) {
      const why = refusal(text);
      if (why !== undefined) return why;
    }
    return undefined;
  }

  stepOf(request: W['request']): number | undefined {
    this.hear();
    this.options.recorder?.note(request);
    const { connection, texts } = this.kind.reader.asked(request);
    const position = this.matcher.match(connection, texts);
    const known = position === undefined ? undefined : this.known[position];
    if (known?.isStatement) this.sentStatements = true;
    return known?.step;
  }

  completed(request: W['request'], completion: W['completion']): void {
    this.hear();
    this.options.recorder?.answered(request, completion);
    if (completion.error) this.farewell(completion.error);
  }

  farewell(error: W['error']): void {
    // What comes after a fault is told by its first error: a tool may go on in the broken transaction.
    if (!this.hasStruck || this.lastError === undefined) this.lastError = { code: error.code, message: error.message };
  }

  copied(connection: W['connection'], rows: Buffer): void {
    this.options.recorder?.copied(connection, rows);
  }

  reached(): void {
    this.lastError = undefined;
  }

  struck(): void {
    this.hasStruck = true;
    this.lastError = undefined;
    this.endAfter(this.patienceMs, 'after the fault');
  }

  /** Something came of the command: where nobody holds it, it is not silent. */
  private hear(): void {
    if (this.options.isHeld !== true) this.endAfter(this.patienceMs, 'after it had last asked the server anything');
  }

  private endAfter(milliseconds: number, since: string): void {
    clearTimeout(this.timer);
    // The server may still answer what was asked before.
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.overdue = `the command was still running ${Math.round(milliseconds / 1000)} s ${since}, and was ended`;
      void this.process?.kill();
    }, milliseconds);
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
    if (this.overdue !== undefined) {
      const { code: serverCode = '', message = '' } = this.lastError ?? {};
      return { code: serverCode, message: message === '' ? withPrinted(this.overdue, printed) : `${message} (${this.overdue})` };
    }
    if (this.lastError) return this.lastError;
    if (signal !== null) return { code: '', message: withPrinted(`the command was ended by ${signal}`, printed) };
    return { code: '', message: printed === '' ? `the command ended with status ${code} and said nothing` : printed };
  }
}

function withPrinted(what: string, printed: string): string {
  return printed === '' ? what : `${what}; it had printed: ${printed}`;
}

/** Values of variables whose names say that they are secret. */
function secretsOf(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && /pass|secret|token|_key$|credential/i.test(name) ? [value] : [],
  );
}
