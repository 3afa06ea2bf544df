import type { Problem, Result } from '../model/result';

/** Exit statuses, as scripts know them. */
export const exitStatus = { success: 0, findings: 1, failure: 2, interrupted: 130, terminated: 143 } as const;

/** The command could not do its work: one line for the user, exit status 2. */
export class CommandFailure extends Error {
  constructor(problem: Problem | string) {
    super(typeof problem === 'string' ? problem : problem.message);
  }
}

/** The value of a result; a problem ends the command. */
export function orFail<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new CommandFailure(result.error);
}
