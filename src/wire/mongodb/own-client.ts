import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Document } from 'bson';
import { FrameReader } from './frames';
import { answerOf, messageBytes, plainly, type RawCommand } from './messages';

/** A server that is gone without a word is not waited for. */
const connectTimeoutMs = 10_000;

/**
 * A connection of ours on which commands go out as they are given, with whichever session they name: a driver would put its own in. Without
 * an account, as the servers of sandboxes are.
 */
export class OwnClient {
  private readonly reader = new FrameReader();
  private requestId = 0;
  private waiting: { resolve(answer: Document): void; reject(error: Error): void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => {
      try {
        for (const frame of this.reader.push(chunk)) this.settle((waiting) => waiting.resolve(plainly(answerOf(frame))));
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('error', (error) => this.settle((waiting) => waiting.reject(error)));
    socket.on('close', () => this.settle((waiting) => waiting.reject(new Error('The connection ended before the server had answered.'))));
  }

  /** Rejects when the server can't be reached. */
  static async open({ host, port }: { readonly host: string; readonly port: number }): Promise<OwnClient> {
    const socket = connect({ host, port, noDelay: true });
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(connectTimeoutMs) });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return new OwnClient(socket);
  }

  /** The server's answer, also when it is an error. One question at a time. */
  ask(command: RawCommand): Promise<Document> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.requestId += 1;
      this.socket.write(messageBytes(command, { requestId: this.requestId, responseTo: 0, flags: 0 }));
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private settle(how: (waiting: NonNullable<OwnClient['waiting']>) => void): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting) how(waiting);
  }
}

/** Asks one thing on a connection of its own. Rejects when the server can't be reached or does not answer. */
export async function askOnce(address: { readonly host: string; readonly port: number }, command: RawCommand): Promise<Document> {
  const client = await OwnClient.open(address);
  try {
    return await client.ask(command);
  } finally {
    client.close();
  }
}
