import type { Place, Value } from '../value';

/** Thrown where a limit is reached; caught where a run began. */
export class OutOfBudget extends Error {
  constructor(
    why: string,
    /** The call of the own file that can't be followed to its end. */
    readonly place: Place | undefined,
  ) {
    super(why);
  }
}

/** A `throw` of the code that is read. */
export class Thrown extends Error {
  constructor(
    readonly value: Value,
    readonly place: Place,
  ) {
    super('thrown by the code');
  }
}
