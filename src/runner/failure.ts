/** The runner is an edge: what ends a whole simulation is thrown as this, with one clear line for the user. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

/** Thrown where the user cancelled; nothing went wrong. */
export class SimulationCancelled extends Error {
  override readonly name = 'SimulationCancelled';
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new SimulationCancelled('Cancelled.');
}
