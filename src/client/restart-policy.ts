/** How often a crashed language server is started again before Faultline gives up and says so. */
const maxRestarts = 4;
const windowMs = 3 * 60_000;

/** Decides whether a server that ended by itself is started again: at most four times in three minutes. Pure; the clock is handed in. */
export class RestartPolicy {
  private crashes: number[] = [];

  /** Records a crash at `nowMs`; true when the server should be started again. */
  shouldRestart(nowMs: number): boolean {
    this.crashes = [...this.crashes.filter((time) => nowMs - time < windowMs), nowMs];
    return this.crashes.length <= maxRestarts;
  }

  /** Forgets earlier crashes, when the user asks for a start. */
  reset(): void {
    this.crashes = [];
  }
}
