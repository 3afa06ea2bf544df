import { connect, type Socket } from 'node:net';
import { ClientOutput } from './client-output';
import { bodyOf, FrameReader, type Segment } from './frames';
import type { Cut, RequestOrder, WireHandlers, WireRequest } from './handlers';
import { queryFrame, type TransactionStatus } from './messages';
import { type ClientAction, RequestReader, wholeFromClient } from './requests';
import { type Completion, type Pending, ResponseReader, wholeFromServer } from './responses';
import { rewrite } from './rewrite';

type RequestAction = ClientAction & { readonly kind: 'request' };

/** Longest Query or Parse frame of which the text is kept whole. */
const greatestText = 16 << 20;
/** Bytes from the client that wait behind a held request, before its socket is no longer read. */
const greatestQueue = 1 << 20;

/**
 * Sends RST and nothing else. `resetAndDestroy` alone ends the stream first, so that a FIN goes out and the other side may take it for an
 * orderly end; destroying in the same turn forestalls that.
 */
function reset(socket: Socket): void {
  socket.resetAndDestroy();
  socket.destroy();
}

/** A client's connection through the proxy to the server, as one object: reads both directions, holds, rewrites, cuts. */
export class PostgresConnection {
  /** From 1, in the order in which the clients came. */
  readonly number: number;
  /** Resolves when the server's side is closed: for an orderly end that means that the server process has ended. */
  readonly serverClosed: Promise<void>;
  readonly clientClosed: Promise<void>;
  readonly closed: Promise<void>;
  /** Why the proxy itself ended the connection: the server could not be reached, or what came was not the protocol. */
  problem: Error | undefined;

  private readonly client: Socket;
  private readonly server: Socket;
  private readonly handlers: WireHandlers;
  private readonly fromClient = new FrameReader({ startup: true, whole: wholeFromClient, greatestWhole: greatestText });
  private readonly fromServer = new FrameReader({ startup: false, whole: wholeFromServer, greatestWhole: greatestText });
  private readonly requests = new RequestReader();
  private readonly responses: ResponseReader;
  private readonly queue: Segment[] = [];
  private queuedBytes = 0;
  private pumping = false;
  private requestCount = 0;
  /** The rest of a frame that was replaced is skipped. */
  private skipping = false;
  private readonly output: ClientOutput;
  /** The whole of the held response has arrived. */
  private heldToTheEnd = false;
  /** Signed in: the first ReadyForQuery has come. */
  private isReady = false;
  private severed = false;
  private muted = false;
  private readonly gone: Promise<void>;
  private setGone: () => void = () => undefined;
  private readonly idleWaiters: (() => void)[] = [];

  constructor(client: Socket, target: { readonly host: string; readonly port: number }, handlers: WireHandlers, number: number) {
    this.number = number;
    this.client = client;
    this.handlers = handlers;
    this.output = new ClientOutput(client);
    this.server = connect({ ...target, allowHalfOpen: true, noDelay: true });
    this.responses = new ResponseReader(
      () => performance.now(),
      (notice) => handlers.notice?.(notice, this) ?? 'show',
      (error) => handlers.farewell?.(error, this),
    );
    this.gone = new Promise((resolve) => {
      this.setGone = resolve;
    });
    this.serverClosed = new Promise((resolve) => this.server.once('close', () => resolve()));
    this.clientClosed = new Promise((resolve) => this.client.once('close', () => resolve()));
    this.listenToClient();
    this.listenToServer();
    this.closed = Promise.all([this.serverClosed, this.clientClosed]).then(() => undefined);
  }

  /** The server process behind this connection; known once it is ready. */
  get serverProcessId(): number | undefined {
    return this.responses.processId;
  }

  get transactionStatus(): TransactionStatus {
    return this.responses.status;
  }

