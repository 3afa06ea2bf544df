import { connect, type Socket } from 'node:net';
import { ClientOutput } from './client-output';
import type { ProxiedConnection } from './proxy';

/** How each side of a connection is cut. */
export interface Cut {
  /** `reset` sends RST, `end` FIN. */
  readonly client: 'reset' | 'end';
  /**
   * `end` sends FIN and goes on reading until the server has closed its side, which it does when the session has ended: nothing is lost
   * that the server would still do. `keep` leaves this side open, as when a network drops in silence.
   */
  readonly server: 'reset' | 'end' | 'keep';
}

/** What becomes of a segment from the server. */
export interface ServerAction {
  readonly destination: 'client' | 'nowhere' | 'withheld';
  /** It ended the response of the oldest pending request: the connection may be idle now. */
  readonly completes: boolean;
}

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

/**
 * A client's connection through the proxy to the server, as one object: reads both directions, holds, cuts. A protocol says how the bytes
 * are cut into segments and what each of them means.
 */
export abstract class WireConnection<Segment extends { readonly bytes: Buffer }> implements ProxiedConnection {
  /** From 1, in the order in which the clients came. */
  readonly number: number;
  /** Resolves when the server's side is closed: for an orderly end that means that the session on the server has ended. */
  readonly serverClosed: Promise<void>;
  readonly clientClosed: Promise<void>;
  readonly closed: Promise<void>;
  /** Why the proxy itself ended the connection: the server could not be reached, or what came was not the protocol. */
  problem: Error | undefined;

  protected readonly client: Socket;
  protected readonly server: Socket;
  protected readonly output: ClientOutput;
  /** Nothing is passed on any more, in either direction. */
  protected severed = false;
  protected muted = false;
  private readonly queue: Segment[] = [];
  private queuedBytes = 0;
  private pumping = false;
  /** The whole of the held response has arrived. */
  private heldToTheEnd = false;
  /** Signed in: the first response has come to its end. */
  private isReady = false;
  private readonly gone: Promise<void>;
  private setGone: () => void = () => undefined;
  private readonly idleWaiters: (() => void)[] = [];

  constructor(client: Socket, target: { readonly host: string; readonly port: number }, number: number) {
    this.number = number;
    this.client = client;
    this.output = new ClientOutput(client);
    this.server = connect({ host: target.host, port: target.port, allowHalfOpen: true, noDelay: true });
    this.gone = new Promise((resolve) => {
      this.setGone = resolve;
    });
    this.serverClosed = new Promise((resolve) => this.server.once('close', () => resolve()));
    this.clientClosed = new Promise((resolve) => this.client.once('close', () => resolve()));
    this.listenToClient();
    this.listenToServer();
    this.closed = Promise.all([this.serverClosed, this.clientClosed]).then(() => undefined);
  }

  /** The session on the server, as it numbers them; known once it is signed in. */
  abstract get serverProcessId(): number | undefined;

  /**
   * Asks the server something of the proxy's own on the client's session, while the client waits: its request is held, or the whole response
   * to the last one. The client sees nothing of it. Resolves when it is answered, with success or an error; rejects when the connection ends before.
   */
  abstract ask(text: string): Promise<unknown>;

  /** Cuts what a side sends into segments. @throws when the bytes are not the protocol */
  protected abstract segmentsFrom(side: 'client' | 'server', chunk: Buffer): readonly Segment[];
  /** Passes on what came from the client, in order; a promise holds back all that is behind it. */
  protected abstract handleClient(segment: Segment): Promise<void> | undefined;
  protected abstract handleServer(segment: Segment): void;
  /** The server has answered everything that was sent to it. */
  protected abstract get isIdle(): boolean;
  /** What is still to come of the oldest response may be passed on. */
  protected abstract releaseOldest(): void;

  /** Resolves when the server has answered everything that was sent to it, or its side is closed. */
  whenIdle(): Promise<void> {
    if ((this.isReady && this.isIdle) || this.server.destroyed) return Promise.resolve();
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
    else this.releaseOldest();
    this.output.flush();
  }

  /** Forgets what has arrived of a held response. What the server says next is passed on. */
  dropResponse(): void {
    this.output.drop();
    if (this.heldToTheEnd) this.heldToTheEnd = false;
    else this.releaseOldest();
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

  /** Sends when it is decided how, unless the connection is gone by then. */
  protected whenDecided<Order>(
    order: Promise<Order> | Order | undefined,
    send: (order: Order | undefined) => void,
  ): Promise<void> | undefined {
    if (!(order instanceof Promise)) {
      send(order);
      return undefined;
    }
    return Promise.race([order, this.gone]).then((decided) => {
      if (!this.severed) send(decided ?? undefined);
    });
  }

  protected toServer(bytes: readonly Buffer[]): void {
    if (!this.server.writable) return;
    this.server.cork();
    for (const part of bytes) this.server.write(part);
    this.server.uncork();
    if (this.server.writableNeedDrain) this.client.pause();
  }

  /** Brings a segment of the server's where it is to go, and notes the end of a response. */
  protected deliver(bytes: Buffer, { destination, completes }: ServerAction): void {
    if (!this.severed && !this.muted) {
      if (destination === 'client') this.output.write(bytes);
      else if (destination === 'withheld') this.output.withhold(bytes);
    }
    if (!completes) return;
    if (destination === 'withheld') this.heldToTheEnd = true;
    this.isReady = true;
    if (this.isIdle) this.wakeIdleWaiters();
  }

  private listenToClient(): void {
    this.client.setNoDelay(true);
    this.client.on('data', (chunk) => {
      if (this.severed) return;
      this.guarded(() => {
        for (const segment of this.segmentsFrom('client', chunk)) {
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
        const segments = this.segmentsFrom('server', chunk);
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

  private wakeIdleWaiters(): void {
    for (const wake of this.idleWaiters.splice(0)) wake();
  }
}
