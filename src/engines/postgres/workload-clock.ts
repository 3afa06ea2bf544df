/** Milliseconds since the workload began, without the moments in which everything waited on purpose. */
export class LoadClock {
  private readonly startedMs = performance.now();
  private pausedMs = 0;
  private pausedSinceMs: number | undefined;

  now(): number {
    return (this.pausedSinceMs ?? performance.now()) - this.startedMs - this.pausedMs;
  }

  pause(): void {
    this.pausedSinceMs ??= performance.now();
  }

  resume(): void {
    if (this.pausedSinceMs === undefined) return;
    this.pausedMs += performance.now() - this.pausedSinceMs;
    this.pausedSinceMs = undefined;
  }
}