  /** Resolves when the server has answered everything that was sent to it, or its side is closed. */
  whenIdle(): Promise<void> {
    if ((this.isReady && this.responses.idle) || this.server.destroyed) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Passes on a held response: what has arrived of it at once, the rest as it comes. */
  releaseResponse(): void {
    if (this.severed) return;
    if (this.output.overflowed) {
      this.cut({ client: 'reset', server: 'end' });
      return;
    }
    if (this.heldToTheEnd) this.heldToTheEnd = false;
    else this.responses.releaseOldest();
    this.output.flush();
  }

  /** Forgets what has arrived of a held response. What the server says next is passed on. */
  dropResponse(): void {
    this.output.drop();
    if (this.heldToTheEnd) this.heldToTheEnd = false;
    else this.responses.releaseOldest();
  }

  /**
   * Asks the server something of the proxy's own on the client's session, while the client waits: its request is held, or the whole response
   * to the last one. The client sees nothing of it. Resolves when it is answered, with success or an error; rejects when the connection ends before.
   */
  ask(text: string): Promise<Completion> {
    return new Promise((resolve, reject) => {
      void this.serverClosed.then(() => reject(new Error('The connection ended before the server had answered.')));
      this.responses.expect({ ...this.pending(), own: true, completed: resolve });
      this.toServer([queryFrame(text)]);
    });
  }

  /** From now on the client hears nothing of the server but the end of the connection: a server that is killed says no farewell. */
  mute(): void {
    this.muted = true;
    this.output.drop();
  }

  /** Cuts the connection. What is held is dropped. */
  cut(cut: Cut): void {
    this.abandon();
    if (cut.client === 'reset') reset(this.client);
    else this.client.destroy();
    if (cut.server === 'reset') reset(this.server);
    else if (cut.server === 'end') this.endServer();
  }

  /** Closes whatever is open, at once. */
  async close(): Promise<void> {
    this.abandon();
    this.client.destroy();
    this.server.destroy();
    await this.closed;
  }

  private listenToClient(): void {
    this.client.setNoDelay(true);
    this.client.on('data', (chunk) => {
      if (this.severed) return;
      this.guarded(() => {
        for (const segment of this.fromClient.push(chunk)) {
          this.queue.push(segment);
          this.queuedBytes += segment.bytes.length;
        }
        void this.pump();
      });
    });
    // A client that goes away takes with it what is still held back; what the server already has, it finishes.
    this.client.once('end', () => this.leave());
    this.client.on('error', () => this.leave());
    this.client.once('close', () => this.leave());
    this.client.on('drain', () => this.server.resume());
  }

  private leave(): void {
    if (this.severed) return;
    this.abandon();
    this.endServer();
    this.client.end();
  }

  private listenToServer(): void {
    this.server.on('data', (chunk) => {
      this.guarded(() => {
        const segments = this.fromServer.push(chunk);
        this.client.cork();
        for (const segment of segments) this.handleServer(segment);
        this.client.uncork();
        this.updateReading();
      });
    });
    this.server.once('end', () => this.serverLeft('end'));
    this.server.on('error', (error) => {
      if (!this.isReady) this.problem ??= error;
      this.serverLeft('reset');
    });
    this.server.once('close', () => {
      this.serverLeft('end');
      this.wakeIdleWaiters();
    });
    this.server.on('drain', () => this.updateReading());
  }

  /** The server closed its side: so does the client's, after what was already passed on. A held response is lost, as it is when a server dies. */
  private serverLeft(how: 'end' | 'reset'): void {
    if (!this.severed) {
      this.abandon();
      if (how === 'end') this.client.end();
      else reset(this.client);
    }
    this.server.end();
  }

  /** Nothing is passed on any more, in either direction. */
  private abandon(): void {
    this.severed = true;
    this.queue.length = 0;
    this.queuedBytes = 0;
    this.output.drop();
    this.setGone();
    this.client.resume();
    this.server.resume();
  }

  private endServer(): void {
    if (this.server.connecting) this.server.destroy();
    else this.server.end();
  }

  /** Bytes that are not the protocol, or a handler that throws, end the connection and nothing else. */
  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.problem ??= error instanceof Error ? error : new Error(String(error));
    this.cut({ client: 'reset', server: 'end' });
  }

