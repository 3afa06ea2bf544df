/** What must still be done, synchronously, when this process ends without having disposed of its sandboxes. */
const pending = new Set<() => void>();
let installed = false;

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs `cleanUp` when this process ends: normally, by an uncaught exception, or by SIGHUP, SIGINT or SIGTERM. Returns the function
 * that takes it back. A program with signal handlers of its own keeps them, and is expected to end by itself.
 */
export function atExit(cleanUp: () => void): () => void {
  install();
  pending.add(cleanUp);
  return () => void pending.delete(cleanUp);
}

function install(): void {
  if (installed) return;
  installed = true;
  process.on('exit', cleanUpAll);
  for (const signal of Object.keys(signals) as (keyof typeof signals)[]) {
    process.on(signal, () => {
      if (process.listenerCount(signal) > 1) return;
      cleanUpAll();
      process.exit(128 + signals[signal]);
    });
  }
}

function cleanUpAll(): void {
  for (const cleanUp of pending) {
    pending.delete(cleanUp);
    try {
      cleanUp();
    } catch {
      // The process is ending; the next start removes what could not be removed now.
    }
  }
}
