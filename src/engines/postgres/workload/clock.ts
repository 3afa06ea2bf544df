/** Milliseconds since the workload began, without the moments in which everything waited on purpose. */
export class LoadClock {
  private readonly startedMs = performance.now();
  private pausedMs = 0;
  private pausedSinceMs = 0;
  private pauses = 0;

  now(): number {
    return (this.pauses > 0 ? this.pausedSinceMs : performance.now()) - this.startedMs - this.pausedMs;
  }

  /** Stands still while `work` goes on, which may itself stop it. */
  async stoppedFor<T>(work: () => Promise<T>): Promise<T> {
    if (this.pauses === 0) this.pausedSinceMs = performance.now();
    this.pauses += 1;
    try {
      return await work();
    } finally {
      this.pauses -= 1;
      if (this.pauses === 0) this.pausedMs += performance.now() - this.pausedSinceMs;
    }
  }
}
