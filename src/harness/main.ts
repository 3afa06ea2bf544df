import { resolve } from 'node:path';
import { type HarnessFramework, type Order, parseOrder } from './arguments';
import { part } from './beside';
import { beginning, fail, succeed, watchEnding } from './ending';
import { extendLoader } from './load';
import { migrateMongo } from './migrate-mongo';
import { setMigration } from './problem';
import type { Tool } from './tool';
import { tsMigrateMongoose } from './ts-migrate-mongoose';
import { umzug } from './umzug';

/**
 * A program of its own, which runs migrations that are code as their tool would: it is the only process in which a user's code is executed.
 * A simulation starts it for each run, as it would start the real tool.
 */
const tools: Readonly<Record<Exclude<HarnessFramework, 'mongosh'>, Tool>> = {
  'migrate-mongo': migrateMongo,
  'ts-migrate-mongoose': tsMigrateMongoose,
  umzug,
};

async function main(): Promise<void> {
  // Of this program alone, not of what a migration starts.
  delete process.env.ELECTRON_RUN_AS_NODE;
  watchEnding();
  const order = orderOf(process.argv.slice(2));
  extendLoader();
  if (order.framework === 'mongosh') {
    await part<typeof import('./shell/script')>('harness-shell').runScripts(order, { beginning, setMigration, succeed });
    succeed();
  }
  const connection = await tools[order.framework].run(order);
  // The tools end at once, and whether what was not awaited is done is then a matter of luck. Here it is done, late as it is, in every run.
  await connection.idle();
  succeed();
}

function orderOf(words: readonly string[]): Order {
  const order = parseOrder(words);
  return { ...order, files: order.files.map((file) => resolve(file)) };
}

main().catch((error: unknown) => fail(error));
