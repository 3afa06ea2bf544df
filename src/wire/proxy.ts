import { createServer, type Socket } from 'node:net';

/** One client's way through the proxy; each protocol has its own kind. */
export interface ProxiedConnection {
  /** Resolves when both sockets are closed. */
  readonly closed: Promise<void>;
  /** Closes both sides at once; resolves when both sockets are closed. */
  close(): Promise<void>;
}

export interface WireProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Stops listening and closes every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * Listens on a free port of 127.0.0.1 in front of a database server. `open` makes the protocol's connection for each client that comes;
 * the number counts them from 1.
 */
export async function startProxy(open: (client: Socket, number: number) => ProxiedConnection): Promise<WireProxy> {
  const connections = new Set<ProxiedConnection>();
  let count = 0;
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    count += 1;
    const connection = open(client, count);
    connections.add(connection);
    void connection.closed.then(() => connections.delete(connection));
  });
  let closing: Promise<void> | undefined;
  // Accepting may fail later too (no more file descriptors): the client sees it, the process does not.
  listener.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no TCP address.');
  return {
    port: address.port,
    close() {
      closing ??= (async () => {
        const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
        await Promise.all([...connections].map((connection) => connection.close()));
        await closed;
      })();
      return closing;
    },
  };
}
