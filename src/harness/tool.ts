import type { Order } from './arguments';
import type { Connection } from './connection';

/** How a tool runs migrations. Written from each tool's source; it does what the tool does, in the same order. */
export interface Tool {
  /** Runs what the order says and is not done yet. Throws what goes wrong. */
  run(order: Order): Promise<Connection>;
}

export type MigrationFunction = (...given: readonly unknown[]) => unknown;

/** The function of a migration; throws an Error that says what there is instead. */
export function migrationFunction(module: Readonly<Record<string, unknown>>, direction: 'up' | 'down'): MigrationFunction {
  const found = module[direction];
  if (typeof found === 'function') return found.bind(module) as MigrationFunction;
  const exported = Object.keys(module).filter((name) => name !== '__esModule');
  const instead = exported.length === 0 ? 'it exports nothing' : `it exports ${exported.join(', ')}`;
  throw new Error(`there is no function "${direction}" to call: ${instead}`);
}
