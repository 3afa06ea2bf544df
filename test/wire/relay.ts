import { connect, createServer, type Socket } from 'node:net';

/** A TCP relay that passes everything on in small pieces, so that hardly any frame arrives whole. For tests. */
export async function startChoppingRelay(port: number, sizes: () => number): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect({ port, host: '127.0.0.1' });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      void (async () => {
        try {
          for await (const chunk of from) {
            for (let offset = 0; offset < chunk.length; ) {
              const end = Math.min(chunk.length, offset + sizes());
              to.write(chunk.subarray(offset, end));
              offset = end;
              // A turn of the event loop in between, or the pieces are joined again on their way.
              await new Promise((resolve) => setImmediate(resolve));
            }
          }
        } catch {
          to.destroy();
        }
      })();
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('The relay has no address.');
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}
