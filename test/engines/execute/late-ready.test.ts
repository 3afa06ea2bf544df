import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/engines/carrier';
import { ImpossibleHere } from '../../../src/engines/impossible';
import { startExecution } from '../../../src/engines/postgres/execution/execution';
import type { FaultName } from '../../../src/model/fault';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { freshDatabase, startSandbox } from './laboratory';
import { historySetup, migrationOf, protocolOf } from './samples';

let sandbox: Sandbox;
beforeAll(async () => {
  await loadParser();
  sandbox = await startSandbox();
});
afterAll(() => sandbox?.dispose());

/** A server that undoes a refused statement slowly: what follows an error is passed on late. */
async function lateAfterErrors(address: DatabaseAddress): Promise<{ address: DatabaseAddress; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(address.port, address.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream);
    let passed = Promise.resolve();
    upstream.on('data', (bytes: Buffer) => {
      const ready = bytes.lastIndexOf(Buffer.from([0x5a, 0, 0, 0, 5]));
      const late = bytes[0] === 0x45 && ready > 0;
      passed = passed.then(async () => {
        client.write(late ? bytes.subarray(0, ready) : bytes);
        if (!late) return;
        await new Promise((resolve) => setTimeout(resolve, 150));
        client.write(bytes.subarray(ready));
      });
    });
    upstream.on('close', () => void passed.then(() => client.end()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { address: { ...address, host: '127.0.0.1', port }, close };
}

async function strikeLate(fault: FaultName, text: string): Promise<{ execution: Execution; close: () => Promise<void> }> {
  const address = await freshDatabase(sandbox, [...historySetup, 'CREATE TABLE items (id int PRIMARY KEY, label text)']);
  const late = await lateAfterErrors(address);
  const execution = startExecution({
    address: late.address,
    fault,
    point: { kind: 'during', statement: 1 },
    migration: migrationOf(text, 'per-statement', false),
    protocol: protocolOf(text),
    signal: new AbortController().signal,
  });
  const close = async (): Promise<void> => {
    await execution.close();
    late.close();
  };
  return { execution, close };
}

describe('a client that is done before the server is ready again', () => {
  it('a fault that found nothing to wait for says so', async () => {
    const { execution, close } = await strikeLate('deadlock', 'ALTER TABLE items ADD COLUMN label text');
    await expect(execution.outcome).rejects.toThrow(ImpossibleHere);
    await close();
  });
});