  /** Handles what came from the client in order; waits where a request is held. */
  private async pump(): Promise<void> {
    if (this.pumping) {
      this.updateReading();
      return;
    }
    this.pumping = true;
    try {
      for (let segment = this.queue.shift(); segment; segment = this.queue.shift()) {
        this.queuedBytes -= segment.bytes.length;
        const waiting = this.handleClient(segment);
        if (waiting) await waiting;
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.pumping = false;
      this.updateReading();
    }
  }

  /** Reads from a side only as fast as the other one takes it. */
  private updateReading(): void {
    if (this.severed) return;
    if (this.queuedBytes > greatestQueue || this.server.writableNeedDrain) this.client.pause();
    else this.client.resume();
    if (this.client.writableNeedDrain) this.server.pause();
  }

  private handleClient(segment: Segment): Promise<void> | undefined {
    if (this.skipping) {
      this.skipping = segment.kind === 'piece' && !segment.last;
      return undefined;
    }
    if (segment.kind !== 'startup' && segment.type === 'd') this.handlers.copied?.(this, bodyOf(segment));
    const action = this.requests.accept(segment);
    if (!action || this.severed) return undefined;
    if (action.kind === 'decline') {
      this.client.write('N');
      return undefined;
    }
    if (action.kind === 'request') return this.handleRequest(action);
    // Prepared without being executed: the server's ReadyForQuery must still be told from those of the requests.
    if (action.kind === 'sync' && !this.responses.ignoresSync) this.expect(undefined, { extended: true });
    this.toServer(action.bytes);
    return undefined;
  }

  private handleRequest(action: RequestAction): Promise<void> | undefined {
    this.requestCount += 1;
    const { protocol, texts, values, replaceable, complete } = action;
    const request: WireRequest = { connection: this, number: this.requestCount, protocol, texts, values, replaceable, complete };
    const order = this.handlers.request?.(request);
    if (order instanceof Promise) {
      return Promise.race([order, this.gone]).then((decided) => {
        if (!this.severed) this.send(request, action, decided ?? undefined);
      });
    }
    this.send(request, action, order);
    return undefined;
  }

  private send(request: WireRequest, action: RequestAction, order: RequestOrder | undefined): void {
    const replaced = request.protocol === 'simple' ? order?.text : undefined;
    const { parts } = action;
    const rewritten = parts && order?.extended ? rewrite(action.bytes, parts, order.extended) : undefined;
    this.expect(request, {
      hide: rewritten?.hide ?? { results: new Set(request.protocol === 'simple' ? order?.hide : []) },
      hold: order?.holdResponse === true,
      extended: parts !== undefined,
      ...(parts?.ends === 'results' && { endsAfter: parts.executions.length + (rewritten?.added ?? 0) }),
    });
    this.toServer(replaced === undefined ? (rewritten?.bytes ?? action.bytes) : [queryFrame(replaced)]);
    this.skipping = replaced !== undefined && action.more;
  }

  private expect(request: WireRequest | undefined, answer: Partial<Pending>): void {
    this.responses.expect({
      ...this.pending(),
      ...answer,
      completed: (completion) => {
        if (request) this.handlers.completed?.(request, completion);
      },
    });
  }

  private pending(): Omit<Pending, 'completed'> {
    return {
      sentAt: performance.now(),
      hide: { results: new Set() },
      hold: false,
      own: false,
      extended: false,
      results: [],
      prepared: { parses: 0, binds: 0 },
      copying: false,
    };
  }

  private toServer(bytes: readonly Buffer[]): void {
    if (!this.server.writable) return;
    this.server.cork();
    for (const part of bytes) this.server.write(part);
    this.server.uncork();
    if (this.server.writableNeedDrain) this.client.pause();
  }

  private handleServer(segment: Segment): void {
    const copyRequested = this.responses.copyRequested(segment);
    const { destination, completes } = this.responses.accept(segment);
    if (!this.severed && !this.muted) {
      if (copyRequested) this.output.flush();
      if (destination === 'client' || copyRequested) this.output.write(segment.bytes);
      else if (destination === 'withheld') this.output.withhold(segment.bytes);
    }
    if (!completes) return;
    if (destination === 'withheld') this.heldToTheEnd = true;
    this.isReady = true;
    if (this.responses.idle) this.wakeIdleWaiters();
  }

  private wakeIdleWaiters(): void {
    for (const wake of this.idleWaiters.splice(0)) wake();
  }
}
