import type { Framework } from '../model/run-protocol';

/** Can a single file of it be simulated, without its tool? What it sends is known, or a process of ours runs its code. */
export function runsFileByFile(framework: Framework): boolean {
  return framework.run !== undefined || framework.harness !== undefined;
}
