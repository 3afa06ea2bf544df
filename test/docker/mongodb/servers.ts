import { MongoClient } from 'mongodb';
import type { Sandbox, SandboxOptions } from '../../../src/model/sandbox';
import { sandboxProviders } from '../../../src/sandbox/providers';

/** Starts MongoDB 8 in a container, or fails the test with the reason. In CI the image is a stand-in and not mongod. */
export async function startMongo(more: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const engine = { name: 'mongodb', major: 8 } as const;
  const options = { engine, onProgress: () => undefined, signal: new AbortController().signal, ...more };
  const started = await sandboxProviders.docker.start(options);
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}

export function urlOf(sandbox: Sandbox, database = ''): string {
  const { host, port } = sandbox.address(database);
  return `mongodb://${host}:${port}/${database}?directConnection=true&serverSelectionTimeoutMS=10000`;
}

/** A connected client; `await using` closes it. */
export function clientOf(sandbox: Sandbox): Promise<MongoClient> {
  return new MongoClient(urlOf(sandbox)).connect();
}

/** The address of a real mongod for what the stand-in can't show; undefined where there is none. */
export const realMongod = process.env.FAULTLINE_TEST_MONGO_URL;
